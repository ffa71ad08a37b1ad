use serde_json::json;

use crate::cli::trainee::find_person;
use crate::cli::trainee::merge::link_records;
use crate::cli::{CommandResult, Env, table};
use crate::projections::links::LinkProposal;
use crate::text;

/// List records that may be of one person, and link them
///
/// A certificate comes with an ID of its holder, and a roster has staff numbers, so one person can have two records.
/// Without arguments, this lists the pairs with the same name or license.
#[derive(Debug, clap::Args)]
pub struct LinkArgs {
    /// Record to link: name, staff number or ID
    #[arg(value_name = "RECORD", requires = "person")]
    record: Option<String>,
    /// Record that stands for the person: name, staff number or ID
    #[arg(value_name = "PERSON")]
    person: Option<String>,
    /// They are different people: do not propose this pair again
    #[arg(long, requires = "record")]
    different: bool,
}

/// Lists the proposals, or settles one.
pub(super) fn run(args: &LinkArgs, env: &mut Env<'_>) -> CommandResult {
    let (Some(record), Some(person)) = (&args.record, &args.person) else { return list(env) };
    if !args.different {
        return link_records(record, person, env);
    }
    let mut service = env.open_service()?;
    let (from, to) = (find_person(&service, record)?, find_person(&service, person)?);
    service.people_mut().keep_apart(&from, &to)?;
    env.print_line(&format!(
        "{} and {} stay two people.",
        text::single_line(&from.person.name),
        text::single_line(&to.person.name)
    ))
}

fn list(env: &mut Env<'_>) -> CommandResult {
    let proposals = env.open_service_to_read()?.people().link_proposals()?;
    if env.global.json {
        let row = |proposal: &LinkProposal| {
            let LinkProposal { from, to, reason } = proposal;
            json!({
                "record": { "id": from.id, "name": from.person.name, "license": from.person.license },
                "person": {
                    "id": to.id, "name": to.person.name, "staff_id": to.person.staff_id, "license": to.person.license,
                },
                "reason": reason.label(),
            })
        };
        return env.print_json(&proposals.iter().map(row).collect::<Vec<_>>());
    }
    if proposals.is_empty() {
        return env.print_line("There is nothing to link.");
    }
    let row = |proposal: &LinkProposal| {
        let LinkProposal { from, to, reason } = proposal;
        vec![
            from.person.name.clone(),
            from.id.to_string(),
            to.person.name.clone(),
            to.person.staff_id.clone().unwrap_or_else(|| to.id.to_string()),
            reason.label().to_owned(),
        ]
    };
    let heading = ["Record", "Record ID", "Person", "Staff no. or ID", "Reason"];
    env.print_line(&table::render(&heading, &proposals.iter().map(row).collect::<Vec<_>>()))?;
    env.print_line(
        "\nLink a pair with `needlewise record link RECORD-ID PERSON`. If they are two people, add --different.",
    )
}
