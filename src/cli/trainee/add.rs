use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::projections::people::PersonRow;
use crate::roster::{self, RosterColumn, RosterOptions};
use crate::service::people::person_from_details;
use crate::service::rosters::{RosterChange, RosterPlan};
use crate::{paths, text};

/// How many names of people who are not in a roster are listed.
const MAX_NAMES_SHOWN: usize = 10;

/// Add a person, or all people in a roster
///
/// A roster is a CSV file or an Excel workbook (XLSX). Its headings name the columns: name, and optionally staff_id
/// and license; a title above them is skipped. Usual headings in other words are known. A staff number decides who a
/// line is about, and the line then updates the name and the license.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// Name to print on certificates
    #[arg(value_name = "NAME", required_unless_present = "from")]
    name: Option<String>,
    /// Staff number at the school or clinic
    #[arg(long = "id", value_name = "STAFF-NO")]
    staff_id: Option<String>,
    /// License to print on certificates
    #[arg(long, value_name = "TEXT")]
    license: Option<String>,
    /// Add all people in this roster
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "staff_id", "license"])]
    from: Option<PathBuf>,
    /// Show what the roster would change, and change nothing
    #[arg(long, requires = "from")]
    dry_run: bool,
    /// Archive people with staff numbers who are not in the roster
    #[arg(long, requires = "from")]
    archive_missing: bool,
    /// What a heading means: name, given-name, family-name, staff-id or license
    #[arg(long, value_name = "HEADING=COLUMN", requires = "from", value_parser = parse_column)]
    map: Vec<(String, RosterColumn)>,
    /// Encoding of a CSV file that is not UTF-8, such as windows-1250
    #[arg(long, value_name = "ENCODING", requires = "from")]
    encoding: Option<String>,
    /// Sheet of a workbook, instead of the first
    #[arg(long, value_name = "NAME", requires = "from")]
    sheet: Option<String>,
}

fn parse_column(argument: &str) -> Result<(String, RosterColumn), String> {
    let (heading, name) = argument.rsplit_once('=').ok_or("write HEADING=COLUMN, such as Employee=name")?;
    let column = RosterColumn::ALL.into_iter().find(|column| column.name() == name);
    let names = || RosterColumn::ALL.map(RosterColumn::name).join(", ");
    Ok((heading.to_owned(), column.ok_or_else(|| format!("the column is one of {}", names()))?))
}

/// Adds the person and prints their ID, or imports the roster.
pub(super) fn run(args: &AddArgs, env: &mut Env<'_>) -> CommandResult {
    if let Some(path) = &args.from {
        return import_roster(path, args, env);
    }
    if args.dry_run || args.archive_missing || !args.map.is_empty() || args.encoding.is_some() || args.sheet.is_some() {
        return Err(Failure::usage("Nothing was changed. These options are for a roster: add --from FILE."));
    }
    let name = args.name.as_deref().unwrap_or_default();
    let person = person_from_details(name, args.staff_id.as_deref(), args.license.as_deref())
        .map_err(|reason| Failure::usage(format!("{reason}.")))?;
    let row = env.open_service()?.people_mut().add(person)?;
    if env.global.json {
        return env.print_json(&serde_json::json!({ "id": row.id, "name": row.person.name }));
    }
    env.print_line(&format!("Added {} ({})", row.person.name, row.id))
}

/// Imports a roster, or shows what it would change. A line that cannot be used is reported, and the others count.
fn import_roster(path: &Path, args: &AddArgs, env: &mut Env<'_>) -> CommandResult {
    let bytes = paths::read_bounded(path, roster::MAX_BYTES).map_err(|error| Failure::unreadable(path, &error))?;
    let options =
        RosterOptions { encoding: args.encoding.clone(), sheet: args.sheet.clone(), columns: args.map.clone() };
    let roster = roster::read(&bytes, &options).map_err(|reason| Failure {
        code: error::EXIT_UNREADABLE_INPUT,
        message: format!("{} cannot be used as a roster. {reason}", display_path(path)),
    })?;
    if roster.rows.is_empty() && roster.refused.is_empty() {
        return Err(Failure {
            code: error::EXIT_UNREADABLE_INPUT,
            message: format!("{} has no people below its headings. Nothing was changed.", display_path(path)),
        });
    }
    for note in &roster.notes {
        env.print_to_stderr(&format!("Note: {note}"));
    }
    let mut service = if args.dry_run { env.open_service_to_read()? } else { env.open_service()? };
    let mut plan = service.people().plan_roster(&roster)?;
    for (line, reason) in &plan.refused {
        env.print_to_stderr(&format!("{}: line {line}: {}", display_path(path), text::single_line(reason)));
    }
    if args.archive_missing && !plan.refused.is_empty() {
        return Err(Failure::negative(
            "Nothing was changed. Some lines cannot be used, so it is not certain who is missing. Correct them first, or leave \
             out --archive-missing.",
        ));
    }
    if args.archive_missing {
        let missing = std::mem::take(&mut plan.missing);
        plan.changes.extend(missing.into_iter().map(|row| RosterChange::Archive(Box::new(row))));
    }
    if !args.dry_run {
        service.people_mut().carry_out_roster(&plan)?;
    }
    if env.global.json {
        env.print_json(&plan_json(&plan, args))?;
        return Ok(if plan.refused.is_empty() { error::EXIT_SUCCESS } else { error::EXIT_NEGATIVE });
    }
    // A long list of new people says nothing, but every other change should be seen.
    let is_shown = |change: &&RosterChange| args.dry_run || !matches!(change, RosterChange::Add(_));
    for change in plan.changes.iter().filter(is_shown) {
        env.print_line(&change_text(change))?;
    }
    print_summary(&plan, args, env)?;
    let proposal_count = if args.dry_run { 0 } else { service.people().link_proposals()?.len() };
    if proposal_count > 0 {
        let records = text::count_with_noun(proposal_count, "record");
        env.print_line(&format!("{records} may belong to people here. See `needlewise record link`."))?;
    }
    Ok(if plan.refused.is_empty() { error::EXIT_SUCCESS } else { error::EXIT_NEGATIVE })
}

fn plan_json(plan: &RosterPlan, args: &AddArgs) -> Value {
    let changes = plan.changes.iter().map(|change| match change {
        RosterChange::Add(added) => {
            json!({ "change": "add", "id": null, "name": added.name, "staff_id": added.staff_id, "license": added.license })
        }
        RosterChange::Update { row, name, license } => json!({
            "change": "update", "id": row.id, "name": name, "staff_id": row.person.staff_id, "license": license,
        }),
        RosterChange::Archive(row) => {
            json!({ "change": "archive", "id": row.id, "name": row.person.name, "staff_id": row.person.staff_id })
        }
    });
    let refused = plan.refused.iter().map(|(line, reason)| json!({ "line": line, "reason": reason }));
    let missing = plan
        .missing
        .iter()
        .map(|row| json!({ "id": row.id, "name": row.person.name, "staff_id": row.person.staff_id }));
    json!({
        "dry_run": args.dry_run, "changes": changes.collect::<Vec<_>>(), "unchanged": plan.unchanged_count,
        "refused": refused.collect::<Vec<_>>(), "missing": missing.collect::<Vec<_>>(),
    })
}

fn print_summary(plan: &RosterPlan, args: &AddArgs, env: &mut Env<'_>) -> CommandResult {
    let count = |is_counted: fn(&RosterChange) -> bool| plan.changes.iter().filter(|change| is_counted(change)).count();
    let archived = count(|change| matches!(change, RosterChange::Archive(_)));
    let parts = [
        (count(|change| matches!(change, RosterChange::Add(_))), "added"),
        (count(|change| matches!(change, RosterChange::Update { .. })), "updated"),
        (plan.unchanged_count, "unchanged"),
        (archived, "archived"),
        (plan.refused.len(), "refused"),
    ];
    // Only with --archive-missing does the number of archived people mean anything.
    let parts = parts.into_iter().filter(|(count, label)| *label != "archived" || *count > 0 || args.archive_missing);
    let parts: Vec<_> = parts.map(|(count, label)| format!("{count} {label}")).collect();
    let prefix = if args.dry_run { "Nothing was changed. The import would have these results: " } else { "" };
    let mut code = env.print_line(&format!("{prefix}{}", parts.join(", ")))?;
    if !plan.missing.is_empty() {
        let names: Vec<_> = plan.missing.iter().map(name_of).collect();
        code = env.print_line(&format!(
            "Not in this roster: {}. If they left, run this again with --archive-missing.",
            text::list_some(&names, MAX_NAMES_SHOWN)
        ))?;
    }
    Ok(code)
}

/// Returns a name with the staff number.
fn name_of(row: &PersonRow) -> String {
    name_with_number(&row.person.name, row.person.staff_id.as_deref())
}

fn name_with_number(name: &str, staff_id: Option<&str>) -> String {
    let number = staff_id.map_or_else(String::new, |number| format!(" ({number})"));
    text::single_line(&format!("{name}{number}"))
}

/// Returns one change in words.
fn change_text(change: &RosterChange) -> String {
    match change {
        RosterChange::Add(added) => format!("Add {}", name_with_number(&added.name, added.staff_id.as_deref())),
        RosterChange::Archive(row) => format!("Archive {}", name_of(row)),
        RosterChange::Update { row, name, license } => {
            let name = name.as_ref().map(|name| format!("name {name}"));
            let license = license.as_ref().map(|license| format!("license {license}"));
            let back = row.person.archived.then(|| "back in the lists".to_owned());
            let changes: Vec<_> = [name, license, back].into_iter().flatten().collect();
            format!("Update {}: {}", name_of(row), text::single_line(&changes.join(", ")))
        }
    }
}
