//! `record void` and `record grant`: decisions about an attempt, each with its reason.

use super::{a_reason, attempt_id};
use crate::cli::passphrase::{self, PassphraseArgs};
use crate::cli::{CommandResult, Env};
use crate::credential::SigningKeyPair;
use crate::ids::AttemptId;
use crate::service::{Service, ServiceError};
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
    decide(&args.about, Service::void_attempt, "is void", env)
}

/// Grants one more.
pub(super) fn grant(args: &GrantArgs, env: &mut Env<'_>) -> CommandResult {
    decide(&args.about, Service::grant_attempt, "is followed by one more that is granted", env)
}

/// How a desk decides: about which attempt, why, and who signs.
type Decide = fn(&mut Service, AttemptId, &str, Option<&SigningKeyPair>) -> Result<(), ServiceError>;

fn decide(args: &About, decide: Decide, says: &str, env: &mut Env<'_>) -> CommandResult {
    let attempt = attempt_id(&args.attempt)?;
    a_reason(&args.reason)?;
    let mut desk = env.desk()?;
    let key = passphrase::key_if_any(&args.unlock, env)?;
    decide(&mut desk, attempt, &args.reason, key.as_ref())?;
    let signed =
        if key.is_some() { "signed by this machine's issuer" } else { "not signed: this machine has no issuer" };
    env.say(&format!("Attempt {} {says}; {signed}.", text::single_line(&args.attempt)))
}
