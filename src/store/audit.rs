//! Computes all projections of a store again and finds every row that does not match the facts. All engines share it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::StoreError;
use crate::attempt::chain::{self, StoredFact};
use crate::ids::{Digest, StreamId};
use crate::projections::row::{Projection, StoredRow};
use crate::projections::tables::{ChainRows, DifferenceKind, PROJECTIONS, ProjectionTables, RowDifference};

/// The store's side of an audit: facts, content and rows. An engine implements it over one snapshot or transaction.
pub trait FactSource {
    /// Returns the IDs of all chains.
    ///
    /// # Errors
    /// Errors of the store.
    fn all_streams(&self) -> Result<Vec<StreamId>, StoreError>;

    /// Returns the chain of one stream, without verifying it.
    ///
    /// # Errors
    /// Errors of the store.
    fn chain(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError>;

    /// Returns content by its digest; `None` if it is not stored.
    ///
    /// # Errors
    /// Errors of the store.
    fn one_content(&self, digest: Digest) -> Result<Option<String>, StoreError>;

    /// Returns all rows of a projection as they are stored.
    ///
    /// # Errors
    /// Errors of the store.
    fn all_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError>;
}

/// The rows of all projections, computed from the facts.
#[derive(Debug, Default)]
pub struct ComputedProjections {
    /// The rows. For a chain that fails verification, only the facts before its first fault count.
    pub tables: ProjectionTables,
    /// The chains that fail verification or cannot be read. Their stored rows can be the only trace of lost facts.
    pub broken_streams: BTreeSet<StreamId>,
    /// The chains without any payload. Erasing also removes their rows, so a row that is left means lost payloads.
    pub emptied_streams: BTreeSet<StreamId>,
}

impl ComputedProjections {
    fn is_broken(&self, projection: &Projection, stream: Option<StreamId>) -> bool {
        match (projection.stream_column, stream) {
            // A row that depends on several chains is certain only if no chain is broken.
            (None, _) => !self.broken_streams.is_empty(),
            (Some(_), stream) => stream.is_some_and(|stream| self.broken_streams.contains(&stream)),
        }
    }

    fn is_emptied(&self, projection: &Projection, row: &StoredRow) -> bool {
        row.stream(projection).is_some_and(|stream| self.emptied_streams.contains(&stream))
    }

    /// Replaces the computed rows of broken and emptied chains by the stored ones, which can be the last trace of lost
    /// facts. For example, an emptied attempt must still count.
    ///
    /// # Errors
    /// Errors of the source.
    pub fn keep_broken_rows(&mut self, source: &impl FactSource) -> Result<(), StoreError> {
        for projection in PROJECTIONS {
            for row in source.all_rows(projection)? {
                if self.is_broken(projection, row.stream(projection)) || self.is_emptied(projection, &row) {
                    self.tables.keep(projection, row);
                }
            }
        }
        Ok(())
    }
}

/// Computes the rows of all projections from the facts. A damaged chain does not stop the others.
///
/// # Errors
/// Errors of the source, except damage of single chains.
pub fn compute_projections(source: &impl FactSource) -> Result<ComputedProjections, StoreError> {
    // Many chains name the same questions, so each text is read only once.
    let known_content: RefCell<HashMap<Digest, Option<String>>> = RefCell::default();
    let failure = RefCell::new(None);
    let find_content = |digest: Digest| {
        if let Some(text) = known_content.borrow().get(&digest) {
            return text.clone();
        }
        let text = source.one_content(digest).unwrap_or_else(|error| {
            failure.replace(Some(error));
            None
        });
        known_content.borrow_mut().insert(digest, text.clone());
        text
    };
    let mut computed = ComputedProjections::default();
    for stream in source.all_streams()? {
        let chain = match source.chain(stream) {
            Ok(chain) => chain,
            Err(StoreError::Damaged(_)) => {
                computed.broken_streams.insert(stream);
                continue;
            }
            Err(error) => return Err(error),
        };
        let sound_length = match chain::verify_chain(stream, &chain) {
            Ok(_) => chain.len(),
            Err(broken) => {
                computed.broken_streams.insert(stream);
                chain.iter().position(|fact| fact.seq >= broken.seq).unwrap_or(0)
            }
        };
        if !chain.is_empty() && chain.iter().all(|fact| fact.salted_payload.is_none()) {
            computed.emptied_streams.insert(stream);
        }
        computed.tables.add_chain(ChainRows::fold(stream, &chain[..sound_length], 0, &find_content));
        if let Some(error) = failure.take() {
            return Err(error);
        }
    }
    computed.tables.finish();
    Ok(computed)
}

/// Compares all rows of a source with its facts, and returns every row that differs. Rows of broken chains are not
/// compared, because the check of chains already reports those chains.
///
/// # Errors
/// Errors of the source.
pub fn find_row_differences(source: &impl FactSource) -> Result<Vec<RowDifference>, StoreError> {
    let mut computed = compute_projections(source)?;
    computed.keep_broken_rows(source)?;
    let mut differences = Vec::new();
    for projection in PROJECTIONS {
        let stored_rows = source.all_rows(projection)?;
        let found = computed.tables.compare(projection, &stored_rows);
        let emptied = stored_rows.iter().filter(|row| computed.is_emptied(projection, row));
        let emptied = emptied.map(|row| RowDifference {
            projection,
            key: row.key(projection).to_vec(),
            kind: DifferenceKind::Emptied,
        });
        let is_reported = |difference: &RowDifference| {
            let row = StoredRow { columns: difference.key.clone(), digest: Digest::ZERO };
            !computed.is_broken(projection, row.stream(projection))
        };
        differences.extend(found.into_iter().chain(emptied).filter(is_reported));
    }
    Ok(differences)
}
