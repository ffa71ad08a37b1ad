//! An attempt in progress, with its place in the store and its time.

use crate::attempt::Fact;
use crate::clock::{Millis, Now};
use crate::exam::Session;
use crate::ids::{Digest, ExamId, TraineeId};
use crate::projections::attempts::AttemptRow;
use crate::service::ServiceError;

/// An attempt in progress.
#[derive(Debug, Clone)]
pub struct ActiveAttempt {
    /// Whose it is.
    pub trainee: TraineeId,
    /// Its state.
    pub session: Session,
    /// Its row in the lists, with the head of its chain.
    pub row: AttemptRow,
    /// Whether an invigilator watches.
    pub invigilated: bool,
    pub(super) timer: AttemptTimer,
}

/// Measures the time of an attempt: within a run the larger of wall clock and counter, across runs the wall clock. A
/// clock that is set back counts as standing still.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptTimer {
    /// The time that had passed at `started`.
    pub(super) base_elapsed: Millis,
    /// When this measurement started.
    pub(super) started: Now,
}

impl AttemptTimer {
    fn elapsed(&self, now: Now) -> Millis {
        let counter_elapsed = now.uptime.saturating_sub(self.started.uptime);
        self.base_elapsed.saturating_add(counter_elapsed.max(now.wall.since(self.started.wall)))
    }
}

/// Returns how much time had passed at a fact, if the fact says so.
pub(super) fn elapsed_at(fact: &Fact) -> Option<Millis> {
    match fact {
        Fact::Answered(answered) => Some(answered.elapsed),
        Fact::Flagged(flagged) => Some(flagged.elapsed),
        Fact::Finished(finished) => Some(finished.elapsed),
        _ => None,
    }
}

impl ActiveAttempt {
    /// Returns how much of the attempt's time has passed.
    pub fn elapsed(&self, now: Now) -> Millis {
        self.timer.elapsed(now)
    }

    /// Returns how much time is left; none without a limit.
    pub fn time_left(&self, now: Now) -> Option<Millis> {
        self.session.time_left(self.elapsed(now))
    }

    /// Returns the exam.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] if this is a practice.
    pub fn exam_id(&self) -> Result<ExamId, ServiceError> {
        let no_exam = || ServiceError::Certificate("There is no certificate without an exam.".to_owned());
        self.row.exam.clone().ok_or_else(no_exam)
    }

    /// Returns the digest of the last fact.
    pub fn last_digest(&self) -> Digest {
        self.row.head.digest
    }
}
