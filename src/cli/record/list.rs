use std::collections::HashMap;

use super::attempt_json;
use crate::cli::{CommandResult, Env, table};
use crate::exam::disclosure::DisclosureLevel;
use crate::projections::attempts::{AttemptQuery, AttemptRow};

/// List attempts, newest first
#[derive(Debug, clap::Args)]
pub struct RecordListArgs {
    /// Maximum number of attempts to list
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

/// Lists the attempts of one person with `--trainee`, otherwise of all.
pub(super) fn run(args: &RecordListArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let trainee = match env.global.trainee {
        Some(_) => Some(env.find_trainee(&service)?.id),
        None => None,
    };
    let query = AttemptQuery { trainee, max_count: args.limit, ..AttemptQuery::default() };
    let rows = service.records().attempts(&query)?;
    // One query for all names. A query for each attempt would slow down long lists.
    let names: HashMap<_, _> =
        service.people().all_records()?.into_iter().map(|row| (row.id, row.person.name)).collect();
    let trainee_name = |row: &AttemptRow| names.get(&row.trainee).map_or("", String::as_str);
    let disclosure_levels = service.attempts().disclosure_levels(&rows)?;
    if env.global.json {
        let rows = rows.iter().zip(disclosure_levels).map(|(row, disclosure_level)| {
            attempt_json(row, row.state(service.authority()).name(), trainee_name(row), disclosure_level)
        });
        return env.print_json(&rows.collect::<Vec<_>>());
    }
    if rows.is_empty() {
        return env.print_line("No attempts yet");
    }
    let row = |(row, disclosure_level): (&AttemptRow, DisclosureLevel)| {
        // The score stays hidden while the exam discloses only pass or fail.
        let earned = row.earned.as_ref().filter(|_| disclosure_level > DisclosureLevel::PassFail);
        vec![
            row.started_at.format_local(service.zone()),
            trainee_name(row).to_owned(),
            row.label(),
            row.state(service.authority()).label().to_owned(),
            earned.map_or_else(String::new, |earned| format!("{} of {}", earned.format_for_people(), row.possible)),
            row.id.to_string(),
        ]
    };
    let rows: Vec<_> = rows.iter().zip(disclosure_levels).map(row).collect();
    env.print_line(&table::render(&["Started", "Trainee", "Exam or practice", "State", "Score", "Attempt ID"], &rows))
}
