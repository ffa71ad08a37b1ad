//! An attempt in progress, with its place in the store and its timer.

use crate::attempt::Fact;
use crate::clock::{Millis, Now};
use crate::exam::Session;
use crate::ids::{Digest, ExamId, TraineeId};
use crate::projections::attempts::AttemptRow;
use crate::service::ServiceError;

/// An attempt as it was loaded from the store: in progress, or finished.
#[derive(Debug, Clone)]
pub struct ActiveAttempt {
    /// The person who takes it.
    pub trainee: TraineeId,
    /// The answers and flags so far, and the result once it is finished.
    pub session: Session,
    /// The row that lists show. Its chain head is what the next fact follows.
    pub row: AttemptRow,
    /// Whether an invigilator signed its start.
    pub invigilated: bool,
    pub(super) timer: AttemptTimer,
}

/// Measures the elapsed time of an attempt. Within a run it uses the counter, so that setting the wall clock neither gains
/// nor costs time. Across runs it uses the wall clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptTimer {
    /// The elapsed time of the attempt at `started`.
    pub(super) base_elapsed: Millis,
    /// When this measurement started, in this run of the program.
    pub(super) started: Now,
}

impl AttemptTimer {
    fn elapsed(&self, now: Now) -> Millis {
        self.base_elapsed.saturating_add(now.uptime.saturating_sub(self.started.uptime))
    }
}

/// Returns the elapsed time that a fact records, if it records one.
pub(super) fn elapsed_at(fact: &Fact) -> Option<Millis> {
    match fact {
        Fact::Answered(answered) => Some(answered.elapsed),
        Fact::Flagged(flagged) => Some(flagged.elapsed),
        Fact::Finished(finished) => Some(finished.elapsed),
        _ => None,
    }
}

impl ActiveAttempt {
    /// Returns the elapsed time of the attempt at `now`.
    pub fn elapsed(&self, now: Now) -> Millis {
        self.timer.elapsed(now)
    }

    /// Returns how much time is left at `now`; `None` if there is no limit.
    pub fn time_left(&self, now: Now) -> Option<Millis> {
        self.session.time_left(self.elapsed(now))
    }

    /// Returns the exam of the attempt.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] if this is a practice.
    pub fn exam_id(&self) -> Result<ExamId, ServiceError> {
        let no_exam = || {
            ServiceError::Certificate(
                "Only a passed exam can get a certificate. See `needlewise record list`.".to_owned(),
            )
        };
        self.row.exam.clone().ok_or_else(no_exam)
    }

    /// Returns the digest of the last fact. A certificate names it as evidence of the attempt.
    pub fn last_digest(&self) -> Digest {
        self.row.head.digest
    }
}
