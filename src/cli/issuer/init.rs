use rand::Rng;
use zeroize::Zeroizing;

use super::words;
use crate::cli::error::{Failure, shown};
use crate::cli::passphrase::{self, NextPassphraseArgs, PassphraseArgs};
use crate::cli::{CommandResult, Env};
use crate::credential::Issuer;
use crate::credential::issuer::{KeyMaterial, KeyRotation};
use crate::ids::IssuerId;
use crate::paths;
use crate::service::people::normalize_name;

/// Make the key of a school or clinic, under a passphrase
///
/// The key is kept in the configuration directory, readable by you alone. Make a backup of it, and of the data directory,
/// which holds the ledger. Every year, and whenever somebody else may have the key, put a new one in its place.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// The name that certificates show as their issuer
    #[arg(long, value_name = "NAME", required_unless_present = "rotate")]
    name: Option<String>,
    /// Put a new key in the place of the one there is; the old one vouches for it, and what it signed keeps counting
    #[arg(long, conflicts_with = "name")]
    rotate: bool,
    /// Say that somebody else may have a key, the one in use where none is named: only what the ledger holds of it keeps counting
    #[arg(long, value_name = "DID", requires = "rotate", num_args = 0..=1, default_missing_value = "")]
    compromised: Option<String>,
    #[command(flatten)]
    unlock: PassphraseArgs,
    #[command(flatten)]
    next: NextPassphraseArgs,
}

/// Makes the issuer, or its next key, and shows the words by which others know it.
pub(super) fn run(args: &InitArgs, env: &mut Env<'_>) -> CommandResult {
    let path = env.place()?.issuer_key_file();
    let now = (env.clock)().now().wall;
    let mut chance = (env.chance)();
    let mut fresh = KeyMaterial { seed: Zeroizing::new([0; 32]), salt: [0; 16], nonce: [0; 24] };
    chance.fill_bytes(&mut fresh.seed[..]);
    chance.fill_bytes(&mut fresh.salt);
    chance.fill_bytes(&mut fresh.nonce);
    // The store is looked at first: an issuer without a ledger could not sign.
    let mut desk = env.desk()?;
    let issuer = if args.rotate {
        let old = passphrase::issuer(env)?;
        let (_, passphrase) = args.unlock.key(env, &old)?;
        let why = args.compromised.as_ref().map_or(KeyRotation::Yearly, |did| {
            KeyRotation::Compromised(if did.is_empty() { old.current_did().to_owned() } else { did.clone() })
        });
        // Who has the key in use may have its passphrase too.
        let taken = why == KeyRotation::Compromised(old.current_did().to_owned());
        let then = if taken { args.next.new_passphrase(env)? } else { passphrase.clone() };
        if taken && *then == *passphrase {
            return Err(Failure::usage(
                "Somebody else may have that passphrase. Take another one; nothing was changed.",
            ));
        }
        let new = old.rotate(&why, now.day(), (&passphrase, &then), &fresh).map_err(Failure::usage)?;
        paths::write_atomic(&path, new.to_json().as_bytes())
            .map_err(|error| Failure::disk(&path, "written", &error))?;
        new
    } else {
        if path.exists() {
            return Err(Failure::usage(format!(
                "{} is there already. Put a new key in its place with --rotate, or move it away.",
                shown(&path)
            )));
        }
        let name = normalize_name(args.name.as_deref().unwrap_or_default())
            .map_err(|why| Failure::usage(format!("{why}.")))?;
        let passphrase = args.unlock.new_passphrase(env)?;
        let mut random = [0; 10];
        chance.fill_bytes(&mut random);
        let new =
            Issuer::new(IssuerId::new(now, random), name, now.day(), &passphrase, &fresh).map_err(Failure::usage)?;
        match paths::write_new(&path, new.to_json().as_bytes()) {
            Ok(true) => new,
            Ok(false) => return Err(Failure::usage(format!("{} was made by another process.", shown(&path)))),
            Err(error) => return Err(Failure::disk(&path, "written", &error)),
        }
    };
    desk.store_catalog_content()?;
    env.say(&format!("{} signs with a new key: {}", issuer.name, issuer.current_did()))?;
    env.say(&format!("Its words: {}", words(issuer.current_did())))?;
    env.say("Tell these words to those who are to trust it, over another channel than the one the key comes by.")?;
    env.say(&format!(
        "The key is in {}, under your passphrase. Keep a copy of that file in a safe place.",
        shown(&path)
    ))
}
