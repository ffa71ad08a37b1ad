//! `Store` in one SQLite file, in write-ahead log mode. Every commit is flushed to disk before `append` returns.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, ToSql, TransactionBehavior, params};

use super::columns::{self, ATTEMPT_COLUMNS, CERTIFICATE_COLUMNS, FACT_COLUMNS, PERSON_COLUMNS, PROGRESS_COLUMNS};
use super::schema::{APPLICATION_ID, MIGRATIONS};
use super::writes::{delete_person, put_attempt, put_certificate, put_content, put_fact, put_person, put_progress};
use super::{Batch, Store, StoreError};
use crate::attempt::chain::StoredFact;
use crate::ids::{CertificateId, Digest, StreamId, TraineeId};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::projections::study::QuestionProgress;
use crate::text;

/// How long a process waits for another one's commit.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// An open SQLite store.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
}

impl SqliteStore {
    /// Opens the store at `path`, or makes it, and brings it to the newest schema.
    ///
    /// # Errors
    /// Where the file is of a newer program, of another one, damaged, or out of reach. It is left as it was then.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let map_error = |error| to_store_error(path, &error);
        let foreign_file = || StoreError::ForeignFile { path: path.to_owned() };
        // Reading a pipe would wait for its writer; SQLite refuses it below.
        let is_foreign = || StoreHeader::read_file(path).is_some_and(StoreHeader::is_foreign);
        if path.is_file() && !has_our_application_id(path) && is_foreign() {
            return Err(foreign_file());
        }
        let mut connection = Connection::open(path).map_err(map_error)?;
        // Until it is known to be ours, closing it must not fold a log into the file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(map_error)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(map_error)?;
        let header = StoreHeader::read(&connection).map_err(map_error)?;
        if header.is_foreign() {
            return Err(foreign_file());
        }
        if header.schema_version > MIGRATIONS.len() {
            return Err(StoreError::NewerVersion { path: path.to_owned() });
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(map_error)?;
        connection
            .execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")
            .map_err(map_error)?;
        if header.schema_version < MIGRATIONS.len() {
            migrate(&mut connection).map_err(map_error)?;
        }
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Makes a store that lives in memory only, for tests.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        Self::open(Path::new(":memory:"))
    }

    fn error_mapper(&self) -> impl Fn(rusqlite::Error) -> StoreError {
        |error| to_store_error(&self.path, &error)
    }

    fn damaged_error(&self, detail: String) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), detail }
    }

    /// Lists some certificates that were taken in, each held to its seal.
    fn select_certificates(&self, clauses: &str, params: &[&dyn ToSql]) -> Result<Vec<CertificateRow>, StoreError> {
        let rows = self.query_rows(
            &format!("SELECT {CERTIFICATE_COLUMNS} FROM certificate {clauses}"),
            params,
            columns::read_certificate,
        )?;
        let verify_row_digest = |(row, stored_digest): (CertificateRow, Digest)| match row.row_digest() == stored_digest
        {
            true => Ok(row),
            false => Err(self.damaged_error(format!("the record of certificate {} was changed", row.id))),
        };
        rows.into_iter().map(verify_row_digest).collect()
    }

    /// Runs a query and reads all its rows.
    fn query_rows<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        read_row: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(self.error_mapper())?;
        let rows = statement.query_map(params, read_row).map_err(self.error_mapper())?;
        rows.collect::<rusqlite::Result<_>>().map_err(self.error_mapper())
    }
}

/// What tells whether a file is ours.
#[derive(Debug, Clone, Copy)]
struct StoreHeader {
    /// The id of the program that made it; 0 where none was written.
    application_id: i32,
    /// How many migrations it has seen.
    schema_version: usize,
    /// How many tables and indexes it has.
    object_count: usize,
}

impl StoreHeader {
    /// Reads it in one statement: between two, another process may make the store.
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT application_id, user_version, (SELECT COUNT(*) FROM sqlite_master) \
                   FROM pragma_application_id, pragma_user_version";
        let read_header = |row: &rusqlite::Row<'_>| {
            Ok(Self { application_id: row.get(0)?, schema_version: row.get(1)?, object_count: row.get(2)? })
        };
        connection.query_row(sql, [], read_header)
    }

    /// Reads it from the file alone, without its log, without a lock and without leaving a trace; nothing where that
    /// cannot be done. A new store that was killed has no tables in the file yet: its log is read afterwards.
    fn read_file(path: &Path) -> Option<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        // A drive letter is a path within the address.
        let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path };
        let connection = Connection::open_with_flags(format!("file:{path}?immutable=1"), flags).ok()?;
        Self::read(&connection).ok()
    }

    /// Returns whether another program made the file. An empty one is nobody's.
    fn is_foreign(self) -> bool {
        let is_empty = self.application_id == 0 && self.schema_version == 0 && self.object_count == 0;
        self.application_id != APPLICATION_ID && !is_empty
    }
}

/// Returns whether the file begins as one of this program's, by the application id at byte 68 of a SQLite file
/// (<https://www.sqlite.org/fileformat.html>). This spares every start but the first a second connection.
fn has_our_application_id(path: &Path) -> bool {
    let mut header = [0; 72];
    let is_read = File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok();
    is_read && header.starts_with(b"SQLite format 3\0") && header.ends_with(&APPLICATION_ID.to_be_bytes())
}

/// Brings the file to the newest schema, in one transaction; ten programs may try at once and one of them does it.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in MIGRATIONS.iter().skip(StoreHeader::read(&transaction)?.schema_version) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()
}

/// Turns what SQLite says into what a person can act on.
fn to_store_error(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    let cause = text::single_line(&error.to_string());
    let code = error.sqlite_error_code();
    match (code, error) {
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => StoreError::Busy,
        (Some(ErrorCode::DiskFull), _) => StoreError::DiskFull { path },
        (Some(ErrorCode::NotADatabase), _) => StoreError::ForeignFile { path },
        (Some(ErrorCode::DatabaseCorrupt), _) | (None, rusqlite::Error::FromSqlConversionFailure(..)) => {
            StoreError::Damaged { path, detail: cause }
        }
        (None, rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::IntegralValueOutOfRange(..)) => {
            StoreError::Damaged { path, detail: cause }
        }
        _ => StoreError::Unavailable { path, cause },
    }
}

impl Store for SqliteStore {
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let path = self.path.clone();
        let map_error = |error| to_store_error(&path, &error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(map_error)?;
        if let Some(person) = &batch.person {
            let key = text::name_key(&person.person.name);
            // Who has the name already keeps it, even where a certificate brought in another of that name.
            let taken = "SELECT 1 FROM person WHERE name_key = $1 AND id <> $2 \
                         AND NOT EXISTS (SELECT 1 FROM person WHERE name_key = $1 AND id = $2)";
            let taken = transaction.query_row(taken, params![key, person.id.to_string()], |_| Ok(())).optional();
            if taken.map_err(map_error)?.is_some() {
                return Err(StoreError::NameTaken);
            }
            put_person(&transaction, person, &key).map_err(map_error)?;
        }
        if let Some(imported_holder) = &batch.imported_holder {
            put_person(&transaction, imported_holder, &text::name_key(&imported_holder.person.name))
                .map_err(map_error)?;
        }
        if let Some(erased_trainee) = batch.erased_trainee {
            delete_person(&transaction, erased_trainee).map_err(map_error)?;
        }
        for (digest, text) in &batch.content {
            put_content(&transaction, *digest, text).map_err(map_error)?;
        }
        for row in &batch.facts {
            put_fact(&transaction, row).map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => StoreError::ConcurrentAppend,
                _ => map_error(error),
            })?;
        }
        if let Some(attempt) = &batch.attempt {
            put_attempt(&transaction, attempt).map_err(map_error)?;
        }
        if let Some(practice_answer) = &batch.practice_answer {
            put_progress(&transaction, practice_answer).map_err(map_error)?;
        }
        if let Some(certificate) = &batch.certificate {
            put_certificate(&transaction, certificate).map_err(map_error)?;
        }
        transaction.commit().map_err(map_error)?;
        if batch.erased_trainee.is_some() {
            // What was erased also stands in the log beside the file, until that is folded in and cut.
            let is_busy = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0).map(|is_busy| is_busy != 0);
            let is_busy = self
                .connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], is_busy)
                .map_err(self.error_mapper())?;
            if is_busy {
                return Err(StoreError::ErasedDataInLog);
            }
        }
        Ok(())
    }

    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
        let sql = format!(
            "SELECT {FACT_COLUMNS} FROM fact f LEFT JOIN secret s ON s.fact = f.id WHERE f.stream = $1 ORDER BY f.seq"
        );
        self.query_rows(&sql, &[&stream.to_string()], columns::read_fact)
    }

    fn stream_ids(&self) -> Result<Vec<StreamId>, StoreError> {
        let names =
            self.query_rows("SELECT DISTINCT stream FROM fact ORDER BY stream", &[], |row| row.get::<_, String>(0))?;
        let parse = |name: String| {
            name.parse().map_err(|_| self.damaged_error(format!("\"{}\" names no chain", text::sanitize(&name))))
        };
        names.into_iter().map(parse).collect()
    }

    fn content(&self, digest: Digest) -> Result<Option<String>, StoreError> {
        let sql = "SELECT text FROM content WHERE digest = $1";
        Ok(self.query_rows(sql, &[&digest.to_string()], |row| row.get(0))?.pop())
    }

    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError> {
        let mut sql = format!("SELECT {ATTEMPT_COLUMNS} FROM attempt WHERE 1 = 1");
        let trainee = query.trainee.map(|trainee| trainee.to_string());
        let mode = query.mode.map(|mode| mode.name());
        let limit = query.max_count.map(i64::from);
        let mut values: Vec<&dyn ToSql> = Vec::new();
        if let Some(trainee) = &trainee {
            values.push(trainee);
            sql += &format!(" AND trainee = ${}", values.len());
        }
        if let Some(mode) = &mode {
            values.push(mode);
            sql += &format!(" AND mode = ${}", values.len());
        }
        sql += if query.open_only { " AND finished IS NULL AND voided = 0" } else { "" };
        sql += if query.certified_only { " AND certificate IS NOT NULL" } else { "" };
        sql += " ORDER BY started DESC, id DESC";
        if let Some(limit) = &limit {
            values.push(limit);
            sql += &format!(" LIMIT ${}", values.len());
        }
        let rows = self.query_rows(&sql, &values, columns::read_attempt)?;
        let verify_row_digest = |(row, stored_digest): (AttemptRow, Digest)| match row.row_digest() == stored_digest {
            true => Ok(row),
            false => Err(self.damaged_error(format!("the record of attempt {} was changed", row.id))),
        };
        rows.into_iter().map(verify_row_digest).collect()
    }

    fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        self.query_rows(
            &format!("SELECT {PERSON_COLUMNS} FROM person ORDER BY name_key, id"),
            &[],
            columns::read_person,
        )
    }

    fn person(&self, id: TraineeId) -> Result<Option<PersonRow>, StoreError> {
        let sql = format!("SELECT {PERSON_COLUMNS} FROM person WHERE id = $1");
        Ok(self.query_rows(&sql, &[&id.to_string()], columns::read_person)?.pop())
    }

    fn people_with_name(&self, key: &str) -> Result<Vec<PersonRow>, StoreError> {
        let sql = format!("SELECT {PERSON_COLUMNS} FROM person WHERE name_key = $1 ORDER BY id");
        self.query_rows(&sql, &[&key], columns::read_person)
    }

    fn certificates(&self, trainee: Option<TraineeId>) -> Result<Vec<CertificateRow>, StoreError> {
        let (order, trainee_text) = ("ORDER BY valid_until DESC, id", trainee.map(|trainee| trainee.to_string()));
        match &trainee_text {
            Some(trainee) => self.select_certificates(&format!("WHERE trainee = $1 {order}"), &[trainee]),
            None => self.select_certificates(order, &[]),
        }
    }

    fn certificate(&self, id: CertificateId) -> Result<Option<CertificateRow>, StoreError> {
        Ok(self.select_certificates("WHERE id = $1", &[&id.to_string()])?.pop())
    }

    fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError> {
        let sql =
            format!("SELECT {PROGRESS_COLUMNS} FROM learned WHERE trainee = $1 ORDER BY bank, question, revision");
        let rows = self.query_rows(&sql, &[&trainee.to_string()], columns::read_progress)?;
        let check = |(row, seal): (QuestionProgress, Digest)| match row.row_digest(trainee) == seal {
            true => Ok(row),
            false => Err(self.damaged_error(format!("the progress on {} was changed", row.question))),
        };
        rows.into_iter().map(check).collect()
    }

    fn check_integrity(&self) -> Result<(), StoreError> {
        let found = self.query_rows("PRAGMA integrity_check(1)", &[], |row| row.get::<_, String>(0))?;
        match found.first().map(String::as_str) {
            Some("ok") => Ok(()),
            found => Err(self.damaged_error(text::single_line(found.unwrap_or("no answer from the check")))),
        }
    }
}
