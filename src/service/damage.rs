//! Lists in which a damaged record hides no others.

use super::ServiceError;
use crate::store::StoreError;

/// The records that can be read, and one sentence for each one that is damaged.
#[derive(Debug)]
#[must_use]
pub struct SoundRecords<T> {
    pub records: Vec<T>,
    /// What is damaged, for people.
    pub damaged: Vec<String>,
}

impl<T> Default for SoundRecords<T> {
    fn default() -> Self {
        Self { records: Vec::new(), damaged: Vec::new() }
    }
}

impl<T> SoundRecords<T> {
    /// Adds the record if it can be read, or else a sentence about it. `describe` names the record.
    ///
    /// # Errors
    /// Errors that are no damage of this record alone.
    pub(super) fn add(
        &mut self,
        record: Result<T, ServiceError>,
        describe: impl FnOnce() -> String,
    ) -> Result<(), ServiceError> {
        match record {
            Ok(record) => self.records.push(record),
            Err(error) if is_damage(&error) => self.damaged.push(format!("{}: {}", describe(), error.fault())),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Returns the same list with each record changed.
    pub(super) fn map<U>(self, change: impl FnMut(T) -> U) -> SoundRecords<U> {
        SoundRecords { records: self.records.into_iter().map(change).collect(), damaged: self.damaged }
    }
}

/// Returns whether an error is the damage of one record.
fn is_damage(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::BrokenChain(_)
            | ServiceError::ForgedCertificate(_)
            | ServiceError::MissingContent(..)
            | ServiceError::Store(StoreError::Damaged(_))
    )
}
