//! Upgrades a SQLite store to the schema of this program, after saving a copy of the store.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};

use super::header::StoreHeader;
use super::queue::retry;
use super::schema::{APPLICATION_ID, IDENTITY_TABLE, MIGRATIONS, are_projections_current, make_projection_tables};
use super::{SqliteOptions, copy, tables};
use crate::attempt::chain::StoredFact;
use crate::ids::{Digest, StreamId, to_hex};
use crate::projections::row::{Projection, StoredRow};
use crate::projections::tables::{PROJECTIONS, ProjectionTables};
use crate::store::audit::{FactSource, compute_projections};
use crate::store::{COMMAND_PATIENCE, StoreError};

/// Marks an empty file as a needlewise store and gives it its ID, before the write-ahead log is switched on. So both
/// are in the main file, even if the program is killed right afterward.
pub(super) fn claim_empty_file(connection: &mut Connection, options: &SqliteOptions) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have claimed the file while this one waited for the lock.
    if StoreHeader::read(&transaction)?.is_empty() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        ensure_identity(&transaction, &options.new_store_id)?;
    }
    Ok(transaction.commit()?)
}

/// Runs the missing migrations, and computes the projections again if their versions changed, in one transaction.
/// Several programs may start at once. The first one upgrades, and the others find the work done.
pub(super) fn upgrade(connection: &mut Connection, path: &Path, options: &SqliteOptions) -> Result<(), StoreError> {
    switch_log_on(connection, options.patience.max(COMMAND_PATIENCE))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = StoreHeader::read(&transaction)?.schema_version;
    let is_migrated = version == MIGRATIONS.len();
    if is_migrated && are_projections_current(&transaction)? {
        return Ok(());
    }
    // This transaction has the write lock, so no other program can write after the copy is made.
    if let (Some(folder), true) = (&options.copy_folder, version > 0) {
        // One copy for each version: an upgrade that fails at every start must not fill the disk.
        copy::save_copy(path, &folder.join(format!("needlewise-schema-{version}.db")))?;
    }
    make_tables(&transaction, version)?;
    ensure_identity(&transaction, &options.new_store_id)?;
    rewrite_projections(&transaction)?;
    Ok(transaction.commit()?)
}

/// Makes the tables of facts, from those of the given schema version.
pub(super) fn make_tables(connection: &Connection, version: usize) -> rusqlite::Result<()> {
    for migration in MIGRATIONS.iter().skip(version) {
        connection.execute_batch(migration)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", MIGRATIONS.len())
}

/// Copies the rows of the store at `path`, as far as they can be read. A rebuild keeps those of broken chains.
pub(super) fn take_rows_of(target: &Connection, path: &Path) -> rusqlite::Result<()> {
    make_projection_tables(target)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Some(path).filter(|path| path.is_file());
    let Some(source) = source.and_then(|path| Connection::open_with_flags(path, flags).ok()) else { return Ok(()) };
    if !are_projections_current(&source).unwrap_or(false) {
        return Ok(());
    }
    for projection in PROJECTIONS {
        for row in tables::select_rows(&source, projection, "", &[]).unwrap_or_default() {
            tables::put_row(target, projection, &row)?;
        }
    }
    Ok(())
}

/// Switches the write-ahead log on if it is off, as it is in a copy.
pub(super) fn ensure_log(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode == "wal" { Ok(()) } else { switch_log_on(connection, patience) }
}

/// Switches the write-ahead log on. While another program uses the file, SQLite refuses this at once, so this function
/// retries.
fn switch_log_on(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::ZERO)?;
    let switch = || connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()));
    let is_busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    let result = retry(patience, || Some(switch()).filter(|result| !result.as_ref().is_err_and(is_busy)));
    let result = result.unwrap_or_else(switch);
    connection.busy_timeout(patience)?;
    result
}

/// Computes all rows again and replaces them in one transaction. Also restores a missing ID of the store.
pub(super) fn rebuild_projections(connection: &mut Connection, new_store_id: &[u8; 16]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    rewrite_projections(&transaction)?;
    ensure_identity(&transaction, new_store_id)?;
    Ok(transaction.commit()?)
}

pub(super) fn rewrite_projections(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let mut computed = compute_projections(&**transaction)?;
    // Rows of another version cannot be kept, because their columns and digests differ.
    if are_projections_current(transaction)? {
        computed.keep_broken_rows(&**transaction)?;
    }
    make_projection_tables(transaction)?;
    Ok(write_projections(transaction, &computed.tables)?)
}

/// Adds one to the number of commits. Every transaction that changes the store calls it.
pub(super) fn count_commit(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.prepare_cached("UPDATE store SET commits = commits + 1")?.execute([]).map(|_| ())
}

fn ensure_identity(transaction: &Transaction<'_>, new_store_id: &[u8; 16]) -> rusqlite::Result<()> {
    transaction.execute_batch(IDENTITY_TABLE)?;
    let sql = "INSERT INTO store (id, commits) SELECT $1, 0 WHERE NOT EXISTS (SELECT 1 FROM store)";
    transaction.execute(sql, params![to_hex(new_store_id)])?;
    count_commit(transaction)
}

fn write_projections(connection: &Connection, projections: &ProjectionTables) -> rusqlite::Result<()> {
    for projection in PROJECTIONS {
        for row in projections.rows(projection) {
            tables::put_row(connection, projection, row)?;
        }
    }
    Ok(())
}

impl FactSource for Connection {
    fn all_streams(&self) -> Result<Vec<StreamId>, StoreError> {
        super::queries::stream_ids(self)
    }

    fn chain(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
        Ok(tables::select_stream(self, stream)?)
    }

    fn one_content(&self, digest: Digest) -> Result<Option<String>, StoreError> {
        Ok(tables::select_content(self, digest)?)
    }

    fn all_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError> {
        let table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1";
        // A table that is gone has no rows, so the audit reports all of them as missing.
        match self.query_row(table, [projection.name], |_| Ok(())).optional()? {
            Some(()) => Ok(tables::select_rows(self, projection, "", &[])?),
            None => Ok(Vec::new()),
        }
    }
}
