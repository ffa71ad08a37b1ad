//! Repairs a damaged store file, and puts a backup in the place of a store. Both set the old files aside together.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension};

use super::guard::{self, StoreFiles, log_index_path, log_path};
use super::header::{StoreHeader, open_existing, open_immutable};
use super::mark::MarkFile;
use super::salvage::salvage_into;
use super::schema::MIGRATIONS;
use super::{SqliteOptions, SqliteStore, copy, queries, upgrade};
use crate::clock::Timestamp;
use crate::paths::{self, TemporaryDir};
use crate::store::loss::{Loss, LossCause, set_aside_folder, unsettled_losses};
use crate::store::{Batch, Store, StoreError, StoreIdentity};

/// What a repair of the file did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRepair {
    /// How many facts were found again that the store no longer showed.
    pub recovered_facts: u64,
    /// The folder with the files as they were before the repair.
    pub folder: PathBuf,
}

/// Looks for facts in damaged files of the store at `path` and in the files that were set aside. If there is something
/// that the store no longer shows, or if it cannot be opened, a new store with all facts that were found takes its place.
/// Returns `None` if the store needs no such repair.
///
/// # Errors
/// [`StoreError::Busy`] if another program has the store open, [`StoreError::Foreign`] if the file is no store and nothing
/// of a store is in it, [`StoreError::NewerVersion`], and the common errors of [`Store`].
pub fn repair_file(path: &Path, options: &SqliteOptions) -> Result<Option<FileRepair>, StoreError> {
    let lock = guard::lock_alone(path)?;
    guard::check(path, options)?;
    let version = StoreHeader::read_file(path).map_or(0, |header| header.schema_version);
    if version > MIGRATIONS.len() {
        return Err(StoreError::NewerVersion);
    }
    let mut sources = vec![StoreFiles::at(path)];
    let file_name = path.file_name().unwrap_or_default();
    let losses = unsettled_losses(path);
    sources.extend(losses.iter().rev().filter_map(|loss| {
        let files = StoreFiles::at(&loss.folder.as_ref()?.join(file_name));
        // The log of another store has facts about other people.
        let log = if loss.is_log_ours { files.log } else { PathBuf::new() };
        Some(StoreFiles { log, ..files })
    }));
    let scratch = Scratch::beside(path)?;
    let fact_count = build_from_facts(&scratch.store_path(), &sources, path, options)?;
    let (recovered_facts, is_usable) = compare_with_current(&scratch.store_path(), path, options)?;
    if is_usable && recovered_facts == 0 {
        return Ok(None);
    }
    // A damaged store gives its facts, and any other file gives none.
    if fact_count == 0 && StoreHeader::read_file(path).is_none_or(StoreHeader::is_foreign) && path.is_file() {
        return Err(StoreError::Foreign);
    }
    let name = format!("{}-before-repair", options.opened_at.format_for_file_name());
    let folder = replace_store(path, &scratch.store_path(), &name, options.opened_at)?;
    drop(lock);
    Ok(Some(FileRepair { recovered_facts, folder }))
}

/// A folder for a store that is built beside the real one. It is removed at the end. It is in the folder of what was set
/// aside, so that erasing a person also removes one that a killed program left.
#[derive(Debug)]
struct Scratch(TemporaryDir);

impl Scratch {
    fn beside(path: &Path) -> Result<Self, StoreError> {
        let folder = TemporaryDir::create_in(&set_aside_folder(path)).map_err(|error| unreachable(&error))?;
        let scratch = Self(folder);
        paths::create_private_file(&scratch.store_path()).map_err(|error| unreachable(&error))?;
        Ok(scratch)
    }

    fn store_path(&self) -> PathBuf {
        self.0.path().join("needlewise.db")
    }
}

fn unreachable(error: &io::Error) -> StoreError {
    StoreError::Unreachable(paths::io_reason(error))
}

/// Builds a store with all facts in the sources, and computes its rows. Returns how many facts it has.
fn build_from_facts(
    scratch: &Path,
    sources: &[StoreFiles],
    current: &Path,
    options: &SqliteOptions,
) -> Result<u64, StoreError> {
    let mut connection = Connection::open(scratch)?;
    // Everything is written once and flushed at the end, and the file counts only then.
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;")?;
    upgrade::claim_empty_file(&mut connection, options)?;
    upgrade::make_tables(&connection, 0)?;
    let transaction = connection.transaction()?;
    salvage_into(&transaction, sources)?;
    keep_identity(&transaction, current, sources)?;
    upgrade::take_rows_of(&transaction, current)?;
    upgrade::rewrite_projections(&transaction)?;
    let count = transaction.query_row("SELECT COUNT(*) FROM stored_fact", [], |row| row.get(0))?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    paths::flush_file(scratch).map_err(|error| unreachable(&error))?;
    Ok(count)
}

/// Gives the new store the identity of the newest source that has one, with more commits than any of them.
fn keep_identity(connection: &Connection, current: &Path, sources: &[StoreFiles]) -> Result<(), StoreError> {
    let marked = MarkFile::of_store(current).read().map(|mark| StoreIdentity { id: mark.store, commits: mark.commits });
    // If the store was missing, the current one was only made since then.
    let lost = unsettled_losses(current).into_iter().filter(|loss| loss.cause == LossCause::StoreMissing);
    let lost_log = lost.filter_map(|loss| Some(StoreFiles::at(&loss.folder?.join(current.file_name()?))));
    let lost: Vec<StoreIdentity> = lost_log.filter_map(|files| guard::identity_of_files(&files)).collect();
    let own = sources.iter().filter_map(guard::identity_of_files).chain(marked);
    let found: Vec<StoreIdentity> = lost.into_iter().chain(own).collect();
    let Some(identity) = found.first() else { return Ok(()) };
    let commits = found.iter().filter(|other| other.id == identity.id).map(|other| other.commits).max().unwrap_or(0);
    let commits = i64::try_from(commits.saturating_add(1)).unwrap_or(i64::MAX);
    connection.execute("UPDATE store SET id = $1, commits = $2", rusqlite::params![identity.id, commits])?;
    Ok(())
}

/// Returns how much of the rebuilt store the current one lacks, and whether the current one can be used.
fn compare_with_current(scratch: &Path, path: &Path, options: &SqliteOptions) -> Result<(u64, bool), StoreError> {
    let count_in = |connection: &Connection, table: &str| -> rusqlite::Result<u64> {
        connection.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0))
    };
    let rebuilt = open_immutable(scratch).ok_or(StoreError::Incomplete)?;
    let current = match SqliteStore::open_locked(path, options) {
        Ok(store) => store,
        Err(error @ (StoreError::Full | StoreError::Busy | StoreError::ReadOnly)) => return Err(error),
        Err(_) => return Ok((count_in(&rebuilt, "stored_fact")?, false)),
    };
    // Closing it must not move its log into a damaged file: the files are set aside as they are.
    current.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let current = &current.connection;
    let is_sound = current.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    if is_sound.as_deref() != Ok("ok") {
        let readable = count_in(current, "stored_fact").unwrap_or(0);
        return Ok((count_in(&rebuilt, "stored_fact")?.saturating_sub(readable), false));
    }
    let sql = "SELECT f.id, f.digest, p.payload IS NOT NULL FROM stored_fact f \
               LEFT JOIN fact_payload p ON p.fact = f.id";
    let known_sql = "SELECT p.payload IS NOT NULL FROM stored_fact f LEFT JOIN fact_payload p ON p.fact = f.id \
                     WHERE f.id = $1 AND f.digest = $2";
    let (mut facts, mut known) = (rebuilt.prepare(sql)?, current.prepare(known_sql)?);
    let (mut rows, mut recovered) = (facts.query([])?, 0);
    while let Some(row) = rows.next()? {
        let key: [String; 2] = [row.get(0)?, row.get(1)?];
        let has_payload: bool = row.get(2)?;
        let found = known.query_row(key, |row| row.get::<_, bool>(0)).optional()?;
        recovered += u64::from(found.is_none_or(|had_payload| has_payload && !had_payload));
    }
    let mut content = rebuilt.prepare("SELECT digest FROM stored_content")?;
    let mut known = current.prepare("SELECT 1 FROM stored_content WHERE digest = $1")?;
    let mut rows = content.query([])?;
    while let Some(row) = rows.next()? {
        recovered += u64::from(known.query_row([row.get::<_, String>(0)?], |_| Ok(())).optional()?.is_none());
    }
    Ok((recovered, true))
}

/// Puts a finished store file in the place of the store at `path`. The store's files are copied into a folder beside it,
/// which is returned. The folder describes a loss until everything is done, so a program that is killed in between leaves
/// one that is reported and can be repaired.
fn replace_store(path: &Path, new_file: &Path, folder_name: &str, at: Timestamp) -> Result<PathBuf, StoreError> {
    let folder =
        paths::create_new_private_dir(&set_aside_folder(path), folder_name).map_err(|error| unreachable(&error))?;
    let others = [log_path(path), log_index_path(path), path.with_extension("mark")];
    let replace = || -> io::Result<()> {
        for old in std::iter::once(&path.to_owned()).chain(&others).filter(|old| old.is_file()) {
            std::fs::copy(old, folder.join(old.file_name().unwrap_or_default()))?;
        }
        let loss = Loss {
            noticed_at: at,
            cause: LossCause::StoreOlder,
            missing_commits: None,
            attempts: Vec::new(),
            is_log_ours: true,
            folder: Some(folder.clone()),
        };
        loss.write(&folder)?;
        // The log first: SQLite would apply it to the new file.
        for old in others.iter().filter(|old| old.is_file()) {
            std::fs::remove_file(old)?;
        }
        std::fs::rename(new_file, path)?;
        paths::sync_folder_of(path)?;
        loss.settle()
    };
    replace().map_err(|error| unreachable(&error))?;
    Ok(folder)
}

/// Opens a private copy of the store at `path` and of its log, for reading.
pub(super) fn open_copy(path: &Path, options: &SqliteOptions) -> Result<SqliteStore, StoreError> {
    let folder = TemporaryDir::create_in(&std::env::temp_dir()).map_err(|error| unreachable(&error))?;
    let copy = folder.path().join("needlewise.db");
    let mut store = copy_and_open(path, &copy, options)?;
    store.copy_folder = Some(folder);
    Ok(store)
}

/// Copies the store file `source` and the log beside it to `copy`, and opens the copy. It can be written, whatever the
/// permissions of the source are.
fn copy_and_open(source: &Path, copy: &Path, options: &SqliteOptions) -> Result<SqliteStore, StoreError> {
    for (from, to) in [(source.to_owned(), copy.to_owned()), (log_path(source), log_path(copy))] {
        if from == source || from.is_file() {
            std::fs::copy(&from, &to).map_err(|error| unreachable(&error))?;
            paths::make_writable(&to);
        }
    }
    let options = SqliteOptions { copy_folder: None, remains: Vec::new(), ..options.clone() };
    let store = SqliteStore::open(copy, &options)?;
    match unsettled_losses(copy).is_empty() {
        true => Ok(store),
        false => Err(StoreError::Damaged("the log beside it does not fit it".to_owned())),
    }
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The folder with the files of the store before.
    pub folder: PathBuf,
    /// How many people were erased again, or `None` if the store before could not tell who was erased from it.
    pub erased_again: Option<usize>,
}

/// Repeats the erasures of the store at `path` in a backup: the rest of each erased person's chain is added, which says
/// that they were erased. Returns how many people the backup still had, or `None` if the store cannot be read.
fn repeat_erasures(path: &Path, backup: &mut SqliteStore, options: &SqliteOptions) -> Option<usize> {
    let current = SqliteStore::open_locked(path, options).ok()?;
    current.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
    let mut count = 0;
    for person in current.erased_people().ok()? {
        let known = backup.stream(person.into()).ok()?;
        let is_erased = backup.erased_people().ok()?.contains(&person);
        if known.is_empty() || is_erased {
            continue;
        }
        let facts = current.stream(person.into()).ok()?.split_off(known.len());
        let batch = Batch { facts, erased_trainee: Some(person), ..Batch::default() };
        // A chain that went on differently cannot be continued, but its content can be erased.
        if backup.append(&batch).is_err() {
            backup.append(&Batch { erased_trainee: Some(person), ..Batch::default() }).ok()?;
        }
        count += 1;
    }
    Some(count)
}

/// A backup that was checked and can take the place of a store.
#[derive(Debug)]
pub struct CheckedBackup {
    // The order matters: the store must be closed before its folder is removed.
    store: SqliteStore,
    scratch: Scratch,
}

impl CheckedBackup {
    /// Copies the backup `file` beside the store at `path`, upgrades the copy and checks its structures and its content.
    /// A log beside the backup belongs to it.
    ///
    /// # Errors
    /// [`StoreError::Foreign`], [`StoreError::NewerVersion`], [`StoreError::Damaged`], and the common errors of [`Store`].
    pub fn read(file: &Path, path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        let scratch = Scratch::beside(path)?;
        let store = copy_and_open(file, &scratch.store_path(), options)?;
        match store.check_integrity()?.into_iter().next() {
            Some(fault) => Err(StoreError::Damaged(fault)),
            None => Ok(Self { store, scratch }),
        }
    }

    /// Returns the store in the backup, for reading.
    pub fn store(&self) -> &dyn Store {
        &self.store
    }

    /// Puts the backup in the place of the store at `path`. People who were erased from that store are erased from the
    /// backup first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another program has the store open, and the common errors of [`Store`]. The store is then
    /// as before.
    pub fn put_in_place(self, path: &Path, options: &SqliteOptions) -> Result<Restored, StoreError> {
        let lock = guard::lock_alone(path)?;
        let restored_at = options.opened_at;
        let Self { mut store, scratch } = self;
        let erased_again = if path.is_file() { repeat_erasures(path, &mut store, options) } else { Some(0) };
        let finished = copy::save_copy(&scratch.store_path(), &scratch.0.path().join("finished.db"))?;
        drop(store);
        let name = format!("{}-before-restore", restored_at.format_for_file_name());
        let folder = replace_store(path, &finished, &name, restored_at)?;
        drop(lock);
        Ok(Restored { folder, erased_again })
    }
}

/// Writes a verified copy of the store at `store_path` to `target`, and returns its path.
///
/// # Errors
/// [`StoreError::Damaged`] if the store or the copy is damaged, and the common errors of [`Store`].
pub fn save_backup(store_path: &Path, target: &Path) -> Result<PathBuf, StoreError> {
    let _lock = guard::lock_shared_at(store_path)?;
    copy::save_copy(store_path, target)
}

/// Returns the identity of the store at a path, without opening it as a store. A store without facts has none, because it
/// has nothing to back up.
///
/// # Errors
/// The common errors of [`Store`].
pub fn identity_of_used_store(store_path: &Path) -> Result<Option<StoreIdentity>, StoreError> {
    let _lock = guard::lock_shared_at(store_path)?;
    let connection = open_existing(store_path)?;
    let has_facts: bool = connection.query_row("SELECT EXISTS (SELECT 1 FROM stored_fact)", [], |row| row.get(0))?;
    if has_facts { queries::identity(&connection).map(Some) } else { Ok(None) }
}

/// Moves the log of the store at a path into its file, as far as no one reads it. It never waits for others, and nothing
/// is lost if it fails.
pub fn checkpoint(store_path: &Path) {
    let Ok(_lock) = guard::lock_shared_at(store_path) else { return };
    let Ok(connection) = open_existing(store_path) else { return };
    let _ = connection.busy_timeout(std::time::Duration::ZERO);
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}

/// Returns the identity of the store in a backup, or `None` if it has none.
pub fn backup_identity(backup: &Path) -> Option<StoreIdentity> {
    guard::main_identity(backup)
}
