//! A progress bar for long work, on standard error. It is drawn only when standard output is a terminal.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Env;

/// After how many something is said.
const UPDATE_INTERVAL: usize = 25;

/// Counts what is done, on any number of threads.
pub struct ProgressBar {
    is_visible: bool,
    label: &'static str,
    total: usize,
    completed: AtomicUsize,
}

impl ProgressBar {
    /// Starts to count up to `total`; `label` says what is done with each.
    pub fn new(env: &Env<'_>, total: usize, label: &'static str) -> Self {
        Self {
            is_visible: env.terminal.is_stdout_terminal && total > UPDATE_INTERVAL,
            label,
            total,
            completed: AtomicUsize::new(0),
        }
    }

    /// Counts one more.
    pub fn step(&self) {
        let completed = self.completed.fetch_add(1, Ordering::Relaxed) + 1;
        if self.is_visible && (completed.is_multiple_of(UPDATE_INTERVAL) || completed == self.total) {
            let filled_cells = completed * 30 / self.total.max(1);
            let bar = format!("{}{}", "█".repeat(filled_cells), "·".repeat(30 - filled_cells.min(30)));
            // A bar that cannot be drawn is no reason to stop.
            let _ = write!(std::io::stderr(), "\r{bar} {completed} of {} {}", self.total, self.label);
        }
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        if self.is_visible {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}
