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
/// Your next bundle tells clinics about it. The reason stays on this computer unless you add --tell.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// Certificate ID, or its last eight digits
    #[arg(value_name = "ID")]
    id: String,
    /// Reason for the revocation
    #[arg(long, value_name = "REASON")]
    reason: RevocationReason,
    /// Publish the reason in bundles
    #[arg(long)]
    tell: bool,
}

/// Adds the revocation to the ledger.
pub(super) fn run(args: &RevokeArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    // This needs no passphrase, because the key signs the revocation in the next bundle.
    let disclosure = if args.tell { ReasonDisclosure::Published } else { ReasonDisclosure::Withheld };
    let certificate_id = env.open_service()?.issuing_mut().revoke(issuer.id, &args.id, args.reason, disclosure)?;
    env.print_line(&format!(
        "Certificate {} is revoked. Write a new bundle with `needlewise issuer bundle --to FILE`, then send it to the clinics.",
        certificate_id.short()
    ))
}
