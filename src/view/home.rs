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

/// A trainee's progress in one topic, which is one bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicView {
    pub bank: BankId,
    pub title: String,
    /// The number of its ready questions.
    pub total: usize,
    /// How many of them the trainee has answered in practice.
    pub answered: usize,
    /// How many of those have a correct latest answer.
    pub correct: usize,
    /// The time of the latest practice answer; `None` before the first one.
    pub last_practiced: Option<Timestamp>,
}

/// The data of the home screen.
#[derive(Debug, Clone)]
pub struct HomeView {
    pub trainee_name: String,
    /// The topics of all banks that allow practice.
    pub topics: Vec<TopicView>,
    /// All exams, each with whether and when the trainee may start it.
    pub exams: Vec<(Arc<Exam>, Eligibility)>,
    /// The exam in progress, if any.
    pub open_exam: Option<OpenExamView>,
    /// The newest practice in progress, if any.
    pub open_practice: Option<AttemptId>,
    /// The newest mock exam in progress, if any.
    pub open_mock: Option<AttemptId>,
}

/// An exam in progress.
#[derive(Debug, Clone)]
pub struct OpenExamView {
    pub attempt: AttemptId,
    /// The ID of the exam.
    pub exam: Option<ExamId>,
    /// The title of the exam, or `exam` if its file is missing now.
    pub title: String,
    /// Whether the attempt has a time limit. A trainee's time factor can remove it.
    pub has_time_limit: bool,
}

impl HomeView {
    /// Loads the home screen of one person.
    ///
    /// # Errors
    /// The store cannot be read.
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
        // The revision is part of the key: a revised question counts as unanswered.
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
        let open_exam = open_exam.map(|row| OpenExamView {
            attempt: row.id,
            title: exam_title(&row),
            has_time_limit: row.time_limit.is_some(),
            exam: row.exam,
        });
        Ok(Self { trainee_name: person.person.name.clone(), topics, exams, open_exam, open_practice, open_mock })
    }
}
