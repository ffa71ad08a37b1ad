//! Backups of the store: when one is due, how long each is kept, and putting one in the place of the store.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::ServiceError;
use crate::attempt::chain::ChainHead;
use crate::clock::{Millis, Timestamp};
use crate::ids::TraineeId;
use crate::paths::{self, Paths, TEMPORARY_PREFIX, io_reason};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::people::PersonQuery;
use crate::settings::BackupSettings;
use crate::store::loss::unsettled_losses;
use crate::store::sqlite::SqliteOptions;
use crate::store::sqlite::recovery::{self, CheckedBackup};
use crate::store::{SqliteStore, Store, StoreError};
use crate::text;

pub use crate::store::sqlite::recovery::{FileRepair, Restored};

/// The shortest time between two automatic backups.
const INTERVAL: Millis = Millis(30 * 60 * 1000);
/// How many days, weeks and months keep their newest backup.
const KEPT_DAYS: usize = 7;
const KEPT_WEEKS: usize = 4;
const KEPT_MONTHS: usize = 12;
/// How many of the other backups are kept: those that a person made, and those from before an upgrade or a repair.
const KEPT_OTHERS: usize = 5;
/// The end of the names of backups that the program made because one was due.
const REGULAR_SUFFIX: &str = "-automatic";
/// All backups together are at most this many times as large as the store.
const SIZE_LIMIT: u64 = 10;

/// A backup in the folder of backups. It was compared with the store when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub path: PathBuf,
    pub made_at: Timestamp,
    /// The size in bytes.
    pub size: u64,
    /// Whether the program made it because one was due.
    pub is_regular: bool,
}

/// Returns the backups in a folder, newest first. Files with other names are left out.
pub fn list_backups(folder: &Path) -> Vec<Backup> {
    let read = |entry: std::fs::DirEntry| {
        let metadata = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let name = entry.file_name().into_string().ok()?;
        let stem = name.strip_prefix("needlewise-")?.strip_suffix(".db")?;
        // The copy before an upgrade has the version in its name and not the time. Other names are a person's own files.
        let modified_at = || Timestamp::from_system_time(metadata.modified().ok()?);
        let made_at = match stem.starts_with("schema-") {
            true => modified_at()?,
            false => stem.split('-').next().and_then(Timestamp::parse_file_name)?,
        };
        let is_regular = stem.ends_with(REGULAR_SUFFIX);
        Some(Backup { path: entry.path(), made_at, size: metadata.len(), is_regular })
    };
    let mut backups: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().filter_map(read).collect();
    backups.sort_by(|one, other| (other.made_at, &other.path).cmp(&(one.made_at, &one.path)));
    backups
}

/// Returns the copies of the store that are outside the folder of backups: in the second folder, and those in which an open
/// store was saved beside the data folder. Copies of other stores are left out.
///
/// # Errors
/// [`ServiceError::Certificate`] if one of the folders cannot be read, or if the second folder is missing.
pub(super) fn copies_elsewhere(paths: &Paths, settings: &BackupSettings) -> Result<Vec<PathBuf>, ServiceError> {
    let own_id = recovery::identity_of_used_store(&paths.store_file())?.map(|identity| identity.id);
    // What a killed program left cannot be opened, so its store is unknown. It is a copy of this program all the same.
    let is_own = |path: &PathBuf| {
        let is_temporary = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY_PREFIX));
        recovery::backup_identity(path).map_or(is_temporary, |found| Some(found.id) == own_id)
    };
    let is_named = |name: &str, start: &str| {
        name.starts_with(TEMPORARY_PREFIX) || (name.starts_with(start) && name.ends_with(".db"))
    };
    let mut copies = Vec::new();
    if let Some(folder) = paths.data_dir().parent() {
        copies = files_named(folder, |name| is_named(name, "needlewise-rescued-"))?;
    }
    if let Some(folder) = &settings.folder {
        if !folder.is_dir() {
            return Err(ServiceError::undeletable(folder, &std::io::ErrorKind::NotFound.into()));
        }
        copies.extend(files_named(folder, |name| is_named(name, "needlewise-"))?);
    }
    copies.retain(is_own);
    Ok(copies)
}

fn files_named(folder: &Path, is_meant: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, ServiceError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.and_then(Iterator::collect::<std::io::Result<Vec<_>>>),
    };
    let entries = entries.map_err(|error| ServiceError::undeletable(folder, &error))?;
    let is_file = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    let files = entries.into_iter().filter(|entry| is_meant(&entry.file_name().to_string_lossy()) && is_file(entry));
    Ok(files.map(|entry| entry.path()).collect())
}

/// Returns the backups that are no longer kept. The newest of each of the last days, weeks and months stay, and the last
/// ones that were made for another reason, as long as all together are at most ten times as large as the store. The newest
/// one always stays.
pub fn surplus_backups(backups: &[Backup], store_size: u64) -> Vec<&Backup> {
    let mut kept = BTreeSet::new();
    let mut keep_newest = |period: fn(&Backup) -> String, count: usize, is_meant: fn(&Backup) -> bool| {
        let mut seen = BTreeSet::new();
        for (index, backup) in backups.iter().enumerate().filter(|(_, backup)| is_meant(backup)) {
            if seen.len() < count && seen.insert(period(backup)) {
                kept.insert(index);
            }
        }
    };
    let is_regular = |backup: &Backup| backup.is_regular;
    keep_newest(|backup| backup.made_at.day().to_string(), KEPT_DAYS, is_regular);
    // January 1, 1970 was a Thursday, and weeks start on Monday.
    let week = |backup: &Backup| backup.made_at.day().number().saturating_add(3).div_euclid(7).to_string();
    keep_newest(week, KEPT_WEEKS, is_regular);
    let month = |backup: &Backup| backup.made_at.day().to_string().rsplit_once('-').unwrap_or_default().0.to_owned();
    keep_newest(month, KEPT_MONTHS, is_regular);
    keep_newest(|backup| backup.path.to_string_lossy().into_owned(), KEPT_OTHERS, |backup| !backup.is_regular);
    let limit = store_size.saturating_mul(SIZE_LIMIT);
    let mut total = 0_u64;
    let mut is_kept = |index: usize, backup: &Backup| {
        let grown = total.saturating_add(backup.size);
        let is_kept = index == 0 || (kept.contains(&index) && grown <= limit);
        if is_kept {
            total = grown;
        }
        is_kept
    };
    let surplus = backups.iter().enumerate().filter(|(index, backup)| !is_kept(*index, backup));
    surplus.map(|(_, backup)| backup).collect()
}

/// Makes a backup if the store changed since the newest one, and that one is older than 30 minutes. Then deletes the
/// backups that are no longer kept. Returns the new backup.
///
/// # Errors
/// Errors of the store, and [`ServiceError::Certificate`] if a folder cannot be written.
pub fn back_up_if_due(
    paths: &Paths,
    settings: &BackupSettings,
    now: Timestamp,
) -> Result<Option<PathBuf>, ServiceError> {
    let store_file = paths.store_file();
    if !settings.automatic || !store_file.is_file() {
        return Ok(None);
    }
    // After a loss, the older backups are what a person goes back to. A new one could push them out.
    if !unsettled_losses(&store_file).is_empty() {
        return Ok(None);
    }
    let backups = list_backups(&paths.backups_dir());
    // A clock that was set wrong for a while must neither stop backups nor make one at each command.
    let is_recent = |backup: &Backup| now.since(backup.made_at).max(backup.made_at.since(now)) < INTERVAL;
    if backups.iter().any(is_recent) {
        return Ok(None);
    }
    let current = recovery::identity_of_used_store(&store_file)?;
    if current.is_none() || backups.iter().any(|backup| recovery::backup_identity(&backup.path) == current) {
        return Ok(None);
    }
    make_backup_named(paths, settings, &format!("{}{REGULAR_SUFFIX}", now.format_for_file_name())).map(Some)
}

/// Makes a backup in the folder of backups, and a second one if a folder for it is set. Then deletes the backups that
/// are no longer kept.
///
/// # Errors
/// Errors of the store or the disk.
pub fn make_backup(paths: &Paths, settings: &BackupSettings, now: Timestamp) -> Result<PathBuf, ServiceError> {
    make_backup_named(paths, settings, &now.format_for_file_name())
}

fn make_backup_named(paths: &Paths, settings: &BackupSettings, name: &str) -> Result<PathBuf, ServiceError> {
    let store_file = paths.store_file();
    let file_name = format!("needlewise-{name}");
    let first_folder = paths.backups_dir();
    let made = recovery::save_backup(&store_file, &paths::free_path(&first_folder, &file_name, ".db"))?;
    remove_surplus(&first_folder, &store_file);
    if let Some(second_folder) = &settings.folder {
        // Making the folder could write to the wrong disk, while the right one is not there.
        if !second_folder.is_dir() {
            let folder = text::single_line(&second_folder.to_string_lossy());
            return Err(ServiceError::Certificate(format!(
                "The second folder for backups, {folder}, is missing. The backup is only in the first one."
            )));
        }
        recovery::save_backup(&store_file, &paths::free_path(second_folder, &file_name, ".db"))?;
        remove_surplus(second_folder, &store_file);
    }
    Ok(made)
}

/// Deletes the backups in a folder that are no longer kept. Those of another store, and those from before a loss that is not
/// settled, stay.
fn remove_surplus(folder: &Path, store_file: &Path) {
    let Some(current) = recovery::identity_of_used_store(store_file).ok().flatten() else { return };
    if !unsettled_losses(store_file).is_empty() {
        return;
    }
    let mut backups = list_backups(folder);
    backups.retain(|backup| recovery::backup_identity(&backup.path).is_some_and(|found| found.id == current.id));
    // The file alone can be small, while its data is still in the log.
    let size = backups.first().map_or(0, |newest| newest.size);
    for surplus in surplus_backups(&backups, size) {
        // The next backup tries again.
        let _ = std::fs::remove_file(&surplus.path);
    }
}

/// Moves the log of the store into its file, as far as no one reads it. Nothing is lost if that fails.
pub fn checkpoint(paths: &Paths) {
    recovery::checkpoint(&paths.store_file());
}

/// Makes a backup at a path that the user chose.
///
/// # Errors
/// Errors of the store or the disk.
pub fn make_backup_at(paths: &Paths, target: &Path) -> Result<PathBuf, ServiceError> {
    Ok(recovery::save_backup(&paths.store_file(), target)?)
}

/// Repairs the file of the store, if it is damaged or if it lacks facts that are in its files or in those that were set
/// aside. Returns what was done, or `None` if nothing was necessary.
///
/// # Errors
/// Errors of the store.
pub fn repair_file(paths: &Paths, options: &SqliteOptions) -> Result<Option<FileRepair>, ServiceError> {
    Ok(recovery::repair_file(&paths.store_file(), options)?)
}

/// What a person would lose by going back to a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreLoss {
    /// The person's name in the current store.
    pub name: String,
    /// Changes of the person's own record, such as notes and imported certificates.
    pub changes: u32,
    /// Attempts that the backup does not have, or of which it lacks answers.
    pub attempts: u32,
    /// Passed exams that the backup lacks.
    pub passes: u32,
}

impl RestoreLoss {
    fn new(name: String, changes: u32, lost: &[AttemptRow]) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let passes = lost.iter().filter(|attempt| attempt.certificate.is_some()).count();
        Self { name, changes, attempts: count(lost.len()), passes: count(passes) }
    }
}

/// A backup that is ready to take the place of the store.
#[derive(Debug)]
pub struct Restore {
    backup: CheckedBackup,
    /// What would be lost, by person. `None` if the current store cannot be read.
    losses: Option<Vec<RestoreLoss>>,
    /// Whether the backup is one of another store.
    is_other_store: bool,
}

impl Restore {
    /// Checks a backup and compares it with the current store.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the file cannot be used as a backup, and errors of the disk.
    pub fn prepare(file: &Path, paths: &Paths, options: &SqliteOptions) -> Result<Self, ServiceError> {
        paths::require_regular_file(file).map_err(|error| unusable(file, &io_reason(&error)))?;
        let store_file = paths.store_file();
        paths.create_data_dir().map_err(|error| StoreError::Unreachable(io_reason(&error)))?;
        let backup = CheckedBackup::read(file, &store_file, options).map_err(|error| match error {
            StoreError::Full | StoreError::Busy | StoreError::ReadOnly => ServiceError::Store(error),
            StoreError::Foreign => unusable(file, "it is not a needlewise store"),
            StoreError::NewerVersion => unusable(file, "a newer version of needlewise wrote it"),
            error => unusable(file, &error.fault()),
        })?;
        if !store_file.is_file() {
            return Ok(Self { backup, losses: Some(Vec::new()), is_other_store: false });
        }
        let Ok(current) = SqliteStore::open(&store_file, options) else {
            return Ok(Self { backup, losses: None, is_other_store: false });
        };
        let is_other_store = match (current.identity(), backup.store().identity()) {
            (Ok(current), Ok(backup)) => current.id != backup.id,
            _ => false,
        };
        let losses = find_losses(&current, backup.store()).ok();
        Ok(Self { backup, losses, is_other_store })
    }

    /// Returns what would be lost, by person, or `None` if the current store cannot be read.
    pub fn losses(&self) -> Option<&[RestoreLoss]> {
        self.losses.as_deref()
    }

    /// Returns whether the backup is one of another store.
    pub fn is_other_store(&self) -> bool {
        self.is_other_store
    }

    /// Puts the backup in the place of the store. People who were erased from that store stay erased.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another program has the store open, and errors of the disk. The store is then as before.
    pub fn finish(self, paths: &Paths, options: &SqliteOptions) -> Result<Restored, ServiceError> {
        let restored = self.backup.put_in_place(&paths.store_file(), options)?;
        // These losses were those of the store that was replaced.
        for loss in unsettled_losses(&paths.store_file()) {
            loss.settle().map_err(|error| ServiceError::unsettled(&error))?;
        }
        Ok(restored)
    }
}

fn unusable(file: &Path, reason: &str) -> ServiceError {
    let file = text::single_line(&file.to_string_lossy());
    ServiceError::Rejected(format!(
        "{file} cannot be restored: {reason}. Nothing was changed. See the backups with `needlewise backup list`."
    ))
}

/// Compares the rows of two stores and returns what the second lacks.
fn find_losses(current: &dyn Store, backup: &dyn Store) -> Result<Vec<RestoreLoss>, StoreError> {
    let people = |store: &dyn Store| store.people(&PersonQuery::default());
    let attempts = |store: &dyn Store| store.attempts(&AttemptQuery::default());
    let old_people: HashMap<_, _> = people(backup)?.into_iter().map(|row| (row.id, row.head)).collect();
    let old_attempts: HashMap<_, _> = attempts(backup)?.into_iter().map(|row| (row.id, row.head)).collect();
    // Of two versions of the same length, the one of the backup replaces the other.
    let lacks = |old: &ChainHead, new: &ChainHead| {
        old.next_seq < new.next_seq || (old.next_seq == new.next_seq && old.digest != new.digest)
    };
    let mut lost_attempts: HashMap<TraineeId, Vec<AttemptRow>> = HashMap::new();
    for attempt in attempts(current)? {
        if old_attempts.get(&attempt.id).is_none_or(|old| lacks(old, &attempt.head)) {
            lost_attempts.entry(attempt.trainee).or_default().push(attempt);
        }
    }
    let mut losses = Vec::new();
    for person in people(current)? {
        let old = old_people.get(&person.id).copied().unwrap_or(ChainHead::START);
        let changes = person.head.next_seq.saturating_sub(old.next_seq).max(u32::from(lacks(&old, &person.head)));
        let lost = lost_attempts.remove(&person.id).unwrap_or_default();
        let loss = RestoreLoss::new(person.person.name, changes, &lost);
        if loss.changes > 0 || loss.attempts > 0 {
            losses.push(loss);
        }
    }
    // A repair can have found attempts of a person whose record is lost.
    let unknown: Vec<AttemptRow> = lost_attempts.into_values().flatten().collect();
    if !unknown.is_empty() {
        losses.push(RestoreLoss::new("people without a record".to_owned(), 0, &unknown));
    }
    Ok(losses)
}
