use super::trust::save_trust_list;
use crate::cli::error::Failure;
use crate::cli::{CommandResult, Env};
use crate::text;

/// Stop trusting an issuer
#[derive(Debug, clap::Args)]
pub struct UntrustArgs {
    /// Name of the trusted issuer, or one of its keys
    #[arg(value_name = "NAME|DID")]
    issuer: String,
}

/// Removes the issuer and all its keys from the trust list.
pub(super) fn run(args: &UntrustArgs, env: &mut Env<'_>) -> CommandResult {
    let mut trust = env.trust_list()?;
    let display_name = text::single_line(&args.issuer);
    if !trust.remove(&args.issuer) {
        return Err(Failure::usage(format!("\"{display_name}\" is not trusted here. See `needlewise issuer list`.")));
    }
    save_trust_list(&trust, env)?;
    env.print_line(&format!("\"{display_name}\" is no longer trusted"))
}
