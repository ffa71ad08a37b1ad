use super::{CommandResult, Env};
use crate::cli::progress_bar::ProgressBar;
use crate::study::readiness::{self, ReadinessResult};
use crate::text;
use crate::view::progress::ProgressView;
use crate::view::study::readiness_text;

/// Show what a trainee has mastered, and how ready they are for each exam
#[derive(Debug, clap::Args)]
pub struct ProgressArgs {}

/// Shows mastery by topic, readiness, certainty and the days of study.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let trainee = env.find_trainee(&service)?;
    let record = service.study().record(&trainee)?;
    let view = ProgressView::new(&record);
    let mut estimates = Vec::new();
    for (exam_id, title, _) in &view.exams {
        // An earlier paper that cannot be read hides only this estimate.
        let earlier_papers = service.attempts().earlier_papers(trainee.id, exam_id).ok();
        let Ok(exam) = record.catalog.exam(exam_id) else { continue };
        let bar = ProgressBar::new(env, readiness::PAPER_COUNT as usize, "papers drawn");
        let count_paper = || {
            bar.step();
            false
        };
        let estimate = earlier_papers.map_or(ReadinessResult::Unknown, |earlier_papers| {
            readiness::estimate(&record, &exam.value, &earlier_papers, &count_paper)
        });
        drop(bar);
        estimates.push((exam_id.clone(), text::single_line(title), estimate));
    }
    if env.global.json {
        let readiness: Vec<_> = estimates.into_iter().map(|(exam, _, estimate)| (exam, estimate)).collect();
        return env.print_json(&view.json(&readiness));
    }
    let readiness: Vec<_> =
        estimates.iter().map(|(_, title, estimate)| (title.clone(), readiness_text(estimate))).collect();
    for line in view.lines(&readiness) {
        env.print_line(&text::single_line(&line))?;
    }
    Ok(super::error::EXIT_SUCCESS)
}
