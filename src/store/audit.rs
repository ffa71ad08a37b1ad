//! Computes all projections of a store again, and finds every row that is not what the facts say. The engines share it.

use std::cell::RefCell;
use std::collections::HashMap;

use super::StoreError;
use crate::attempt::chain::StoredFact;
use crate::ids::{Digest, StreamId};
use crate::projections::row::{Projection, StoredRow};
use crate::projections::tables::{ChainRows, PROJECTIONS, ProjectionTables, RowDifference};

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

/// Computes the rows of all projections from the facts.
///
/// # Errors
/// What the source says.
pub fn compute_projections(source: &impl FactSource) -> Result<ProjectionTables, StoreError> {
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
    let mut tables = ProjectionTables::default();
    for stream in source.all_streams()? {
        tables.add_chain(ChainRows::fold(stream, &source.chain(stream)?, 0, &find_content));
        if let Some(error) = failure.take() {
            return Err(error);
        }
    }
    tables.finish();
    Ok(tables)
}

/// Compares all rows of a source with its facts, and returns every row that differs.
///
/// # Errors
/// What the source says.
pub fn find_row_differences(source: &impl FactSource) -> Result<Vec<RowDifference>, StoreError> {
    let tables = compute_projections(source)?;
    let mut differences = Vec::new();
    for projection in PROJECTIONS {
        differences.extend(tables.compare(projection, &source.all_rows(projection)?));
    }
    Ok(differences)
}
