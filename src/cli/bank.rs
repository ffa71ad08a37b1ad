//! The `needlewise bank` commands: list, show, check, compare, preview and create question banks, and list reported
//! problems.

use clap::Subcommand;

use super::{CommandResult, Env};

mod check;
mod check_output;
mod coverage;
mod diff;
mod list;
mod new;
mod preview;
mod reports;
mod show;
mod versions;

/// List, show, check, compare, create and preview question banks, and list reported problems
#[derive(Debug, Subcommand)]
pub enum BankCommand {
    List(list::BankListArgs),
    Show(show::BankShowArgs),
    Check(check::CheckArgs),
    Diff(diff::DiffArgs),
    Coverage(coverage::CoverageArgs),
    New(new::NewArgs),
    Preview(preview::PreviewArgs),
    Reports(reports::BankReportsArgs),
}

/// Runs a `bank` subcommand.
pub(super) fn run(command: &BankCommand, env: &mut Env<'_>) -> CommandResult {
    match command {
        BankCommand::List(_) => list::run(env),
        BankCommand::Show(args) => show::run(args, env),
        BankCommand::Check(args) => check::run(args, env),
        BankCommand::Diff(args) => diff::run(args, env),
        BankCommand::Coverage(_) => coverage::run(env),
        BankCommand::New(args) => new::run(args, env),
        BankCommand::Preview(args) => preview::run(args, env),
        BankCommand::Reports(args) => reports::run(args, env),
    }
}
