//! Checks that the store at the path is still the open one. A program that synchronizes, restores or cleans up can move
//! or replace the files of an open store. SQLite then goes on writing to files that no one will find again.
//!
//! Nothing here opens the main file except through SQLite. Closing any other descriptor of it would drop the locks of
//! SQLite's connections in this process.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::guard::{log_path, main_identity};
use crate::paths::{FileId, file_id};
use crate::store::StoreIdentity;

/// What was known about the files when they were checked last.
#[derive(Debug)]
pub(super) struct StoreWatch {
    path: PathBuf,
    log_path: PathBuf,
    file: Option<FileId>,
    log: Option<FileId>,
    /// Length and time of the last change of the main file.
    main_state: Option<(u64, Option<SystemTime>)>,
    /// The identity in the main file. Its commits lag behind the log and never fall.
    main: Option<StoreIdentity>,
    is_replaced: bool,
}

impl StoreWatch {
    /// Returns the watch of a store that was just opened at `path`.
    pub(super) fn start(path: &Path) -> Self {
        let log_path = log_path(path);
        let (file, log) = (file_id(path).ok(), file_id(&log_path).ok());
        let (main_state, main) = (main_state(path), main_identity(path));
        Self { path: path.to_owned(), log_path, file, log, main_state, main, is_replaced: false }
    }

    /// Returns whether the store was moved, removed or replaced. Once it was, it stays so.
    pub(super) fn is_replaced(&mut self) -> bool {
        self.is_replaced = self.is_replaced || self.has_other_files() || self.has_other_content();
        self.is_replaced
    }

    fn has_other_files(&mut self) -> bool {
        let log = file_id(&self.log_path).ok();
        // SQLite makes the log with the first read or write.
        if self.log.is_none() {
            self.log = log;
        }
        file_id(&self.path).ok() != self.file || log != self.log
    }

    /// Returns whether another store was copied over the main file. Only a changed file is read.
    fn has_other_content(&mut self) -> bool {
        let state = main_state(&self.path);
        if state == self.main_state {
            return false;
        }
        // A log that was moved in part leaves a file that cannot be read without the rest of it.
        let Some(found) = stable_identity(&self.path) else { return false };
        let is_other = |known: &StoreIdentity| found.id != known.id || found.commits < known.commits;
        if self.main.as_ref().is_some_and(is_other) {
            return true;
        }
        (self.main_state, self.main) = (state, Some(found));
        false
    }
}

/// Returns the identity in the main file if two reads agree, or else `None`. One read can meet a page that another program is
/// just writing.
fn stable_identity(path: &Path) -> Option<StoreIdentity> {
    main_identity(path).filter(|found| main_identity(path).as_ref() == Some(found))
}

fn main_state(path: &Path) -> Option<(u64, Option<SystemTime>)> {
    path.metadata().ok().map(|metadata| (metadata.len(), metadata.modified().ok()))
}
