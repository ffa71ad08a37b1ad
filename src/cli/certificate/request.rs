use std::path::PathBuf;

use crate::cli::error::{Failure, display_path};
use crate::cli::record::parse_attempt_id;
use crate::cli::{CommandResult, Env};
use crate::{paths, text};

/// Write a request for a certificate that an issuer signs
///
/// The file contains your name and the whole attempt with its answers. Send it only to the issuer.
#[derive(Debug, clap::Args)]
pub struct RequestArgs {
    /// Attempt ID from `needlewise record list`
    #[arg(value_name = "ATTEMPT")]
    attempt: String,
    /// File to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Writes the certificate request to a file.
pub(super) fn run(args: &RequestArgs, env: &mut Env<'_>) -> CommandResult {
    let attempt = parse_attempt_id(&args.attempt)?;
    let request = env.open_service()?.issuing().build_request(attempt)?;
    paths::write_atomic(&args.to, request.to_json()?.as_bytes())
        .map_err(|error| Failure::file_access(&args.to, "written", &error))?;
    env.print_line(&format!(
        "The certificate request of {} is in {}",
        text::single_line(&request.trainee.name),
        display_path(&args.to)
    ))?;
    env.print_line("Send it to the issuer. Then import the certificate you get: `needlewise certificate import FILE`.")
}
