use super::certificate_json;
use crate::cli::{CommandResult, Env};
use crate::text;
use crate::view::certificate::{next_step, summary_fields};

/// Show a stored certificate in plain words, with all its signed fields
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
    for (label, value) in summary_fields(&verification, now) {
        env.print_line(&format!("{label}: {}", text::single_line(&value)))?;
    }
    let attempt = service.certificates().attempt_of(&stored_certificate)?;
    let attempt = attempt.map_or_else(|| "ATTEMPT".to_owned(), |id| id.to_string());
    let how_to_request = format!(
        "For a certificate that counts, send a request to a school: `needlewise certificate request {attempt} --to FILE`."
    );
    env.print_line(&format!("Next: {}\n", next_step(&verification, now, &how_to_request)))?;
    env.print_line("All signed fields:")?;
    for line in super::verify::verification_lines(&verification) {
        env.print_line(&line)?;
    }
    env.print_line(&format!("File: {}", text::single_line(&stored_certificate.path.to_string_lossy())))
}
