use std::path::PathBuf;

use crate::bank::load;
use crate::cli::error::Failure;
use crate::cli::{CommandResult, Env, launch};

/// Show a bank as trainees will see it, with findings, following the file
///
/// Questions can be answered as in practice; nothing is stored. Leave it open while you edit: on every save the file is
/// read again and the same question shown.
#[derive(Debug, clap::Args)]
pub struct PreviewArgs {
    /// The bank's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Opens the preview in full screen.
pub(super) fn run(args: &PreviewArgs, env: &mut Env<'_>) -> CommandResult {
    load::read_file(&args.file).map_err(|error| Failure::unreadable(&args.file, &error))?;
    if !(env.terminal.is_stdin_terminal && env.terminal.is_stdout_terminal) {
        return Err(Failure::usage("A preview needs a terminal. `needlewise bank show` and `bank check` print."));
    }
    let syllabus = env.catalog()?.syllabus();
    launch::preview(env, &args.file, syllabus)
}
