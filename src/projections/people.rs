//! The projection of people: name, staff number, license, hold and time factors, computed from a person's chain.

use crate::attempt::Fact;
use crate::attempt::chain::{ChainHead, StoredFact, read_facts};
use crate::attempt::person::{TimeFactor, TimeGranted};
use crate::attempt::signature::DecisionKind;
use crate::ids::TraineeId;
use crate::issuing::decision::DecisionAuthority;
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow, page};
use crate::study::settings::StudySettings;
use crate::text;

/// The projection of people, one row each.
pub const PEOPLE: Projection = Projection {
    name: "people",
    version: 3,
    columns: &[
        Column::text("id"),
        Column::text("name"),
        Column::text("name_key"),
        Column::text("staff_id").optional(),
        Column::text("license").optional(),
        Column::text("hold").optional(),
        Column::text("time_grants"),
        Column::text("study"),
        Column::text("linked_to").optional(),
        Column::text("kept_apart"),
        Column::integer("archived"),
        Column::integer("head_seq"),
        Column::text("head_digest"),
    ],
    key_length: 1,
    stream_column: Some(0),
    indexes: &["name_key, id", "staff_id", "linked_to"],
};

/// A person as lists show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub id: TraineeId,
    pub person: Person,
    /// The head of the person's chain. If the chain ends elsewhere, facts were lost.
    pub head: ChainHead,
}

/// A person as the facts of their chain describe them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The name as it is printed on certificates.
    pub name: String,
    /// The staff number of the school or clinic, unique in the store.
    pub staff_id: Option<String>,
    /// The license, as it is printed on certificates.
    pub license: Option<String>,
    /// The reason for a hold. While there is one, the record must not be erased.
    pub hold: Option<String>,
    /// The time factors granted so far, oldest first. [`PersonRow::time_factor`] returns the one that takes effect.
    pub time_grants: Vec<TimeGranted>,
    /// How the person studies.
    pub study: StudySettings,
    /// The record of the same person to which this one was linked. Lists show only that one.
    pub linked_to: Option<TraineeId>,
    /// Records that look alike and are of other people.
    pub kept_apart: Vec<TraineeId>,
    /// Whether the person left. Lists do not show them.
    pub archived: bool,
}

impl Person {
    /// Applies the next fact of the person's chain. Other facts, such as imported certificates, change nothing.
    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::PersonAdded(added) => {
                *self = Self {
                    name: added.name.clone(),
                    staff_id: added.staff_id.clone(),
                    license: added.license.clone(),
                    ..Self::default()
                };
            }
            Fact::NameChanged(changed) => self.name.clone_from(&changed.name),
            Fact::StaffIdChanged(changed) => self.staff_id.clone_from(&changed.staff_id),
            Fact::LicenseChanged(changed) => self.license.clone_from(&changed.license),
            Fact::TimeGranted(granted) => self.time_grants.push(granted.clone()),
            Fact::StudyChanged(changed) => self.study.apply(changed),
            Fact::HoldSet(set) => self.hold = Some(set.reason.clone()),
            Fact::HoldReleased(_) => self.hold = None,
            Fact::PersonLinked(linked) => self.linked_to = Some(linked.person),
            Fact::PersonUnlinked(_) => self.linked_to = None,
            Fact::PersonKeptApart(apart) => self.kept_apart.push(apart.person),
            Fact::PersonArchived(_) => self.archived = true,
            Fact::PersonUnarchived(_) => self.archived = false,
            _ => {}
        }
    }
}

impl PersonRow {
    /// Computes the row from the person's chain; `None` if the person was never added or was erased.
    pub fn fold(id: TraineeId, chain: &[StoredFact]) -> Option<Self> {
        let facts = read_facts(chain);
        let is_added = facts.iter().any(|(_, fact)| matches!(fact, Fact::PersonAdded(_)));
        let mut person = Person::default();
        facts.iter().for_each(|(_, fact)| person.apply(fact));
        let head = chain.last().map(ChainHead::after_fact)?;
        is_added.then_some(Self { id, person, head })
    }

    /// Returns the time factor that takes effect on this computer: the last one that the authority accepts, if any.
    pub fn time_factor(&self, authority: &DecisionAuthority) -> Option<TimeFactor> {
        let is_effective = |granted: &&TimeGranted| {
            let factor = granted.factor.to_string();
            authority.accepts(granted.signature.as_ref(), self.id.into(), DecisionKind::Time, &factor)
        };
        self.person.time_grants.iter().rfind(is_effective).map(|granted| granted.factor)
    }
}

impl ProjectionRow for PersonRow {
    const PROJECTION: &'static Projection = &PEOPLE;

    fn to_columns(&self) -> Vec<ColumnValue> {
        let Person { name, staff_id, license, hold, time_grants, study, linked_to, kept_apart, archived } =
            &self.person;
        vec![
            ColumnValue::text(self.id),
            ColumnValue::text(name),
            ColumnValue::Text(text::name_key(name)),
            ColumnValue::optional_text(staff_id.as_ref()),
            ColumnValue::optional_text(license.as_ref()),
            ColumnValue::optional_text(hold.as_ref()),
            ColumnValue::json(time_grants),
            ColumnValue::json(study),
            ColumnValue::optional_text(linked_to.as_ref()),
            ColumnValue::json(kept_apart),
            ColumnValue::count(u32::from(*archived)),
            ColumnValue::count(self.head.next_seq),
            ColumnValue::text(self.head.digest),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        let id = columns.parse()?;
        let name = columns.text()?;
        // The key is only for searching. It must fit the name.
        columns.text().filter(|name_key| *name_key == text::name_key(&name))?;
        let person = Person {
            name,
            staff_id: columns.optional_text()?,
            license: columns.optional_text()?,
            hold: columns.optional_text()?,
            time_grants: columns.json()?,
            study: columns.json()?,
            linked_to: columns.optional_parse()?,
            kept_apart: columns.json()?,
            archived: columns.integer::<u8>()? != 0,
        };
        let head = ChainHead { next_seq: columns.integer()?, digest: columns.parse()? };
        Some(Self { id, person, head })
    }
}

/// Selects people, sorted by name. The default selects all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonQuery {
    pub id: Option<TraineeId>,
    /// Only people whose name has this key, by [`text::name_key`].
    pub name_key: Option<String>,
    pub staff_id: Option<String>,
    /// Only records that were linked to this one.
    pub linked_to: Option<TraineeId>,
    /// Only people after this one in the list, by name key and ID. It is the last row of the page before.
    pub after: Option<(String, TraineeId)>,
    /// The maximum number of rows. The default is no limit.
    pub max_count: Option<u32>,
}

impl PersonQuery {
    /// Returns the people that the query wants, in the order of lists: by name key and ID.
    pub fn select(&self, mut rows: Vec<PersonRow>) -> Vec<PersonRow> {
        let key = |row: &PersonRow| (text::name_key(&row.person.name), row.id);
        rows.retain(|row| {
            self.id.is_none_or(|id| row.id == id)
                && self.name_key.as_ref().is_none_or(|name_key| key(row).0 == *name_key)
                && self.staff_id.as_ref().is_none_or(|staff_id| row.person.staff_id.as_ref() == Some(staff_id))
                && self.linked_to.is_none_or(|linked_to| row.person.linked_to == Some(linked_to))
        });
        rows.sort_by_cached_key(key);
        page(rows, |row| self.after.as_ref().is_none_or(|after| key(row) > *after), self.max_count)
    }
}
