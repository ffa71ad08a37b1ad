//! The projections of what a person keeps beside questions and readings: notes, bookmarks, problem reports, and how far they
//! read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::clock::Timestamp;
use crate::ids::{InBank, QuestionId, ReadingId, TraineeId};
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow};

/// The projection of notes, one row for each trainee and question that has or had one of them.
pub const QUESTION_NOTES: Projection = Projection {
    name: "question_notes",
    version: 1,
    columns: &[
        Column::text("trainee"),
        Column::text("bank"),
        Column::text("question"),
        Column::text("note").optional(),
        Column::integer("is_bookmarked"),
        Column::text("reports"),
        Column::integer("changed"),
    ],
    key_length: 3,
    stream_column: Some(0),
    indexes: &["bank, question"],
};

/// The projection of reading, one row for each trainee and reading that they opened.
pub const READING_PROGRESS: Projection = Projection {
    name: "reading_progress",
    version: 1,
    columns: &[
        Column::text("trainee"),
        Column::text("reading"),
        Column::integer("block"),
        Column::integer("is_finished"),
        Column::integer("left_at"),
    ],
    key_length: 2,
    stream_column: Some(0),
    indexes: &[],
};

/// What a trainee keeps beside one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionNotes {
    pub trainee: TraineeId,
    pub question: InBank<QuestionId>,
    pub note: Option<String>,
    pub is_bookmarked: bool,
    /// All problems that the trainee reported, oldest first.
    pub reports: Vec<ProblemReport>,
    /// When the last of them changed.
    pub changed_at: Timestamp,
}

/// A problem that a trainee reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemReport {
    /// The revision of the question that was on the screen.
    pub revision: u32,
    /// What is wrong, in the trainee's words.
    pub text: String,
    pub reported_at: Timestamp,
}

impl QuestionNotes {
    /// Computes the rows from a person's chain.
    pub fn fold(trainee: TraineeId, chain: &[StoredFact]) -> Vec<Self> {
        let mut rows: BTreeMap<InBank<QuestionId>, Self> = BTreeMap::new();
        for (stored_fact, fact) in read_facts(chain) {
            let question = match &fact {
                Fact::NoteChanged(changed) => &changed.question,
                Fact::BookmarkChanged(changed) => &changed.question,
                Fact::ProblemReported(reported) => &reported.question,
                _ => continue,
            };
            let empty = || Self {
                trainee,
                question: question.clone(),
                note: None,
                is_bookmarked: false,
                reports: Vec::new(),
                changed_at: stored_fact.stored_at,
            };
            let row = rows.entry(question.clone()).or_insert_with(empty);
            row.changed_at = stored_fact.stored_at;
            match fact {
                Fact::NoteChanged(changed) => row.note = changed.note,
                Fact::BookmarkChanged(changed) => row.is_bookmarked = changed.on,
                Fact::ProblemReported(reported) => row.reports.push(ProblemReport {
                    revision: reported.revision,
                    text: reported.text,
                    reported_at: stored_fact.stored_at,
                }),
                _ => {}
            }
        }
        rows.into_values().collect()
    }
}

impl ProjectionRow for QuestionNotes {
    const PROJECTION: &'static Projection = &QUESTION_NOTES;

    fn to_columns(&self) -> Vec<ColumnValue> {
        vec![
            ColumnValue::text(self.trainee),
            ColumnValue::text(&self.question.bank),
            ColumnValue::text(&self.question.id),
            ColumnValue::optional_text(self.note.as_ref()),
            ColumnValue::Integer(i64::from(self.is_bookmarked)),
            ColumnValue::json(&self.reports),
            ColumnValue::timestamp(self.changed_at),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        Some(Self {
            trainee: columns.parse()?,
            question: InBank { bank: columns.parse()?, id: columns.parse()? },
            note: columns.optional_text()?,
            is_bookmarked: columns.integer::<i64>()? != 0,
            reports: columns.json()?,
            changed_at: columns.timestamp()?,
        })
    }
}

/// How far a trainee is in one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingProgress {
    pub trainee: TraineeId,
    pub reading: ReadingId,
    /// The first block on the screen when the trainee left, counted from 0.
    pub block: usize,
    /// Whether the trainee ever reached the end.
    pub is_finished: bool,
    pub left_at: Timestamp,
}

impl ReadingProgress {
    /// Computes the rows from a person's chain.
    pub fn fold(trainee: TraineeId, chain: &[StoredFact]) -> Vec<Self> {
        let mut rows: BTreeMap<ReadingId, Self> = BTreeMap::new();
        for (stored_fact, fact) in read_facts(chain) {
            let Fact::ReadingLeft(left) = fact else { continue };
            let was_finished = rows.get(&left.reading).is_some_and(|row| row.is_finished);
            let row = Self {
                trainee,
                reading: left.reading.clone(),
                block: left.block,
                is_finished: left.is_finished || was_finished,
                left_at: stored_fact.stored_at,
            };
            rows.insert(left.reading, row);
        }
        rows.into_values().collect()
    }
}

impl ProjectionRow for ReadingProgress {
    const PROJECTION: &'static Projection = &READING_PROGRESS;

    fn to_columns(&self) -> Vec<ColumnValue> {
        vec![
            ColumnValue::text(self.trainee),
            ColumnValue::text(&self.reading),
            ColumnValue::count(u32::try_from(self.block).unwrap_or(u32::MAX)),
            ColumnValue::Integer(i64::from(self.is_finished)),
            ColumnValue::timestamp(self.left_at),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        Some(Self {
            trainee: columns.parse()?,
            reading: columns.parse()?,
            block: columns.integer::<u32>()? as usize,
            is_finished: columns.integer::<i64>()? != 0,
            left_at: columns.timestamp()?,
        })
    }
}

/// Which notes a query returns.
#[derive(Debug, Clone, Default)]
pub struct NoteQuery {
    /// Only those of this trainee.
    pub trainee: Option<TraineeId>,
    /// Only those with a reported problem.
    pub reported_only: bool,
}
