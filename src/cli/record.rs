//! `needlewise record`: attempts and what came of them.

use clap::Subcommand;
use serde_json::{Value, json};

use super::error::Failure;
use super::{CommandResult, Env};
use crate::exam::disclosure::DisclosureLevel;
use crate::ids::AttemptId;
use crate::projections::attempts::AttemptRow;
use crate::text;

mod decide;
mod export;
mod list;
mod matrix;
mod remark;
mod replay;
mod show;

/// List, show, replay, re-mark and decide about attempts, show who stands where, export records
#[derive(Debug, Subcommand)]
pub enum RecordCommand {
    List(list::RecordListArgs),
    Show(show::RecordShowArgs),
    Matrix(matrix::MatrixArgs),
    Export(export::RecordExportArgs),
    Replay(replay::ReplayArgs),
    Remark(remark::RemarkArgs),
    Void(decide::VoidArgs),
    Grant(decide::GrantArgs),
}

/// Runs one of them.
pub(super) fn run(command: &RecordCommand, env: &mut Env<'_>) -> CommandResult {
    match command {
        RecordCommand::List(args) => list::run(args, env),
        RecordCommand::Show(args) => show::run(args, env),
        RecordCommand::Matrix(args) => matrix::run(args, env),
        RecordCommand::Export(args) => export::run(args, env),
        RecordCommand::Replay(args) => replay::run(args, env),
        RecordCommand::Remark(args) => remark::run(args, env),
        RecordCommand::Void(args) => decide::void(args, env),
        RecordCommand::Grant(args) => decide::grant(args, env),
    }
}

/// Reads the id of an attempt; one that is none names no attempt.
pub(super) fn attempt_id(given: &str) -> Result<AttemptId, Failure> {
    given.parse().map_err(|_| {
        let id = text::single_line(given);
        Failure::usage(format!("There is no attempt \"{id}\". See `needlewise record list`."))
    })
}

/// Holds the reason of a decision to what can be printed.
fn a_reason(given: &str) -> Result<(), Failure> {
    let says = text::is_printable(given);
    says.then_some(()).ok_or_else(|| Failure::usage("A decision needs a reason that can be printed."))
}

/// Returns an attempt as every JSON output of records shows it.
fn row_json(row: &AttemptRow, name: &str, extent: DisclosureLevel) -> Value {
    let told = extent > DisclosureLevel::PassFail;
    json!({
        "id": row.id,
        "trainee": { "id": row.trainee, "name": name },
        "mode": row.mode,
        "exam": row.exam,
        "started": row.started.to_string(),
        "finished": row.finished.map(|at| at.to_string()),
        "state": row.state(),
        "earned": row.earned.as_ref().filter(|_| told),
        "possible": row.possible.to_string(),
    })
}
