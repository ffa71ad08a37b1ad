use std::path::PathBuf;

use crate::cli::error::display_path;
use crate::cli::{CommandResult, Env};

/// Export a person's data to one file, without keys and without results that may not be shown yet
#[derive(Debug, clap::Args)]
pub struct TraineeExportArgs {
    /// Trainee name, staff number or ID
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// JSON file to write, with the person's record, facts, answers, practice and certificates
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Writes the export file.
pub(super) fn run(args: &TraineeExportArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let row = super::find_person(&service, &args.who)?;
    let text = format!("{:#}\n", service.records().export_person(&row)?);
    let message = format!(
        "Exported the data of {} to {}. Keys and results that may not be shown yet are left out.",
        crate::text::single_line(&row.person.name),
        display_path(&args.to)
    );
    env.write_output(&args.to, text.as_bytes(), &message)
}
