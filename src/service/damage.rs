//! Lists in which a damaged record hides no others.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{ServiceError, Services};
use crate::attempt::chain;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::projections::row::{ProjectionRow, StoredRow};
use crate::projections::tables::ChainRows;
use crate::store::StoreError;

/// The damaged rows that were met, one sentence each. Clones share them, so the caller of a session sees them too.
#[derive(Debug, Clone, Default)]
pub struct DamageNotes(Arc<Mutex<BTreeSet<String>>>);

impl DamageNotes {
    fn add(&self, sentence: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(sentence);
    }

    /// Returns the sentences, each once.
    pub fn sentences(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

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

/// The tables of lists. A row that does not match its digest is computed again from its facts, so that one damaged row
/// hides neither itself nor the others.
impl Services {
    /// Lists people.
    ///
    /// # Errors
    /// Errors of the store, but no damage of single rows.
    pub(super) fn people_rows(&self, query: &PersonQuery) -> Result<Vec<PersonRow>, ServiceError> {
        self.rows_or_facts(self.store.people(query), |rows| query.select(rows))
    }

    /// Lists attempts.
    ///
    /// # Errors
    /// Errors of the store, but no damage of single rows.
    pub(super) fn attempt_rows(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, ServiceError> {
        self.rows_or_facts(self.store.attempts(query), |rows| query.select(rows))
    }

    /// Lists imported certificates.
    ///
    /// # Errors
    /// Errors of the store, but no damage of single rows.
    pub(super) fn certificate_rows(&self, query: &CertificateQuery) -> Result<Vec<CertificateRow>, ServiceError> {
        self.rows_or_facts(self.store.certificates(query), |rows| query.select(rows))
    }

    /// Returns one sentence for each row that did not match its digest in a list of this session so far.
    pub fn damaged_rows(&self) -> Vec<String> {
        self.setting.damage.sentences()
    }

    fn rows_or_facts<R: ProjectionRow>(
        &self,
        rows: Result<Vec<R>, StoreError>,
        select: impl FnOnce(Vec<R>) -> Vec<R>,
    ) -> Result<Vec<R>, ServiceError> {
        match rows {
            Err(StoreError::Damaged(_)) => {}
            rows => return Ok(rows?),
        }
        let mut sound = Vec::new();
        for stored in self.store.stored_rows(R::PROJECTION)? {
            sound.extend(match stored.to_row() {
                Some(row) => Some(row),
                None => self.row_from_facts(&stored)?,
            });
        }
        Ok(select(sound))
    }

    /// Computes a damaged row again. Returns `None` if its facts are damaged too, or do not give such a row.
    fn row_from_facts<R: ProjectionRow>(&self, damaged: &StoredRow) -> Result<Option<R>, ServiceError> {
        let table = R::PROJECTION.name;
        let Some(stream) = damaged.stream(R::PROJECTION) else {
            self.note_damage(format!("a row of the table {table} names no facts and is left out"));
            return Ok(None);
        };
        let facts = self.store.stream(stream)?;
        let rows = match chain::verify_chain(stream, &facts) {
            Ok(_) => ChainRows::fold(stream, &facts, 0, &|digest| self.content(digest)).to_stored(),
            Err(_) => Vec::new(),
        };
        let is_same = |(projection, row): &(&crate::projections::row::Projection, StoredRow)| {
            projection.name == table && row.key(R::PROJECTION) == damaged.key(R::PROJECTION)
        };
        let row = rows.into_iter().find(is_same).and_then(|(_, row)| row.to_row());
        self.note_damage(match row {
            Some(_) => {
                format!("the row {stream} of the table {table} did not match its facts. It is shown as they say")
            }
            None => format!("the row {stream} of the table {table} is damaged, and so are its facts. It is left out"),
        });
        Ok(row)
    }

    fn note_damage(&self, sentence: String) {
        self.setting.damage.add(sentence);
    }
}
