use std::path::{Path, PathBuf};

use serde_json::json;

use super::versions::read_version;
use crate::bank::compare::{ChangedQuestion, QuestionChange, compare};
use crate::cli::error;
use crate::cli::{CommandResult, Env, table};
use crate::text;

/// Show what changed between two versions of a bank, question by question
///
/// Only questions are compared, not the title, the objectives or the sources. Exit code 1 means that there are changes.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// Earlier version: a file, or git:REVISION for the file NEW in that revision
    #[arg(value_name = "OLD")]
    old: String,
    /// Later version
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

/// Prints one line for each question that differs.
pub(super) fn run(args: &DiffArgs, env: &mut Env<'_>) -> CommandResult {
    if args.new.to_string_lossy().starts_with("git:") {
        return Err(error::Failure::usage("NEW must be a file. Only OLD can be git:REVISION."));
    }
    let old = read_version(&args.old, &args.new)?;
    let new = read_version(&args.new.to_string_lossy(), Path::new(""))?;
    let changes = compare(&old, &new);
    let code = if changes.is_empty() { error::EXIT_SUCCESS } else { error::EXIT_NEGATIVE };
    if env.global.json {
        let row = |changed: &ChangedQuestion| {
            json!({
                "question": changed.id, "change": change_name(changed.change),
                "revision_before": changed.revisions.0, "revision_after": changed.revisions.1,
            })
        };
        env.print_json(&changes.iter().map(row).collect::<Vec<_>>())?;
        return Ok(code);
    }
    if changes.is_empty() {
        return env.print_line("No question differs.");
    }
    let row = |changed: &ChangedQuestion| {
        let revision = |revision: Option<u32>| revision.map_or_else(String::new, |revision| revision.to_string());
        vec![
            text::single_line(&changed.id),
            change_label(changed.change).to_owned(),
            revision(changed.revisions.0),
            revision(changed.revisions.1),
        ]
    };
    let heading = ["Question", "Change", "Revision before", "Revision after"];
    env.print_line(&table::render(&heading, &changes.iter().map(row).collect::<Vec<_>>()))?;
    Ok(code)
}

fn change_name(change: QuestionChange) -> &'static str {
    match change {
        QuestionChange::Added => "added",
        QuestionChange::Removed => "removed",
        QuestionChange::KeyChanged => "key-changed",
        QuestionChange::IdReused => "id-reused",
        QuestionChange::Reworded => "reworded",
        QuestionChange::Metadata => "metadata",
    }
}

fn change_label(change: QuestionChange) -> &'static str {
    match change {
        QuestionChange::Added => "added",
        QuestionChange::Removed => "removed",
        QuestionChange::KeyChanged => "another key",
        QuestionChange::IdReused => "another question under the same ID",
        QuestionChange::Reworded => "reworded",
        QuestionChange::Metadata => "status, review or waivers",
    }
}
