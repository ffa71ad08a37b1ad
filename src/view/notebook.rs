//! What a trainee keeps beside questions: the notes of one question, and the list of all of them.

use crate::ids::{InBank, QuestionId, TraineeId};
use crate::projections::notebook::{NoteQuery, QuestionNotes};
use crate::service::{ServiceError, Services};
use crate::text;

/// What a trainee keeps beside one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionNotebook {
    pub question: InBank<QuestionId>,
    /// The note; empty if there is none.
    pub note: String,
    pub is_bookmarked: bool,
    /// How many problems the trainee reported.
    pub report_count: usize,
}

impl QuestionNotebook {
    /// Returns the notebook of a question without anything in it.
    pub fn empty(question: InBank<QuestionId>) -> Self {
        Self { question, note: String::new(), is_bookmarked: false, report_count: 0 }
    }

    /// Returns whether nothing is left of what was kept.
    pub fn is_empty(&self) -> bool {
        self.note.is_empty() && !self.is_bookmarked && self.report_count == 0
    }

    /// Returns everything in one line: the question, the bookmark, the reports and the note.
    pub fn line(&self) -> String {
        format!("{}: {}", self.question, self.kept_text())
    }

    /// Returns the bookmark, the reports and the note in one line.
    pub fn kept_text(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.is_bookmarked.then(|| "bookmarked".to_owned()));
        if self.report_count > 0 {
            parts.push(format!("{} reported", text::count_with_noun(self.report_count, "problem")));
        }
        parts.extend((!self.note.is_empty()).then(|| format!("note: {}", self.note)));
        parts.join(", ")
    }

    fn from_notes(notes: QuestionNotes) -> Self {
        Self {
            question: notes.question,
            note: notes.note.unwrap_or_default(),
            is_bookmarked: notes.is_bookmarked,
            report_count: notes.reports.len(),
        }
    }
}

/// Loads everything that a trainee keeps beside questions, ordered by question.
///
/// # Errors
/// The store cannot be read.
pub fn load(service: &Services, trainee: TraineeId) -> Result<Vec<QuestionNotebook>, ServiceError> {
    let notes = service.notebook().list(&NoteQuery { trainee: Some(trainee), ..NoteQuery::default() })?;
    Ok(notes.into_iter().map(QuestionNotebook::from_notes).collect())
}
