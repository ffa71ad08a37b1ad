use std::path::PathBuf;

use crate::bank::load;
use crate::cli::error::Failure;
use crate::cli::{CommandResult, Env, launch};

/// Preview a bank as trainees will see it, with findings, while you edit the file
///
/// You can answer questions as in practice, but nothing is stored. Leave the preview open while you edit. Each time you
/// save, it reads the file again and shows the same question.
#[derive(Debug, clap::Args)]
pub struct PreviewArgs {
    /// Bank file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Opens the preview in full screen.
pub(super) fn run(args: &PreviewArgs, env: &mut Env<'_>) -> CommandResult {
    // Read the file once now, so that a wrong path fails here and not inside the full screen.
    load::read_file(&args.file).map_err(|error| Failure::unreadable(&args.file, &error))?;
    if !(env.terminal.is_stdin_terminal && env.terminal.is_stdout_terminal) {
        return Err(Failure::usage(
            "A preview needs a terminal. Without one, use `needlewise bank show` or `needlewise bank check`.",
        ));
    }
    let syllabus = env.catalog()?.syllabus();
    launch::preview(env, &args.file, syllabus)
}
