//! May this person start the exam now, and if not, when? (Semantics, section 8.)

use crate::attempt::ExamResult;
use crate::bank::exam::Exam;
use crate::clock::{Millis, Timestamp};

/// How long before its end a certificate may be renewed: the time in which it counts as expiring.
pub const RENEWAL: Millis = Millis(60 * 24 * 3_600_000);

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
    pub standing: Option<ExamResult>,
    /// Until when its certificate is valid, for a pass.
    pub valid_until: Option<Timestamp>,
    /// Whether it was voided: it does not count.
    pub voided: bool,
    /// How many more attempts were granted after it.
    pub granted: u32,
}

impl PriorAttempt {
    /// Returns when it was over: at its end, or when its time ran out, whichever came first.
    fn over(&self) -> Timestamp {
        let deadline = self.limit.map(|limit| self.started.plus(limit));
        self.finished.into_iter().chain(deadline).min().unwrap_or(self.started)
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligibility {
    /// Now; so many attempts are left, this one included.
    Now {
        /// How many.
        left: u32,
    },
    /// At that moment; so many attempts are left then.
    Later {
        /// When.
        at: Timestamp,
        /// How many.
        left: u32,
    },
    /// The exam is passed; it can be renewed from that moment on.
    Passed {
        /// Until when the pass is valid.
        until: Timestamp,
        /// From when it can be renewed.
        renew: Timestamp,
    },
    /// No further attempt is possible.
    Never,
}

/// Decides from all earlier attempts at this exam, in any order.
///
/// A pass ends a cycle: from [`RENEWAL`] before its end attempts, waits and standing begin anew. Within a cycle an attempt
/// counts from the moment its first question was shown, whether or not it was finished.
pub fn start(exam: &Exam, past: &[PriorAttempt], now: Timestamp) -> Eligibility {
    let counts = |past: &&PriorAttempt| !past.voided && past.standing == Some(ExamResult::Passed);
    let pass = past.iter().filter(counts).max_by_key(|past| past.valid_until);
    let cycle = match pass.and_then(|pass| pass.valid_until) {
        Some(until) if now < until.minus(RENEWAL) => {
            return Eligibility::Passed { until, renew: until.minus(RENEWAL) };
        }
        Some(until) => Some(until.minus(RENEWAL)),
        None => None,
    };
    let within: Vec<_> = past.iter().filter(|past| cycle.is_none_or(|cycle| past.started >= cycle)).collect();
    // What was granted adds to the attempts of the cycle, whatever became of the attempt it was granted after.
    let granted: usize = within.iter().map(|past| past.granted as usize).sum();
    let mut tries: Vec<_> = within.into_iter().filter(|past| !past.voided).collect();
    tries.sort_by_key(|past| past.started);
    let max = exam.attempts.max as usize + granted;
    let window = exam.attempts.within_days.map(|days| Millis::days(days.into()));
    let waited = tries.last().map_or(now, |last| last.over().plus(wait(exam, tries.len())));
    let free = match (tries.len().checked_sub(max), window) {
        (None, _) => now,
        (Some(_), None) => return Eligibility::Never,
        // The attempt that must leave the window before another fits in.
        (Some(oldest), Some(window)) => tries[oldest].started.plus(window),
    };
    let at = waited.max(free).max(now);
    let inside = |past: &&&PriorAttempt| window.is_none_or(|window| past.started.plus(window) > at);
    let used = tries.iter().filter(inside).count();
    let left = u32::try_from(max.saturating_sub(used)).unwrap_or(u32::MAX);
    if at <= now { Eligibility::Now { left } } else { Eligibility::Later { at, left } }
}

/// Returns the wait after so many failures; the last one given serves all later ones.
fn wait(exam: &Exam, failures: usize) -> Millis {
    let waits = &exam.attempts.wait_hours;
    let hours = waits.get(failures.saturating_sub(1)).or(waits.last());
    Millis::hours(hours.copied().unwrap_or(0).into())
}
