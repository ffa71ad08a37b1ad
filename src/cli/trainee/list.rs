use serde_json::json;

use crate::cli::{CommandResult, Env, table};

/// List the people stored on this computer
#[derive(Debug, clap::Args)]
pub struct TraineeListArgs {
    /// People who were archived, instead of the others
    #[arg(long)]
    archived: bool,
}

/// Lists all people, sorted by name.
pub(super) fn run(args: &TraineeListArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let people = if args.archived { service.people().archived()? } else { service.people().list()? };
    if env.global.json {
        let row = |row: &crate::projections::people::PersonRow| {
            let person = &row.person;
            json!({ "id": row.id, "name": person.name, "staff_id": person.staff_id, "license": person.license })
        };
        return env.print_json(&people.iter().map(row).collect::<Vec<_>>());
    }
    if people.is_empty() && args.archived {
        return env.print_line("No one is archived.");
    }
    if people.is_empty() && !service.people().archived()?.is_empty() {
        return env.print_line("All people here are archived. Show them with --archived.");
    }
    if people.is_empty() {
        return env.print_line("No trainees yet. Add one with `needlewise trainee add NAME`.");
    }
    let row = |row: &crate::projections::people::PersonRow| {
        let text_or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![
            row.person.name.clone(),
            text_or_empty(&row.person.staff_id),
            text_or_empty(&row.person.license),
            row.id.to_string(),
        ]
    };
    env.print_line(&table::render(&["Name", "Staff no.", "License", "ID"], &people.iter().map(row).collect::<Vec<_>>()))
}
