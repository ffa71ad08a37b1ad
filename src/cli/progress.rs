//! How far long work is, on standard error where that is a terminal.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Env;

/// After how many something is said.
const SOON: usize = 25;

/// Counts what is done, on any number of threads.
pub struct ProgressBar {
    shown: bool,
    word: &'static str,
    count: usize,
    done: AtomicUsize,
}

impl ProgressBar {
    /// Begins to count up to `count`; `word` says what is done with each.
    pub fn new(env: &Env<'_>, count: usize, word: &'static str) -> Self {
        Self { shown: env.terminal.output && count > SOON, word, count, done: AtomicUsize::new(0) }
    }

    /// Counts one more.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown && (done.is_multiple_of(SOON) || done == self.count) {
            let cells = done * 30 / self.count.max(1);
            let bar = format!("{}{}", "█".repeat(cells), "·".repeat(30 - cells.min(30)));
            // A bar that cannot be drawn is no reason to stop.
            let _ = write!(std::io::stderr(), "\r{bar} {done} of {} {}", self.count, self.word);
        }
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}
