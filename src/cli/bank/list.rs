use serde_json::json;

use crate::bank::Bank;
use crate::bank::catalog::{Catalog, CatalogEntry};
use crate::bank::lazy::LazyBank;
use crate::bank::question::QuestionStatus;
use crate::cli::{CommandResult, Env, table};
use crate::clock::Day;
use crate::text;

/// List the banks and exams in use
#[derive(Debug, clap::Args)]
pub struct BankListArgs {}

/// Lists banks, then exams, then notes on overdue reviews and files with errors.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let catalog = env.catalog()?;
    if env.global.json {
        let row = |entry: &CatalogEntry<LazyBank>| {
            let bank = &entry.value;
            json!({
                "id": bank.id, "title": bank.title, "version": bank.version, "origin": entry.origin.to_string(),
                "ready": count_questions(bank, QuestionStatus::Ready), "draft": count_questions(bank, QuestionStatus::Draft),
                "retired": count_questions(bank, QuestionStatus::Retired), "digest": bank.digest(),
            })
        };
        return env.print_json(&catalog.banks().map(row).collect::<Vec<_>>());
    }
    let today = (env.make_clock)().now().wall.day();
    let row = |entry: &CatalogEntry<LazyBank>| {
        let bank = &entry.value;
        vec![
            bank.id.to_string(),
            bank.title.clone(),
            bank.version.clone(),
            count_questions(bank, QuestionStatus::Ready).to_string(),
            entry.origin.to_string(),
        ]
    };
    let rows: Vec<_> = catalog.banks().map(row).collect();
    env.print_line(&table::render(&["Bank", "Title", "Version", "Ready", "From"], &rows))?;
    let row = |entry: &CatalogEntry<crate::bank::exam::Exam>| {
        let exam = &entry.value;
        let questions: usize = crate::exam::draw::question_counts(exam).iter().sum();
        let cells = [exam.id.as_str(), &exam.title, &exam.version, &questions.to_string(), &entry.origin.to_string()];
        cells.map(str::to_owned).to_vec()
    };
    let rows: Vec<_> = catalog.exams().map(row).collect();
    env.print_line("")?;
    env.print_line(&table::render(&["Exam", "Title", "Version", "Questions", "From"], &rows))?;
    notes(&catalog, today).iter().try_fold(0, |_, note| env.print_line(note))
}

fn count_questions(bank: &Bank, status: QuestionStatus) -> usize {
    bank.questions.iter().filter(|question| question.status == status).count()
}

/// Returns notes on what needs attention: overdue reviews and files with errors.
fn notes(catalog: &Catalog, today: Day) -> Vec<String> {
    let due = |entry: &CatalogEntry<LazyBank>| {
        // Only a note. An exam must not stop working on a date.
        let is_review_overdue =
            |question: &&std::sync::Arc<crate::bank::Question>| question.review_by.is_some_and(|day| day < today);
        let due = entry.value.ready_questions().filter(is_review_overdue).count();
        (due > 0)
            .then(|| format!("\n{}: {} overdue for review", entry.value.id, text::count_with_noun(due, "question")))
    };
    let mut notes: Vec<_> = catalog.banks().filter_map(due).collect();
    if !catalog.problems().is_empty() {
        notes.push("\nSome files have errors and are not used. Run `needlewise bank check`.".to_owned());
    }
    notes
}
