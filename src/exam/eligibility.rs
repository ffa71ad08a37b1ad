//! Eligibility: whether a person may start an exam now, and if not, when (semantics, section 8).

use crate::attempt::ExamResult;
use crate::bank::exam::Exam;
use crate::clock::{Millis, Timestamp};

/// How long before its end a certificate may be renewed: the time in which it counts as expiring.
pub const RENEWAL_WINDOW: Millis = Millis(60 * 24 * 3_600_000);

/// An earlier attempt at an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriorAttempt {
    /// When its first question was shown.
    pub started: Timestamp,
    /// When it ended, if it did.
    pub finished: Option<Timestamp>,
    /// How long it could take, where there was a limit.
    pub limit: Option<Millis>,
    /// What it came to, if it ended.
    pub result: Option<ExamResult>,
    /// Until when its certificate is valid, for a pass.
    pub valid_until: Option<Timestamp>,
    /// Whether it was voided: it does not count.
    pub voided: bool,
    /// How many more attempts were granted after it.
    pub extra_attempts: u32,
}

impl PriorAttempt {
    /// Returns when it was over: at its end, or when its time ran out, whichever came first.
    fn ended_at(&self) -> Timestamp {
        let deadline = self.limit.map(|limit| self.started.saturating_add(limit));
        self.finished.into_iter().chain(deadline).min().unwrap_or(self.started)
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligibility {
    /// Now; so many attempts are left, this one included.
    Now {
        /// How many.
        attempts_left: u32,
    },
    /// At that moment; so many attempts are left then.
    Later {
        /// When.
        from: Timestamp,
        /// How many.
        attempts_left: u32,
    },
    /// The exam is passed; it can be renewed from that moment on.
    Passed {
        /// Until when the pass is valid.
        valid_until: Timestamp,
        /// From when it can be renewed.
        renewable_from: Timestamp,
    },
    /// No further attempt is possible.
    NoAttemptsLeft,
}

/// Decides from all earlier attempts at this exam, in any order.
///
/// A pass ends a cycle: from [`RENEWAL_WINDOW`] before its end attempts, waits and standing begin anew. Within a cycle
/// an attempt counts from the moment its first question was shown, whether or not it was finished.
pub fn evaluate(exam: &Exam, prior: &[PriorAttempt], now: Timestamp) -> Eligibility {
    let is_pass = |prior: &&PriorAttempt| !prior.voided && prior.result == Some(ExamResult::Passed);
    let pass = prior.iter().filter(is_pass).max_by_key(|prior| prior.valid_until);
    let cycle_start = match pass.and_then(|pass| pass.valid_until) {
        Some(valid_until) if now < valid_until.saturating_sub(RENEWAL_WINDOW) => {
            return Eligibility::Passed { valid_until, renewable_from: valid_until.saturating_sub(RENEWAL_WINDOW) };
        }
        Some(valid_until) => Some(valid_until.saturating_sub(RENEWAL_WINDOW)),
        None => None,
    };
    let in_cycle: Vec<_> =
        prior.iter().filter(|prior| cycle_start.is_none_or(|cycle_start| prior.started >= cycle_start)).collect();
    // What was granted adds to the attempts of the cycle, whatever became of the attempt it was granted after.
    let extra_attempts: usize = in_cycle.iter().map(|prior| prior.extra_attempts as usize).sum();
    let mut attempts: Vec<_> = in_cycle.into_iter().filter(|prior| !prior.voided).collect();
    attempts.sort_by_key(|prior| prior.started);
    let max_attempts = exam.attempts.max as usize + extra_attempts;
    let window = exam.attempts.within_days.map(|days| Millis::from_days(days.into()));
    let wait_end = attempts.last().map_or(now, |last| last.ended_at().saturating_add(wait_after(exam, attempts.len())));
    let window_end = match (attempts.len().checked_sub(max_attempts), window) {
        (None, _) => now,
        (Some(_), None) => return Eligibility::NoAttemptsLeft,
        // The attempt that must leave the window before another fits in.
        (Some(oldest), Some(window)) => attempts[oldest].started.saturating_add(window),
    };
    let from = wait_end.max(window_end).max(now);
    let is_in_window = |prior: &&&PriorAttempt| window.is_none_or(|window| prior.started.saturating_add(window) > from);
    let used_attempts = attempts.iter().filter(is_in_window).count();
    let attempts_left = u32::try_from(max_attempts.saturating_sub(used_attempts)).unwrap_or(u32::MAX);
    if from <= now { Eligibility::Now { attempts_left } } else { Eligibility::Later { from, attempts_left } }
}

/// Returns the wait after so many failures; the last one given serves all later ones.
fn wait_after(exam: &Exam, failures: usize) -> Millis {
    let waits = &exam.attempts.wait_hours;
    let hours = waits.get(failures.saturating_sub(1)).or(waits.last());
    Millis::from_hours(hours.copied().unwrap_or(0).into())
}
