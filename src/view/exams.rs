//! The data of the exam list: every exam with its eligibility, and the attempts in progress.

use std::sync::Arc;

use crate::attempt::Mode;
use crate::bank::exam::Exam;
use crate::clock::Zone;
use crate::exam::eligibility::Eligibility;
use crate::ids::AttemptId;
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};
use crate::view::home::OpenExamView;

/// One exam as a trainee sees it in the list.
#[derive(Debug, Clone)]
pub struct ExamEntryView {
    pub exam: Arc<Exam>,
    /// Whether it can be taken now, in words.
    pub status: String,
    /// The attempt or the mock exam in progress, which the entry resumes.
    pub open_attempt: Option<AttemptId>,
}

/// Loads all exams for one person.
///
/// # Errors
/// The store cannot be read.
pub fn load(service: &Services, person: &PersonRow) -> Result<Vec<ExamEntryView>, ServiceError> {
    let exams: Vec<_> = service.catalog().exams().map(|entry| Arc::clone(&entry.value)).collect();
    let eligibilities = service.attempts().eligibilities(person.id, exams.iter().map(Arc::as_ref))?;
    let open_attempts = service.attempts().open_attempts(person.id)?;
    let open_exam = open_attempts.iter().find(|row| row.mode == Mode::Exam);
    let entry = |(exam, eligibility): (Arc<Exam>, Eligibility)| {
        let open_exam_here = open_exam.filter(|row| row.exam.as_ref() == Some(&exam.id));
        let open_mock = open_attempts.iter().find(|row| row.mode == Mode::Mock && row.exam.as_ref() == Some(&exam.id));
        let (status, open_attempt) = match (open_exam_here, open_exam, open_mock) {
            (Some(row), ..) => (format!("In progress: {}", OpenExamView::new(service, row).time_text()), Some(row.id)),
            (None, Some(other), _) => {
                (format!("Available after you submit {}", OpenExamView::new(service, other).title), None)
            }
            (None, None, Some(mock)) => {
                let time = OpenExamView::new(service, mock).time_text();
                (format!("Mock exam in progress: {time}"), Some(mock.id))
            }
            (None, None, None) => (exam_status(&exam, eligibility, service.zone()), None),
        };
        ExamEntryView { exam, status, open_attempt }
    };
    Ok(exams.into_iter().zip(eligibilities).map(entry).collect())
}

/// Returns whether this person may take the exam, in words.
fn exam_status(exam: &Exam, eligibility: Eligibility, zone: &Zone) -> String {
    let attempts_left = |count: u32| crate::view::attempts_left_text(count, exam);
    match eligibility {
        Eligibility::Now { attempts_left: count } => format!("Available now. {}.", attempts_left(count)),
        Eligibility::Later { from: at, attempts_left: count } => {
            format!("Not passed. Next attempt after {}. {}.", at.format_for_people(zone), attempts_left(count))
        }
        Eligibility::Passed { valid_until: until, .. } => {
            format!("Passed, valid through {} (UTC)", until.day().format_for_people())
        }
        Eligibility::NoAttemptsLeft => "No attempts left. Ask your school to grant another.".to_owned(),
    }
}
