//! What home shows: the topics with what was learned of each, the exams, and what is open.

use std::collections::HashMap;
use std::sync::Arc;

use crate::attempt::Mode;
use crate::bank::catalog::CatalogEntry;
use crate::bank::exam::Exam;
use crate::bank::lazy::BankSummary;
use crate::clock::Timestamp;
use crate::exam::eligibility::Eligibility;
use crate::ids::{AttemptId, BankId, ExamId};
use crate::projections::attempts::AttemptRow;
use crate::projections::people::PersonRow;
use crate::service::{Service, ServiceError};

/// How far a topic is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicView {
    /// The bank.
    pub bank: BankId,
    /// Its title.
    pub title: String,
    /// How many questions it has.
    pub total: usize,
    /// How many of them were answered in practice.
    pub seen: usize,
    /// How many of those rightly the last time.
    pub right: usize,
    /// When it was last practiced.
    pub last: Option<Timestamp>,
}

/// What the home screen shows.
#[derive(Debug, Clone)]
pub struct HomeView {
    /// Who sits here.
    pub name: String,
    /// The topics that may be practiced.
    pub topics: Vec<TopicView>,
    /// The exams, with when each may be started.
    pub exams: Vec<(Arc<Exam>, Eligibility)>,
    /// The exam that is open.
    pub open_exam: Option<OpenExamView>,
    /// The practice that is open.
    pub open_practice: Option<AttemptId>,
    /// The mock exam that is open.
    pub open_mock: Option<AttemptId>,
}

/// An exam that was begun and has not ended.
#[derive(Debug, Clone)]
pub struct OpenExamView {
    /// The attempt.
    pub attempt: AttemptId,
    /// The exam's name.
    pub exam: Option<ExamId>,
    /// The exam's title.
    pub title: String,
}

impl HomeView {
    /// Reads what the home screen shows.
    ///
    /// # Errors
    /// What the store says.
    pub fn load(desk: &mut Service, person: &PersonRow) -> Result<Self, ServiceError> {
        desk.certify_pending(person.id)?;
        let open_exam = desk.find_open_attempt(person.id, Mode::Exam)?;
        let open_practice = desk.find_open_attempt(person.id, Mode::Practice)?.map(|row| row.id);
        let open_mock = desk.find_open_attempt(person.id, Mode::Mock)?.map(|row| row.id);
        let learned = desk.store.question_progress(person.id)?;
        let by_question: HashMap<_, _> =
            learned.iter().map(|row| ((row.bank.as_str(), row.question.as_str(), row.revision), row)).collect();
        let topic = |bank: &BankSummary| {
            let rows: Vec<_> = bank
                .ready_questions
                .iter()
                .filter_map(|(id, revision)| by_question.get(&(bank.id.as_str(), id.as_str(), *revision)))
                .collect();
            TopicView {
                bank: bank.id.clone(),
                title: bank.title.clone(),
                total: bank.ready_questions.len(),
                seen: rows.len(),
                right: rows.iter().filter(|row| row.is_last_correct).count(),
                last: rows.iter().map(|row| row.last_answered).max(),
            }
        };
        let outlines = desk.catalog.banks().map(|bank| bank.value.summary()).filter(|outline| outline.practice);
        let topics = outlines.map(topic).collect();
        let exam =
            |entry: &CatalogEntry<Exam>| Ok((Arc::clone(&entry.value), desk.eligibility(person.id, &entry.value)?));
        let exams = desk.catalog.exams().map(exam).collect::<Result<_, ServiceError>>()?;
        let title = |row: &AttemptRow| {
            let entry = row.exam.as_ref().and_then(|id| desk.catalog.exam(id).ok());
            entry.map_or_else(|| "exam".to_owned(), |entry| entry.value.title.clone())
        };
        let open_exam = open_exam.map(|row| OpenExamView { attempt: row.id, title: title(&row), exam: row.exam });
        Ok(Self { name: person.person.name.clone(), topics, exams, open_exam, open_practice, open_mock })
    }
}
