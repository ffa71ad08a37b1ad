//! The `needlewise bank` commands: list, show, check, preview and create question banks, and list reported problems.

use clap::Subcommand;

use super::{CommandResult, Env};

mod check;
mod coverage;
mod list;
mod new;
mod preview;
mod reports;
mod show;

/// List, show, check, create and preview question banks, and list reported problems
#[derive(Debug, Subcommand)]
pub enum BankCommand {
    List(list::BankListArgs),
    Show(show::BankShowArgs),
    Check(check::CheckArgs),
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
        BankCommand::Coverage(_) => coverage::run(env),
        BankCommand::New(args) => new::run(args, env),
        BankCommand::Preview(args) => preview::run(args, env),
        BankCommand::Reports(args) => reports::run(args, env),
    }
}
