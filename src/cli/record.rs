//! The `needlewise record` commands: list, show, replay, remark, void, grant and export attempts,
//! and show the compliance matrix.

use clap::Subcommand;
use serde_json::{Value, json};

use super::error::Failure;
use super::launch;
use super::{CommandResult, Env};
use crate::exam::disclosure::DisclosureLevel;
use crate::ids::AttemptId;
use crate::projections::attempts::AttemptRow;
use crate::text;

mod decide;
mod export;
mod link;
mod list;
mod matrix;
mod remark;
mod replay;
mod show;

/// List, show, replay, re-mark, void, grant and export attempts, and show the compliance matrix
///
/// Without a command, this opens the records of all people in full screen.
#[derive(Debug, clap::Args)]
pub struct RecordArgs {
    #[command(subcommand)]
    command: Option<RecordCommand>,
}

#[derive(Debug, Subcommand)]
enum RecordCommand {
    List(list::RecordListArgs),
    Show(show::RecordShowArgs),
    Matrix(matrix::MatrixArgs),
    Link(link::LinkArgs),
    Export(export::RecordExportArgs),
    Replay(replay::ReplayArgs),
    Remark(remark::RemarkArgs),
    Void(decide::VoidArgs),
    Grant(decide::GrantArgs),
}

/// Runs a `record` subcommand, or opens the records.
pub(super) fn run(args: &RecordArgs, env: &mut Env<'_>) -> CommandResult {
    let Some(command) = &args.command else { return launch::run_records(env) };
    match command {
        RecordCommand::List(args) => list::run(args, env),
        RecordCommand::Show(args) => show::run(args, env),
        RecordCommand::Matrix(args) => matrix::run(args, env),
        RecordCommand::Link(args) => link::run(args, env),
        RecordCommand::Export(args) => export::run(args, env),
        RecordCommand::Replay(args) => replay::run(args, env),
        RecordCommand::Remark(args) => remark::run(args, env),
        RecordCommand::Void(args) => decide::void(args, env),
        RecordCommand::Grant(args) => decide::grant(args, env),
    }
}

/// Parses an attempt ID. Text that is not an ID gives the same error as an unknown attempt.
pub(super) fn parse_attempt_id(id_text: &str) -> Result<AttemptId, Failure> {
    id_text.parse().map_err(|_| {
        let id = text::single_line(id_text);
        Failure::usage(format!("There is no attempt \"{id}\". See `needlewise record list`."))
    })
}

/// Checks that a decision's reason has printable text, since it is stored and shown later.
fn require_printable_reason(reason: &str) -> Result<(), Failure> {
    let is_valid = text::is_printable(reason);
    is_valid
        .then_some(())
        .ok_or_else(|| Failure::usage("The reason is empty or has hidden characters. Enter it as plain text."))
}

/// Returns an attempt for JSON output. It leaves out the score if the disclosure level does not allow it.
fn attempt_json(row: &AttemptRow, state: &str, name: &str, disclosure_level: DisclosureLevel) -> Value {
    let can_show_score = disclosure_level > DisclosureLevel::PassFail;
    json!({
        "id": row.id,
        "trainee": { "id": row.trainee, "name": name },
        "mode": row.mode,
        "exam": row.exam,
        "started": row.started_at.to_string(),
        "finished": row.finished_at.map(|at| at.to_string()),
        "state": state,
        "earned": row.earned.as_ref().filter(|_| can_show_score),
        "possible": row.possible.to_string(),
    })
}
