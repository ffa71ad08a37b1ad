//! Writers queue on a lock beside the store before they begin a transaction. SQLite's own busy handler sleeps longer
//! and longer, so that of ten writers some wait for more than a second.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to sleep between two tries.
const RETRY_PAUSE: Duration = Duration::from_millis(1);

/// The place of a writer in the queue.
#[derive(Debug)]
pub(super) struct WriterQueue {
    path: Option<PathBuf>,
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
    /// The queue of the store at `path`; none for a store in memory.
    pub(super) fn new(path: Option<&Path>) -> Self {
        let with_suffix = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push("-queue");
            PathBuf::from(name)
        };
        Self { path: path.map(with_suffix), file: None }
    }

    /// Waits for the turn to write, for at most `patience`. Returns none if the time is over.
    ///
    /// Where no lock can be made, every writer has its turn at once: SQLite's own lock still keeps them apart.
    pub(super) fn wait_for_turn(&mut self, patience: Duration) -> Option<WriterTurn<'_>> {
        if self.file.is_none()
            && let Some(path) = &self.path
        {
            // A pipe in its place would wait for a reader.
            let is_file = path.symlink_metadata().map_or(true, |metadata| metadata.is_file());
            self.file =
                is_file.then(|| OpenOptions::new().create(true).truncate(false).write(true).open(path).ok()).flatten();
        }
        let Some(file) = &self.file else { return Some(WriterTurn(None)) };
        let mut tries_left = patience.as_millis() / RETRY_PAUSE.as_millis();
        loop {
            match file.try_lock() {
                Ok(()) => return Some(WriterTurn(Some(file))),
                Err(TryLockError::WouldBlock) if tries_left > 0 => std::thread::sleep(RETRY_PAUSE),
                Err(TryLockError::WouldBlock) => return None,
                Err(TryLockError::Error(_)) => return Some(WriterTurn(None)),
            }
            tries_left -= 1;
        }
    }
}
