use crate::credential::trust::ListRequirement;
use std::path::{Path, PathBuf};

use super::fingerprint_words;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::credential::TrustList;
use crate::credential::bundle::{Bundle, MAX_BYTES};
use crate::service::people::normalize_name;
use crate::{paths, text};

/// Trust an issuer's key after comparing its words, or take in an issuer's bundle
///
/// Compare the words with the issuer over another channel than the one the key came by: by telephone, or in person.
#[derive(Debug, clap::Args)]
pub struct TrustArgs {
    /// The issuer's key: a did:key, as `needlewise issuer show` prints it
    #[arg(value_name = "DID", required_unless_present = "bundle", requires = "name")]
    did: Option<String>,
    /// The name to show for it here; a name that is there already gets one more key
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Count its certificates even without a list of those it revoked
    #[arg(long, conflicts_with = "bundle")]
    without_revocation: bool,
    /// Take in a bundle of an issuer that is trusted: its keys, and what it revoked
    #[arg(long, value_name = "FILE", conflicts_with_all = ["did", "name"])]
    bundle: Option<PathBuf>,
}

/// Changes whom this machine trusts.
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
    env.print_line(&format!("Its words: {}", fingerprint_words(did)))?;
    // Without a terminal, giving the command says that they were compared.
    if env.terminal.is_stdin_terminal && !env.confirm("Are these the words that the issuer tells you? (yes/no): ")? {
        return Err(Failure::negative(
            "Nothing was changed. Trust the key once its words are those that the issuer tells.",
        ));
    }
    save_trust_list(&trust, env)?;
    env.print_line(&format!("Trusted as \"{name}\"."))?;
    if args.without_revocation {
        return env.print_line("Its certificates count without a list of those it revoked.");
    }
    env.print_line("Its certificates are stale until you take in its bundle: `needlewise issuer trust --bundle FILE`.")
}

fn import_bundle(path: &Path, trust: &mut TrustList, env: &mut Env<'_>) -> CommandResult {
    let bytes = paths::read_bounded(path, MAX_BYTES).map_err(|error| Failure::unreadable(path, &error))?;
    let to_failure = |reason: String| Failure::negative(format!("{} is refused. {reason}", display_path(path)));
    let is_readable = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
    let code = if is_readable { error::EXIT_NEGATIVE } else { error::EXIT_UNREADABLE_INPUT };
    let bundle = Bundle::from_signed_json(&bytes).map_err(|reason| Failure { code, ..to_failure(reason) })?;
    let name = trust.import_bundle(&bundle, (env.make_clock)().now().wall).map_err(to_failure)?;
    save_trust_list(trust, env)?;
    let revoked = text::count_with_noun(bundle.revoked.len(), "certificate");
    let due_date = bundle.next_update.day().format_long();
    env.print_line(&format!(
        "Bundle {} of \"{name}\" taken in: {revoked} revoked, next one due on {due_date}.",
        bundle.sequence
    ))
}

/// Writes whom this machine trusts.
pub(super) fn save_trust_list(trust: &TrustList, env: &Env<'_>) -> Result<(), Failure> {
    let path = env.paths()?.trust_file();
    paths::write_atomic(&path, trust.to_json()?.as_bytes())
        .map_err(|error| Failure::file_access(&path, "written", &error))
}
