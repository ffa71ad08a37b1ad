//! `Store` in one SQLite file, in write-ahead log mode. Every commit is flushed to disk before `append` returns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use super::{Batch, COMMAND_PATIENCE, Store, StoreError, StoreIdentity, verified_row};
use crate::attempt::chain::StoredFact;
use crate::ids::{Digest, StreamId, TraineeId};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::projections::row::{ColumnValue, Projection, ProjectionRow, StoredRow};
use crate::projections::study::QuestionProgress;
use crate::projections::tables::RowDifference;
use crate::store::audit::find_row_differences;
use crate::text;

mod append;
mod header;
mod queries;
mod queue;
mod schema;
mod tables;
mod upgrade;

use header::StoreHeader;
use queue::WriterQueue;

/// How a store is opened: what it cannot know by itself.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// How long a write waits for other writers before it is [`StoreError::Busy`].
    pub patience: Duration,
    /// The id of a store that has none yet: random bytes.
    pub new_store_id: [u8; 16],
    /// The folder in which a copy is kept before the tables change; none to keep no copy.
    pub copy_folder: Option<PathBuf>,
}

/// An open SQLite store.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    queue: WriterQueue,
    patience: Duration,
    new_store_id: [u8; 16],
}

impl SqliteStore {
    /// Opens the store at `path`, or makes it, and brings it to the newest schema.
    ///
    /// # Errors
    /// [`StoreError::NewerVersion`], [`StoreError::Foreign`], [`StoreError::Damaged`] or [`StoreError::Unreachable`]. The
    /// file is left as it was then.
    pub fn open(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        // Only SQLite opens the file: closing any other descriptor of it would drop the locks of a connection that is open
        // elsewhere in this process. Reading a pipe would wait for its writer; SQLite refuses it below.
        if path.is_file() && StoreHeader::read_file(path).is_some_and(StoreHeader::is_foreign) {
            return Err(StoreError::Foreign);
        }
        let mut connection = Connection::open(path)?;
        // A foreign file must stay unchanged, so closing the connection must not checkpoint its log.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // No key press waits for this. Opening can have to wait for another program's upgrade.
        connection.busy_timeout(options.patience.max(COMMAND_PATIENCE))?;
        let header = StoreHeader::read(&connection)?;
        if header.is_foreign() {
            return Err(StoreError::Foreign);
        }
        if header.schema_version > schema::MIGRATIONS.len() {
            return Err(StoreError::NewerVersion);
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")?;
        if header.is_empty() {
            upgrade::claim_empty_file(&mut connection, options)?;
        }
        if header.schema_version < schema::MIGRATIONS.len() || !schema::are_projections_current(&connection)? {
            upgrade::upgrade(&mut connection, path, options)?;
        }
        let (queue, patience) = (WriterQueue::of_store(path), options.patience);
        let mut store = Self { connection, path: path.to_owned(), queue, patience, new_store_id: options.new_store_id };
        store.set_patience(patience)?;
        Ok(store)
    }

    /// Reads the rows that some clauses select, each checked against its digest.
    fn read_rows<R: ProjectionRow>(&self, clauses: &str, values: &[ColumnValue]) -> Result<Vec<R>, StoreError> {
        let rows = tables::select_rows(&self.connection, R::PROJECTION, clauses, values)?;
        rows.iter().map(verified_row).collect()
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let cause = text::single_line(&error.to_string());
        match (error.sqlite_error_code(), &error) {
            (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => Self::Busy,
            (Some(ErrorCode::DiskFull), _) => Self::Full,
            (Some(ErrorCode::ReadOnly), _) => Self::ReadOnly,
            (Some(ErrorCode::NotADatabase), _) => Self::Foreign,
            (Some(ErrorCode::DatabaseCorrupt), _)
            | (
                None,
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..),
            ) => Self::Damaged(cause),
            _ => Self::Unreachable(cause),
        }
    }
}

impl Store for SqliteStore {
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        {
            let _turn = self.queue.wait_for_turn(self.patience).ok_or(StoreError::Busy)?;
            append::append(&mut self.connection, batch)?;
        }
        if batch.erased_trainee.is_some() { append::empty_log(&self.connection) } else { Ok(()) }
    }

    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
        Ok(tables::select_stream(&self.connection, stream)?)
    }

    fn streams(&self, streams: &[StreamId]) -> Result<BTreeMap<StreamId, Vec<StoredFact>>, StoreError> {
        queries::streams(&self.connection, streams)
    }

    fn stream_ids(&self) -> Result<Vec<StreamId>, StoreError> {
        queries::stream_ids(&self.connection)
    }

    fn content(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, String>, StoreError> {
        queries::content(&self.connection, digests)
    }

    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError> {
        let (clauses, values) = queries::attempt_clauses(query);
        self.read_rows(&clauses, &values)
    }

    fn people(&self, query: &PersonQuery) -> Result<Vec<PersonRow>, StoreError> {
        let (clauses, values) = queries::person_clauses(query);
        self.read_rows(&clauses, &values)
    }

    fn certificates(&self, query: &CertificateQuery) -> Result<Vec<CertificateRow>, StoreError> {
        let (clauses, values) = queries::certificate_clauses(query);
        self.read_rows(&clauses, &values)
    }

    fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError> {
        self.read_rows("WHERE trainee = $1 ORDER BY bank, question, revision", &[ColumnValue::text(trainee)])
    }

    fn stored_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError> {
        Ok(tables::select_rows(&self.connection, projection, "", &[])?)
    }

    fn row_differences(&self) -> Result<Vec<RowDifference>, StoreError> {
        // A read transaction sees one snapshot of the store, even while other programs write.
        let transaction = self.connection.unchecked_transaction()?;
        find_row_differences(&*transaction)
    }

    fn rebuild_projections(&mut self) -> Result<(), StoreError> {
        let _turn = self.queue.wait_for_turn(self.patience).ok_or(StoreError::Busy)?;
        upgrade::rebuild_projections(&mut self.connection, &self.new_store_id)
    }

    fn identity(&self) -> Result<StoreIdentity, StoreError> {
        queries::identity(&self.connection)
    }

    fn set_patience(&mut self, patience: Duration) -> Result<(), StoreError> {
        // Half of it is for the queue, half for writers that do not queue.
        self.patience = patience / 2;
        Ok(self.connection.busy_timeout(self.patience)?)
    }

    fn save_copy(&self, folder: &Path, file_name: &str) -> Result<Option<PathBuf>, StoreError> {
        upgrade::save_copy(&self.path, folder, file_name).map(Some)
    }

    fn check_integrity(&self) -> Result<Vec<String>, StoreError> {
        queries::check_integrity(&self.connection)
    }
}
