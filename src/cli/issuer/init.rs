use std::path::Path;

use rand::Rng;
use zeroize::Zeroizing;

use super::fingerprint_words;
use crate::cli::error::{Failure, display_path};
use crate::cli::passphrase::{NextPassphraseArgs, PassphraseArgs};
use crate::cli::{CommandResult, Env};
use crate::credential::Issuer;
use crate::credential::issuer::{KeyMaterial, KeyRotation};
use crate::ids::IssuerId;
use crate::paths;
use crate::service::people::normalize_name;

/// Create the issuer key of a school or clinic, protected by a passphrase
///
/// The key is stored in the config folder, and only you can read it. Back up the key and the data folder, which
/// contains the ledger. Replace the key every year with --rotate. If someone else may have it, add --compromised.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// Issuer name to show on certificates
    #[arg(long, value_name = "NAME", required_unless_present = "rotate")]
    name: Option<String>,
    /// Replace the key; the old key endorses the new one, and certificates that it signed stay valid
    #[arg(long, conflicts_with = "name")]
    rotate: bool,
    /// Report that someone else may have a key (by default the current one); only its certificates in the ledger stay
    /// valid
    #[arg(long, value_name = "DID", requires = "rotate", num_args = 0..=1, default_missing_value = "")]
    compromised: Option<String>,
    #[command(flatten)]
    unlock: PassphraseArgs,
    #[command(flatten)]
    next: NextPassphraseArgs,
}

/// Creates the issuer or its next key, and shows the fingerprint words of that key.
pub(super) fn run(args: &InitArgs, env: &mut Env<'_>) -> CommandResult {
    let path = env.paths()?.issuer_key_file();
    let now = (env.make_clock)().now().wall;
    let mut rng = (env.make_rng)();
    let mut key_material = KeyMaterial { seed: Zeroizing::new([0; 32]), salt: [0; 16], nonce: [0; 24] };
    rng.fill_bytes(&mut key_material.seed[..]);
    rng.fill_bytes(&mut key_material.salt);
    rng.fill_bytes(&mut key_material.nonce);
    // The store first: it contains the ledger, and an issuer without a ledger cannot sign.
    let mut service = env.open_service()?;
    let issuer = if args.rotate {
        let old_issuer = env.issuer()?;
        let (_, passphrase) = args.unlock.open_key(env, &old_issuer)?;
        let reason = args.compromised.as_ref().map_or(KeyRotation::Yearly, |did| {
            KeyRotation::Compromised(if did.is_empty() { old_issuer.current_did().to_owned() } else { did.clone() })
        });
        // Anyone who has the current key may know its passphrase too.
        let is_current_key_compromised = reason == KeyRotation::Compromised(old_issuer.current_did().to_owned());
        let next_passphrase =
            if is_current_key_compromised { args.next.new_passphrase(env)? } else { passphrase.clone() };
        if is_current_key_compromised && *next_passphrase == *passphrase {
            return Err(Failure::usage("Someone else may know that passphrase. Choose another one."));
        }
        let new_issuer = old_issuer
            .rotate(&reason, now.day(), (&passphrase, &next_passphrase), &key_material)
            .map_err(Failure::usage)?;
        if env.issuer()? != old_issuer {
            return Err(super::set::changed_meanwhile());
        }
        paths::write_atomic(&path, new_issuer.to_json()?.as_bytes())
            .map_err(|error| Failure::file_access(&path, "written", &error))?;
        new_issuer
    } else {
        if path.exists() {
            return Err(Failure::usage(format!(
                "{} already exists. Replace the key with --rotate, or move the file away.",
                display_path(&path)
            )));
        }
        let name = normalize_name(args.name.as_deref().unwrap_or_default())
            .map_err(|reason| Failure::usage(format!("{reason}.")))?;
        let passphrase = args.unlock.new_passphrase(env)?;
        let mut random_bytes = [0; 10];
        rng.fill_bytes(&mut random_bytes);
        let new_issuer = Issuer::new(IssuerId::new(now, random_bytes), name, now.day(), &passphrase, &key_material)
            .map_err(Failure::usage)?;
        match paths::write_new(&path, new_issuer.to_json()?.as_bytes()) {
            Ok(true) => new_issuer,
            Ok(false) => return Err(created_meanwhile(&path)),
            Err(error) => return Err(Failure::file_access(&path, "written", &error)),
        }
    };
    // An issuer accepts only questions that its store contains, so the banks in use are stored now.
    service.issuing_mut().store_catalog_content()?;
    env.print_line(&format!("{} signs with a new key: {}", issuer.name, issuer.current_did()))?;
    env.print_line(&format!("Fingerprint words: {}", fingerprint_words(issuer.current_did())))?;
    env.print_line("Read the fingerprint words to anyone who will trust this key, by telephone or in person.")?;
    env.print_line(&format!(
        "The key is in {}, protected by your passphrase. Keep a copy of that file in a safe place.",
        display_path(&path)
    ))
}

/// Returns the failure of two programs that create the issuer at once. Only the first one does.
fn created_meanwhile(path: &Path) -> Failure {
    Failure::usage(format!(
        "Another program created {} at the same time, so nothing was changed. See `needlewise issuer show`.",
        display_path(path)
    ))
}
