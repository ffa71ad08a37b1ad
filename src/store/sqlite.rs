//! The store in one SQLite file: write-ahead log, and every commit flushed to the disk before it counts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, ToSql, TransactionBehavior, params};

use super::columns::{self, ATTEMPT, CERTIFICATE, FACT, LEARNED, PERSON};
use super::schema::{APPLICATION, MIGRATIONS};
use super::writes::{erase, put_attempt, put_certificate, put_content, put_fact, put_lesson, put_person};
use super::{Batch, Store, StoreError};
use crate::attempt::chain::StoredFact;
use crate::ids::{CertificateId, Digest, StreamId, TraineeId};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::projections::study::QuestionProgress;
use crate::text;

/// How long a process waits for another one's commit.
const PATIENCE: Duration = Duration::from_secs(2);

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
        let failed = |error| refusal(path, &error);
        let foreign = || StoreError::Foreign { path: path.to_owned() };
        if StoreHeader::of_file(path).is_some_and(StoreHeader::is_foreign) {
            return Err(foreign());
        }
        let mut connection = Connection::open(path).map_err(failed)?;
        // Until it is known to be ours, closing it must not fold a log into the file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        let header = StoreHeader::read(&connection).map_err(failed)?;
        if header.is_foreign() {
            return Err(foreign());
        }
        if header.version > MIGRATIONS.len() {
            return Err(StoreError::Newer { path: path.to_owned() });
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
        connection
            .execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")
            .map_err(failed)?;
        if header.version < MIGRATIONS.len() {
            migrate(&mut connection).map_err(failed)?;
        }
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Makes a store that lives in memory only, for tests.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::open(Path::new(":memory:"))
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> StoreError {
        |error| refusal(&self.path, &error)
    }

    fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), what }
    }

    /// Lists some certificates that were taken in, each held to its seal.
    fn some_certificates(&self, which: &str, params: &[&dyn ToSql]) -> Result<Vec<CertificateRow>, StoreError> {
        let rows =
            self.list(&format!("SELECT {CERTIFICATE} FROM certificate {which}"), params, columns::certificate)?;
        let check = |(row, seal): (CertificateRow, Digest)| match row.seal() == seal {
            true => Ok(row),
            false => Err(self.damaged(format!("the record of certificate {} was changed", row.id))),
        };
        rows.into_iter().map(check).collect()
    }

    /// Runs a query and reads all its rows.
    fn list<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        read: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(self.failed())?;
        let rows = statement.query_map(params, read).map_err(self.failed())?;
        rows.collect::<rusqlite::Result<_>>().map_err(self.failed())
    }
}

/// What tells whether a file is ours.
#[derive(Debug, Clone, Copy)]
struct StoreHeader {
    /// The id of the program that made it; 0 where none was written.
    application: i64,
    /// How many migrations it has seen.
    version: usize,
    /// How many tables and indexes it has.
    tables: usize,
}

impl StoreHeader {
    /// Reads it in one statement: between two, another process may make the store.
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT application_id, user_version, (SELECT COUNT(*) FROM sqlite_master) \
                   FROM pragma_application_id, pragma_user_version";
        let header =
            |row: &rusqlite::Row<'_>| Ok(Self { application: row.get(0)?, version: row.get(1)?, tables: row.get(2)? });
        connection.query_row(sql, [], header)
    }

    /// Reads it from the file alone, without its log, without a lock and without leaving a trace; nothing where that cannot
    /// be done. A new store that was killed has no tables in the file yet: its log is read afterwards.
    fn of_file(path: &Path) -> Option<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        // A drive letter is a path within the address.
        let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path };
        let connection = Connection::open_with_flags(format!("file:{path}?immutable=1"), flags).ok()?;
        Self::read(&connection).ok()
    }

    /// Returns whether another program made the file. An empty one is nobody's.
    fn is_foreign(self) -> bool {
        let is_empty = self.application == 0 && self.version == 0 && self.tables == 0;
        self.application != APPLICATION && !is_empty
    }
}

/// Brings the file to the newest schema, in one transaction; ten programs may try at once and one of them does it.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in MIGRATIONS.iter().skip(StoreHeader::read(&change)?.version) {
        change.execute_batch(migration)?;
    }
    change.pragma_update(None, "application_id", APPLICATION)?;
    change.pragma_update(None, "user_version", MIGRATIONS.len())?;
    change.commit()
}

/// Turns what SQLite says into what a person can act on.
fn refusal(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    let cause = text::single_line(&error.to_string());
    let code = error.sqlite_error_code();
    match (code, error) {
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => StoreError::Busy,
        (Some(ErrorCode::DiskFull), _) => StoreError::Full { path },
        (Some(ErrorCode::NotADatabase), _) => StoreError::Foreign { path },
        (Some(ErrorCode::DatabaseCorrupt), _) | (None, rusqlite::Error::FromSqlConversionFailure(..)) => {
            StoreError::Damaged { path, what: cause }
        }
        (None, rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::IntegralValueOutOfRange(..)) => {
            StoreError::Damaged { path, what: cause }
        }
        _ => StoreError::Unavailable { path, cause },
    }
}

impl Store for SqliteStore {
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let path = self.path.clone();
        let failed = |error| refusal(&path, &error);
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        if let Some(person) = &batch.person {
            let key = text::name_key(&person.person.name);
            // Who has the name already keeps it, even where a certificate brought in another of that name.
            let taken = "SELECT 1 FROM person WHERE name_key = $1 AND id <> $2 \
                         AND NOT EXISTS (SELECT 1 FROM person WHERE name_key = $1 AND id = $2)";
            let taken = change.query_row(taken, params![key, person.id.to_string()], |_| Ok(())).optional();
            if taken.map_err(failed)?.is_some() {
                return Err(StoreError::NameTaken);
            }
            put_person(&change, person, &key).map_err(failed)?;
        }
        if let Some(stranger) = &batch.stranger {
            put_person(&change, stranger, &text::name_key(&stranger.person.name)).map_err(failed)?;
        }
        if let Some(erased) = batch.erased {
            erase(&change, erased).map_err(failed)?;
        }
        for (digest, text) in &batch.content {
            put_content(&change, *digest, text).map_err(failed)?;
        }
        for row in &batch.facts {
            put_fact(&change, row).map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => StoreError::ContinuedElsewhere,
                _ => failed(error),
            })?;
        }
        if let Some(attempt) = &batch.attempt {
            put_attempt(&change, attempt).map_err(failed)?;
        }
        if let Some(lesson) = &batch.lesson {
            put_lesson(&change, lesson).map_err(failed)?;
        }
        if let Some(certificate) = &batch.certificate {
            put_certificate(&change, certificate).map_err(failed)?;
        }
        change.commit().map_err(failed)?;
        if batch.erased.is_some() {
            // What was erased also stands in the log beside the file, until that is folded in and cut.
            let busy = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0).map(|busy| busy != 0);
            let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy).map_err(self.failed())?;
            if busy {
                return Err(StoreError::LeftInLog);
            }
        }
        Ok(())
    }

    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
        let sql =
            format!("SELECT {FACT} FROM fact f LEFT JOIN secret s ON s.fact = f.id WHERE f.stream = $1 ORDER BY f.seq");
        self.list(&sql, &[&stream.to_string()], columns::fact)
    }

    fn streams(&self) -> Result<Vec<StreamId>, StoreError> {
        let names =
            self.list("SELECT DISTINCT stream FROM fact ORDER BY stream", &[], |row| row.get::<_, String>(0))?;
        let parse = |name: String| {
            name.parse().map_err(|_| self.damaged(format!("\"{}\" names no chain", text::sanitize(&name))))
        };
        names.into_iter().map(parse).collect()
    }

    fn content(&self, digest: Digest) -> Result<Option<String>, StoreError> {
        let sql = "SELECT text FROM content WHERE digest = $1";
        Ok(self.list(sql, &[&digest.to_string()], |row| row.get(0))?.pop())
    }

    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError> {
        let mut sql = format!("SELECT {ATTEMPT} FROM attempt WHERE 1 = 1");
        let trainee = query.trainee.map(|trainee| trainee.to_string());
        let mode = query.mode.map(|mode| mode.name());
        let limit = query.limit.map(i64::from);
        let mut values: Vec<&dyn ToSql> = Vec::new();
        if let Some(trainee) = &trainee {
            values.push(trainee);
            sql += &format!(" AND trainee = ${}", values.len());
        }
        if let Some(mode) = &mode {
            values.push(mode);
            sql += &format!(" AND mode = ${}", values.len());
        }
        sql += if query.open { " AND finished IS NULL AND voided = 0" } else { "" };
        sql += if query.certified { " AND certificate IS NOT NULL" } else { "" };
        sql += " ORDER BY started DESC, id DESC";
        if let Some(limit) = &limit {
            values.push(limit);
            sql += &format!(" LIMIT ${}", values.len());
        }
        let rows = self.list(&sql, &values, columns::attempt)?;
        let check = |(row, seal): (AttemptRow, Digest)| match row.seal() == seal {
            true => Ok(row),
            false => Err(self.damaged(format!("the record of attempt {} was changed", row.id))),
        };
        rows.into_iter().map(check).collect()
    }

    fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        self.list(&format!("SELECT {PERSON} FROM person ORDER BY name_key, id"), &[], columns::person)
    }

    fn person(&self, id: TraineeId) -> Result<Option<PersonRow>, StoreError> {
        let sql = format!("SELECT {PERSON} FROM person WHERE id = $1");
        Ok(self.list(&sql, &[&id.to_string()], columns::person)?.pop())
    }

    fn namesakes(&self, key: &str) -> Result<Vec<PersonRow>, StoreError> {
        let sql = format!("SELECT {PERSON} FROM person WHERE name_key = $1 ORDER BY id");
        self.list(&sql, &[&key], columns::person)
    }

    fn certificates(&self, trainee: Option<TraineeId>) -> Result<Vec<CertificateRow>, StoreError> {
        let (order, one) = ("ORDER BY valid_until DESC, id", trainee.map(|trainee| trainee.to_string()));
        match &one {
            Some(trainee) => self.some_certificates(&format!("WHERE trainee = $1 {order}"), &[trainee]),
            None => self.some_certificates(order, &[]),
        }
    }

    fn certificate(&self, id: CertificateId) -> Result<Option<CertificateRow>, StoreError> {
        Ok(self.some_certificates("WHERE id = $1", &[&id.to_string()])?.pop())
    }

    fn learned(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError> {
        let sql = format!("SELECT {LEARNED} FROM learned WHERE trainee = $1 ORDER BY bank, question, revision");
        let rows = self.list(&sql, &[&trainee.to_string()], columns::learned)?;
        let check = |(row, seal): (QuestionProgress, Digest)| match row.seal(trainee) == seal {
            true => Ok(row),
            false => Err(self.damaged(format!("the progress on {} was changed", row.question))),
        };
        rows.into_iter().map(check).collect()
    }

    fn inspect(&self) -> Result<(), StoreError> {
        let found = self.list("PRAGMA integrity_check(1)", &[], |row| row.get::<_, String>(0))?;
        match found.first().map(String::as_str) {
            Some("ok") => Ok(()),
            found => Err(self.damaged(text::single_line(found.unwrap_or("no answer from the check")))),
        }
    }
}
