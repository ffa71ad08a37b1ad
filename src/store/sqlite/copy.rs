//! Copies a SQLite store into one file, and compares the copy with its source.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::header::{StoreHeader, open_existing, open_immutable};
use super::queries;
use crate::ids::Digest;
use crate::store::StoreError;
use crate::{paths, text};

/// The number of tries to compare a copy with a store that other programs write to.
const TRIES_MAX: usize = 5;

/// What a copy must have in common with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StoreSummary {
    commits: Option<u64>,
    fact_count: u64,
    payload_count: u64,
    content_count: u64,
    /// The digest over the heads of all chains.
    heads: Digest,
}

impl StoreSummary {
    /// Summarizes a store at one moment.
    fn read(connection: &Connection) -> Result<Self, StoreError> {
        let snapshot = connection.unchecked_transaction()?;
        // Migration 4 renamed the tables, and a copy is made before it.
        let is_old = StoreHeader::read(&snapshot)?.schema_version < 4;
        let [facts, payloads, content] =
            if is_old { ["fact", "secret", "content"] } else { ["stored_fact", "fact_payload", "stored_content"] };
        let count =
            |table: &str| snapshot.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get::<_, u64>(0));
        // A store can have lost its identity, and is copied before that is repaired.
        let commits = queries::identity(&snapshot).ok().map(|identity| identity.commits);
        // With MAX, SQLite takes the other columns from the row of the maximum.
        let sql = format!("SELECT stream, MAX(seq), digest FROM {facts} GROUP BY stream ORDER BY stream");
        let mut statement = snapshot.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut heads = Digest::ZERO;
        while let Some(row) = rows.next()? {
            let head = format!("{} {} {}", text_at(row, 0)?, text_at(row, 1)?, text_at(row, 2)?);
            heads = Digest::of_concatenation(heads.as_bytes(), head);
        }
        Ok(Self {
            commits,
            fact_count: count(facts)?,
            payload_count: count(payloads)?,
            content_count: count(content)?,
            heads,
        })
    }
}

/// Returns a value of any type as text, because a damaged store can contain any.
fn text_at(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<String> {
    row.get::<_, rusqlite::types::Value>(index).map(|value| format!("{value:?}"))
}

/// Writes a copy of the store at `path`, which only this user can read. The copy is one file without a log. It counts
/// only after it was opened and has the same facts as the store.
///
/// It uses a second connection, because the first one may have an open transaction, in which `VACUUM` fails.
pub(super) fn save_copy(path: &Path, target: &Path) -> Result<PathBuf, StoreError> {
    copy_to(&open_existing(path)?, target)
}

/// Writes what an open connection holds to `target`, although the files at its path may be gone.
pub(super) fn copy_to(source: &Connection, target: &Path) -> Result<PathBuf, StoreError> {
    let unreachable = |cause: &dyn std::fmt::Display| {
        let (target, cause) = (text::single_line(&target.to_string_lossy()), text::single_line(&cause.to_string()));
        StoreError::Unreachable(format!("a copy cannot be written to {target}: {cause}"))
    };
    let mut failure = None;
    let write_copy = |temporary: &Path| {
        write_verified(source, temporary).map_err(|error| {
            let text = error.fault();
            failure = Some(error);
            std::io::Error::other(text)
        })
    };
    let written = paths::write_atomic_with(target, write_copy);
    match (written, failure) {
        (Ok(()), _) => Ok(target.to_owned()),
        // A full disk and damage have messages of their own.
        (Err(_), Some(error @ (StoreError::Full | StoreError::Damaged(_) | StoreError::Incomplete))) => Err(error),
        (Err(error), _) => Err(unreachable(&error)),
    }
}

/// Writes the copy and compares it with its source. Other programs may write in between, so it may take several tries.
fn write_verified(source: &Connection, target: &Path) -> Result<(), StoreError> {
    let name = target.to_str().ok_or_else(|| StoreError::Unreachable("the path is not Unicode".to_owned()))?;
    for _ in 0..TRIES_MAX {
        let before = StoreSummary::read(source)?;
        // `VACUUM INTO` writes only into an empty file.
        std::fs::File::create(target).map_err(|error| StoreError::Unreachable(paths::io_reason(&error)))?;
        source.execute("VACUUM INTO $1", [name])?;
        let copy = open_immutable(target).ok_or(StoreError::Incomplete)?;
        if StoreSummary::read(&copy)? == before {
            let fault = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?;
            return if fault == "ok" { Ok(()) } else { Err(StoreError::Damaged(text::single_line(&fault))) };
        }
        // Without a change in between, the copy must be the same.
        if StoreSummary::read(source)? == before {
            return Err(StoreError::Damaged("its copy differs from it".to_owned()));
        }
    }
    Err(StoreError::Busy)
}
