//! The projection of attempts: what lists show about an attempt, computed from the facts of its chain.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::attempt::chain::{ChainHead, StoredFact};
use crate::attempt::fact::{AttemptDecision, AttemptStarted};
use crate::attempt::signature::DecisionKind;
use crate::attempt::{ExamResult, Fact, Mode, Outcome, Points};
use crate::clock::{Day, Millis, Timestamp};
use crate::exam::eligibility::PriorAttempt;
use crate::ids::{AttemptId, BankId, CertificateId, ExamId, TraineeId};
use crate::issuing::decision::{DecisionAuthority, applicable_facts};
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow, page};

/// The projection of attempts, one row each.
pub const ATTEMPTS: Projection = Projection {
    name: "attempts",
    version: 2,
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
        Column::text("session_day").optional(),
        Column::text("topics"),
        Column::integer("answered"),
        Column::integer("head_seq"),
        Column::text("head_digest"),
    ],
    key_length: 1,
    stream_column: Some(0),
    indexes: &["started, id", "trainee, started, id"],
};

/// An attempt as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    pub id: AttemptId,
    /// The person who took it.
    pub trainee: TraineeId,
    pub mode: Mode,
    /// The exam; `None` in practice.
    pub exam: Option<ExamId>,
    /// When the paper was stored, right before its first question was shown.
    pub started_at: Timestamp,
    /// When the attempt ended; `None` while it is unfinished.
    pub finished_at: Option<Timestamp>,
    /// The time limit with the person's time factor; `None` if there is no limit.
    pub time_limit: Option<Millis>,
    /// The result, after the last remark that applies; `None` while the attempt is unfinished.
    pub result: Option<ExamResult>,
    /// The points earned; `None` while the attempt is unfinished.
    pub earned: Option<Points>,
    /// The points that could be earned. A dropped question no longer counts.
    pub possible: usize,
    /// The certificate in the attempt's own chain: a self-test record, or that of an invigilated exam.
    pub certificate: Option<CertificateId>,
    /// The last moment at which that certificate is valid; `None` without a certificate.
    pub valid_until: Option<Timestamp>,
    /// Voids and grants, oldest first. The [`DecisionAuthority`] decides at each reading which of them take effect,
    /// because a store can move to a computer with another issuer.
    pub decisions: Vec<RowDecision>,
    /// The study day, if this practice is that day's session.
    pub session_day: Option<Day>,
    /// The banks of a practice; empty for other modes.
    pub topics: Vec<BankId>,
    /// How many questions of a practice were answered, without repeats; 0 for other modes.
    pub answered: usize,
    /// The head of the attempt's chain. If the chain ends elsewhere, facts were lost.
    pub head: ChainHead,
}

/// A decision about an attempt, with everything that its signature covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDecision {
    /// The kind of the decision: a void or a grant.
    pub kind: DecisionKind,
    /// The reason and the signature.
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
            session_day: started.session_day,
            topics: match started.mode {
                Mode::Practice => started.paper.banks.iter().map(|bank| bank.id.clone()).collect(),
                Mode::Exam | Mode::Mock => Vec::new(),
            },
            answered: 0,
            head: ChainHead::after_fact(stored_fact),
        }
    }

    /// Computes the row from the attempt's chain; `None` if the chain is empty or was erased.
    pub fn fold(id: AttemptId, chain: &[StoredFact]) -> Option<Self> {
        let facts = applicable_facts(chain);
        let (stored_fact, Fact::Started(started)) = facts.first()? else { return None };
        let mut row = Self::from_started(id, stored_fact, started);
        facts.iter().for_each(|(stored_fact, fact)| row.apply(stored_fact, fact));
        // The head is that of the whole chain, including facts that do not apply, such as an unsigned remark.
        row.head = chain.last().map(ChainHead::after_fact)?;
        Some(row)
    }

    /// Applies the next fact of the chain to the row.
    pub fn apply(&mut self, stored_fact: &StoredFact, fact: &Fact) {
        self.head = ChainHead::after_fact(stored_fact);
        match fact {
            // In practice, the first answer to a question is its last. A repeat has an index after the drawn questions.
            Fact::Answered(answered) if self.mode == Mode::Practice && self.finished_at.is_none() => {
                self.answered += usize::from(answered.question_index < self.possible);
            }
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
        // Each signature counts once. Otherwise a copy of a signed grant would grant another attempt.
        let effective = self.decisions.iter().filter(is_effective).map(|row| row.decision.signature.as_ref());
        let (signed, unsigned): (Vec<_>, Vec<_>) = effective.partition(Option::is_some);
        let signatures: BTreeSet<_> = signed.iter().flatten().map(|signature| &signature.signature).collect();
        unsigned.len() + signatures.len()
    }

    /// Returns whether the attempt is void by the decisions that take effect on this computer.
    pub fn is_void(&self, authority: &DecisionAuthority) -> bool {
        self.effective_decisions(DecisionKind::Void, authority) > 0
    }

    /// Returns how many attempts were granted after this one, by the decisions that take effect on this computer.
    pub fn extra_attempts(&self, authority: &DecisionAuthority) -> u32 {
        u32::try_from(self.effective_decisions(DecisionKind::Grant, authority)).unwrap_or(u32::MAX)
    }

    /// Returns whether the time limit is over at `now`, by the wall clock. Without a limit it never is.
    pub fn is_time_over(&self, now: Timestamp) -> bool {
        self.time_limit.is_some_and(|limit| now.since(self.started_at) >= limit)
    }

    /// Returns what was taken, for people: the exam's ID, with a note if it was a mock exam, or `practice`.
    pub fn label(&self) -> String {
        match &self.exam {
            Some(exam) if self.mode == Mode::Mock => format!("{exam} (mock exam)"),
            Some(exam) => exam.to_string(),
            None => self.mode.to_string(),
        }
    }

    /// Returns the state after all decisions that take effect under `authority`.
    pub fn state(&self, authority: &DecisionAuthority) -> AttemptState {
        if self.is_void(authority) {
            AttemptState::Void
        } else {
            match (self.result, self.mode) {
                (None, _) => AttemptState::InProgress,
                (Some(result), Mode::Mock) => AttemptState::MockEnded(result),
                (Some(result), _) => AttemptState::Ended(result),
            }
        }
    }

    /// Returns what [`exam::eligibility`](crate::exam::eligibility) needs of this attempt, with the decisions that
    /// `authority` accepts.
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

/// The state of an attempt, decisions included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// It has not ended.
    InProgress,
    /// It ended with this result.
    Ended(ExamResult),
    /// A mock exam ended with this result, which does not count.
    MockEnded(ExamResult),
    /// A decision voided it: it stays in the records and does not count.
    Void,
}

impl AttemptState {
    /// Returns the machine code that JSON uses: `open`, `passed`, `failed`, `failed-critical`, `practiced` or `void`.
    pub fn name(self) -> &'static str {
        match self {
            Self::InProgress => "open",
            Self::Ended(result) | Self::MockEnded(result) => result.name(),
            Self::Void => "void",
        }
    }

    /// Returns the state in words, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::InProgress => "In progress",
            Self::Ended(result) => result.label(),
            Self::MockEnded(ExamResult::Passed) => "Above the pass mark",
            Self::MockEnded(ExamResult::FailedCritical) => "Safety-critical question missed",
            Self::MockEnded(_) => "Below the pass mark",
            Self::Void => "Void",
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
            ColumnValue::optional_text(self.session_day),
            ColumnValue::json(&self.topics),
            ColumnValue::count(self.answered),
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
            session_day: columns.optional_parse()?,
            topics: columns.json()?,
            answered: columns.integer()?,
            head: ChainHead { next_seq: columns.integer()?, digest: columns.parse()? },
        })
    }
}

/// Selects attempts, listed newest first. The default selects all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptQuery {
    pub trainee: Option<TraineeId>,
    pub mode: Option<Mode>,
    pub exam: Option<ExamId>,
    /// Only unfinished attempts.
    pub open_only: bool,
    /// Only attempts whose own facts include a certificate. Imported certificates do not count.
    pub certified_only: bool,
    /// Only attempts after this one in the list, by start and ID. It is the last row of the page before.
    pub after: Option<(Timestamp, AttemptId)>,
    /// The maximum number of rows. The default is no limit.
    pub max_count: Option<u32>,
}

impl AttemptQuery {
    /// Returns the attempts that the query wants, newest first.
    pub fn select(&self, mut rows: Vec<AttemptRow>) -> Vec<AttemptRow> {
        rows.retain(|row| {
            self.trainee.is_none_or(|trainee| row.trainee == trainee)
                && self.mode.is_none_or(|mode| row.mode == mode)
                && self.exam.as_ref().is_none_or(|exam| row.exam.as_ref() == Some(exam))
                && !(self.open_only && row.finished_at.is_some())
                && !(self.certified_only && row.certificate.is_none())
        });
        rows.sort_by_key(|row| std::cmp::Reverse((row.started_at, row.id)));
        page(rows, |row| self.after.is_none_or(|after| (row.started_at, row.id) < after), self.max_count)
    }
}
