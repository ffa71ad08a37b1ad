use std::path::PathBuf;

use crate::cli::error::{Failure, shown};
use crate::cli::passphrase::{self, PassphraseArgs};
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
    let issuer = passphrase::issuer(env)?;
    let desk = env.desk()?;
    let (key, _) = args.unlock.key(env, &issuer)?;
    let bundle = desk.bundle(&issuer, &key)?;
    paths::write_atomic(&args.to, bundle.to_json().as_bytes())
        .map_err(|error| Failure::disk(&args.to, "written", &error))?;
    env.say(&format!(
        "Bundle {} of {} is in {}: {} revoked. The next one is due on {}.",
        bundle.sequence,
        text::single_line(&bundle.name),
        shown(&args.to),
        text::count_with_noun(bundle.revoked.len(), "certificate"),
        bundle.next_update.day().format_long()
    ))
}
