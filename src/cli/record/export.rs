use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use crate::cli::error::{Failure, display_path};
use crate::cli::progress_bar::ProgressBar;
use crate::cli::{CommandResult, Env};
use crate::projections::export::EXPORT_FORMATS;

/// Export records for other programs
///
/// csv: certification status by person and exam, for a spreadsheet. json: one attempt or certificate per line. xapi:
/// one xAPI 1.0.3 statement about an exam per line. No format contains answers.
#[derive(Debug, clap::Args)]
pub struct RecordExportArgs {
    /// Export format
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(EXPORT_FORMATS.iter().map(|export| export.name)))]
    format: String,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Verifies all certificates, then writes the records.
pub(super) fn run(args: &RecordExportArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let (records, damaged) = service.records().export_records()?;
    let certificate_rows: Vec<_> = records.certificates.iter().map(|(row, _)| row).collect();
    // A status in an export counts as much as one on screen, so every certificate behind it is verified first.
    let progress = ProgressBar::new(env, certificate_rows.len(), "verified");
    service.certificates().verify_signatures(&certificate_rows, &|| progress.step())?;
    drop(progress);
    env.report_aging_lists(&service)?;
    // clap accepts only names from this list, so the name is always found.
    let export_format = EXPORT_FORMATS.iter().find(|export_format| export_format.name == args.format);
    let export_format = export_format.ok_or_else(|| {
        Failure::usage(format!("There is no export format {}. See `needlewise record export --help`.", args.format))
    })?;
    let bytes = (export_format.write)(&records)?;
    if bytes.is_empty()
        || (records.attempts.is_empty() && records.certificates.is_empty() && records.matrix.rows.is_empty())
    {
        return Err(Failure::negative(
            "There is nothing to export. Records appear after an exam, or after `needlewise certificate import FILE`.",
        ));
    }
    match &args.to {
        None => env.out.write_all(&bytes)?,
        Some(path) => {
            env.write_output(path, &bytes, &display_path(path))?;
        }
    }
    Ok(env.report_damaged(&damaged))
}
