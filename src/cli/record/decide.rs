//! `record void` and `record grant`: decisions about an attempt, each with its reason.

use super::attempt_id;
use crate::cli::error::Failure;
use crate::cli::secret::{self, Unlock};
use crate::cli::{Env, Outcome};
use crate::sitting::decide::Decision;
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
    unlock: Unlock,
}

/// Voids the attempt.
pub(super) fn void(args: &VoidArgs, env: &mut Env<'_>) -> Outcome {
    decide(&args.about, Decision::Void, "is void", env)
}

/// Grants one more.
pub(super) fn grant(args: &GrantArgs, env: &mut Env<'_>) -> Outcome {
    decide(&args.about, Decision::Grant, "is followed by one more that is granted", env)
}

fn decide(args: &About, decision: Decision, says: &str, env: &mut Env<'_>) -> Outcome {
    let attempt = attempt_id(&args.attempt)?;
    if !text::is_printable(&args.reason) {
        return Err(Failure::usage("A decision needs a reason that can be printed."));
    }
    let mut desk = env.desk()?;
    let key = secret::key_if_any(&args.unlock, env)?;
    desk.decide(attempt, decision, &args.reason, key.as_ref())?;
    let signed =
        if key.is_some() { "signed by this machine's issuer" } else { "not signed: this machine has no issuer" };
    env.say(&format!("Attempt {} {says}; {signed}.", text::one_line(&args.attempt)))
}
