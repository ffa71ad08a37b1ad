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

/// Make the key of a school or clinic, under a passphrase
///
/// The key is kept in the configuration directory, readable by you alone. Make a backup of it, and of the data
/// directory, which holds the ledger. Every year, and whenever somebody else may have the key, put a new one in its
/// place.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// The name that certificates show as their issuer
    #[arg(long, value_name = "NAME", required_unless_present = "rotate")]
    name: Option<String>,
    /// Put a new key in the place of the one there is; the old one vouches for it, and what it signed keeps counting
    #[arg(long, conflicts_with = "name")]
    rotate: bool,
    /// Say that somebody else may have a key, the one in use where none is named: only what the ledger holds of it
    /// keeps counting
    #[arg(long, value_name = "DID", requires = "rotate", num_args = 0..=1, default_missing_value = "")]
    compromised: Option<String>,
    #[command(flatten)]
    unlock: PassphraseArgs,
    #[command(flatten)]
    next: NextPassphraseArgs,
}

/// Makes the issuer, or its next key, and shows the words by which others know it.
pub(super) fn run(args: &InitArgs, env: &mut Env<'_>) -> CommandResult {
    let path = env.paths()?.issuer_key_file();
    let now = (env.make_clock)().now().wall;
    let mut rng = (env.make_rng)();
    let mut key_material = KeyMaterial { seed: Zeroizing::new([0; 32]), salt: [0; 16], nonce: [0; 24] };
    rng.fill_bytes(&mut key_material.seed[..]);
    rng.fill_bytes(&mut key_material.salt);
    rng.fill_bytes(&mut key_material.nonce);
    // The store is looked at first: an issuer without a ledger could not sign.
    let mut service = env.open_service()?;
    let issuer = if args.rotate {
        let old_issuer = env.issuer()?;
        let (_, passphrase) = args.unlock.open_key(env, &old_issuer)?;
        let reason = args.compromised.as_ref().map_or(KeyRotation::Yearly, |did| {
            KeyRotation::Compromised(if did.is_empty() { old_issuer.current_did().to_owned() } else { did.clone() })
        });
        // Who has the key in use may have its passphrase too.
        let is_current_key_compromised = reason == KeyRotation::Compromised(old_issuer.current_did().to_owned());
        let next_passphrase =
            if is_current_key_compromised { args.next.new_passphrase(env)? } else { passphrase.clone() };
        if is_current_key_compromised && *next_passphrase == *passphrase {
            return Err(Failure::usage(
                "Somebody else may have that passphrase. Take another one; nothing was changed.",
            ));
        }
        let new_issuer = old_issuer
            .rotate(&reason, now.day(), (&passphrase, &next_passphrase), &key_material)
            .map_err(Failure::usage)?;
        paths::write_atomic(&path, new_issuer.to_json()?.as_bytes())
            .map_err(|error| Failure::file_access(&path, "written", &error))?;
        new_issuer
    } else {
        if path.exists() {
            return Err(Failure::usage(format!(
                "{} is there already. Put a new key in its place with --rotate, or move it away.",
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
            Ok(false) => return Err(Failure::usage(format!("{} was made by another process.", display_path(&path)))),
            Err(error) => return Err(Failure::file_access(&path, "written", &error)),
        }
    };
    service.issuing_mut().store_catalog_content()?;
    env.print_line(&format!("{} signs with a new key: {}", issuer.name, issuer.current_did()))?;
    env.print_line(&format!("Its words: {}", fingerprint_words(issuer.current_did())))?;
    env.print_line(
        "Tell these words to those who are to trust it, over another channel than the one the key comes by.",
    )?;
    env.print_line(&format!(
        "The key is in {}, under your passphrase. Keep a copy of that file in a safe place.",
        display_path(&path)
    ))
}
