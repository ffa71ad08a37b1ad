use std::path::PathBuf;

use crate::cli::error::{Failure, display_path};
use crate::cli::record::parse_attempt_id;
use crate::cli::{CommandResult, Env};
use crate::{paths, text};

/// Write the request for a certificate that an issuer signs
///
/// The file holds the whole attempt, answers included, and your name: give it to the issuer only.
#[derive(Debug, clap::Args)]
pub struct RequestArgs {
    /// The attempt's id, as `needlewise record list` shows it
    #[arg(value_name = "ATTEMPT")]
    attempt: String,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Writes the request.
pub(super) fn run(args: &RequestArgs, env: &mut Env<'_>) -> CommandResult {
    let attempt = parse_attempt_id(&args.attempt)?;
    let request = env.open_service()?.issuing().build_request(attempt)?;
    paths::write_atomic(&args.to, request.to_json()?.as_bytes())
        .map_err(|error| Failure::file_access(&args.to, "written", &error))?;
    env.print_line(&format!(
        "The request of {} is in {}.",
        text::single_line(&request.trainee.name),
        display_path(&args.to)
    ))?;
    env.print_line("The issuer answers it with a certificate: take that in with `needlewise certificate import FILE`.")
}
