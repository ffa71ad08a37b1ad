use std::collections::HashMap;

use super::row_json;
use crate::attempt::Mode;
use crate::cli::{CommandResult, Env, table};
use crate::exam::disclosure::DisclosureLevel;
use crate::projections::attempts::{AttemptQuery, AttemptRow};

/// List attempts, the newest first
#[derive(Debug, clap::Args)]
pub struct RecordListArgs {
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

/// Lists the attempts of one person with `--trainee`, else of all.
pub(super) fn run(args: &RecordListArgs, env: &mut Env<'_>) -> CommandResult {
    let desk = env.desk()?;
    let trainee = match env.global.trainee {
        Some(_) => Some(env.trainee(&desk)?.id),
        None => None,
    };
    let query = AttemptQuery { trainee, max_count: args.limit, ..AttemptQuery::default() };
    let rows = desk.store.attempts(&query)?;
    let names: HashMap<_, _> = desk.store.people()?.into_iter().map(|row| (row.id, row.person.name)).collect();
    let name = |row: &AttemptRow| names.get(&row.trainee).map_or("", String::as_str);
    let extents = rows.iter().map(|row| desk.disclosure_level(row)).collect::<Result<Vec<_>, _>>()?;
    if env.global.json {
        let rows = rows.iter().zip(extents).map(|(row, extent)| row_json(row, name(row), extent));
        return env.say_json(&rows.collect::<Vec<_>>());
    }
    if rows.is_empty() {
        return env.say("No attempts yet.");
    }
    let row = |(row, extent): (&AttemptRow, DisclosureLevel)| {
        let earned = row.earned.as_ref().filter(|_| extent > DisclosureLevel::PassFail);
        vec![
            row.started.format_local(),
            name(row).to_owned(),
            match (&row.exam, row.mode) {
                (Some(exam), Mode::Mock) => format!("{exam} (mock)"),
                (Some(exam), _) => exam.to_string(),
                (None, mode) => mode.to_string(),
            },
            row.state().to_owned(),
            earned.map_or_else(String::new, |earned| format!("{earned} of {}", row.possible)),
            row.id.to_string(),
        ]
    };
    let rows: Vec<_> = rows.iter().zip(extents).map(row).collect();
    env.say(&table::table(&["Started", "Who", "What", "State", "Score", "Attempt"], &rows))
}
