//! Eligibility: whether a person may start an exam now, and if not, when.
//!
//! The rules come from the exam file: at most `max` attempts within a rolling `within_days`, and a wait after each
//! attempt. The first attempt counts too.

use crate::attempt::ExamResult;
use crate::bank::exam::Exam;
use crate::clock::{Millis, Timestamp};

/// How long before its expiry a certificate can be renewed: 60 days. During this time its status is "expiring".
pub const RENEWAL_WINDOW: Millis = Millis(60 * 24 * 3_600_000);

/// An earlier attempt at an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriorAttempt {
    /// When its first question was shown.
    pub started: Timestamp,
    /// When it ended, or `None` if it is still in progress.
    pub finished: Option<Timestamp>,
    /// The time limit, or `None` if there was no limit.
    pub limit: Option<Millis>,
    /// The result, or `None` if it is still in progress.
    pub result: Option<ExamResult>,
    /// The expiry of its certificate, or `None` if it has none.
    pub valid_until: Option<Timestamp>,
    /// Whether it was voided. A voided attempt does not count.
    pub voided: bool,
    /// The number of extra attempts that were granted after it.
    pub extra_attempts: u32,
}

impl PriorAttempt {
    /// Returns when the attempt was over: at its end or at its time limit, whichever came first.
    fn ended_at(&self) -> Timestamp {
        // An abandoned attempt has no end of its own, so its time limit ends it.
        let deadline = self.limit.map(|limit| self.started.saturating_add(limit));
        // If the time ran out while the program was closed, the end is stored at the next start. The wait must not
        // begin that late.
        self.finished.into_iter().chain(deadline).min().unwrap_or(self.started)
    }
}

/// Whether and when a person may start an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Eligibility {
    /// The exam can start now.
    Now {
        /// The number of attempts left, including this one.
        attempts_left: u32,
    },
    /// The exam can start later.
    Later {
        /// The earliest start.
        from: Timestamp,
        /// The number of attempts left at that time.
        attempts_left: u32,
    },
    /// The exam is passed and cannot be renewed yet.
    Passed {
        valid_until: Timestamp,
        /// The earliest start of a renewal, which is [`RENEWAL_WINDOW`] before `valid_until`.
        renewable_from: Timestamp,
    },
    /// No further attempt is possible, now or later.
    NoAttemptsLeft,
}

/// Decides whether an exam can start at `now`. `prior` contains all earlier attempts at this exam, in any order.
///
/// A pass ends a cycle. The next cycle starts [`RENEWAL_WINDOW`] before the pass expires, and only attempts in the new
/// cycle count. An attempt counts from the moment when its first question was shown, finished or not.
///
/// The earliest start is the latest of three moments: `now`, the end of the wait after the last attempt, and the moment
/// when the rolling window has room again.
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
    // An earlier cycle must not count: its attempts would use up the limit and block the renewal.
    let in_cycle: Vec<_> =
        prior.iter().filter(|prior| cycle_start.is_none_or(|cycle_start| prior.started >= cycle_start)).collect();
    // Extra attempts count even if the attempt before them was voided.
    let extra_attempts: usize = in_cycle.iter().map(|prior| prior.extra_attempts as usize).sum();
    let mut attempts: Vec<_> = in_cycle.into_iter().filter(|prior| !prior.voided).collect();
    attempts.sort_by_key(|prior| prior.started);
    let max_attempts = exam.attempts.max as usize + extra_attempts;
    let window = exam.attempts.within_days.map(|days| Millis::from_days(days.into()));
    let wait_end = attempts.last().map_or(now, |last| last.ended_at().saturating_add(wait_after(exam, attempts.len())));
    let window_end = match (attempts.len().checked_sub(max_attempts), window) {
        (None, _) => now,
        (Some(_), None) => return Eligibility::NoAttemptsLeft,
        // This attempt must leave the window before another one fits.
        (Some(oldest), Some(window)) => attempts[oldest].started.saturating_add(window),
    };
    let from = wait_end.max(window_end).max(now);
    let is_in_window = |prior: &&&PriorAttempt| window.is_none_or(|window| prior.started.saturating_add(window) > from);
    let used_attempts = attempts.iter().filter(is_in_window).count();
    let attempts_left = u32::try_from(max_attempts.saturating_sub(used_attempts)).unwrap_or(u32::MAX);
    if from <= now { Eligibility::Now { attempts_left } } else { Eligibility::Later { from, attempts_left } }
}

/// Returns the wait after this number of failed attempts. The last wait in the exam file applies to all later ones too.
fn wait_after(exam: &Exam, failures: usize) -> Millis {
    let waits = &exam.attempts.wait_hours;
    let hours = waits.get(failures.saturating_sub(1)).or(waits.last());
    Millis::from_hours(hours.copied().unwrap_or(0).into())
}
