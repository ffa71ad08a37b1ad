//! All projections together: the rows of one chain, the rows of a whole store, and the differences between stored and
//! computed rows.

use std::collections::BTreeMap;
use std::fmt;

use crate::attempt::chain::StoredFact;
use crate::attempt::fact::kind_label;
use crate::ids::{Digest, StreamId};
use crate::projections::attempts::{ATTEMPTS, AttemptRow};
use crate::projections::certificates::{CERTIFICATES, CertificateRow};
use crate::projections::ledgers::{LEDGERS, LedgerRow};
use crate::projections::notebook::{QUESTION_NOTES, QuestionNotes, READING_PROGRESS, ReadingProgress};
use crate::projections::people::{PEOPLE, PersonRow};
use crate::projections::row::{ColumnValue, Projection, ProjectionRow, StoredRow, row_digest};
use crate::projections::study::{
    PRACTICE_ANSWERS, PracticeAnswer, QUESTION_PROGRESS, QuestionProgress, StudiedQuestion,
};

/// All projections.
pub const PROJECTIONS: [&Projection; 8] = [
    &PEOPLE,
    &ATTEMPTS,
    &CERTIFICATES,
    &LEDGERS,
    &PRACTICE_ANSWERS,
    &QUESTION_PROGRESS,
    &QUESTION_NOTES,
    &READING_PROGRESS,
];

/// The rows that are computed from one chain.
#[derive(Debug, Default)]
pub struct ChainRows {
    /// Only in a person's chain.
    pub person: Option<PersonRow>,
    /// Only in a person's chain.
    pub certificates: Vec<CertificateRow>,
    /// Only in a person's chain.
    pub notes: Vec<QuestionNotes>,
    /// Only in a person's chain.
    pub reading: Vec<ReadingProgress>,
    /// Only in an attempt's chain.
    pub attempt: Option<AttemptRow>,
    /// Only in the chain of a practice or of a finished mock exam.
    pub practice_answers: Vec<PracticeAnswer>,
    /// Only in an issuer's chain.
    pub ledger: Option<LedgerRow>,
}

impl ChainRows {
    /// Computes the rows of a chain. Of practice answers only those from the fact `first_seq` on are computed, because
    /// rows of earlier answers do not change.
    pub fn fold(
        stream: StreamId,
        chain: &[StoredFact],
        first_seq: u32,
        find_content: &dyn Fn(Digest) -> Option<String>,
    ) -> Self {
        let Some(first) = chain.first() else { return Self::default() };
        match kind_label(&first.kind) {
            "added" => match PersonRow::fold(stream.to_trainee_id(), chain) {
                Some(person) => Self {
                    certificates: CertificateRow::fold(chain),
                    notes: QuestionNotes::fold(person.id, chain),
                    reading: ReadingProgress::fold(person.id, chain),
                    person: Some(person),
                    ..Self::default()
                },
                // An erased person has no rows, and neither do their certificates and notes.
                None => Self::default(),
            },
            "started" => {
                let attempt_id = stream.to_attempt_id();
                let attempt = AttemptRow::fold(attempt_id, chain);
                let practice_answers = PracticeAnswer::fold(attempt_id, chain, first_seq, find_content);
                Self { attempt, practice_answers, ..Self::default() }
            }
            // A ledger can begin with any kind of an issuer's facts.
            _ => Self { ledger: LedgerRow::fold(stream, chain), ..Self::default() },
        }
    }

    /// Returns all rows in their stored form, each with its projection.
    pub fn to_stored(&self) -> Vec<(&'static Projection, StoredRow)> {
        fn stored<'a, R: ProjectionRow + 'a>(
            rows: impl IntoIterator<Item = &'a R>,
        ) -> impl Iterator<Item = (&'static Projection, StoredRow)> {
            rows.into_iter().map(|row| (R::PROJECTION, StoredRow::from_row(row)))
        }
        stored(&self.person)
            .chain(stored(&self.certificates))
            .chain(stored(&self.notes))
            .chain(stored(&self.reading))
            .chain(stored(&self.attempt))
            .chain(stored(&self.ledger))
            .chain(stored(&self.practice_answers))
            .collect()
    }
}

/// The computed rows of all projections of a store, by projection and key.
#[derive(Debug, Default)]
pub struct ProjectionTables {
    tables: BTreeMap<&'static str, BTreeMap<Vec<ColumnValue>, StoredRow>>,
    answers_by_question: BTreeMap<StudiedQuestion, Vec<PracticeAnswer>>,
}

impl ProjectionTables {
    /// Adds the rows of a chain.
    pub fn add_chain(&mut self, rows: ChainRows) {
        for (projection, row) in rows.to_stored() {
            self.keep(projection, row);
        }
        for answer in rows.practice_answers {
            self.answers_by_question.entry(answer.question.clone()).or_default().push(answer);
        }
    }

    /// Computes the rows that depend on several chains. Call it after all chains were added.
    pub fn finish(&mut self) {
        for (question, answers) in std::mem::take(&mut self.answers_by_question) {
            if let Some(progress) = QuestionProgress::fold(&question, &answers) {
                self.keep(&QUESTION_PROGRESS, StoredRow::from_row(&progress));
            }
        }
    }

    /// Adds a row. It replaces a row with the same key.
    pub fn keep(&mut self, projection: &Projection, row: StoredRow) {
        let key = row.key(projection).to_vec();
        self.tables.entry(projection.name).or_default().insert(key, row);
    }

    /// Returns the rows of a projection, ordered by key.
    pub fn rows(&self, projection: &Projection) -> impl Iterator<Item = &StoredRow> {
        self.tables.get(projection.name).into_iter().flat_map(BTreeMap::values)
    }

    /// Compares the stored rows of a projection with these computed rows, and returns all differences.
    pub fn compare(&self, projection: &'static Projection, stored_rows: &[StoredRow]) -> Vec<RowDifference> {
        let empty = BTreeMap::new();
        let expected = self.tables.get(projection.name).unwrap_or(&empty);
        let mut missing: BTreeMap<_, _> = expected.iter().collect();
        let mut differences = Vec::new();
        for stored in stored_rows {
            let key = stored.key(projection).to_vec();
            let kind = match missing.remove(&key) {
                None => DifferenceKind::Unexpected,
                // Before `Changed`: the columns of such a row differ too, but it means that facts are lost.
                Some(expected) if is_ahead(projection, stored, expected) => DifferenceKind::Ahead,
                Some(expected) if expected.columns != stored.columns => {
                    let columns = projection.columns.iter().zip(expected.columns.iter().zip(&stored.columns));
                    let changed = columns.filter(|(_, (expected, stored))| expected != stored);
                    DifferenceKind::Changed(changed.map(|(column, _)| column.name).collect())
                }
                Some(_) if row_digest(projection, &stored.columns) != stored.digest => DifferenceKind::WrongDigest,
                Some(_) => continue,
            };
            differences.push(RowDifference { projection, key, kind });
        }
        let missing = missing.into_keys().cloned();
        differences.extend(missing.map(|key| RowDifference { projection, key, kind: DifferenceKind::Missing }));
        differences
    }
}

/// Returns whether an undamaged row was written from more facts than its chain has now, so that facts were lost.
fn is_ahead(projection: &Projection, stored: &StoredRow, expected: &StoredRow) -> bool {
    let head = projection.columns.iter().position(|column| column.name == "head_seq");
    let is_later = head.is_some_and(|head| stored.columns.get(head) > expected.columns.get(head));
    is_later && row_digest(projection, &stored.columns) == stored.digest
}

/// A stored row that does not match the facts, or a row that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDifference {
    pub projection: &'static Projection,
    /// The key of the row.
    pub key: Vec<ColumnValue>,
    pub kind: DifferenceKind,
}

impl RowDifference {
    /// Returns whether facts are lost. A repair cannot restore them.
    pub fn is_loss(&self) -> bool {
        matches!(self.kind, DifferenceKind::Ahead | DifferenceKind::Emptied)
    }
}

/// How a stored row differs from the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The row follows from the facts but is not stored.
    Missing,
    /// The row is stored but does not follow from the facts.
    Unexpected,
    /// The row was written from more facts than its chain has now. The last facts are lost.
    Ahead,
    /// The chain of the row lost the payloads of all its facts, although its person was not erased.
    Emptied,
    /// These columns have other values than the facts give.
    Changed(Vec<&'static str>),
    /// The values are correct but the digest is not.
    WrongDigest,
}

impl fmt::Display for RowDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key_part = |value: &ColumnValue| match value {
            ColumnValue::Empty => "-".to_owned(),
            ColumnValue::Integer(number) => number.to_string(),
            ColumnValue::Text(text) => crate::text::single_line(text),
        };
        let key: Vec<_> = self.key.iter().map(key_part).collect();
        write!(f, "{} {}: ", self.projection.name, key.join(" "))?;
        match &self.kind {
            DifferenceKind::Missing => f.write_str("the row is missing"),
            DifferenceKind::Unexpected => f.write_str("the row does not follow from any fact"),
            DifferenceKind::Ahead => f.write_str("the last facts of its chain are lost"),
            DifferenceKind::Emptied => f.write_str("the content of its facts is lost"),
            DifferenceKind::Changed(columns) => write!(f, "{} does not match the facts", columns.join(", ")),
            DifferenceKind::WrongDigest => f.write_str("the row does not match its digest"),
        }
    }
}
