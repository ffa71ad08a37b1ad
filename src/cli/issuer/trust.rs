use crate::credential::trust::ListRequirement;
use std::path::{Path, PathBuf};

use super::fingerprint_words;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::credential::TrustList;
use crate::credential::bundle::{Bundle, MAX_BYTES};
use crate::service::people::normalize_name;
use crate::{paths, text};

/// Trust an issuer's key after comparing its fingerprint words, or import an issuer's bundle
///
/// Compare the fingerprint words with the issuer by telephone or in person. Do not rely on the message that brought you
/// the key.
#[derive(Debug, clap::Args)]
pub struct TrustArgs {
    /// Issuer's key: the did:key that `needlewise issuer show` prints on the issuer's computer
    #[arg(value_name = "DID", required_unless_present = "bundle", requires = "name")]
    did: Option<String>,
    /// Name to show for this issuer; if an issuer in the trust list has this name, it gets one more key
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Accept the issuer's certificates even without a recent revocation list
    #[arg(long, conflicts_with = "bundle")]
    without_revocation: bool,
    /// Import a bundle from a trusted issuer: its keys and revocations
    #[arg(long, value_name = "FILE", conflicts_with_all = ["did", "name"])]
    bundle: Option<PathBuf>,
    /// Trust the key without asking, because its fingerprint words were compared before
    #[arg(long, conflicts_with = "bundle")]
    yes: bool,
}

/// Adds a key to the trust list, or imports a bundle.
pub(super) fn run(args: &TrustArgs, env: &mut Env<'_>) -> CommandResult {
    let mut trust = env.trust_list()?;
    if let Some(path) = &args.bundle {
        return import_bundle(path, &mut trust, env);
    }
    let (did, name) = (args.did.as_deref().unwrap_or_default(), args.name.as_deref().unwrap_or_default());
    let name = normalize_name(name).map_err(|reason| Failure::usage(format!("{reason}.")))?;
    let today = (env.make_clock)().now().wall.day();
    let lists = if args.without_revocation { ListRequirement::Waived } else { ListRequirement::Required };
    trust.add(did, &name, today, lists).map_err(Failure::usage)?;
    env.print_line(&format!("Fingerprint words: {}", fingerprint_words(did)))?;
    if !args.yes && !env.confirm("Are these the fingerprint words that the issuer gave you? (yes/no): ")? {
        return Err(Failure::negative(format!(
            "Nothing was changed. Trust this key only if its fingerprint words match those of the issuer.{}",
            env.no_terminal_hint("--yes")
        )));
    }
    save_trust_list(&trust, env)?;
    env.print_line(&format!("Trusted as \"{name}\""))?;
    if args.without_revocation {
        return env.print_line("Its certificates are accepted without a revocation list");
    }
    env.print_line("Its certificates are stale until you import its bundle: `needlewise issuer trust --bundle FILE`")
}

fn import_bundle(path: &Path, trust: &mut TrustList, env: &mut Env<'_>) -> CommandResult {
    let bytes = paths::read_bounded(path, MAX_BYTES).map_err(|error| Failure::unreadable(path, &error))?;
    let to_failure = |reason: String| Failure::negative(format!("{} was not imported. {reason}", display_path(path)));
    // JSON that is not a bundle is refused with exit code 1. Anything else is unreadable input.
    let is_readable = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
    let code = if is_readable { error::EXIT_NEGATIVE } else { error::EXIT_UNREADABLE_INPUT };
    let bundle = Bundle::from_signed_json(&bytes).map_err(|reason| Failure { code, ..to_failure(reason) })?;
    let name = trust.import_bundle(&bundle, (env.make_clock)().now().wall).map_err(to_failure)?;
    save_trust_list(trust, env)?;
    let revoked = text::count_with_noun(bundle.revoked.len(), "certificate");
    let due_date = bundle.next_update.day().format_for_people();
    env.print_line(&format!(
        "Imported bundle {} of \"{name}\": {revoked} revoked. The next bundle is due on {due_date}.",
        bundle.sequence
    ))
}

/// Writes the trust list of this computer.
pub(super) fn save_trust_list(trust: &TrustList, env: &Env<'_>) -> Result<(), Failure> {
    let path = env.paths()?.trust_file();
    paths::write_atomic(&path, trust.to_json()?.as_bytes())
        .map_err(|error| Failure::file_access(&path, "written", &error))
}
