//! The projection of issuers' ledgers: where each chain ends, by which a lost last line is noticed.

use crate::attempt::chain::{ChainHead, StoredFact};
use crate::ids::StreamId;
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow};

/// The projection of ledgers.
pub const LEDGERS: Projection = Projection {
    name: "ledgers",
    version: 1,
    columns: &[Column::text("issuer"), Column::integer("head_seq"), Column::text("head_digest")],
    key_length: 1,
    stream_column: Some(0),
    indexes: &[],
};

/// The ledger of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The issuer's chain.
    pub issuer: StreamId,
    /// Where it ends.
    pub head: ChainHead,
}

impl LedgerRow {
    /// Computes the row from the chain; none if it is empty.
    pub fn fold(issuer: StreamId, chain: &[StoredFact]) -> Option<Self> {
        chain.last().map(|last| Self { issuer, head: ChainHead::after_fact(last) })
    }
}

impl ProjectionRow for LedgerRow {
    const PROJECTION: &'static Projection = &LEDGERS;

    fn to_columns(&self) -> Vec<ColumnValue> {
        vec![
            ColumnValue::text(self.issuer),
            ColumnValue::count(self.head.next_seq),
            ColumnValue::text(self.head.digest),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        let issuer = columns.parse()?;
        Some(Self { issuer, head: ChainHead { next_seq: columns.integer()?, digest: columns.parse()? } })
    }
}
