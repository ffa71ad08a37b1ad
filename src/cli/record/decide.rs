//! The `record void` and `record grant` commands: decisions about one attempt. Each needs a reason.

use super::{parse_attempt_id, require_printable_reason};
use crate::cli::passphrase::{self, PassphraseArgs};
use crate::cli::{CommandResult, Env};
use crate::credential::SigningKeyPair;
use crate::ids::AttemptId;
use crate::service::{Attempts, ServiceError, Services};
use crate::text;

/// Void an exam attempt that was not passed: it stays in the records but no longer counts as an attempt
///
/// If this computer has an issuer, its key signs the decision. Otherwise the decision is unsigned, and a self-test
/// record shows that.
#[derive(Debug, clap::Args)]
pub struct VoidArgs {
    #[command(flatten)]
    about: About,
}

/// Grant one more attempt at an exam, after an earlier one
///
/// If this computer has an issuer, its key signs the decision. Otherwise the decision is unsigned, and a self-test
/// record shows that.
#[derive(Debug, clap::Args)]
pub struct GrantArgs {
    #[command(flatten)]
    about: About,
}

#[derive(Debug, clap::Args)]
struct About {
    /// Attempt ID from `needlewise record list`
    #[arg(value_name = "ATTEMPT")]
    attempt: String,
    /// Reason, stored with the decision
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Voids an attempt.
pub(super) fn void(args: &VoidArgs, env: &mut Env<'_>) -> CommandResult {
    let apply: ApplyDecision = |attempts, attempt, reason, key| attempts.void(attempt, reason, key);
    record_decision(&args.about, apply, "Voided attempt", env)
}

/// Grants one more attempt.
pub(super) fn grant(args: &GrantArgs, env: &mut Env<'_>) -> CommandResult {
    let apply: ApplyDecision = |attempts, attempt, reason, key| attempts.grant(attempt, reason, key);
    record_decision(&args.about, apply, "Granted one more attempt after attempt", env)
}

/// A function that records a decision about an attempt, with its reason and the key that signs it.
type ApplyDecision =
    fn(&mut Attempts<&mut Services>, AttemptId, &str, Option<&SigningKeyPair>) -> Result<(), ServiceError>;

fn record_decision(args: &About, apply: ApplyDecision, decision_text: &str, env: &mut Env<'_>) -> CommandResult {
    let attempt = parse_attempt_id(&args.attempt)?;
    require_printable_reason(&args.reason)?;
    let mut service = env.open_service()?;
    let key = passphrase::open_key_if_present(&args.unlock, env)?;
    apply(&mut service.attempts_mut(), attempt, &args.reason, key.as_ref())?;
    let signature_note =
        if key.is_some() { "Signed by this computer's issuer" } else { "Not signed: this computer has no issuer" };
    env.print_line(&format!("{decision_text} {}. {signature_note}.", text::single_line(&args.attempt)))
}
