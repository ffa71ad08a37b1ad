//! Checks a store before SQLite opens it, and holds a lock while it is open.
//!
//! SQLite does not tie a log to its file. It applies any log of the right name, drops what follows a damaged part, and
//! deletes a log whose file is gone. So the first program that opens a store compares file, log and mark first. If they
//! do not fit, it sets the files aside and records a [`Loss`]. A loss locks no one out, except while there is no space to
//! set a log aside that opening the store would destroy.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::header::open_immutable;
use super::log::{self, LogState};
use super::mark::{Mark, MarkFile, MarkedAttempt};
use super::queue::retry;
use super::{SqliteOptions, queries, tables};
use crate::clock::Timestamp;
use crate::paths;
use crate::store::loss::{AttemptLoss, Loss, LossCause, set_aside_folder};
use crate::store::{COMMAND_PATIENCE, StoreError, StoreIdentity};

/// The lock of an open store. Others can open the store too, but none can replace it.
#[derive(Debug)]
pub(super) struct StoreLock {
    path: PathBuf,
    /// The locked file; `None` in a folder that cannot be written. It is locked until it is closed.
    file: Option<File>,
    is_new: bool,
}

impl StoreLock {
    /// Removes the file if this lock created it, because there is no store to lock.
    pub(super) fn remove_if_new(self) {
        drop(self.file);
        if self.is_new {
            let _ = std::fs::remove_file(self.path);
        }
    }
}

/// Returns the path of the log of the store at `path`.
pub(super) fn log_path(path: &Path) -> PathBuf {
    with_suffix(path, "-wal")
}

/// Returns the path of SQLite's index of the log.
pub(super) fn log_index_path(path: &Path) -> PathBuf {
    with_suffix(path, "-shm")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The file of a store and its log. Either can be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoreFiles {
    pub(super) main: PathBuf,
    pub(super) log: PathBuf,
}

impl StoreFiles {
    /// Returns the files of the store at `path`.
    pub(super) fn at(path: &Path) -> Self {
        Self { main: path.to_owned(), log: log_path(path) }
    }
}

/// Locks the store for opening. If no other program has it open, the files are checked first.
///
/// # Errors
/// [`StoreError::Busy`] if another program replaces the store, and [`StoreError::Unreachable`] if files that do not fit
/// cannot be set aside.
pub(super) fn lock_and_check(path: &Path, options: &SqliteOptions) -> Result<StoreLock, StoreError> {
    let lock = open_lock(path);
    // Without the file, the folder is read-only. Nothing can be set aside there, and SQLite changes nothing either.
    if let Some(file) = &lock.file {
        if file.try_lock().is_ok() {
            let checked = check(path, options);
            // Another program may lock the file between the two calls. It only checks the store once more.
            let _ = file.unlock();
            checked?;
        }
        lock_shared(file, COMMAND_PATIENCE)?;
    }
    Ok(lock)
}

/// Locks an open store for one more connection of this program, or of a program that only copies it.
///
/// # Errors
/// [`StoreError::Busy`] if another program replaces the store.
pub(super) fn lock_shared_at(path: &Path) -> Result<StoreLock, StoreError> {
    let lock = open_lock(path);
    lock.file.as_ref().map_or(Ok(()), |file| lock_shared(file, COMMAND_PATIENCE))?;
    Ok(lock)
}

/// Locks the store for this program alone, for repairing or replacing it.
///
/// # Errors
/// [`StoreError::Busy`] if another program has it open.
pub(super) fn lock_alone(path: &Path) -> Result<StoreLock, StoreError> {
    let lock = open_lock(path);
    match lock.file.as_ref().ok_or(StoreError::ReadOnly)?.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(lock),
    }
}

fn lock_shared(file: &File, patience: Duration) -> Result<(), StoreError> {
    let lock = || match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => None,
        // Some network file systems have no locks. SQLite's own lock still separates writers there.
        Ok(()) | Err(TryLockError::Error(_)) => Some(()),
    };
    retry(patience, lock).ok_or(StoreError::Busy)
}

/// Opens or creates the lock file beside the store.
fn open_lock(path: &Path) -> StoreLock {
    let path = path.with_extension("lock");
    let is_new = path.symlink_metadata().is_err();
    let open = || OpenOptions::new().create(true).truncate(false).write(true).open(&path).ok();
    let file = paths::is_file_or_free(&path).then(open).flatten();
    StoreLock { path, file, is_new }
}

/// The files of a store as they were found.
struct FoundFiles {
    /// Whether there is a file with content.
    has_store: bool,
    /// The identity in the main file alone, without its log.
    main: Option<StoreIdentity>,
    log: LogState,
    has_log: bool,
    /// Whether the log is there and cannot be read. Then nothing is known, and SQLite says why when it opens the store.
    is_log_unreadable: bool,
    mark: Option<Mark>,
    /// Whether there are other files that only a store makes.
    has_remains: bool,
}

impl FoundFiles {
    fn read(path: &Path, mark_file: &MarkFile, remains: &[PathBuf]) -> Self {
        let length = |path: &Path| path.metadata().ok().filter(|found| found.is_file()).map_or(0, |found| found.len());
        let (has_store, log_path) = (length(path) > 0, log_path(path));
        let has_log = length(&log_path) > 0;
        let log = if has_log { log::read_state(&log_path) } else { Ok(LogState::default()) };
        let (is_log_unreadable, log) = (log.is_err(), log.unwrap_or_default());
        let has_remains = remains.iter().any(|path| path.exists());
        let (main, mark) = (main_identity(path), mark_file.read());
        Self { has_store, main, log, has_log, is_log_unreadable, mark, has_remains }
    }

    /// The store as SQLite would open it.
    fn effective(&self) -> Option<&StoreIdentity> {
        self.log.last.as_ref().or(self.main.as_ref())
    }

    /// Returns how the files do not fit, if they do not.
    fn find_cause(&self) -> Option<LossCause> {
        if self.is_log_unreadable {
            return None;
        }
        let is_marked = self.mark.as_ref().is_some_and(|mark| mark.commits > 0);
        if !self.has_store {
            return (self.has_log || is_marked || self.has_remains).then_some(LossCause::StoreMissing);
        }
        if let (Some(main), Some(first), Some(last)) = (&self.main, &self.log.first, &self.log.last) {
            if main.id != last.id {
                return Some(LossCause::ForeignLog);
            }
            if main.commits.saturating_add(1) < first.commits {
                return Some(LossCause::LogGap);
            }
        }
        let is_marked_further = match (&self.mark, self.effective()) {
            (Some(mark), Some(effective)) => mark.store == effective.id && mark.commits > effective.commits,
            _ => false,
        };
        if self.log.commits_after > u64::from(!is_marked_further) {
            return Some(LossCause::LogDamaged);
        }
        // Commits without a number come from a program without marks.
        if self.log.commit_count > 0 && self.log.last.is_none() {
            return None;
        }
        let (mark, effective) = (self.mark.as_ref()?, self.effective()?);
        if mark.store != effective.id {
            return Some(LossCause::StoreReplaced);
        }
        (mark.commits > effective.commits).then_some(LossCause::StoreOlder)
    }

    /// Describes a loss. The attempts are those that were in progress by the mark.
    fn to_loss(&self, cause: LossCause, noticed_at: Timestamp) -> Loss {
        let usable = match cause {
            LossCause::ForeignLog | LossCause::LogGap => self.main.as_ref(),
            _ => self.effective(),
        };
        let mark = self.mark.as_ref();
        let same_store = mark.zip(usable).filter(|(mark, usable)| mark.store == usable.id);
        let missing = same_store.map(|(mark, usable)| mark.commits.saturating_sub(usable.commits));
        let attempts = mark.into_iter().flat_map(|mark| &mark.attempts);
        let attempts = attempts.map(to_attempt_loss).collect();
        let log_id = self.log.last.as_ref().map(|identity| &identity.id);
        let lost_id = mark.map(|mark| &mark.store).or(self.main.as_ref().map(|main| &main.id));
        let is_log_ours = log_id.zip(lost_id).is_none_or(|(log, lost)| log == lost);
        Loss {
            is_log_ours,
            noticed_at,
            cause,
            missing_commits: missing.filter(|count| *count > 0),
            attempts,
            folder: None,
        }
    }
}

/// Returns whether a log, a mark or other files show that there was a store at `path`.
pub(super) fn has_traces(path: &Path, remains: &[PathBuf]) -> bool {
    let found = FoundFiles::read(path, &MarkFile::of_store(path), remains);
    !found.has_store && found.find_cause().is_some()
}

/// Compares the files, and sets them aside if they do not fit. The caller has the lock for itself.
///
/// # Errors
/// [`StoreError::Unreachable`] if the files cannot be set aside.
pub(super) fn check(path: &Path, options: &SqliteOptions) -> Result<(), StoreError> {
    // SQLite gives its other files the permissions of the store. If the store was read-only for a while, they stay so,
    // and every write would fail.
    for other in [log_path(path), log_index_path(path)] {
        if other.is_file() && paths::is_writable(path) && !paths::is_writable(&other) {
            paths::make_writable(&other);
        }
    }
    remove_old_scratch(&set_aside_folder(path));
    let mut mark_file = MarkFile::of_store(path);
    let found = FoundFiles::read(path, &mark_file, &options.remains);
    let Some(cause) = found.find_cause() else { return Ok(()) };
    let loss = found.to_loss(cause, options.opened_at);
    let kept = set_aside(path, &found, &loss);
    // Without a log, opening the store destroys nothing. The loss is noticed again at the next start.
    if kept.is_err() && !found.has_log {
        return Ok(());
    }
    kept.map_err(|error| {
        let reason = paths::io_reason(&error);
        StoreError::Unreachable(format!("its files do not fit, and they cannot be set aside: {reason}"))
    })?;
    let remaining = if is_log_dropped(cause) { found.main.as_ref() } else { found.effective() };
    match remaining {
        Some(identity) => mark_file.reset(&Mark::of(identity)),
        None => mark_file.remove(),
    }
    Ok(())
}

/// Records a loss if an attempt that the mark names went on differently in the store. Then a copy took the place of the
/// store that has as many changes, but others.
pub(super) fn check_marked_attempts(connection: &Connection, path: &Path, options: &SqliteOptions) {
    let mut mark_file = MarkFile::of_store(path);
    let (Some(mark), Ok(identity)) = (mark_file.read(), queries::identity(connection)) else { return };
    if mark.store != identity.id {
        return;
    }
    let is_missing = |marked: &&MarkedAttempt| {
        let last = marked.facts.saturating_sub(1);
        tables::select_digest(connection, marked.attempt.into(), last).is_ok_and(|found| found != Some(marked.head))
    };
    let attempts: Vec<AttemptLoss> = mark.attempts.iter().filter(is_missing).map(to_attempt_loss).collect();
    if attempts.is_empty() {
        return;
    }
    let (noticed_at, cause) = (options.opened_at, LossCause::StoreReplaced);
    let loss = Loss { noticed_at, cause, missing_commits: None, attempts, is_log_ours: true, folder: None };
    let folder = paths::create_new_private_dir(&set_aside_folder(path), &noticed_at.format_for_file_name());
    // Without the folder, the loss is noticed again at the next start.
    if folder.is_ok_and(|folder| loss.write(&folder).is_ok()) {
        mark_file.reset(&Mark::of(&identity));
    }
}

fn to_attempt_loss(marked: &MarkedAttempt) -> AttemptLoss {
    AttemptLoss { attempt: marked.attempt, trainee: marked.trainee, facts_before: marked.facts }
}

/// Returns whether SQLite must not apply the log that was found. It would destroy it, or mix two stores.
fn is_log_dropped(cause: LossCause) -> bool {
    matches!(cause, LossCause::ForeignLog | LossCause::LogGap | LossCause::StoreMissing)
}

/// Copies the files into a new folder and describes the loss there. A log that SQLite must not apply is moved.
fn set_aside(path: &Path, found: &FoundFiles, loss: &Loss) -> io::Result<()> {
    let folder = paths::create_new_private_dir(&set_aside_folder(path), &loss.noticed_at.format_for_file_name())?;
    // On a full disk, a part of a copy at each start would make it worse.
    copy_into(&folder, path, found, loss).inspect_err(|_| {
        let _ = std::fs::remove_dir_all(&folder);
    })
}

fn copy_into(folder: &Path, path: &Path, found: &FoundFiles, loss: &Loss) -> io::Result<()> {
    let file_name = path.file_name().unwrap_or_default();
    let (log, index) = (log_path(path), log_index_path(path));
    let target = |path: &Path| folder.join(path.file_name().unwrap_or_default());
    if found.has_log {
        if found.has_store {
            std::fs::copy(path, folder.join(file_name))?;
        }
        std::fs::copy(&log, target(&log))?;
    }
    // The description makes the copies count. Only now the log may go.
    loss.write(folder)?;
    if is_log_dropped(loss.cause) {
        for path in [log, index] {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Returns the identity in the main file alone, or `None` if it has none that can be read.
pub(super) fn main_identity(path: &Path) -> Option<StoreIdentity> {
    queries::identity(&open_immutable(path)?).ok()
}

/// Returns the identity of a store and its log as SQLite would open them, or `None` if neither has one.
pub(super) fn identity_of_files(files: &StoreFiles) -> Option<StoreIdentity> {
    let log = log::read_state(&files.log).unwrap_or_default();
    let main = main_identity(&files.main);
    match (log.last, main) {
        (Some(last), Some(main)) if last.id != main.id => Some(main),
        (last, main) => last.or(main),
    }
}

/// Removes the scratch folders that a killed restore or repair left. Those of the last day can still be in use.
fn remove_old_scratch(folder: &Path) {
    let is_old = |entry: &std::fs::DirEntry| {
        let age = entry.metadata().and_then(|found| found.modified()).ok().and_then(|time| time.elapsed().ok());
        entry.file_name().to_string_lossy().starts_with(paths::TEMPORARY_PREFIX)
            && age.is_some_and(|age| age > Duration::from_hours(24))
    };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().filter(is_old) {
        let _ = std::fs::remove_dir_all(entry.path());
    }
}
