//! Losses of a store: the store has less than it had, or what it had is no longer certain. Each loss has a folder
//! beside the store with the files as they were found.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{AttemptId, TraineeId};
use crate::paths;
use crate::text;

/// The folder beside the store with one folder for each loss, and for each store that was replaced.
pub const SET_ASIDE_FOLDER: &str = "set-aside";
/// The file in the folder of a loss that describes it.
const LOSS_FILE: &str = "loss.json";
/// The longest description that is read, in bytes.
const LOSS_MAX_BYTES: usize = 1 << 20;

/// How a loss was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossCause {
    /// The store was not there, or empty, although its log, its mark or other files of this program were.
    StoreMissing,
    /// The store is another one than before.
    StoreReplaced,
    /// The store is older than it was: a copy was put in its place, or its log is gone.
    StoreOlder,
    /// The log beside the store belongs to another store.
    ForeignLog,
    /// Changes are missing between the store and its log.
    LogGap,
    /// The log is damaged before its end.
    LogDamaged,
}

/// The answers of an attempt in progress that are missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptLoss {
    pub attempt: AttemptId,
    /// The person who takes it.
    pub trainee: TraineeId,
    /// How many facts the attempt had.
    pub facts_before: u32,
}

/// A loss that was noticed when the store was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    pub noticed_at: Timestamp,
    pub cause: LossCause,
    /// How many changes are missing, if that is known.
    pub missing_commits: Option<u64>,
    /// The attempts that were in progress and may have lost answers.
    pub attempts: Vec<AttemptLoss>,
    /// Whether the log that was set aside belongs to the store that was lost, so that a repair may take facts from it.
    pub is_log_ours: bool,
    /// The folder with the files as they were found; `None` if it could not be written.
    #[serde(skip)]
    pub folder: Option<PathBuf>,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = match self.cause {
            LossCause::StoreMissing => "The store was missing or empty, so a new one was made",
            LossCause::StoreReplaced => "The store was replaced by another one",
            LossCause::StoreOlder => "The store is older than it was",
            LossCause::ForeignLog => "The log beside the store belongs to another store, so it was not used",
            LossCause::LogGap => "The log beside the store does not fit it, so it was not used",
            LossCause::LogDamaged => "The log beside the store is damaged",
        };
        write!(f, "{cause}.")?;
        match self.missing_commits {
            Some(1) => f.write_str(" The last change may be missing.")?,
            Some(count) => write!(
                f,
                " The last {} may be missing.",
                text::count_with_noun(usize::try_from(count).unwrap_or(usize::MAX), "change")
            )?,
            None => f.write_str(" Answers or records may be missing.")?,
        }
        let has_files = |folder: &&PathBuf| std::fs::read_dir(folder).is_ok_and(|entries| entries.count() > 1);
        if let Some(folder) = self.folder.as_ref().filter(has_files) {
            write!(f, " The files as they were found are in {}.", text::single_line(&folder.to_string_lossy()))?;
        }
        f.write_str(
            " Recover what is there with `needlewise doctor --repair`, go back to a backup with `needlewise restore`, or \
             accept the loss with `needlewise doctor --accept`.",
        )
    }
}

impl Loss {
    /// Writes the description of the loss into its folder, which must exist.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        paths::write_atomic(&folder.join(LOSS_FILE), text.as_bytes())
    }

    /// Settles the loss, so that it is no longer reported. The files in its folder stay.
    ///
    /// # Errors
    /// The file of the description cannot be renamed.
    pub fn settle(&self) -> io::Result<()> {
        match &self.folder {
            Some(folder) => std::fs::rename(folder.join(LOSS_FILE), folder.join("settled.json")),
            None => Ok(()),
        }
    }
}

/// Returns the folder with what was set aside from the store at `store_path`.
pub fn set_aside_folder(store_path: &Path) -> PathBuf {
    store_path.with_file_name(SET_ASIDE_FOLDER)
}

/// Returns the losses of the store at `store_path` that are not settled, oldest first. A folder whose description
/// cannot be read is left out.
pub fn unsettled_losses(store_path: &Path) -> Vec<Loss> {
    let Ok(entries) = std::fs::read_dir(set_aside_folder(store_path)) else { return Vec::new() };
    let read = |folder: PathBuf| {
        let bytes = paths::read_bounded(&folder.join(LOSS_FILE), LOSS_MAX_BYTES).ok()?;
        let loss: Loss = serde_json::from_slice(&bytes).ok()?;
        Some(Loss { folder: Some(folder), ..loss })
    };
    let mut losses: Vec<Loss> = entries.flatten().filter_map(|entry| read(entry.path())).collect();
    losses.sort_by(|one, other| (one.noticed_at, &one.folder).cmp(&(other.noticed_at, &other.folder)));
    losses
}
