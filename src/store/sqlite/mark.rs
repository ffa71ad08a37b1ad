//! The mark: a small file beside the store that says how far the store is. It shows when a copy or a lost log took the
//! store back.
//!
//! It is written after each commit and not flushed, so it may lag behind the store. It is never ahead of a sound store.
//! It has two slots, written in turn, so that a torn write leaves the other one.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::attempt::chain::ChainHead;
use crate::ids::{AttemptId, Digest, TraineeId};
use crate::paths;
use crate::store::StoreIdentity;

/// The length of a slot in bytes. Eighteen attempts fit in it.
const SLOT_LENGTH: usize = 4096;
/// The most attempts in progress that a mark names. The newest ones stay.
const ATTEMPTS_MAX: usize = 18;

/// An attempt in progress, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MarkedAttempt {
    pub(super) attempt: AttemptId,
    /// The person who takes it.
    pub(super) trainee: TraineeId,
    /// How many facts it has.
    pub(super) facts: u32,
    /// The digest of its last fact.
    pub(super) head: Digest,
}

/// How far a store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) store: String,
    pub(super) commits: u64,
    /// The attempts in progress, oldest change first.
    pub(super) attempts: Vec<MarkedAttempt>,
}

/// What a commit changed about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AttemptChange {
    pub(super) attempt: AttemptId,
    pub(super) trainee: TraineeId,
    pub(super) head: ChainHead,
    pub(super) is_open: bool,
}

impl Mark {
    /// Returns the mark of a store without attempts in progress.
    pub(super) fn of(identity: &StoreIdentity) -> Self {
        Self { store: identity.id.clone(), commits: identity.commits, attempts: Vec::new() }
    }

    fn apply(&mut self, change: &AttemptChange) {
        self.attempts.retain(|known| known.attempt != change.attempt);
        if change.is_open {
            let AttemptChange { attempt, trainee, head: ChainHead { next_seq: facts, digest: head }, .. } = *change;
            self.attempts.push(MarkedAttempt { attempt, trainee, facts, head });
        }
        let surplus = self.attempts.len().saturating_sub(ATTEMPTS_MAX);
        self.attempts.drain(..surplus);
    }
}

/// The file of the mark.
#[derive(Debug)]
pub(super) struct MarkFile {
    path: PathBuf,
    file: Option<File>,
}

impl MarkFile {
    /// Returns the mark of the store at `store_path`, a file beside it.
    pub(super) fn of_store(store_path: &Path) -> Self {
        Self { path: store_path.with_extension("mark"), file: None }
    }

    /// Returns the newest readable mark, or `None` if there is none.
    pub(super) fn read(&self) -> Option<Mark> {
        let bytes = paths::read_bounded(&self.path, 2 * SLOT_LENGTH).ok()?;
        bytes.chunks(SLOT_LENGTH).filter_map(parse_slot).max_by_key(|mark| mark.commits)
    }

    /// Moves the mark forward after a commit. It never moves it back, and it never fails: a store without a mark works.
    pub(super) fn advance(&mut self, identity: &StoreIdentity, changes: &[AttemptChange]) {
        let known = self.read().filter(|mark| mark.store == identity.id);
        if known.as_ref().is_some_and(|mark| mark.commits >= identity.commits) {
            return;
        }
        let mut mark = known.unwrap_or_else(|| Mark::of(identity));
        mark.commits = identity.commits;
        changes.iter().for_each(|change| mark.apply(change));
        // The mark is a help and no promise. Without it, one kind of loss is not noticed.
        let _ = self.write_slot(&mark, identity.commits % 2);
    }

    /// Makes this the mark, whatever it was before.
    pub(super) fn reset(&mut self, mark: &Mark) {
        let _ = (0..2).try_for_each(|slot| self.write_slot(mark, slot));
    }

    /// Removes the mark.
    pub(super) fn remove(&mut self) {
        self.file = None;
        let _ = std::fs::remove_file(&self.path);
    }

    fn write_slot(&mut self, mark: &Mark, slot: u64) -> io::Result<()> {
        let text = serde_json::to_string(mark)?;
        let mut bytes = format!("{} {text}\n", Digest::of(&text)).into_bytes();
        bytes.resize(SLOT_LENGTH, b' ');
        let file = self.open().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(slot * SLOT_LENGTH as u64))?;
        file.write_all(&bytes)
    }

    /// Opens or creates the file. Something else of its name, such as a pipe, is left alone.
    fn open(&mut self) -> Option<&mut File> {
        if self.file.is_none() {
            let open = || {
                paths::create_private_file(&self.path)?;
                OpenOptions::new().write(true).open(&self.path)
            };
            self.file = paths::is_file_or_free(&self.path).then(|| open().ok()).flatten();
        }
        self.file.as_mut()
    }
}

fn parse_slot(bytes: &[u8]) -> Option<Mark> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (digest, json) = text.trim_end().split_once(' ')?;
    (digest.parse() == Ok(Digest::of(json))).then(|| serde_json::from_str(json).ok()).flatten()
}
