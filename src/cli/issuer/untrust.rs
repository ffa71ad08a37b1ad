use super::trust::save;
use crate::cli::error::Failure;
use crate::cli::{CommandResult, Env};
use crate::text;

/// Trust an issuer no longer
#[derive(Debug, clap::Args)]
pub struct UntrustArgs {
    /// The name it is trusted under, or one of its keys
    #[arg(value_name = "NAME|DID")]
    issuer: String,
}

/// Takes the issuer off the list.
pub(super) fn run(args: &UntrustArgs, env: &mut Env<'_>) -> CommandResult {
    let mut trust = env.trust()?;
    let shown = text::single_line(&args.issuer);
    if !trust.remove(&args.issuer) {
        return Err(Failure::usage(format!("\"{shown}\" is not trusted here. See `needlewise issuer list`.")));
    }
    save(&trust, env)?;
    env.say(&format!("\"{shown}\" is trusted no longer."))
}
