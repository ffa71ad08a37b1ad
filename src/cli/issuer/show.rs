use serde_json::json;

use super::{fingerprint_words, key_period_text};
use crate::cli::error::display_path;
use crate::cli::{CommandResult, Env};

/// Show this computer's issuer: its name, its keys and their fingerprint words, and what its certificates show
#[derive(Debug, clap::Args)]
pub struct IssuerShowArgs {}

/// Shows the public part of the issuer. It needs no passphrase.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    if env.global.json {
        let key = |key: &crate::credential::key::KeyPeriod| {
            json!({
                "did": key.did, "words": fingerprint_words(&key.did), "from": key.from, "until": key.until,
                "compromised": key.compromised,
            })
        };
        let keys: Vec<_> = issuer.keys.iter().map(key).collect();
        let branding = issuer.branding();
        let signatory = branding.signatory.as_ref();
        let logo = Some(env.paths()?.issuer_logo_file()).filter(|path| path.exists());
        return env.print_json(&json!({
            "id": issuer.id, "name": issuer.name, "did": issuer.current_did(), "keys": keys,
            "branding": {
                "logo": logo, "signatory": signatory.map(|signatory| &signatory.name),
                "signatory_title": signatory.map(|signatory| &signatory.description),
                "provider_number": branding.provider_number, "paper": branding.paper,
            },
        }));
    }
    env.print_line(&format!("Name: {}", issuer.name))?;
    for key in issuer.keys.iter().rev() {
        env.print_line(&format!("Key:  {} ({})", key.did, key_period_text(key)))?;
        env.print_line(&format!("      {}", fingerprint_words(&key.did)))?;
    }
    let paths = env.paths()?;
    for (label, value) in super::set::settings(&issuer.branding(), &paths.issuer_logo_file()) {
        env.print_line(&format!("{label}: {value}"))?;
    }
    env.print_line(&format!("File: {}", display_path(&paths.issuer_key_file())))
}
