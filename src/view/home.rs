//! The data of the home screen: progress by topic, exams with eligibility, and attempts in progress.

use std::collections::HashMap;
use std::sync::Arc;

use crate::attempt::Mode;
use crate::bank::exam::Exam;
use crate::bank::lazy::BankSummary;
use crate::clock::Timestamp;
use crate::exam::eligibility::Eligibility;
use crate::ids::{AttemptId, BankId, ExamId};
use crate::projections::attempts::AttemptRow;
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};

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
    pub answered: usize,
    /// How many of those rightly the last time.
    pub correct: usize,
    /// When it was last practiced.
    pub last_practiced: Option<Timestamp>,
}

/// What the home screen shows.
#[derive(Debug, Clone)]
pub struct HomeView {
    /// Who sits here.
    pub trainee_name: String,
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
    pub fn load(service: &Services, person: &PersonRow) -> Result<Self, ServiceError> {
        let mut open_attempts = service.attempts().open_attempts(person.id)?;
        let mut take_open = |mode: Mode| {
            let index = open_attempts.iter().position(|row| row.mode == mode)?;
            Some(open_attempts.remove(index))
        };
        let open_exam = take_open(Mode::Exam);
        let open_practice = take_open(Mode::Practice).map(|row| row.id);
        let open_mock = take_open(Mode::Mock).map(|row| row.id);
        let progress_rows = service.attempts().question_progress(person.id)?;
        let by_question: HashMap<_, _> =
            progress_rows.iter().map(|row| ((row.bank.as_str(), row.question.as_str(), row.revision), row)).collect();
        let topic_view = |bank: &BankSummary| {
            let rows: Vec<_> = bank
                .ready_questions
                .iter()
                .filter_map(|(id, revision)| by_question.get(&(bank.id.as_str(), id.as_str(), *revision)))
                .collect();
            TopicView {
                bank: bank.id.clone(),
                title: bank.title.clone(),
                total: bank.ready_questions.len(),
                answered: rows.len(),
                correct: rows.iter().filter(|row| row.is_last_correct).count(),
                last_practiced: rows.iter().map(|row| row.last_answered).max(),
            }
        };
        let summaries =
            service.catalog().banks().map(|bank| bank.value.summary()).filter(|summary| summary.allows_practice);
        let topics = summaries.map(topic_view).collect();
        let exams: Vec<_> = service.catalog().exams().map(|entry| Arc::clone(&entry.value)).collect();
        let eligibilities = service.attempts().eligibilities(person.id, exams.iter().map(Arc::as_ref))?;
        let exams = exams.into_iter().zip(eligibilities).collect();
        let exam_title = |row: &AttemptRow| {
            let entry = row.exam.as_ref().and_then(|id| service.catalog().exam(id).ok());
            entry.map_or_else(|| "exam".to_owned(), |entry| entry.value.title.clone())
        };
        let open_exam = open_exam.map(|row| OpenExamView { attempt: row.id, title: exam_title(&row), exam: row.exam });
        Ok(Self { trainee_name: person.person.name.clone(), topics, exams, open_exam, open_practice, open_mock })
    }
}
