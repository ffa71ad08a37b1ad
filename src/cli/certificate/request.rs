use std::path::PathBuf;

use crate::cli::error::display_path;
use crate::cli::record::parse_attempt_id;
use crate::cli::{CommandResult, Env};
use crate::text;

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
    let message = format!(
        "The certificate request of {} is in {}\nSend it to the issuer. Then import the certificate you get: \
         `needlewise certificate import FILE`.",
        text::single_line(&request.trainee.name),
        display_path(&args.to)
    );
    env.write_output(&args.to, request.to_json()?.as_bytes(), &message)
}
