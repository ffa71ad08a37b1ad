//! The projections of practice: every answer, and each trainee's progress by question.
//!
//! Progress on a question depends on many chains. So the answers have rows of their own, indexed by question, and the
//! store computes progress without folding the other chains.

use serde::Serialize;

use crate::attempt::chain::{StoredFact, read_facts};
use crate::attempt::{Fact, Points};
use crate::bank::Question;
use crate::clock::Timestamp;
use crate::exam::scoring::score;
use crate::ids::{AttemptId, BankId, Digest, QuestionId, TraineeId};
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow};

/// The projection of practice answers, one row for each answer.
pub const PRACTICE_ANSWERS: Projection = Projection {
    name: "practice_answers",
    version: 1,
    columns: &[
        Column::text("attempt"),
        Column::integer("seq"),
        Column::text("trainee"),
        Column::text("bank"),
        Column::text("question"),
        Column::integer("revision"),
        Column::integer("answered"),
        Column::integer("is_correct"),
    ],
    key_length: 2,
    stream_column: Some(0),
    indexes: &["trainee, bank, question, revision"],
};

/// The projection of progress, one row for each trainee, question and revision.
pub const QUESTION_PROGRESS: Projection = Projection {
    name: "question_progress",
    version: 1,
    columns: &[
        Column::text("trainee"),
        Column::text("bank"),
        Column::text("question"),
        Column::integer("revision"),
        Column::integer("answer_count"),
        Column::integer("correct_count"),
        Column::integer("is_last_correct"),
        Column::integer("last_answered"),
    ],
    key_length: 4,
    stream_column: None,
    indexes: &[],
};

/// An answer in a practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeAnswer {
    /// The attempt with the answer.
    pub attempt: AttemptId,
    /// The position of the answer's fact in the attempt's chain, from 0.
    pub seq: u32,
    /// The question, and the trainee who answered it.
    pub question: StudiedQuestion,
    /// When the answer was stored.
    pub answered_at: Timestamp,
    /// Whether the answer earned the full point. A partly correct answer does not count as correct.
    pub is_correct: bool,
}

/// A question in one revision, as one trainee studies it. A new revision starts without progress, because its key or
/// meaning changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StudiedQuestion {
    pub trainee: TraineeId,
    pub bank: BankId,
    pub question: QuestionId,
    pub revision: u32,
}

impl PracticeAnswer {
    /// Computes the rows of the answers in a practice's chain, from the fact `first_seq` on. A cleared answer makes no
    /// row, and neither does an answer whose question is not stored.
    pub fn fold(
        attempt: AttemptId,
        chain: &[StoredFact],
        first_seq: u32,
        find_content: &dyn Fn(Digest) -> Option<String>,
    ) -> Vec<Self> {
        let facts = read_facts(chain);
        let Some((_, Fact::Started(started))) = facts.first() else { return Vec::new() };
        let paper = &started.paper;
        let to_row = |(stored_fact, fact): &(&StoredFact, Fact)| {
            let Fact::Answered(answered) = fact else { return None };
            let answer = answered.answer.as_ref()?;
            let paper_question = paper.questions.get(answered.question_index)?;
            let bank = paper.banks.get(paper.sections.get(paper_question.section)?.bank)?;
            let question = Question::from_content_json(&find_content(paper_question.question)?)?;
            Some(Self {
                attempt,
                seq: stored_fact.seq,
                answered_at: stored_fact.stored_at,
                is_correct: score(&question, Some(answer)) == Points::one(),
                question: StudiedQuestion {
                    trainee: started.trainee,
                    bank: bank.id.clone(),
                    question: question.id,
                    revision: question.revision,
                },
            })
        };
        facts.iter().filter(|(stored_fact, _)| stored_fact.seq >= first_seq).filter_map(to_row).collect()
    }
}

impl ProjectionRow for PracticeAnswer {
    const PROJECTION: &'static Projection = &PRACTICE_ANSWERS;

    fn to_columns(&self) -> Vec<ColumnValue> {
        vec![
            ColumnValue::text(self.attempt),
            ColumnValue::count(self.seq),
            ColumnValue::text(self.question.trainee),
            ColumnValue::text(&self.question.bank),
            ColumnValue::text(&self.question.question),
            ColumnValue::count(self.question.revision),
            ColumnValue::timestamp(self.answered_at),
            ColumnValue::Integer(i64::from(self.is_correct)),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        Some(Self {
            attempt: columns.parse()?,
            seq: columns.integer()?,
            question: StudiedQuestion {
                trainee: columns.parse()?,
                bank: columns.parse()?,
                question: columns.parse()?,
                revision: columns.integer()?,
            },
            answered_at: columns.timestamp()?,
            is_correct: columns.integer::<i64>()? != 0,
        })
    }
}

/// The progress of a trainee on one question, from all practice answers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuestionProgress {
    #[serde(skip)]
    pub trainee: TraineeId,
    pub bank: BankId,
    pub question: QuestionId,
    pub revision: u32,
    /// The number of answers.
    #[serde(rename = "seen")]
    pub answer_count: u32,
    /// The number of fully correct answers.
    #[serde(rename = "right")]
    pub correct_count: u32,
    #[serde(rename = "last_right")]
    pub is_last_correct: bool,
    /// When the last answer was stored.
    #[serde(rename = "last")]
    pub last_answered: Timestamp,
}

impl QuestionProgress {
    /// Computes the row from all answers to one question, in any order; `None` without answers. The last answer is the
    /// last by time, then attempt, then position. So a rebuild gives the same row, even if the clock was set back.
    pub fn fold(question: &StudiedQuestion, answers: &[PracticeAnswer]) -> Option<Self> {
        let last = answers.iter().max_by_key(|answer| (answer.answered_at, answer.attempt, answer.seq))?;
        let correct_count = answers.iter().filter(|answer| answer.is_correct).count();
        let StudiedQuestion { trainee, bank, question, revision } = question.clone();
        Some(Self {
            trainee,
            bank,
            question,
            revision,
            answer_count: u32::try_from(answers.len()).unwrap_or(u32::MAX),
            correct_count: u32::try_from(correct_count).unwrap_or(u32::MAX),
            is_last_correct: last.is_correct,
            last_answered: last.answered_at,
        })
    }
}

impl ProjectionRow for QuestionProgress {
    const PROJECTION: &'static Projection = &QUESTION_PROGRESS;

    fn to_columns(&self) -> Vec<ColumnValue> {
        vec![
            ColumnValue::text(self.trainee),
            ColumnValue::text(&self.bank),
            ColumnValue::text(&self.question),
            ColumnValue::count(self.revision),
            ColumnValue::count(self.answer_count),
            ColumnValue::count(self.correct_count),
            ColumnValue::Integer(i64::from(self.is_last_correct)),
            ColumnValue::timestamp(self.last_answered),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        Some(Self {
            trainee: columns.parse()?,
            bank: columns.parse()?,
            question: columns.parse()?,
            revision: columns.integer()?,
            answer_count: columns.integer()?,
            correct_count: columns.integer()?,
            is_last_correct: columns.integer::<i64>()? != 0,
            last_answered: columns.timestamp()?,
        })
    }
}
