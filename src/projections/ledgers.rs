//! The projection of issuers' ledgers. A row records where the chain of a ledger ends, to find lost last lines.

use crate::attempt::chain::{ChainHead, StoredFact};
use crate::ids::StreamId;
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow};

/// The projection of ledgers, one row for each issuer.
pub const LEDGERS: Projection = Projection {
    name: "ledgers",
    version: 1,
    columns: &[Column::text("issuer"), Column::integer("head_seq"), Column::text("head_digest")],
    key_length: 1,
    stream_column: Some(0),
    indexes: &[],
};

/// The end of an issuer's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The ID of the issuer, which is also the ID of the ledger's chain.
    pub issuer: StreamId,
    /// The head of the chain.
    pub head: ChainHead,
}

impl LedgerRow {
    /// Computes the row from the chain; `None` if the chain is empty.
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
