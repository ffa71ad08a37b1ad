//! The projection of attempts: what lists show of an attempt, computed from the facts of its chain.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::attempt::chain::{ChainHead, StoredFact};
use crate::attempt::fact::{AttemptDecision, AttemptStarted};
use crate::attempt::signature::DecisionKind;
use crate::attempt::{ExamResult, Fact, Mode, Outcome, Points};
use crate::clock::{Millis, Timestamp};
use crate::exam::eligibility::PriorAttempt;
use crate::ids::{AttemptId, CertificateId, ExamId, TraineeId};
use crate::issuing::decision::{DecisionAuthority, applicable_facts};
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow};

/// The projection of attempts.
pub const ATTEMPTS: Projection = Projection {
    name: "attempts",
    version: 1,
    columns: &[
        Column::text("id"),
        Column::text("trainee"),
        Column::text("mode"),
        Column::text("exam").optional(),
        Column::integer("started"),
        Column::integer("finished").optional(),
        Column::integer("time_limit").optional(),
        Column::text("result").optional(),
        Column::text("earned").optional(),
        Column::integer("possible"),
        Column::text("certificate").optional(),
        Column::integer("valid_until").optional(),
        Column::text("decisions"),
        Column::integer("head_seq"),
        Column::text("head_digest"),
    ],
    key_length: 1,
    stream_column: Some(0),
    indexes: &["started, id", "trainee, started, id"],
};

/// An attempt, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// The attempt.
    pub id: AttemptId,
    /// Who took it.
    pub trainee: TraineeId,
    /// What it was for.
    pub mode: Mode,
    /// The exam; none for a practice.
    pub exam: Option<ExamId>,
    /// When its first question was shown.
    pub started_at: Timestamp,
    /// When it ended, once it has.
    pub finished_at: Option<Timestamp>,
    /// How long it could take.
    pub time_limit: Option<Millis>,
    /// What it came to, once it has ended.
    pub result: Option<ExamResult>,
    /// The points earned, once it has ended.
    pub earned: Option<Points>,
    /// The points that could be earned.
    pub possible: usize,
    /// The certificate issued for it.
    pub certificate: Option<CertificateId>,
    /// Until when that certificate is valid.
    pub valid_until: Option<Timestamp>,
    /// What was decided about it, the oldest first. Which of them takes effect depends on the machine.
    pub decisions: Vec<RowDecision>,
    /// The head of its chain, by which a lost last fact is noticed.
    pub head: ChainHead,
}

/// A decision about an attempt, with what its signature covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDecision {
    /// What was decided: that the attempt is void, or that one more is granted.
    pub kind: DecisionKind,
    /// Why, and who signed it.
    pub decision: AttemptDecision,
}

impl AttemptRow {
    /// Returns the row of an attempt after its first fact.
    pub fn from_started(id: AttemptId, stored_fact: &StoredFact, started: &AttemptStarted) -> Self {
        Self {
            id,
            trainee: started.trainee,
            mode: started.mode,
            exam: started.paper.exam.as_ref().map(|exam| exam.id.clone()),
            started_at: stored_fact.stored_at,
            finished_at: None,
            time_limit: started.limit,
            result: None,
            earned: None,
            possible: started.paper.questions.len(),
            certificate: None,
            valid_until: None,
            decisions: Vec::new(),
            head: ChainHead::after_fact(stored_fact),
        }
    }

    /// Computes the row from the attempt's chain; none if the person was erased.
    pub fn fold(id: AttemptId, chain: &[StoredFact]) -> Option<Self> {
        let facts = applicable_facts(chain);
        let (stored_fact, Fact::Started(started)) = facts.first()? else { return None };
        let mut row = Self::from_started(id, stored_fact, started);
        facts.iter().for_each(|(stored_fact, fact)| row.apply(stored_fact, fact));
        // A fact that has no effect here belongs to the chain all the same.
        row.head = chain.last().map(ChainHead::after_fact)?;
        Some(row)
    }

    /// Applies the next fact of the chain.
    pub fn apply(&mut self, stored_fact: &StoredFact, fact: &Fact) {
        self.head = ChainHead::after_fact(stored_fact);
        match fact {
            Fact::Finished(finished) => {
                self.finished_at = Some(stored_fact.stored_at);
                self.set_outcome(&finished.outcome);
            }
            Fact::Issued(issued) => {
                self.certificate = Some(issued.certificate);
                self.valid_until = Some(issued.valid_until);
            }
            Fact::Remarked(remarked) => self.set_outcome(&remarked.outcome),
            Fact::Voided(decision) => self.add_decision(DecisionKind::Void, decision),
            Fact::AttemptGranted(decision) => self.add_decision(DecisionKind::Grant, decision),
            _ => {}
        }
    }

    fn set_outcome(&mut self, outcome: &Outcome) {
        self.result = Some(outcome.result);
        self.earned = Some(outcome.earned.clone());
        self.possible = outcome.possible;
    }

    fn add_decision(&mut self, kind: DecisionKind, decision: &AttemptDecision) {
        self.decisions.push(RowDecision { kind, decision: decision.clone() });
    }

    fn effective_decisions(&self, kind: DecisionKind, authority: &DecisionAuthority) -> usize {
        let is_effective = |row: &&RowDecision| {
            row.kind == kind
                && authority.accepts(row.decision.signature.as_ref(), self.id.into(), kind, &row.decision.reason)
        };
        // A signature counts once: a signed fact that was stored again decides nothing more.
        let effective = self.decisions.iter().filter(is_effective).map(|row| row.decision.signature.as_ref());
        let (signed, unsigned): (Vec<_>, Vec<_>) = effective.partition(Option::is_some);
        let signatures: BTreeSet<_> = signed.iter().flatten().map(|signature| &signature.signature).collect();
        unsigned.len() + signatures.len()
    }

    /// Returns whether the attempt is void, by the decisions that take effect on this machine.
    pub fn is_void(&self, authority: &DecisionAuthority) -> bool {
        self.effective_decisions(DecisionKind::Void, authority) > 0
    }

    /// Returns how many more attempts were granted after it, by the decisions that take effect on this machine.
    pub fn extra_attempts(&self, authority: &DecisionAuthority) -> u32 {
        u32::try_from(self.effective_decisions(DecisionKind::Grant, authority)).unwrap_or(u32::MAX)
    }

    /// Returns whether its time is over at a moment.
    pub fn is_time_over(&self, now: Timestamp) -> bool {
        self.time_limit.is_some_and(|limit| now.since(self.started_at) >= limit)
    }

    /// Returns the state as records name it: open, passed, failed, failed-critical, void, or practiced.
    pub fn state(&self, authority: &DecisionAuthority) -> &'static str {
        if self.is_void(authority) { "void" } else { self.result.map_or("open", ExamResult::name) }
    }

    /// Returns what [`exam::eligibility`](crate::exam::eligibility) needs to know of it.
    pub fn to_prior_attempt(&self, authority: &DecisionAuthority) -> PriorAttempt {
        PriorAttempt {
            started: self.started_at,
            finished: self.finished_at,
            limit: self.time_limit,
            result: self.result,
            valid_until: self.valid_until,
            voided: self.is_void(authority),
            extra_attempts: self.extra_attempts(authority),
        }
    }
}

impl ProjectionRow for AttemptRow {
    const PROJECTION: &'static Projection = &ATTEMPTS;

    fn to_columns(&self) -> Vec<ColumnValue> {
        vec![
            ColumnValue::text(self.id),
            ColumnValue::text(self.trainee),
            ColumnValue::text(self.mode),
            ColumnValue::optional_text(self.exam.as_ref()),
            ColumnValue::timestamp(self.started_at),
            self.finished_at.map_or(ColumnValue::Empty, ColumnValue::timestamp),
            self.time_limit.map_or(ColumnValue::Empty, |limit| ColumnValue::count(limit.0)),
            ColumnValue::optional_text(self.result.map(ExamResult::name)),
            ColumnValue::optional_text(self.earned.as_ref()),
            ColumnValue::count(self.possible),
            ColumnValue::optional_text(self.certificate),
            self.valid_until.map_or(ColumnValue::Empty, ColumnValue::timestamp),
            ColumnValue::json(&self.decisions),
            ColumnValue::count(self.head.next_seq),
            ColumnValue::text(self.head.digest),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        Some(Self {
            id: columns.parse()?,
            trainee: columns.parse()?,
            mode: columns.word()?,
            exam: columns.optional_parse()?,
            started_at: columns.timestamp()?,
            finished_at: columns.optional_timestamp()?,
            time_limit: columns.optional_integer()?.map(Millis),
            result: columns.optional_word()?,
            earned: columns.optional_parse()?,
            possible: columns.integer()?,
            certificate: columns.optional_parse()?,
            valid_until: columns.optional_timestamp()?,
            decisions: columns.json()?,
            head: ChainHead { next_seq: columns.integer()?, digest: columns.parse()? },
        })
    }
}

/// Which attempts to list; the newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptQuery {
    /// Of this person only.
    pub trainee: Option<TraineeId>,
    /// Of this mode only.
    pub mode: Option<Mode>,
    /// Of this exam only.
    pub exam: Option<ExamId>,
    /// Only those that have not ended.
    pub open_only: bool,
    /// Only those with a certificate.
    pub certified_only: bool,
    /// Only those that come after this one: the next page.
    pub after: Option<(Timestamp, AttemptId)>,
    /// At most this many; all by default.
    pub max_count: Option<u32>,
}
