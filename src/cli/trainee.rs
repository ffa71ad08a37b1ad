//! `needlewise trainee`: the people of this store.

use clap::Subcommand;

use super::{Env, Outcome};

mod add;
mod list;

/// List and add people
#[derive(Debug, Subcommand)]
pub enum TraineeCommand {
    List(list::ListArgs),
    Add(add::AddArgs),
}

/// Runs one of them.
pub(super) fn run(command: &TraineeCommand, env: &mut Env<'_>) -> Outcome {
    match command {
        TraineeCommand::List(_) => list::run(env),
        TraineeCommand::Add(args) => add::run(args, env),
    }
}
