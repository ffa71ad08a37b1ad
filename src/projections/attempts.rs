//! Rows for attempts, each computed from the facts of its chain, and the query that selects them.

use serde::{Deserialize, Serialize};

use crate::attempt::fact::{AttemptFinished, AttemptStarted, CertificateIssued};
use crate::attempt::{ExamResult, Fact, Mode, Outcome, Points};
use crate::canonical;
use crate::clock::{Millis, Timestamp};
use crate::exam::eligibility::PriorAttempt;
use crate::ids::{AttemptId, CertificateId, Digest, ExamId, TraineeId};

/// An attempt, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRow {
    /// The attempt.
    pub id: AttemptId,
    /// Who took it.
    pub trainee: TraineeId,
    /// What it was for.
    pub mode: Mode,
    /// The exam, for an exam.
    pub exam: Option<ExamId>,
    /// When its first question was shown.
    #[serde(rename = "started")]
    pub started_at: Timestamp,
    /// When it ended, once it has.
    #[serde(rename = "finished")]
    pub finished_at: Option<Timestamp>,
    /// How long it could take.
    #[serde(rename = "limit")]
    pub time_limit: Option<Millis>,
    /// What it came to, once it has ended.
    #[serde(rename = "standing")]
    pub result: Option<ExamResult>,
    /// The points earned, once it has ended.
    pub earned: Option<Points>,
    /// The points that could be earned.
    pub possible: usize,
    /// The certificate issued for it.
    pub certificate: Option<CertificateId>,
    /// Until when that certificate is valid.
    pub valid_until: Option<Timestamp>,
    /// Whether it was voided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voided: bool,
    /// How many more attempts were granted after it.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[serde(rename = "granted")]
    pub extra_attempts: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl AttemptRow {
    /// Returns the row of an attempt that began at `started_at`.
    pub fn from_started(id: AttemptId, started_at: Timestamp, started: &AttemptStarted) -> Self {
        Self {
            id,
            trainee: started.trainee,
            mode: started.mode,
            exam: started.paper.exam.as_ref().map(|exam| exam.id.clone()),
            started_at,
            finished_at: None,
            time_limit: started.limit,
            result: None,
            earned: None,
            possible: started.paper.questions.len(),
            certificate: None,
            valid_until: None,
            voided: false,
            extra_attempts: 0,
        }
    }

    /// Takes in whatever fact follows the start.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::Finished(finished) => self.apply_finished(at, finished),
            Fact::Issued(issued) => self.set_certificate(issued),
            Fact::Remarked(remarked) => self.set_outcome(&remarked.outcome),
            Fact::Voided(_) => self.voided = true,
            Fact::AttemptGranted(_) => self.extra_attempts = self.extra_attempts.saturating_add(1),
            _ => {}
        }
    }

    /// Takes in the end of the attempt.
    fn apply_finished(&mut self, finished_at: Timestamp, finished: &AttemptFinished) {
        self.finished_at = Some(finished_at);
        self.set_outcome(&finished.outcome);
    }

    /// Takes in what the attempt came to.
    fn set_outcome(&mut self, outcome: &Outcome) {
        self.result = Some(outcome.result);
        self.earned = Some(outcome.earned.clone());
        self.possible = outcome.possible;
    }

    /// Takes in the certificate.
    fn set_certificate(&mut self, issued: &CertificateIssued) {
        self.certificate = Some(issued.certificate);
        self.valid_until = Some(issued.valid_until);
    }

    /// Returns whether its time is over at a moment.
    pub fn is_time_over(&self, now: Timestamp) -> bool {
        self.time_limit.is_some_and(|limit| now.since(self.started_at) >= limit)
    }

    /// Returns the state as records name it: open, passed, failed, failed-critical, void, or practiced.
    pub fn state(&self) -> &'static str {
        if self.voided { "void" } else { self.result.map_or("open", ExamResult::name) }
    }

    /// Returns what [`exam::eligibility`](crate::exam::eligibility) needs to know of it.
    pub fn to_prior_attempt(&self) -> PriorAttempt {
        PriorAttempt {
            started: self.started_at,
            finished: self.finished_at,
            limit: self.time_limit,
            result: self.result,
            valid_until: self.valid_until,
            voided: self.voided,
            extra_attempts: self.extra_attempts,
        }
    }

    /// Returns a digest over the whole row, by which damage in the store shows.
    pub fn row_digest(&self) -> Digest {
        Digest::of(canonical::bytes(self))
    }
}

/// Which attempts to list; the newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptQuery {
    /// Of this person only.
    pub trainee: Option<TraineeId>,
    /// Of this mode only.
    pub mode: Option<Mode>,
    /// Only those that have not ended.
    pub open_only: bool,
    /// Only those with a certificate.
    pub certified_only: bool,
    /// At most so many; all where nothing is said.
    pub max_count: Option<u32>,
}
