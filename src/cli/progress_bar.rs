//! A progress bar for slow commands. It appears on standard error, and only if that is a terminal.

use std::io::Write;
use std::sync::Mutex;

use super::Env;

/// The bar is drawn again after this many steps.
const UPDATE_INTERVAL: usize = 25;

/// The width of the bar in characters.
const BAR_WIDTH: usize = 30;

/// Counts completed steps, from any number of threads.
pub struct ProgressBar<'a> {
    label: &'static str,
    total: usize,
    /// `None` if no bar is shown.
    state: Option<Mutex<ProgressState<'a>>>,
}

/// The state that the threads share.
struct ProgressState<'a> {
    err: &'a mut (dyn Write + Send),
    completed: usize,
}

impl<'a> ProgressBar<'a> {
    /// Returns a bar that counts up to `total`. It is shown only on a terminal and for a long task. `label` is a
    /// participle such as "verified". The bar borrows the error stream of `env` until it is dropped, which clears the
    /// line.
    pub fn new(env: &'a mut Env<'_>, total: usize, label: &'static str) -> Self {
        // Short work gets no bar.
        // Standard output does not decide: with `2> file`, the bars would fill that file.
        let state = if env.terminal.is_stderr_terminal && total > UPDATE_INTERVAL {
            Some(Mutex::new(ProgressState { err: &mut *env.err, completed: 0 }))
        } else {
            None
        };
        Self { label, total, state }
    }

    /// Counts one completed step.
    pub fn step(&self) {
        let Some(state) = &self.state else { return };
        // The lock is poisoned only if a thread panicked, which ends the command anyway.
        let Ok(mut state) = state.lock() else { return };
        state.completed += 1;
        let completed = state.completed;
        if completed.is_multiple_of(UPDATE_INTERVAL) || completed == self.total {
            let filled_width = (completed * BAR_WIDTH / self.total).min(BAR_WIDTH);
            let bar = format!("{}{}", "█".repeat(filled_width), "·".repeat(BAR_WIDTH - filled_width));
            // The work matters more than the bar, so a failed write is ignored.
            let _ = write!(state.err, "\r{bar} {completed} of {} {}", self.total, self.label);
        }
    }
}

impl Drop for ProgressBar<'_> {
    fn drop(&mut self) {
        // Clear the line, so that whatever is printed next does not follow the bar.
        if let Some(Ok(state)) = self.state.as_mut().map(Mutex::get_mut) {
            let _ = write!(state.err, "\r\u{1b}[K");
        }
    }
}
