use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use crate::cli::error::{self, Failure, display_path};
use crate::cli::progress::ProgressBar;
use crate::cli::{CommandResult, Env};
use crate::paths;
use crate::projections::export::EXPORT_FORMATS;

/// Write records for other programs
///
/// csv: standings, for a spreadsheet. json: attempts and certificates, a record a line. xapi: exams as xAPI 1.0.3
/// statements, a statement a line. Nobody's answers are among them.
#[derive(Debug, clap::Args)]
pub struct RecordExportArgs {
    /// As what
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(EXPORT_FORMATS.iter().map(|export| export.name)))]
    format: String,
    /// The file to write, in place of standard output
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Writes the records, after verifying what standings rest on.
pub(super) fn run(args: &RecordExportArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service()?;
    let records = service.records().export_records()?;
    let certificate_rows: Vec<_> = records.certificates.iter().map(|(row, _)| row).collect();
    let progress = ProgressBar::new(env, certificate_rows.len(), "verified");
    service.certificates().verify_signatures(&certificate_rows, &|| progress.step())?;
    drop(progress);
    let export_format = EXPORT_FORMATS.iter().find(|export_format| export_format.name == args.format);
    let export_format = export_format.ok_or_else(|| Failure::usage(format!("There is no format {}.", args.format)))?;
    let bytes = (export_format.write)(&records)?;
    match &args.to {
        None => env.out.write_all(&bytes)?,
        Some(path) => {
            paths::write_atomic(path, &bytes).map_err(|error| Failure::file_access(path, "written", &error))?;
            env.print_line(&display_path(path))?;
        }
    }
    Ok(error::EXIT_SUCCESS)
}
