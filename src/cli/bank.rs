//! `needlewise bank`: the banks and exams in use.

use clap::Subcommand;

use super::{Env, Outcome};

mod check;
mod list;
mod show;

/// List, show and check banks and exams
#[derive(Debug, Subcommand)]
pub enum BankCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Check(check::CheckArgs),
}

/// Runs one of them.
pub(super) fn run(command: &BankCommand, env: &mut Env<'_>) -> Outcome {
    match command {
        BankCommand::List(_) => list::run(env),
        BankCommand::Show(args) => show::run(args, env),
        BankCommand::Check(args) => check::run(args, env),
    }
}
