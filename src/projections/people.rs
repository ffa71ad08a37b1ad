//! Rows for people.

use crate::attempt::fact::Person;
use crate::ids::TraineeId;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person's id.
    pub id: TraineeId,
    /// Who they are.
    pub person: Person,
}
