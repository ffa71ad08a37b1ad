use serde_json::json;

use super::{fingerprint_words, key_period_text};
use crate::cli::{CommandResult, Env};
use crate::credential::trust::TrustedIssuer;
use crate::text;

/// List the issuers that this computer trusts
#[derive(Debug, clap::Args)]
pub struct IssuerListArgs {}

/// Lists each issuer with its keys and its latest revocation list.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let trust = env.trust_list()?;
    if env.global.json {
        let row = |issuer: &TrustedIssuer| {
            let keys: Vec<_> =
                issuer.keys.iter().map(|key| json!({ "did": key.did, "words": fingerprint_words(&key.did) })).collect();
            json!({
                "name": issuer.name, "keys": keys, "without_revocation": issuer.without_revocation,
                "list": issuer.list.as_ref().map(|list| json!({
                    "sequence": list.sequence, "issued": list.issued.to_string(), "revoked": list.revoked,
                })),
            })
        };
        return env.print_json(&trust.issuers.iter().map(row).collect::<Vec<_>>());
    }
    if trust.issuers.is_empty() {
        return env.print_line("No trusted issuers yet. Trust one with `needlewise issuer trust DID --name NAME`.");
    }
    for issuer in &trust.issuers {
        env.print_line(&text::single_line(&issuer.name))?;
        for key in &issuer.keys {
            env.print_line(&format!("  {} ({})", text::single_line(&key.did), key_period_text(key)))?;
            env.print_line(&format!("    {}", fingerprint_words(&key.did)))?;
        }
        env.print_line(&match (&issuer.list, issuer.without_revocation) {
            (Some(list), _) => {
                let revoked = text::count_with_noun(list.revoked.len(), "certificate");
                format!(
                    "  revocation list {} of {}: {revoked} revoked",
                    list.sequence,
                    list.issued.day().format_for_people()
                )
            }
            (None, true) => "  trusted without a revocation list".to_owned(),
            (None, false) => "  no revocation list yet: its certificates are stale".to_owned(),
        })?;
    }
    Ok(0)
}
