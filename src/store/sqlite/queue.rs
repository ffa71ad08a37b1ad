//! Writers queue on a lock beside the store before they begin a transaction. SQLite's own busy handler sleeps longer
//! and longer, so that of ten writers some wait for more than a second.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to sleep between two tries.
const RETRY_PAUSE: Duration = Duration::from_millis(1);

/// Tries something until it returns a value, for at most about `patience` of pauses. Returns none if it never does.
pub(super) fn retry<T>(patience: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let mut tries_left = patience.as_millis() / RETRY_PAUSE.as_millis();
    loop {
        match attempt() {
            None if tries_left > 0 => std::thread::sleep(RETRY_PAUSE),
            value => return value,
        }
        tries_left -= 1;
    }
}

/// The place of a writer in the queue.
#[derive(Debug)]
pub(super) struct WriterQueue {
    path: PathBuf,
    file: Option<File>,
}

/// The turn of a writer. Dropping it lets the next one write.
#[derive(Debug)]
pub(super) struct WriterTurn<'a>(Option<&'a File>);

impl Drop for WriterTurn<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.0 {
            // The lock ends with the process at the latest.
            let _ = file.unlock();
        }
    }
}

impl WriterQueue {
    /// The queue of the store at `store_path`. Its file lies beside the store.
    pub(super) fn of_store(store_path: &Path) -> Self {
        let mut path = store_path.as_os_str().to_owned();
        path.push("-queue");
        Self { path: path.into(), file: None }
    }

    /// Waits for the turn to write, for at most `patience`. Returns none if the time is over.
    ///
    /// Where no lock can be made, every writer has its turn at once: SQLite's own lock still keeps them apart.
    pub(super) fn wait_for_turn(&mut self, patience: Duration) -> Option<WriterTurn<'_>> {
        if self.file.is_none() {
            self.file = self.open_file();
        }
        let Some(file) = &self.file else { return Some(WriterTurn(None)) };
        retry(patience, || match file.try_lock() {
            Ok(()) => Some(WriterTurn(Some(file))),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(_)) => Some(WriterTurn(None)),
        })
    }

    /// Opens the queue's file, or makes it. None if something else is in its place: a pipe would wait for a reader.
    fn open_file(&self) -> Option<File> {
        let is_file_or_free = self.path.symlink_metadata().map_or(true, |metadata| metadata.is_file());
        let open = || OpenOptions::new().create(true).truncate(false).write(true).open(&self.path).ok();
        is_file_or_free.then(open).flatten()
    }
}
