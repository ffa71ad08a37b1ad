use serde_json::json;

use crate::cli::{CommandResult, Env};
use crate::ids::{BankId, InBank, QuestionId};
use crate::projections::notebook::{NoteQuery, ProblemReport};
use crate::text;

/// List the problems that trainees reported with questions
#[derive(Debug, clap::Args)]
pub struct BankReportsArgs {
    /// Only questions of this bank
    #[arg(value_name = "BANK")]
    bank: Option<BankId>,
}

/// Prints each report with its question, revision and day. It does not say who reported it.
pub(super) fn run(args: &BankReportsArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let mut notes = service.notebook().list(&NoteQuery { reported_only: true, ..NoteQuery::default() })?;
    notes.retain(|notes| args.bank.as_ref().is_none_or(|bank| notes.question.bank == *bank));
    let mut reports: Vec<_> =
        notes.iter().flat_map(|notes| notes.reports.iter().map(move |report| (&notes.question, report))).collect();
    reports.sort_by(|one, other| (one.0, one.1.reported_at).cmp(&(other.0, other.1.reported_at)));
    if env.global.json {
        let row = |(question, report): &(&InBank<QuestionId>, &ProblemReport)| {
            json!({ "question": question, "revision": report.revision, "text": report.text,
                "at": report.reported_at })
        };
        return env.print_json(&reports.iter().map(row).collect::<Vec<_>>());
    }
    if reports.is_empty() {
        env.print_line("No problems were reported.")?;
    }
    for (question, report) in reports {
        let day = report.reported_at.format_for_people(service.zone());
        let line = format!("{question} (revision {}, {day}): {}", report.revision, report.text);
        env.print_line(&text::single_line(&line))?;
    }
    Ok(crate::cli::error::EXIT_SUCCESS)
}
