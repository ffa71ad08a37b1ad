use std::path::{Path, PathBuf};

use crate::attempt::Mode;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::passphrase::PassphraseArgs;
use crate::cli::{CommandResult, Env};
use crate::clock::Zone;
use crate::credential::Issuer;
use crate::exam::disclosure::DisclosureLevel;
use crate::issuing::request::{CertificateRequest, MAX_BYTES};
use crate::service::certificate_files::{StoredCertificate, write_credential, write_pictures};
use crate::service::issuing::RequestReview;
use crate::view::result_lines;
use crate::{paths, text};

/// Sign the certificate that a trainee requested
///
/// The program verifies the chain of facts, checks every question against the versions stored here, marks the
/// answers again, and draws the paper again from its seed. You see the result and everything unusual before you enter the
/// passphrase. A request can be used once: the same request again writes the same certificate again.
#[derive(Debug, clap::Args)]
pub struct IssueArgs {
    /// Certificate request file
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// File to write the certificate to; a copy always stays on this computer
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Name to print instead of the requested one, for example if that is misspelled
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Sign although the review shows anomalies
    #[arg(long)]
    accept: bool,
    /// Sign without asking, because the passphrase comes from a file
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Reviews the request, asks for the passphrase, and signs.
pub(super) fn run(args: &IssueArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    let request = read_request(&args.request)?;
    let mut service = env.open_service()?;
    // Before signing: a signed certificate whose copy cannot be written would look spent.
    if let Some(copy_path) = args.to.as_deref().filter(|path| *path != Path::new("-")) {
        let inputs: Vec<_> = [&args.request].into_iter().chain(args.unlock.file()).cloned().collect();
        env.protect_files(copy_path, &inputs)?;
        paths::check_output(copy_path).map_err(|error| Failure::file_access(copy_path, "written", &error))?;
    }
    let is_renamed = args.name.is_some();
    if let Some(issued) = service.issuing().issued_before(&request, &issuer)?.filter(|_| !is_renamed) {
        let message = format!("This request was signed before. Certificate {} again", issued.certificate_id.short());
        return write_certificate(&issued, args.to.as_deref(), &message, env);
    }
    let review = service.issuing_mut().review_request(request, &issuer, args.name.as_deref())?;
    // Shown before the passphrase, because an issuer declines by leaving at that prompt.
    for line in review_lines(&review, args.name.as_deref(), service.zone()) {
        env.print_line(&line)?;
    }
    for (label, value) in signed_branding(&review, &issuer) {
        env.print_line(&format!("{label}: {}", text::single_line(&value)))?;
    }
    confirm(args, &review, env)?;
    let (key, _) = args.unlock.open_key(env, &issuer)?;
    let stored_certificate = service.issuing_mut().issue(&review, &issuer, &key, args.name.as_deref())?;
    // The certificate is signed and in the ledger now. Write the copy for the trainee before anything that can still
    // fail, such as the pictures on a full disk.
    let message = format!("Signed certificate {}", stored_certificate.certificate_id.short());
    write_certificate(&stored_certificate, args.to.as_deref(), &message, env)?;
    for problem in write_pictures(service.paths(), &stored_certificate)? {
        env.print_to_stderr(&problem);
    }
    Ok(error::EXIT_SUCCESS)
}

/// Makes sure that the issuer has seen the review. Typing the passphrase shows that. A passphrase from a file does not,
/// and anomalies need an answer of their own.
fn confirm(args: &IssueArgs, review: &RequestReview, env: &mut Env<'_>) -> Result<(), Failure> {
    let needs_acceptance = !review.anomalies.is_empty() && !args.accept;
    let needs_yes = args.unlock.file().is_some() && !args.yes;
    let (question, remedy) = match (needs_acceptance, needs_yes) {
        (false, false) => return Ok(()),
        (true, false) => ("Sign this certificate in spite of the anomalies? (yes/no): ", "--accept"),
        (true, true) => ("Sign this certificate in spite of the anomalies? (yes/no): ", "--accept and --yes"),
        (false, true) => ("Sign this certificate? (yes/no): ", "--yes"),
    };
    if env.confirm(question)? {
        return Ok(());
    }
    Err(Failure::negative(format!("Nothing was signed. Check the review above.{}", env.no_terminal_hint(remedy))))
}

/// Writes the copy for the trainee and the credential file, and prints the message with the path.
fn write_certificate(
    certificate: &StoredCertificate,
    copy_path: Option<&Path>,
    message: &str,
    env: &mut Env<'_>,
) -> CommandResult {
    let message = format!("{message}: {}", display_path(copy_path.unwrap_or(&certificate.path)));
    match copy_path {
        Some(copy_path) => env.write_output(copy_path, certificate.credential.as_bytes(), &message)?,
        None => env.print_line(&message)?,
    };
    write_credential(certificate)?;
    Ok(error::EXIT_SUCCESS)
}

/// Returns what else would be signed, with labels: the contact hours of the exam, and the issuer's branding.
fn signed_branding(review: &RequestReview, issuer: &Issuer) -> Vec<(&'static str, String)> {
    let branding = issuer.branding();
    let hours = review.rescored.loaded_paper.exam.as_ref().and_then(|exam| exam.certificate.contact_hours.clone());
    let signatory = branding.signatory.map(|signatory| format!("{}, {}", signatory.name, signatory.description));
    let values = [
        ("Contact hours", hours.map(String::from)),
        ("Provider number", branding.provider_number),
        ("Signatory", signatory),
    ];
    values.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

/// Reads a certificate request from a file.
///
/// # Errors
/// Exit code 3 if the file cannot be read or is not JSON, and exit code 1 if it is JSON but not a request.
pub(in crate::cli) fn read_request(path: &Path) -> Result<CertificateRequest, Failure> {
    let bytes = paths::read_bounded(path, MAX_BYTES).map_err(|error| Failure::unreadable(path, &error))?;
    // JSON that is not a request is refused with exit code 1. Anything else is unreadable input.
    let code = if serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() {
        error::EXIT_NEGATIVE
    } else {
        error::EXIT_UNREADABLE_INPUT
    };
    let failure_message =
        |reason| format!("{} is not a certificate request: {reason}. Ask for a new one.", display_path(path));
    CertificateRequest::from_json(&bytes).map_err(|reason| Failure { code, message: failure_message(reason) })
}

/// Returns the lines that an issuer sees before signing.
fn review_lines(review: &RequestReview, name: Option<&str>, zone: &Zone) -> Vec<String> {
    let RequestReview {
        request,
        rescored: examined,
        request_count: sent,
        granted_count: granted,
        renewed_certificate: renews,
        valid_until: until,
        roster,
        anomalies,
        ..
    } = review;
    let requested_name = text::single_line(&request.trainee.name);
    let name = match name {
        Some(name) => format!("{} (requested as {requested_name})", text::single_line(name)),
        None => requested_name,
    };
    let mut lines = vec![format!("Name: {name}")];
    lines.extend(request.trainee.license.iter().map(|license| format!("License: {}", text::single_line(license))));
    lines.push(format!("Person: {}", request.trainee.id));
    lines.extend(roster.iter().map(|row| format!("Roster: {row}")));
    lines.push(format!("Exam: {}", text::single_line(examined.loaded_paper.title())));
    lines.push(format!("Finished: {}", examined.ended_at.format_for_people(zone)));
    lines.extend(result_lines(Mode::Exam, &examined.finished.outcome, DisclosureLevel::Objectives));
    lines.push(match sent {
        0 | 1 => "Requests: first from this person".to_owned(),
        sent => format!("Requests: {sent} from this person, including this one; certificates signed before: {granted}"),
    });
    lines.extend(
        renews.iter().map(|row| {
            format!("Renews: {} (valid until {})", row.id.short(), row.valid_until.day().format_for_people())
        }),
    );
    lines.push(format!("Valid through: {} (UTC)", until.day().format_for_people()));
    if anomalies.is_empty() {
        lines.push("Anomalies: none".to_owned());
    }
    lines.extend(anomalies.iter().map(|sentence| format!("Anomaly: {}", text::single_line(sentence))));
    lines
}
