use serde_json::json;

use super::{span, words};
use crate::cli::error::shown;
use crate::cli::{CommandResult, Env, passphrase};

/// Show the issuer of this machine: its name, its keys and their words
#[derive(Debug, clap::Args)]
pub struct IssuerShowArgs {}

/// Shows what is public of the issuer.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let issuer = passphrase::issuer(env)?;
    if env.global.json {
        let key = |key: &crate::credential::key::KeyPeriod| {
            json!({
                "did": key.did, "words": words(&key.did), "from": key.from, "until": key.until,
                "compromised": key.compromised,
            })
        };
        let keys: Vec<_> = issuer.keys.iter().map(key).collect();
        return env
            .say_json(&json!({ "id": issuer.id, "name": issuer.name, "did": issuer.current_did(), "keys": keys }));
    }
    env.say(&format!("Name: {}", issuer.name))?;
    for key in issuer.keys.iter().rev() {
        env.say(&format!("Key:  {} ({})", key.did, span(key)))?;
        env.say(&format!("      {}", words(&key.did)))?;
    }
    let path = env.place()?.issuer_key_file();
    env.say(&format!("File: {}", shown(&path)))
}
