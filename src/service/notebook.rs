//! What a person keeps beside questions and readings: notes, bookmarks, problem reports, and how far they read.

use std::ops::{Deref, DerefMut};

use super::{ServiceError, Services};
use crate::attempt::fact::Fact;
use crate::attempt::person::{BookmarkChanged, NoteChanged, ProblemReported, ReadingLeft};
use crate::ids::{InBank, QuestionId, TraineeId};
use crate::projections::notebook::{NoteQuery, QuestionNotes, ReadingProgress};
use crate::store::{Batch, Expectation};

/// The longest note or report, in characters.
pub const TEXT_MAX: usize = 4000;

/// The notebooks of trainees.
#[derive(Debug)]
pub struct Notebook<S> {
    pub(super) services: S,
}

impl<S: Deref<Target = Services>> Notebook<S> {
    /// Lists notes, bookmarks and problem reports, ordered by trainee, bank and question.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn list(&self, query: &NoteQuery) -> Result<Vec<QuestionNotes>, ServiceError> {
        Ok(self.services.store.question_notes(query)?)
    }

    /// Lists how far a person is in each reading that they opened.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn reading_progress(&self, trainee: TraineeId) -> Result<Vec<ReadingProgress>, ServiceError> {
        Ok(self.services.store.reading_progress(trainee)?)
    }
}

impl<S: DerefMut<Target = Services>> Notebook<S> {
    /// Replaces a person's note on a question. An empty text deletes it.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::Rejected`] if the note is too long, or an error of the store.
    pub fn write_note(
        &mut self,
        trainee: TraineeId,
        question: InBank<QuestionId>,
        text: &str,
    ) -> Result<(), ServiceError> {
        self.services.attempts().ensure_no_open_exam(trainee)?;
        let note = Some(check_length(text.trim())?).filter(|text| !text.is_empty());
        self.append(trainee, &Fact::NoteChanged(NoteChanged { question, note }))
    }

    /// Sets a person's bookmark on a question, or removes it if it is set.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], or an error of the store.
    pub fn toggle_bookmark(&mut self, trainee: TraineeId, question: InBank<QuestionId>) -> Result<(), ServiceError> {
        self.services.attempts().ensure_no_open_exam(trainee)?;
        let notes = self.list(&NoteQuery { trainee: Some(trainee), ..NoteQuery::default() })?;
        let is_set = notes.iter().any(|notes| notes.question == question && notes.is_bookmarked);
        self.append(trainee, &Fact::BookmarkChanged(BookmarkChanged { question, on: !is_set }))
    }

    /// Reports a problem with a question to its author. This is possible during an exam too.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the text is empty or too long, or an error of the store.
    pub fn report_problem(
        &mut self,
        trainee: TraineeId,
        question: InBank<QuestionId>,
        revision: u32,
        text: &str,
    ) -> Result<(), ServiceError> {
        let text = check_length(text.trim())?;
        if text.is_empty() {
            return Err(ServiceError::Rejected("Say what is wrong with the question".to_owned()));
        }
        self.append(trainee, &Fact::ProblemReported(ProblemReported { question, revision, text }))
    }

    /// Records where a person left a reading, if that changed.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn leave_reading(&mut self, trainee: TraineeId, left: ReadingLeft) -> Result<(), ServiceError> {
        let before = self.reading_progress(trainee)?;
        let is_known = |progress: &ReadingProgress| {
            progress.reading == left.reading
                && progress.block == left.block
                && (progress.is_finished || !left.is_finished)
        };
        if before.iter().any(is_known) {
            return Ok(());
        }
        self.append(trainee, &Fact::ReadingLeft(left))
    }

    fn append(&mut self, trainee: TraineeId, fact: &Fact) -> Result<(), ServiceError> {
        let person = self.services.people().get(trainee)?.ok_or(ServiceError::Erased)?;
        let facts = vec![self.services.link_fact(trainee.into(), person.head, fact)];
        let batch = Batch { expectations: vec![Expectation::NotErased(trainee)], facts, ..Batch::default() };
        Ok(self.services.store.append(&batch)?)
    }
}

fn check_length(text: &str) -> Result<String, ServiceError> {
    let length = text.chars().count();
    if length > TEXT_MAX {
        let message = format!("A note or report can have {TEXT_MAX} characters. This one has {length}.");
        return Err(ServiceError::Rejected(message));
    }
    Ok(text.to_owned())
}
