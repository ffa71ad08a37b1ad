//! The projection of people: what the facts of a person's chain add up to.

use crate::attempt::Fact;
use crate::attempt::chain::{ChainHead, StoredFact, read_facts};
use crate::attempt::person::{TimeFactor, TimeGranted};
use crate::attempt::signature::DecisionKind;
use crate::ids::TraineeId;
use crate::issuing::decision::DecisionAuthority;
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow};
use crate::text;

/// The projection of people.
pub const PEOPLE: Projection = Projection {
    name: "people",
    version: 1,
    columns: &[
        Column::text("id"),
        Column::text("name"),
        Column::text("name_key"),
        Column::text("staff_id").optional(),
        Column::text("license").optional(),
        Column::text("hold").optional(),
        Column::text("time_grants"),
        Column::integer("head_seq"),
        Column::text("head_digest"),
    ],
    key_length: 1,
    stream_column: Some(0),
    indexes: &["name_key, id", "staff_id"],
};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person's id.
    pub id: TraineeId,
    /// Who they are.
    pub person: Person,
    /// The head of their chain.
    pub head: ChainHead,
}

/// A person as the facts of their chain describe them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The name as it is printed on certificates.
    pub name: String,
    /// The number the school or clinic knows them by.
    pub staff_id: Option<String>,
    /// The license, as it is printed on certificates.
    pub license: Option<String>,
    /// Why this person's record must not be erased now.
    pub hold: Option<String>,
    /// The time factors granted so far, the oldest first. Which of them takes effect depends on the machine.
    pub time_grants: Vec<TimeGranted>,
}

impl Person {
    /// Applies the next fact of the person's chain. Facts about other things change nothing.
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
            Fact::HoldSet(set) => self.hold = Some(set.reason.clone()),
            Fact::HoldReleased(_) => self.hold = None,
            _ => {}
        }
    }
}

impl PersonRow {
    /// Computes the row from the person's chain; none if the person was erased.
    pub fn fold(id: TraineeId, chain: &[StoredFact]) -> Option<Self> {
        let facts = read_facts(chain);
        let is_added = facts.iter().any(|(_, fact)| matches!(fact, Fact::PersonAdded(_)));
        let mut person = Person::default();
        facts.iter().for_each(|(_, fact)| person.apply(fact));
        let head = chain.last().map(ChainHead::after_fact)?;
        is_added.then_some(Self { id, person, head })
    }

    /// Returns the time factor that takes effect on this machine, if any was granted: the last one that the authority
    /// accepts.
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
        let Person { name, staff_id, license, hold, time_grants } = &self.person;
        vec![
            ColumnValue::text(self.id),
            ColumnValue::text(name),
            ColumnValue::Text(text::name_key(name)),
            ColumnValue::optional_text(staff_id.as_ref()),
            ColumnValue::optional_text(license.as_ref()),
            ColumnValue::optional_text(hold.as_ref()),
            ColumnValue::json(time_grants),
            ColumnValue::count(self.head.next_seq),
            ColumnValue::text(self.head.digest),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        let id = columns.parse()?;
        let name = columns.text()?;
        columns.text().filter(|name_key| *name_key == text::name_key(&name))?;
        let person = Person {
            name,
            staff_id: columns.optional_text()?,
            license: columns.optional_text()?,
            hold: columns.optional_text()?,
            time_grants: columns.json()?,
        };
        let head = ChainHead { next_seq: columns.integer()?, digest: columns.parse()? };
        Some(Self { id, person, head })
    }
}

/// Which people to list; they are sorted by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonQuery {
    /// Only the person with this id.
    pub id: Option<TraineeId>,
    /// Only people whose name compares equal, by [`text::name_key`].
    pub name_key: Option<String>,
    /// Only people with this staff number.
    pub staff_id: Option<String>,
    /// Only those that come after this one: the next page.
    pub after: Option<(String, TraineeId)>,
    /// At most this many; all by default.
    pub max_count: Option<u32>,
}
