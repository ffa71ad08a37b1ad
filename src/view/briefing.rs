//! The data of the briefing: what a trainee sees before an exam starts.

use std::sync::Arc;

use crate::attempt::Mode;
use crate::attempt::points::points_needed;
use crate::bank::catalog::CatalogEntry;
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::clock::Millis;
use crate::exam::draw;
use crate::exam::eligibility::Eligibility;
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};
use crate::text;
use crate::view::home::OpenExamView;

/// What a trainee sees before an exam starts.
#[derive(Debug, Clone)]
pub struct BriefingView {
    pub exam: Arc<Exam>,
    /// Whether the trainee may start the exam now, or else when.
    pub eligibility: Eligibility,
    /// Whether an attempt at this exam was granted beyond those of the exam file.
    pub has_granted_attempt: bool,
    /// The title of the exam that the trainee has in progress, which must be submitted first.
    pub open_exam: Option<String>,
    /// The name that a certificate would show.
    pub certificate_name: String,
    /// The time limit with the trainee's own time factor; `None` if there is no limit.
    pub time_limit: Option<Millis>,
    /// The banks of the exam, in the order of its sections. A bank that cannot be read is missing.
    pub banks: Vec<CatalogEntry<LazyBank>>,
}

impl BriefingView {
    /// Loads the briefing of an exam for one person.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(services: &Services, person: &PersonRow, exam: Arc<Exam>) -> Result<Self, ServiceError> {
        let banks = exam.sections.iter().filter_map(|section| services.catalog().bank(&section.bank).ok());
        Ok(Self {
            eligibility: services.attempts().eligibility(person.id, &exam)?,
            has_granted_attempt: services.attempts().has_granted_attempt(person.id, &exam)?,
            open_exam: services
                .attempts()
                .open_attempt(person.id, Mode::Exam)?
                .map(|row| OpenExamView::new(services, &row).title),
            certificate_name: person.person.name.clone(),
            time_limit: services.attempts().time_limit(person.id, &exam)?,
            banks: banks.cloned().collect(),
            exam,
        })
    }
}

/// Returns which attempt a start would use: `This uses attempt 1 of 3`. After a granted attempt, the number in the exam
/// file no longer counts.
pub fn attempt_use(briefing: &BriefingView) -> String {
    match briefing.eligibility {
        Eligibility::Now { attempts_left } if !briefing.has_granted_attempt => {
            let max = briefing.exam.attempts.max;
            format!("This uses attempt {} of {max}", (max + 1).saturating_sub(attempts_left))
        }
        Eligibility::Now { attempts_left } => format!("This uses 1 of {attempts_left} attempts left"),
        _ => "This uses one attempt".to_owned(),
    }
}

/// Returns what an exam asks for, one sentence each: size, time, pass marks, critical questions, attempts and waits.
pub fn summary_lines(exam: &Exam, time_limit: Option<Millis>, banks: &[CatalogEntry<LazyBank>]) -> Vec<String> {
    let question_counts = draw::question_counts(exam);
    let total: usize = question_counts.iter().sum();
    let critical_count: u32 = exam.sections.iter().map(|section| section.critical).sum();
    let question_total = text::count_with_noun(total, "question");
    let time = time_limit.map(|limit| usize::try_from(limit.0.div_ceil(60_000)).unwrap_or(usize::MAX));
    let mut lines = vec![
        time.map_or_else(
            || format!("{question_total}, no time limit"),
            |minutes| {
                let minutes = text::count_with_noun(minutes, "minute");
                format!("{question_total} in {minutes}. Quitting does not stop the clock.")
            },
        ),
        format!("Pass mark: {} of {total} points", points_needed(exam.pass, total)),
    ];
    for (section, count) in exam.sections.iter().zip(question_counts) {
        let title = banks.iter().find(|bank| bank.value.id == section.bank).map(|bank| bank.value.title.as_str());
        if let Some(pass) = section.pass {
            lines.push(format!(
                "Pass mark for {}: {} of {count} points",
                title.unwrap_or(section.bank.as_str()),
                points_needed(pass, count)
            ));
        }
    }
    if critical_count > 0 {
        lines.push(format!(
            "Safety-critical questions: {critical_count}. If you miss one, you fail the exam, whatever your score."
        ));
    }
    lines.extend(attempt_rules(exam));
    if banks.iter().any(|bank| bank.value.practice) {
        lines.push("These questions can also come up in practice. The certificate says so.".to_owned());
    }
    let replaced_titles: Vec<_> =
        banks.iter().filter(|b| b.replaces_built_in).map(|b| b.value.title.as_str()).collect();
    if !replaced_titles.is_empty() {
        lines.push(format!("Banks used instead of built-in ones: {}", replaced_titles.join(", ")));
    }
    let reviews =
        banks.iter().flat_map(|bank| bank.value.ready_questions()).map(|question| question.reviewed.is_some());
    let (has_reviewed, has_unreviewed) = reviews.fold((false, false), |(has, lacks), is| (has || is, lacks || !is));
    match (has_reviewed, has_unreviewed) {
        (_, false) => {}
        (true, true) => lines.push("A clinician has reviewed only some of these questions".to_owned()),
        (false, true) => lines.push("No clinician has reviewed these questions yet".to_owned()),
    }
    lines
}

/// Returns what counts as an attempt, and the waits after failures.
fn attempt_rules(exam: &Exam) -> Vec<String> {
    let attempts = text::count_with_noun(exam.attempts.max as usize, "attempt");
    let period = exam
        .attempts
        .within_days
        .map_or(String::new(), |days| format!(" in any {}", text::count_with_noun(days as usize, "day")));
    let mut lines =
        vec![format!("{attempts}{period}. An attempt counts as soon as you see its first question, even if you quit.")];
    let wait = |hours: &u32| match hours {
        0 => "no wait".to_owned(),
        hours if hours % 24 == 0 => text::count_with_noun((hours / 24) as usize, "day"),
        hours => text::count_with_noun(*hours as usize, "hour"),
    };
    match exam.attempts.wait_hours.as_slice() {
        [] => {}
        [only] => lines.push(format!("Wait after a failure: {}", wait(only))),
        waits => {
            let waits: Vec<_> =
                (1..).zip(waits).map(|(failure, hours)| format!("{} after failure {failure}", wait(hours))).collect();
            lines.push(format!("Waits: {}", waits.join(", ")));
        }
    }
    lines
}
