use crate::service::ledger::ReasonDisclosure;
use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::cli::{CommandResult, Env};
use crate::credential::RevocationReason;

impl ValueEnum for RevocationReason {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Revoke a certificate that was issued here
///
/// The next bundle carries it. The reason stays here, unless you say --tell.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// The certificate's id, or the last eight digits of it
    #[arg(value_name = "ID")]
    id: String,
    /// Why
    #[arg(long, value_name = "REASON")]
    reason: RevocationReason,
    /// Tell the reason in bundles
    #[arg(long)]
    tell: bool,
}

/// Adds the revocation to the ledger.
pub(super) fn run(args: &RevokeArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    let disclosure = if args.tell { ReasonDisclosure::Published } else { ReasonDisclosure::Withheld };
    let certificate_id = env.open_service()?.issuing_mut().revoke(issuer.id, &args.id, args.reason, disclosure)?;
    env.print_line(&format!(
        "Certificate {} is revoked. Hand on a new bundle: `needlewise issuer bundle --to FILE`.",
        certificate_id.short()
    ))
}
