//! Brings the people of this store in line with a roster.

use std::collections::{HashMap, HashSet};
use std::ops::{Deref, DerefMut};

use super::people::person_from_details;
use super::{People, ServiceError, Services};
use crate::attempt::Fact;
use crate::attempt::chain::{ChainHead, StoredFact};
use crate::attempt::person::{LicenseChanged, NameChanged, PersonAdded, PersonArchived, PersonUnarchived};
use crate::ids::TraineeId;
use crate::projections::certificates::CertificateQuery;
use crate::projections::links::LinkedPeople;
use crate::projections::people::PersonRow;
use crate::roster::{Roster, RosterRow};
use crate::store::{Batch, Expectation};
use crate::text;

/// What would change if a roster were imported. Nothing is stored yet.
#[derive(Debug, Default)]
pub struct RosterPlan {
    pub changes: Vec<RosterChange>,
    /// How many lines describe people as they are stored.
    pub unchanged_count: usize,
    /// The lines that cannot be imported, each with its number and the reason.
    pub refused: Vec<(usize, String)>,
    /// People with staff numbers who are not in the roster, by name.
    pub missing: Vec<PersonRow>,
}

/// One change that a roster makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterChange {
    Add(PersonAdded),
    /// The person gets the values that are given, and comes back if they were archived.
    Update {
        row: Box<PersonRow>,
        name: Option<String>,
        license: Option<String>,
    },
    /// The person is not in the roster and leaves the lists.
    Archive(Box<PersonRow>),
}

/// The people of a store, found by staff number and by name.
#[derive(Default)]
struct KnownPeople {
    by_number: HashMap<String, PersonRow>,
    /// People by [`staff_key`], except those whose exact number is in the roster.
    similar_numbers: HashMap<String, Vec<PersonRow>>,
    /// People by the name of a record without a staff number, and whether the record is surely that of a roster: it has no
    /// certificates, or somebody linked it.
    by_name: HashMap<String, Vec<(PersonRow, bool)>>,
}

impl<S: Deref<Target = Services>> People<S> {
    /// Compares a roster with the people here. A staff number decides who a line is about. Without one, the name decides
    /// among the people without staff numbers.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn plan_roster(&self, roster: &Roster) -> Result<RosterPlan, ServiceError> {
        let records = self.all_records()?;
        let links = LinkedPeople::new(&records);
        let by_id: HashMap<_, _> = records.iter().map(|row| (row.id, row)).collect();
        let certificates = self.services.store.certificates(&CertificateQuery::default())?;
        let holders: HashSet<_> = certificates.iter().map(|row| row.trainee).collect();
        let mut known = KnownPeople::default();
        // A linked record stands for the person that it is linked to.
        for row in &records {
            let Some(main) = by_id.get(&links.main_record(row.id)) else { continue };
            if let Some(staff_id) = &row.person.staff_id {
                known.by_number.insert(staff_id.clone(), (*main).clone());
                if !roster.staff_ids.contains(staff_id) {
                    known.similar_numbers.entry(staff_key(staff_id)).or_default().push((*main).clone());
                }
            } else {
                let is_certain = row.id != main.id || !holders.contains(&row.id);
                let namesakes = known.by_name.entry(text::name_key(&row.person.name)).or_default();
                // Two records of one person are not two people.
                if namesakes.iter().all(|(known, _)| known.id != main.id) {
                    namesakes.push(((*main).clone(), is_certain));
                }
            }
        }
        let mut plan = RosterPlan { refused: roster.refused.clone(), ..RosterPlan::default() };
        let mut lines_by_name = HashMap::new();
        for row in &roster.rows {
            match plan_row(row, &known, &mut lines_by_name) {
                Ok(Some(change)) => plan.changes.push(change),
                Ok(None) => plan.unchanged_count += 1,
                Err(reason) => plan.refused.push((row.line, reason)),
            }
        }
        plan.refused.sort();
        if !roster.staff_ids.is_empty() {
            let keys: HashSet<_> = roster.staff_ids.iter().map(|staff_id| staff_key(staff_id)).collect();
            let is_missing = |row: &&PersonRow| {
                let staff_id = row.person.staff_id.as_deref();
                !row.person.archived && staff_id.is_some_and(|staff_id| !keys.contains(&staff_key(staff_id)))
            };
            let people = records.iter().filter(|row| links.is_main_record(row.id));
            plan.missing = people.filter(is_missing).cloned().collect();
        }
        Ok(plan)
    }
}

impl KnownPeople {
    /// Returns the only person with this staff number in another spelling.
    fn find_by_similar_number(&self, staff_id: &str) -> Option<&PersonRow> {
        match self.similar_numbers.get(&staff_key(staff_id)).map(Vec::as_slice) {
            Some([single]) => Some(single),
            _ => None,
        }
    }
}

/// Returns a staff number without the differences that spreadsheets make: case, and zeros in front of digits.
fn staff_key(staff_id: &str) -> String {
    let key = staff_id.to_lowercase();
    let is_number = key.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { key.trim_start_matches('0').to_owned() } else { key }
}

/// Returns whether two names have a word in common. Somebody who marries keeps one.
fn shares_a_word(one: &str, other: &str) -> bool {
    let words = |name: &str| text::search_key(name).split_whitespace().map(str::to_owned).collect::<HashSet<_>>();
    !words(one).is_disjoint(&words(other))
}

/// Returns the change that a line makes, or `None` if the person is stored like this already.
fn plan_row(
    row: &RosterRow,
    known: &KnownPeople,
    lines_by_name: &mut HashMap<String, usize>,
) -> Result<Option<RosterChange>, String> {
    // The reason follows the number of the line, so it begins like the middle of a sentence.
    let added = person_from_details(&row.name, row.staff_id.as_deref(), row.license.as_deref())
        .map_err(|reason| reason.replacen("The ", "the ", 1))?;
    let person = match &added.staff_id {
        Some(staff_id) => known.by_number.get(staff_id).or_else(|| known.find_by_similar_number(staff_id)),
        None => {
            let key = text::name_key(&added.name);
            if let Some(line) = lines_by_name.insert(key.clone(), row.line) {
                return Err(format!("the same name is in line {line}, and neither line has a staff number"));
            }
            match known.by_name.get(&key).map(Vec::as_slice) {
                None | Some([]) => None,
                Some([(person, true)]) => Some(person),
                Some([_]) => return Err("a person of this name has certificates here. Add the staff number".to_owned()),
                Some(_) => return Err("several people here have this name. Add the staff number".to_owned()),
            }
        }
    };
    let Some(stored) = person else { return Ok(Some(RosterChange::Add(added))) };
    // A number that a school gives to another person must not rename the one who left.
    if let Some(staff_id) = &stored.person.staff_id
        && !shares_a_word(&added.name, &stored.person.name)
    {
        let stored_name = text::single_line(&stored.person.name);
        return Err(format!(
            "the staff number {} is that of {stored_name} here. If that person has a new name, run `needlewise trainee \
             rename` first. If the number has a new holder, give {stored_name} another one with `needlewise trainee set --id`",
            text::single_line(staff_id)
        ));
    }
    let name = Some(added.name).filter(|name| *name != stored.person.name);
    let license = added.license.filter(|license| stored.person.license.as_ref() != Some(license));
    let changes_anything = name.is_some() || license.is_some() || stored.person.archived;
    Ok(changes_anything.then(|| RosterChange::Update { row: Box::new(stored.clone()), name, license }))
}

impl<S: DerefMut<Target = Services>> People<S> {
    /// Stores all changes of a plan, or none of them.
    ///
    /// # Errors
    /// A conflict if a person has changed since the plan was made, or an error of the store.
    pub fn carry_out_roster(&mut self, plan: &RosterPlan) -> Result<(), ServiceError> {
        let mut batch = Batch::default();
        for change in &plan.changes {
            match change {
                RosterChange::Add(added) => {
                    let now = self.services.now().wall;
                    let id = TraineeId::new(now, self.services.random_bytes());
                    batch.expectations.push(match added.staff_id.clone() {
                        Some(staff_id) => Expectation::StaffIdFree { staff_id, except: id },
                        None => Expectation::NameFree { name_key: text::name_key(&added.name), except: id },
                    });
                    let fact = Fact::PersonAdded(added.clone());
                    batch.facts.push(self.services.link_fact(id.into(), ChainHead::START, &fact));
                }
                RosterChange::Update { row, name, license } => {
                    let name = name.clone().map(|name| Fact::NameChanged(NameChanged { name }));
                    let license =
                        license.clone().map(|license| Fact::LicenseChanged(LicenseChanged { license: Some(license) }));
                    let back = row.person.archived.then_some(Fact::PersonUnarchived(PersonUnarchived {}));
                    let facts: Vec<_> = [name, license, back].into_iter().flatten().collect();
                    self.extend_batch(&mut batch, row, &facts);
                }
                RosterChange::Archive(row) => {
                    self.extend_batch(&mut batch, row, &[Fact::PersonArchived(PersonArchived {})]);
                }
            }
        }
        Ok(self.services.store.append(&batch)?)
    }

    fn extend_batch(&mut self, batch: &mut Batch, row: &PersonRow, facts: &[Fact]) {
        let facts: Vec<StoredFact> = self.services.link_facts(row.id.into(), row.head, facts);
        batch.facts.extend(facts);
        batch.expectations.push(Expectation::NotErased(row.id));
    }
}
