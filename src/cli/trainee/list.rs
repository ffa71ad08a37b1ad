use serde_json::json;

use crate::cli::{CommandResult, Env, table};

/// List the people of this store
#[derive(Debug, clap::Args)]
pub struct TraineeListArgs {}

/// Lists everybody by name.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let people = env.desk()?.store.people()?;
    if env.global.json {
        let row = |row: &crate::projections::people::PersonRow| {
            let person = &row.person;
            json!({ "id": row.id, "name": person.name, "staff_id": person.staff_id, "license": person.license })
        };
        return env.say_json(&people.iter().map(row).collect::<Vec<_>>());
    }
    if people.is_empty() {
        return env.say("Nobody is here yet. Add somebody with `needlewise trainee add NAME`.");
    }
    let row = |row: &crate::projections::people::PersonRow| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![row.person.name.clone(), text(&row.person.staff_id), text(&row.person.license), row.id.to_string()]
    };
    env.say(&table::table(&["Name", "Staff no.", "License", "Id"], &people.iter().map(row).collect::<Vec<_>>()))
}
