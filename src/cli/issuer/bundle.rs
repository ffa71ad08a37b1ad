use std::path::PathBuf;

use crate::cli::error::{Failure, display_path};
use crate::cli::passphrase::PassphraseArgs;
use crate::cli::{CommandResult, Env};
use crate::{paths, text};

/// Write what those who trust this issuer need: its keys, and what it revoked
///
/// Hand it on at least every 30 days; without a fresh one, certificates are told to be stale.
#[derive(Debug, clap::Args)]
pub struct BundleArgs {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Signs the bundle and writes it.
pub(super) fn run(args: &BundleArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    let service = env.open_service()?;
    let (key, _) = args.unlock.open_key(env, &issuer)?;
    let bundle = service.issuing().bundle(&issuer, &key)?;
    paths::write_atomic(&args.to, bundle.to_json()?.as_bytes())
        .map_err(|error| Failure::file_access(&args.to, "written", &error))?;
    env.print_line(&format!(
        "Bundle {} of {} is in {}: {} revoked. The next one is due on {}.",
        bundle.sequence,
        text::single_line(&bundle.name),
        display_path(&args.to),
        text::count_with_noun(bundle.revoked.len(), "certificate"),
        bundle.next_update.day().format_long()
    ))
}
