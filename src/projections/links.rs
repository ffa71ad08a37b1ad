//! Which records belong to one person, and which probably do.
//!
//! A certificate comes with an ID of its holder, and a roster has staff numbers. So one person can have several records,
//! until somebody links them.

use std::collections::{BTreeMap, HashMap};

use crate::ids::TraineeId;
use crate::projections::people::PersonRow;
use crate::text;

/// The records of a store with their links.
#[derive(Debug, Default)]
pub struct LinkedPeople {
    /// The record that each linked one leads to.
    targets: HashMap<TraineeId, TraineeId>,
}

impl LinkedPeople {
    /// Reads the links of all records of a store. A link to a record that was erased does not count.
    pub fn new(people: &[PersonRow]) -> Self {
        let ids: std::collections::HashSet<_> = people.iter().map(|row| row.id).collect();
        let link = |row: &PersonRow| row.person.linked_to.filter(|target| ids.contains(target)).map(|to| (row.id, to));
        Self { targets: people.iter().filter_map(link).collect() }
    }

    /// Returns the record that stands for the person: the last one of a line of links.
    pub fn main_record(&self, id: TraineeId) -> TraineeId {
        let mut current = id;
        // A circle of links cannot be stored by this program. In a damaged store it must not become an endless loop.
        for _ in 0..=self.targets.len() {
            match self.targets.get(&current) {
                Some(target) => current = *target,
                None => return current,
            }
        }
        id
    }

    /// Returns whether the record stands for its person, because it is linked to no other one.
    pub fn is_main_record(&self, id: TraineeId) -> bool {
        self.main_record(id) == id
    }
}

/// Two records that may be of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkProposal {
    /// The record that would be linked.
    pub from: PersonRow,
    /// The record that would stand for the person: the one with a staff number, or else the older one.
    pub to: PersonRow,
    pub reason: LinkReason,
}

/// What two records have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkReason {
    SameNameAndLicense,
    SameLicense,
    SameName,
}

impl LinkReason {
    /// Returns the reason in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::SameNameAndLicense => "same name and license",
            Self::SameLicense => "same license, another name",
            Self::SameName => "same name",
        }
    }
}

/// Returns the records that may be of one person, by name. Records with two staff numbers are two people, and so are
/// records that somebody kept apart.
pub fn propose_links(people: &[PersonRow]) -> Vec<LinkProposal> {
    let links = LinkedPeople::new(people);
    let main_records: Vec<_> = people.iter().filter(|row| links.is_main_record(row.id)).collect();
    let mut pairs = BTreeMap::new();
    let key_of_name = |row: &PersonRow| Some(name_key(row));
    for key_of in [key_of_name, license_key] {
        let mut groups: BTreeMap<String, Vec<&PersonRow>> = BTreeMap::new();
        for row in &main_records {
            if let Some(key) = key_of(row) {
                groups.entry(key).or_default().push(row);
            }
        }
        for group in groups.values_mut() {
            // Records with a staff number come first, and of the others the older ones.
            group.sort_by_key(|row| (row.person.staff_id.is_none(), row.id));
            // Each record is compared until one could be the same person, so a common name stays a short list.
            for (index, from) in group.iter().enumerate().filter(|(_, row)| row.person.staff_id.is_none()) {
                if let Some(to) = group[..index].iter().find(|to| !are_kept_apart(from, to)) {
                    pairs.entry((from.id, to.id)).or_insert((*from, *to));
                }
            }
        }
    }
    let mut proposals: Vec<_> = pairs
        .into_values()
        .map(|(from, to)| LinkProposal { from: from.clone(), to: to.clone(), reason: reason(from, to) })
        .collect();
    proposals.sort_by_cached_key(|proposal| (text::search_key(&proposal.to.person.name), proposal.from.id));
    proposals
}

/// Returns the only one of these main records that has both the name and the license of a certificate, apart from the
/// holder's own record.
pub fn same_name_and_license(people: &[PersonRow], holder: TraineeId, name: &str, license: &str) -> Option<PersonRow> {
    let (name, license) = (text::name_key(name), text::name_key(license));
    let is_same =
        |row: &&PersonRow| row.id != holder && name_key(row) == name && license_key(row).as_ref() == Some(&license);
    let mut same = people.iter().filter(is_same);
    let only = same.next()?;
    same.next().is_none().then(|| only.clone())
}

fn name_key(row: &PersonRow) -> String {
    text::name_key(&row.person.name)
}

fn license_key(row: &PersonRow) -> Option<String> {
    row.person.license.as_deref().map(text::name_key).filter(|key| !key.is_empty())
}

fn are_kept_apart(one: &PersonRow, other: &PersonRow) -> bool {
    one.person.kept_apart.contains(&other.id) || other.person.kept_apart.contains(&one.id)
}

fn reason(from: &PersonRow, to: &PersonRow) -> LinkReason {
    let has_same_license = license_key(from).is_some() && license_key(from) == license_key(to);
    match (name_key(from) == name_key(to), has_same_license) {
        (true, true) => LinkReason::SameNameAndLicense,
        (false, true) => LinkReason::SameLicense,
        (_, false) => LinkReason::SameName,
    }
}
