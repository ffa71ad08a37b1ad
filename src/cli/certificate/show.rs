use super::certificate_json;
use crate::cli::{CommandResult, Env};
use crate::text;

/// Show a stored certificate with all its signed fields
#[derive(Debug, clap::Args)]
pub struct CertificateShowArgs {
    /// Certificate ID, or its last eight digits
    #[arg(value_name = "ID")]
    id: String,
}

/// Shows the signed fields and the verdict. The verdict depends on which issuers this computer trusts.
pub(super) fn run(args: &CertificateShowArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let stored_certificate = service.certificates().find(&args.id)?;
    let now = service.now().wall;
    let verification = stored_certificate.verify(service.trust()?, now);
    if env.global.json {
        return env.print_json(&certificate_json(&verification));
    }
    for line in super::verify::verification_lines(&verification) {
        env.print_line(&line)?;
    }
    env.print_line(&format!("File: {}", text::single_line(&stored_certificate.path.to_string_lossy())))
}
