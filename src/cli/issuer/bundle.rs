use std::path::PathBuf;

use crate::cli::error::display_path;
use crate::cli::passphrase::PassphraseArgs;
use crate::cli::{CommandResult, Env};
use crate::text;

/// Write a bundle of this issuer's keys and revocations, for the clinics that trust it
///
/// Send out a new bundle at least every 30 days. Without a recent one, clinics see certificates as stale.
#[derive(Debug, clap::Args)]
pub struct BundleArgs {
    /// File to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Signs the bundle and writes it to a file.
pub(super) fn run(args: &BundleArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    let service = env.open_service()?;
    let (key, _) = args.unlock.open_key(env, &issuer)?;
    let bundle = service.issuing().bundle(&issuer, &key)?;
    let message = format!(
        "Bundle {} of {} is in {}: {} revoked. The next bundle is due on {}.",
        bundle.sequence,
        text::single_line(&bundle.name),
        display_path(&args.to),
        text::count_with_noun(bundle.revoked.len(), "certificate"),
        bundle.next_update.day().format_for_people()
    );
    env.write_output(&args.to, bundle.to_json()?.as_bytes(), &message)
}
