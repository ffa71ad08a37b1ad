//! `Store` in one SQLite file with a write-ahead log. Every commit is flushed to disk before `append` returns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use super::{Batch, COMMAND_PATIENCE, KEY_PATIENCE, Store, StoreError, StoreIdentity, verified_row};
use crate::attempt::chain::StoredFact;
use crate::clock::Timestamp;
use crate::ids::{Digest, StreamId, TraineeId};
use crate::paths::{self, TemporaryDir};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::notebook::{NoteQuery, QuestionNotes, ReadingProgress};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::projections::row::{ColumnValue, Projection, ProjectionRow, StoredRow};
use crate::projections::study::QuestionProgress;
use crate::projections::tables::RowDifference;
use crate::store::audit::find_row_differences;
use crate::text;

mod append;
mod copy;
mod guard;
mod header;
mod log;
mod mark;
mod page;
mod queries;
mod queue;
pub mod recovery;
mod salvage;
mod schema;
mod tables;
mod upgrade;
mod watch;

use guard::StoreLock;
use header::StoreHeader;
use mark::MarkFile;
use queue::WriterQueue;
use watch::StoreWatch;

/// Options for opening a store. The store itself has no clock, no random numbers and no folders.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// How long a write waits for other writers before it fails with [`StoreError::Busy`].
    pub patience: Duration,
    /// Random bytes that become the ID of a store that has none yet.
    pub new_store_id: [u8; 16],
    /// The folder for a copy of the store before its tables change. `None` means no copy.
    pub copy_folder: Option<PathBuf>,
    /// When the store is opened. Folders and copies get this time in their names.
    pub opened_at: Timestamp,
    /// Files and folders that exist only if there was a store. If the store is missing beside them, it was lost.
    pub remains: Vec<PathBuf>,
}

/// An open SQLite store.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    queue: WriterQueue,
    mark: MarkFile,
    watch: StoreWatch,
    patience: Duration,
    new_store_id: [u8; 16],
    opened_at: Timestamp,
    /// Once the store was moved or replaced: the error of every later append.
    replaced: Option<StoreError>,
    /// The folder of a private copy that is read in place of the store. It is removed when this is dropped.
    copy_folder: Option<TemporaryDir>,
    /// The lock, unless the caller holds it. The store stays locked until this is dropped.
    lock: Option<StoreLock>,
}

impl SqliteStore {
    /// Opens the store at `path`, or creates it, and upgrades it to the newest schema.
    ///
    /// # Errors
    /// [`StoreError::NewerVersion`], [`StoreError::Foreign`], and the common errors of [`Store`]. The data in the file
    /// stays as it was.
    pub fn open(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        // Only SQLite may open the file. Closing any other descriptor of it would drop the locks of a connection that
        // is open elsewhere in this process. A pipe is skipped here, because reading it would wait for its writer.
        // SQLite refuses the pipe below.
        if path.is_file() && StoreHeader::read_file(path).is_some_and(StoreHeader::is_foreign) {
            return Err(StoreError::Foreign);
        }
        let lock = guard::lock_and_check(path, options)?;
        match Self::open_locked(path, options) {
            Err(StoreError::Foreign) => {
                lock.remove_if_new();
                Err(StoreError::Foreign)
            }
            opened => {
                let mut store = opened?;
                store.lock = Some(lock);
                guard::check_marked_attempts(&store.connection, path, options);
                Ok(store)
            }
        }
    }

    /// Opens a store that cannot be written, for reading only. Nothing is created or changed beside it: if its log has
    /// something, or if its schema is old, a private copy is read.
    ///
    /// # Errors
    /// [`StoreError::NewerVersion`], [`StoreError::Foreign`], and the common errors of [`Store`].
    pub fn open_read_only(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        let has_log = guard::log_path(path).metadata().is_ok_and(|log| log.len() > 0);
        let current = header::open_immutable(path).filter(|connection| {
            let is_current = schema::are_projections_current(connection).unwrap_or(false);
            let header = StoreHeader::read(connection).ok();
            !has_log && is_current && header.is_some_and(|header| header.schema_version == schema::MIGRATIONS.len())
        });
        let mut store = match current {
            Some(connection) => Self::over(connection, path, options),
            None => recovery::open_copy(path, options)?,
        };
        store.connection.execute_batch("PRAGMA query_only = ON")?;
        store.set_patience(options.patience)?;
        Ok(store)
    }

    /// Returns whether other files show that there was a store at `path`, although it is missing.
    pub fn has_traces(path: &Path, options: &SqliteOptions) -> bool {
        guard::has_traces(path, &options.remains)
    }

    /// Returns the store over an open connection.
    fn over(connection: Connection, path: &Path, options: &SqliteOptions) -> Self {
        Self {
            connection,
            path: path.to_owned(),
            queue: WriterQueue::of_store(path),
            mark: MarkFile::of_store(path),
            watch: StoreWatch::start(path),
            patience: options.patience,
            new_store_id: options.new_store_id,
            opened_at: options.opened_at,
            replaced: None,
            copy_folder: None,
            lock: None,
        }
    }

    /// Opens the store at a path that the caller locked.
    fn open_locked(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        // SQLite gives its other files the permissions of this one. If it cannot be made, SQLite says why.
        let _ = paths::create_private_file(path);
        let mut connection = Connection::open(path)?;
        // A file of another program must stay unchanged, so closing the connection must not checkpoint its log.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // Another program may be upgrading the store, so opening waits longer. No key press waits for it.
        connection.busy_timeout(options.patience.max(COMMAND_PATIENCE))?;
        let header = StoreHeader::read(&connection)?;
        if header.is_foreign() {
            return Err(StoreError::Foreign);
        }
        if header.schema_version > schema::MIGRATIONS.len() {
            return Err(StoreError::NewerVersion);
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        // FULL: a commit must survive a power cut. secure_delete: erased data must not stay in free pages.
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")?;
        if header.is_empty() {
            upgrade::claim_empty_file(&mut connection, options)?;
        }
        if header.schema_version < schema::MIGRATIONS.len() || !schema::are_projections_current(&connection)? {
            upgrade::upgrade(&mut connection, path, options)?;
        }
        upgrade::ensure_log(&connection, options.patience.max(COMMAND_PATIENCE))?;
        let mut store = Self::over(connection, path, options);
        store.set_patience(options.patience)?;
        Ok(store)
    }

    /// Returns an error if the store was moved, removed or replaced since it was opened. What this connection still holds
    /// is then saved beside the data folder.
    fn require_files_in_place(&mut self) -> Result<(), StoreError> {
        if self.replaced.is_none() && self.watch.is_replaced() {
            // Closing the connection must not write the log into a file that may be another store.
            self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            let name = format!("needlewise-rescued-{}", self.opened_at.format_for_file_name());
            let beside_data_folder = self.path.parent().and_then(Path::parent);
            let target = beside_data_folder.map(|folder| paths::free_path(folder, &name, ".db"));
            let rescued = target.and_then(|target| copy::copy_to(&self.connection, &target).ok());
            self.replaced = Some(StoreError::Replaced { rescued });
        }
        self.replaced.clone().map_or(Ok(()), Err)
    }

    /// Reads the rows that the clauses select, each checked against its digest.
    fn read_rows<R: ProjectionRow>(&self, clauses: &str, values: &[ColumnValue]) -> Result<Vec<R>, StoreError> {
        let rows = tables::select_rows(&self.connection, R::PROJECTION, clauses, values)?;
        rows.iter().map(verified_row).collect()
    }
}

impl Drop for SqliteStore {
    /// Looks at the files once more. Closing a connection whose files were replaced would otherwise move its log into a
    /// file that no one will find, and delete the log of the other store.
    fn drop(&mut self) {
        let _ = self.require_files_in_place();
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
            (Some(ErrorCode::DatabaseCorrupt), _) => Self::Damaged("the file is corrupt".to_owned()),
            // A value of a type that this program never writes is damage too.
            (
                None,
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..),
            ) => Self::Damaged("a stored value has a type that needlewise never writes".to_owned()),
            (Some(ErrorCode::SystemIoFailure), _) => Self::Unreachable("it cannot be read or written".to_owned()),
            (Some(ErrorCode::CannotOpen), _) => Self::Unreachable("the file cannot be opened".to_owned()),
            (Some(ErrorCode::PermissionDenied), _) => Self::Unreachable("permission denied".to_owned()),
            // A statement of this program fits every store that it made, so a table or a column is missing. It is no
            // damage of one chain: a check that skips damaged chains would find nothing wrong in a store without facts.
            (Some(ErrorCode::Unknown), _) | (None, rusqlite::Error::SqlInputError { .. }) => Self::Incomplete,
            _ => Self::Unreachable(cause),
        }
    }
}

impl Store for SqliteStore {
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.require_files_in_place()?;
        {
            let _turn = self.queue.wait_for_turn(self.patience).ok_or(StoreError::Busy)?;
            let (identity, changes) = append::append(&mut self.connection, batch)?;
            // The commit may have gone to files that were moved or removed meanwhile. Then it does not count.
            if !self.watch.is_replaced() {
                self.mark.advance(&identity, &changes);
            }
        }
        self.require_files_in_place()?;
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

    fn question_notes(&self, query: &NoteQuery) -> Result<Vec<QuestionNotes>, StoreError> {
        let (clauses, values) = queries::note_clauses(query);
        self.read_rows(&clauses, &values)
    }

    fn reading_progress(&self, trainee: TraineeId) -> Result<Vec<ReadingProgress>, StoreError> {
        self.read_rows("WHERE trainee = $1 ORDER BY reading", &[ColumnValue::text(trainee)])
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

    fn require_same_store(&mut self) -> Result<(), StoreError> {
        self.require_files_in_place()
    }

    fn identity(&self) -> Result<StoreIdentity, StoreError> {
        queries::identity(&self.connection)
    }

    fn set_patience(&mut self, patience: Duration) -> Result<(), StoreError> {
        // A write waits twice: in the queue, and for a writer that does not queue. Each gets half of the time.
        self.patience = patience / 2;
        // A commit that also moves the log into the file takes longer than a key may wait. The interface does that in a
        // job. The number is SQLite's default, in pages.
        let checkpoint_pages = if patience > KEY_PATIENCE { 1000 } else { 0 };
        self.connection.pragma_update(None, "wal_autocheckpoint", checkpoint_pages)?;
        Ok(self.connection.busy_timeout(self.patience)?)
    }

    fn save_copy(&self, folder: &Path, file_name: &str) -> Result<Option<PathBuf>, StoreError> {
        copy::save_copy(&self.path, &folder.join(file_name)).map(Some)
    }

    fn erased_people(&self) -> Result<Vec<TraineeId>, StoreError> {
        queries::erased_people(&self.connection)
    }

    fn check_integrity(&self) -> Result<Vec<String>, StoreError> {
        queries::check_integrity(&self.connection)
    }
}
