//! The projections of study: every answer that feeds the schedule, and each trainee's progress by question.
//!
//! Progress on a question depends on many chains. So the answers have rows of their own, indexed by question, and the
//! store computes progress without folding the other chains.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::attempt::chain::{StoredFact, read_facts};
use crate::attempt::fact::{AttemptStarted, QuestionAnswered};
use crate::attempt::paper::PaperQuestion;
use crate::attempt::{Answer, Fact, Mode, Points};
use crate::bank::{Bank, Question};
use crate::clock::{Millis, Timestamp, Zone};
use crate::exam::scoring;
use crate::ids::{AttemptId, BankId, Digest, QuestionId, TraineeId};
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow};
use crate::study::review::{Grade, Review};

/// The projection of practice answers, one row for each answer in practice or in a finished mock exam.
pub const PRACTICE_ANSWERS: Projection = Projection {
    name: "practice_answers",
    version: 2,
    columns: &[
        Column::text("attempt"),
        Column::integer("seq"),
        Column::text("trainee"),
        Column::text("bank"),
        Column::text("question"),
        Column::integer("revision"),
        Column::integer("answered"),
        Column::text("review"),
    ],
    key_length: 2,
    stream_column: Some(0),
    indexes: &["trainee, bank, question, revision"],
};

/// The projection of progress, one row for each trainee, question and revision.
pub const QUESTION_PROGRESS: Projection = Projection {
    name: "question_progress",
    version: 2,
    columns: &[
        Column::text("trainee"),
        Column::text("bank"),
        Column::text("question"),
        Column::integer("revision"),
        Column::integer("answer_count"),
        Column::integer("correct_count"),
        Column::integer("is_last_correct"),
        Column::integer("last_answered"),
        Column::text("reviews"),
    ],
    key_length: 4,
    stream_column: None,
    indexes: &[],
};

/// The longest time that counts for one answer. Beyond it, the trainee was elsewhere: the time of a practice also runs
/// while the program is closed.
const LONGEST_ANSWER: Millis = Millis(120_000);

/// An answer that feeds the schedule.
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
    pub review: Review,
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
    /// Computes the rows of the answers in an attempt's chain, from the fact `first_seq` on.
    ///
    /// In practice, every answer has a row. A mock exam has rows once it is finished, for the answers that count. If it
    /// draws from a bank that does not allow practice, it has none, and neither has an exam. A cleared answer makes no
    /// row, and neither does an answer whose question is not stored.
    pub fn fold(
        attempt: AttemptId,
        chain: &[StoredFact],
        first_seq: u32,
        find_content: &dyn Fn(Digest) -> Option<String>,
    ) -> Vec<Self> {
        let facts = read_facts(chain);
        let Some((_, Fact::Started(started))) = facts.first() else { return Vec::new() };
        let answers = given_answers(&facts);
        let is_new = |answer: &GivenAnswer<'_>| answer.stored_fact.seq >= first_seq;
        let counted: Vec<_> = match started.mode {
            Mode::Exam => Vec::new(),
            Mode::Practice => answers.into_iter().filter(is_new).collect(),
            Mode::Mock => {
                let finish = facts.iter().find(|(_, fact)| matches!(fact, Fact::Finished(_)));
                let is_new = finish.is_some_and(|(stored_fact, _)| stored_fact.seq >= first_seq);
                if is_new && feeds_schedule(started, find_content) { last_answers(answers) } else { Vec::new() }
            }
        };
        let questions = asked_questions(started, &facts);
        let to_row = |given: GivenAnswer<'_>| {
            let answer = given.answered.answer.as_ref()?;
            let paper_question = questions.get(given.answered.question_index)?;
            let bank = started.paper.banks.get(started.paper.sections.get(paper_question.section)?.bank)?;
            let question = Question::from_content_json(&find_content(paper_question.question)?)?;
            Some(Self {
                attempt,
                seq: given.stored_fact.seq,
                answered_at: given.stored_fact.stored_at,
                review: review_of(&given, &question, answer),
                question: StudiedQuestion {
                    trainee: started.trainee,
                    bank: bank.id.clone(),
                    question: question.id,
                    revision: question.revision,
                },
            })
        };
        counted.into_iter().filter_map(to_row).collect()
    }
}

/// An answer in a chain, with the time since the action before it.
struct GivenAnswer<'a> {
    stored_fact: &'a StoredFact,
    answered: &'a QuestionAnswered,
    taken: Millis,
}

/// Returns all answers of a chain, cleared ones included.
fn given_answers<'a>(facts: &'a [(&'a StoredFact, Fact)]) -> Vec<GivenAnswer<'a>> {
    let (mut answers, mut before) = (Vec::new(), Millis(0));
    for (stored_fact, fact) in facts {
        let elapsed = match fact {
            Fact::Answered(answered) => {
                let taken = answered.elapsed.saturating_sub(before).min(LONGEST_ANSWER);
                answers.push(GivenAnswer { stored_fact, answered, taken });
                answered.elapsed
            }
            Fact::Flagged(flagged) => flagged.elapsed,
            _ => continue,
        };
        before = before.max(elapsed);
    }
    answers
}

/// Returns the last answer to every question, cleared ones included.
fn last_answers(answers: Vec<GivenAnswer<'_>>) -> Vec<GivenAnswer<'_>> {
    let by_question: BTreeMap<_, _> =
        answers.into_iter().map(|answer| (answer.answered.question_index, answer)).collect();
    by_question.into_values().collect()
}

/// Returns whether all banks of a paper allow practice. A bank that is not stored does not.
fn feeds_schedule(started: &AttemptStarted, find_content: &dyn Fn(Digest) -> Option<String>) -> bool {
    let allows_practice = |frame: Digest| {
        let bank: Option<Bank> = find_content(frame).and_then(|text| serde_json::from_str(&text).ok());
        bank.is_some_and(|bank| bank.practice)
    };
    started.paper.banks.iter().all(|bank| allows_practice(bank.frame))
}

/// Returns the questions of a paper in the order of their positions, with the repeats that were asked.
fn asked_questions<'a>(started: &'a AttemptStarted, facts: &[(&StoredFact, Fact)]) -> Vec<&'a PaperQuestion> {
    let drawn = &started.paper.questions;
    let repeats = facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Asked(asked) => drawn.get(asked.question_index),
        _ => None,
    });
    drawn.iter().chain(repeats).collect()
}

fn review_of(given: &GivenAnswer<'_>, question: &Question, answer: &Answer) -> Review {
    let points = scoring::score(question, Some(answer));
    let is_correct = points == Points::one();
    Review {
        // An older program stored no study day, and the time zone of that session is unknown.
        study_day: given.answered.study_day.unwrap_or_else(|| given.stored_fact.stored_at.study_day(&Zone::UTC)),
        grade: Grade::of_answer(&points, given.answered.certainty),
        is_correct,
        certainty: given.answered.certainty,
        seconds: u32::try_from(given.taken.0 / 1000).unwrap_or(u32::MAX),
        harm: scoring::harm(question, answer),
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
            ColumnValue::json(&self.review),
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
            review: columns.json()?,
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
    /// All answers, oldest first.
    #[serde(skip)]
    pub reviews: Vec<Review>,
}

impl QuestionProgress {
    /// Computes the row from all answers to one question, in any order; `None` without answers. The last answer is the
    /// last by time, then attempt, then position. So a rebuild gives the same row, even if the clock was set back.
    pub fn fold(question: &StudiedQuestion, answers: &[PracticeAnswer]) -> Option<Self> {
        let mut by_time: Vec<_> = answers.iter().collect();
        by_time.sort_by_key(|answer| (answer.answered_at, answer.attempt, answer.seq));
        let last = by_time.last()?;
        let correct_count = answers.iter().filter(|answer| answer.review.is_correct).count();
        let StudiedQuestion { trainee, bank, question, revision } = question.clone();
        Some(Self {
            trainee,
            bank,
            question,
            revision,
            answer_count: u32::try_from(answers.len()).unwrap_or(u32::MAX),
            correct_count: u32::try_from(correct_count).unwrap_or(u32::MAX),
            is_last_correct: last.review.is_correct,
            last_answered: last.answered_at,
            reviews: by_time.iter().map(|answer| answer.review).collect(),
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
            ColumnValue::json(&self.reviews),
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
            reviews: columns.json()?,
        })
    }
}
