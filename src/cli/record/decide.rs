//! The `record void` and `record grant` commands: decisions about one attempt. Each needs a reason.

use super::{parse_attempt_id, require_printable_reason};
use crate::cli::passphrase::{self, PassphraseArgs};
use crate::cli::{CommandResult, Env};
use crate::credential::SigningKeyPair;
use crate::ids::AttemptId;
use crate::service::{Attempts, ServiceError, Services};
use crate::text;

/// Void an attempt: it stays in the records and does not count
///
/// The issuer's key signs it where this machine has one; else a self-test record says that nobody signed it.
#[derive(Debug, clap::Args)]
pub struct VoidArgs {
    #[command(flatten)]
    about: About,
}

/// Grant one more attempt after this one
///
/// The issuer's key signs it where this machine has one; else a self-test record says that nobody signed it.
#[derive(Debug, clap::Args)]
pub struct GrantArgs {
    #[command(flatten)]
    about: About,
}

#[derive(Debug, clap::Args)]
struct About {
    /// The attempt's id, as `needlewise record list` shows it
    #[arg(value_name = "ATTEMPT")]
    attempt: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Voids the attempt.
pub(super) fn void(args: &VoidArgs, env: &mut Env<'_>) -> CommandResult {
    let apply: ApplyDecision = |attempts, attempt, reason, key| attempts.void(attempt, reason, key);
    record_decision(&args.about, apply, "is void", env)
}

/// Grants one more.
pub(super) fn grant(args: &GrantArgs, env: &mut Env<'_>) -> CommandResult {
    let apply: ApplyDecision = |attempts, attempt, reason, key| attempts.grant(attempt, reason, key);
    record_decision(&args.about, apply, "is followed by one more that is granted", env)
}

/// How a decision is recorded: about which attempt, why, and who signs.
type ApplyDecision =
    fn(&mut Attempts<&mut Services>, AttemptId, &str, Option<&SigningKeyPair>) -> Result<(), ServiceError>;

fn record_decision(args: &About, apply: ApplyDecision, decision_text: &str, env: &mut Env<'_>) -> CommandResult {
    let attempt = parse_attempt_id(&args.attempt)?;
    require_printable_reason(&args.reason)?;
    let mut service = env.open_service()?;
    let key = passphrase::open_key_if_present(&args.unlock, env)?;
    apply(&mut service.attempts_mut(), attempt, &args.reason, key.as_ref())?;
    let signature_note =
        if key.is_some() { "signed by this machine's issuer" } else { "not signed: this machine has no issuer" };
    env.print_line(&format!("Attempt {} {decision_text}; {signature_note}.", text::single_line(&args.attempt)))
}
