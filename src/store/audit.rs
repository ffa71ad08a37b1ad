//! Computes all projections of a store again, and finds every row that is not what the facts say. The engines share it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::StoreError;
use crate::attempt::chain::{self, StoredFact};
use crate::ids::{Digest, StreamId};
use crate::projections::row::{Projection, StoredRow};
use crate::projections::tables::{ChainRows, DifferenceKind, PROJECTIONS, ProjectionTables, RowDifference};

/// Where the facts come from while all projections are computed.
pub trait FactSource {
    /// Returns the ids of all chains.
    ///
    /// # Errors
    /// What the store says.
    fn all_streams(&self) -> Result<Vec<StreamId>, StoreError>;

    /// Returns a chain.
    ///
    /// # Errors
    /// What the store says.
    fn chain(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError>;

    /// Returns content by its digest.
    ///
    /// # Errors
    /// What the store says.
    fn one_content(&self, digest: Digest) -> Result<Option<String>, StoreError>;

    /// Returns all rows of a projection as they are stored.
    ///
    /// # Errors
    /// What the store says.
    fn all_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError>;
}

/// The rows of all projections, computed from the facts.
#[derive(Debug, Default)]
pub struct ComputedProjections {
    /// The rows. A chain that does not verify makes rows by the facts before its first fault.
    pub tables: ProjectionTables,
    /// The chains that do not verify or cannot be read. Their stored rows can be the only trace of lost facts.
    pub broken_streams: BTreeSet<StreamId>,
    /// The chains without any content. Erasing removes their rows, so a stored row means that it was lost.
    pub emptied_streams: BTreeSet<StreamId>,
}

impl ComputedProjections {
    fn is_broken(&self, projection: &Projection, stream: Option<StreamId>) -> bool {
        match (projection.stream_column, stream) {
            // Rows that rest on several chains are known only while all chains are.
            (None, _) => !self.broken_streams.is_empty(),
            (Some(_), stream) => stream.is_some_and(|stream| self.broken_streams.contains(&stream)),
        }
    }

    fn is_emptied(&self, projection: &Projection, row: &StoredRow) -> bool {
        row.stream(projection).is_some_and(|stream| self.emptied_streams.contains(&stream))
    }

    /// Keeps the stored rows of chains that do not verify or have no content.
    ///
    /// # Errors
    /// What the source says.
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

/// Computes the rows of all projections from the facts. A damaged chain hides no other one.
///
/// # Errors
/// What the source says, but for damage of single chains.
pub fn compute_projections(source: &impl FactSource) -> Result<ComputedProjections, StoreError> {
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

/// Compares all rows of a source with its facts, and returns every row that differs. Rows of chains that do not verify
/// are not compared: the chains themselves are the fault.
///
/// # Errors
/// What the source says.
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
