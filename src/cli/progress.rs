//! A progress bar for long work. It is drawn on the command's error stream, and only if that is a terminal.

use std::io::Write;
use std::sync::Mutex;

use super::Env;

/// How many steps pass from one drawing of the bar to the next.
const UPDATE_INTERVAL: usize = 25;

/// How many characters wide the bar is.
const BAR_WIDTH: usize = 30;

/// Counts what is done, on any number of threads.
pub struct ProgressBar<'a> {
    label: &'static str,
    total: usize,
    /// Empty where no bar is shown.
    state: Option<Mutex<ProgressState<'a>>>,
}

/// What the threads share.
struct ProgressState<'a> {
    err: &'a mut (dyn Write + Send),
    completed: usize,
}

impl<'a> ProgressBar<'a> {
    /// Starts to count up to `total`; `label` says what is done with each. The bar keeps the error stream of `env`
    /// until it is dropped.
    pub fn new(env: &'a mut Env<'_>, total: usize, label: &'static str) -> Self {
        let state = if env.terminal.is_stderr_terminal && total > UPDATE_INTERVAL {
            Some(Mutex::new(ProgressState { err: &mut *env.err, completed: 0 }))
        } else {
            None
        };
        Self { label, total, state }
    }

    /// Counts one more.
    pub fn step(&self) {
        let Some(state) = &self.state else { return };
        // A thread that panicked ends the command anyway.
        let Ok(mut state) = state.lock() else { return };
        state.completed += 1;
        let completed = state.completed;
        if completed.is_multiple_of(UPDATE_INTERVAL) || completed == self.total {
            let filled_width = (completed * BAR_WIDTH / self.total).min(BAR_WIDTH);
            let bar = format!("{}{}", "█".repeat(filled_width), "·".repeat(BAR_WIDTH - filled_width));
            // A bar that cannot be drawn is no reason to stop.
            let _ = write!(state.err, "\r{bar} {completed} of {} {}", self.total, self.label);
        }
    }
}

impl Drop for ProgressBar<'_> {
    fn drop(&mut self) {
        if let Some(Ok(state)) = self.state.as_mut().map(Mutex::get_mut) {
            let _ = write!(state.err, "\r\u{1b}[K");
        }
    }
}
