//! The `needlewise trainee` commands: list, add, change, link, archive, export and erase the people in this store.

use clap::Subcommand;

use super::error::Failure;
use super::{CommandResult, Env};
use crate::projections::people::PersonRow;
use crate::service::Services;

mod add;
mod erase;
mod export;
mod archive;
mod list;
pub(super) mod merge;
mod rename;
mod set;

/// List, add, change, link and archive people, and export or erase their data
#[derive(Debug, Subcommand)]
pub enum TraineeCommand {
    List(list::TraineeListArgs),
    Add(add::AddArgs),
    Set(set::SetArgs),
    Rename(rename::RenameArgs),
    Merge(merge::MergeArgs),
    Unlink(merge::UnlinkArgs),
    Archive(archive::ArchiveArgs),
    Export(export::TraineeExportArgs),
    Erase(erase::EraseArgs),
}

/// Runs a `trainee` subcommand.
pub(super) fn run(command: &TraineeCommand, env: &mut Env<'_>) -> CommandResult {
    match command {
        TraineeCommand::List(args) => list::run(args, env),
        TraineeCommand::Add(args) => add::run(args, env),
        TraineeCommand::Set(args) => set::run(args, env),
        TraineeCommand::Rename(args) => rename::run(args, env),
        TraineeCommand::Merge(args) => merge::run(args, env),
        TraineeCommand::Unlink(args) => merge::unlink(args, env),
        TraineeCommand::Archive(args) => archive::run(args, env),
        TraineeCommand::Export(args) => export::run(args, env),
        TraineeCommand::Erase(args) => erase::run(args, env),
    }
}

/// Finds a person by name, staff number or ID.
pub(super) fn find_person(service: &Services, name_or_id: &str) -> Result<PersonRow, Failure> {
    service.people().find(name_or_id)?.ok_or_else(|| {
        Failure::usage(format!(
            "No trainee has the name, staff number or ID \"{}\". See `needlewise trainee list`.",
            crate::text::single_line(name_or_id)
        ))
    })
}
