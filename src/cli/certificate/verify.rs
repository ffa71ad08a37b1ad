use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::json;

use super::certificate_json;
use super::files::{self, CertificateFile, CertificateInput};
use crate::cli::error::{self, Failure, display_path};
use crate::cli::progress_bar::ProgressBar;
use crate::cli::{CommandResult, Env, table};
use crate::clock::Timestamp;
use crate::credential::branding::PaperSize;
use crate::credential::carrier::CarrierError;
use crate::credential::render::receipt::{self, Receipt, ReceiptEntry};
use crate::credential::{CredentialSource, TrustList, Verdict, VerificationResult, qr_text, verify_from};
use crate::ids::Digest;
use crate::service::certificate_files::load_fonts;
use crate::service::people::normalize_name;
use crate::view::certificate::{labeled_fields, verdict_text};
use crate::{parallel, paths, text};

/// Verify certificate files, without a network connection
///
/// A certificate file is a credential (.json), or a picture (.svg, .png) or PDF that contains one. In a folder, all
/// such files are verified. The verdict is the first that applies: invalid, untrusted, revoked, expired, stale, valid.
/// Exit code 0 means that all are valid, 1 that one has another verdict, 3 that a file could not be read.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Files or folders, or - for standard input
    #[arg(value_name = "FILE|DIR", required_unless_present = "qr")]
    paths: Vec<PathBuf>,
    /// Verify the text that a scanner reads from the QR code on page two
    #[arg(long, value_name = "TEXT", conflicts_with = "paths")]
    qr: Option<String>,
    /// Also write a dated PDF receipt: who verified what, when, and against which revocation lists; needs --by
    #[arg(long, value_name = "FILE", requires = "by")]
    receipt: Option<PathBuf>,
    /// Paper of the receipt [default: that of the issuer on this computer, else a4]
    #[arg(long, value_name = "PAPER", requires = "receipt")]
    paper: Option<PaperSize>,
    /// Name of the person who verifies, for the receipt
    #[arg(long, value_name = "NAME", requires = "receipt")]
    by: Option<String>,
    /// Font file for names that the built-in fonts cannot show; can be given several times
    #[arg(long, value_name = "FILE", requires = "receipt")]
    font: Vec<PathBuf>,
}

/// A file with its verification result.
struct FileVerification {
    file: String,
    /// The digest of the whole file. `None` if it could not be read.
    digest: Option<Digest>,
    checked: VerificationResult,
    is_readable: bool,
}

/// Verifies each file and prints the verdicts. A new trust list is empty, so a self-attested certificate is never valid
/// until someone trusts its key.
pub(super) fn run(args: &VerifyArgs, env: &mut Env<'_>) -> CommandResult {
    let now = (env.make_clock)().now().wall;
    let trust = env.trust_with_own_issuer()?;
    let to_usage_error = |reason: &str| Failure::usage(format!("{reason}."));
    let receipt_verifier = args.by.as_deref().map(normalize_name).transpose().map_err(to_usage_error)?;
    if let Some(path) = &args.receipt {
        if path == Path::new("-") {
            return Err(Failure::usage("--receipt needs the name of a file. Standard output has the verdicts."));
        }
        env.protect_files(path, &[args.paths.as_slice(), &args.font].concat())?;
    }
    let inputs = match &args.qr {
        Some(text) => {
            let (name, credential) = ("code".to_owned(), qr_text::decode(text).map_err(CarrierError::from));
            let digest = Some(Digest::of(text));
            vec![CertificateInput::Loaded(CertificateFile {
                name,
                credential,
                digest,
                is_readable: true,
                source: CredentialSource::Code,
            })]
        }
        None => files::list_inputs(&args.paths, env)?,
    };
    // A folder without certificates must not pass as "all valid", for example in a script with a wrong path.
    if inputs.is_empty() {
        return Err(Failure::usage(
            "There is no .json, .svg, .png or .pdf file in that folder. Choose another folder.",
        ));
    }
    let results = verify_all(inputs, &trust, now, env)?;
    let has_unreadable = results.iter().any(|result| !result.is_readable);
    let all_valid = results.iter().all(|result| result.checked.verdict == Verdict::Valid);
    print_results(&results, env)?;
    if let (Some(path), Some(verifier)) = (&args.receipt, &receipt_verifier) {
        let fonts = load_fonts(&env.paths()?, files::read_fonts(&args.font)?)?;
        let own_paper = || env.issuer().map_or_else(|_| PaperSize::default(), |issuer| issuer.branding().paper);
        let paper = args.paper.unwrap_or_else(own_paper);
        let entries = results
            .iter()
            .map(|result| ReceiptEntry { file: &result.file, digest: result.digest, result: &result.checked })
            .collect();
        let receipt = Receipt { verifier, checked_at: now, entries, trust: &trust, paper };
        let bytes = receipt::write(&receipt, &fonts).map_err(|reason| Failure::negative(reason.to_string()))?;
        paths::write_output(path, &bytes).map_err(|error| Failure::file_access(path, "written", &error))?;
        env.print_to_stderr(&format!("Receipt: {}", display_path(path)));
    }
    Ok(match (has_unreadable, all_valid) {
        (true, _) => error::EXIT_UNREADABLE_INPUT,
        (false, true) => error::EXIT_SUCCESS,
        (false, false) => error::EXIT_NEGATIVE,
    })
}

/// Prints one result in full, or several as a table.
fn print_results(results: &[FileVerification], env: &mut Env<'_>) -> CommandResult {
    if env.global.json {
        let row = |result: &FileVerification| {
            let FileVerification { file, digest, checked: verification, .. } = result;
            let certificate = certificate_json(verification);
            json!({
                "file": file, "sha256": digest, "verdict": verification.verdict, "reason": verification.reason,
                "nothing_to_check": verification.is_foreign, "certificate": certificate,
            })
        };
        return env.print_json(&results.iter().map(row).collect::<Vec<_>>());
    }
    let [only] = results else { return env.print_line(&results_table(results)) };
    env.print_line(&format!("{}: {}", only.file, verdict_text(&only.checked)))?;
    for line in verification_lines(&only.checked) {
        env.print_line(&line)?;
    }
    Ok(error::EXIT_SUCCESS)
}

/// Reads and verifies the files on all cores, one file per core at a time, with a progress bar.
fn verify_all(
    inputs: Vec<CertificateInput>,
    trust: &TrustList,
    now: Timestamp,
    env: &mut Env<'_>,
) -> Result<Vec<FileVerification>, Failure> {
    let progress = ProgressBar::new(env, inputs.len(), "verified");
    let verify_input = |input: CertificateInput| -> Result<FileVerification, Failure> {
        let CertificateFile { name, credential, digest, is_readable, source } = input.read()?;
        let verification = match credential {
            Ok(bytes) => verify_from(source, &bytes, trust, now),
            Err(error) => {
                VerificationResult { is_foreign: error.is_empty, ..VerificationResult::invalid(error.reason) }
            }
        };
        progress.step();
        Ok(FileVerification { file: name, digest, checked: verification, is_readable })
    };
    parallel::prepare();
    let results: Vec<_> = inputs.into_par_iter().map(verify_input).collect();
    // Report the first failure in the order of the arguments, so that the error does not depend on timing.
    results.into_iter().collect()
}

/// Returns a table of the results, the reason for each one that is not valid, and a count of each verdict. Several files of
/// one certificate count once.
fn results_table(results: &[FileVerification]) -> String {
    let word = |verification: &VerificationResult| {
        if verification.is_foreign { NOTHING_TO_CHECK.to_owned() } else { verification.verdict.to_string() }
    };
    let row = |result: &FileVerification| {
        let verification = &result.checked;
        let credential = verification.credential.as_ref();
        vec![
            word(verification),
            credential.map_or_else(String::new, |credential| credential.subject.name.clone()),
            credential.map_or_else(String::new, |credential| credential.subject.achievement.name.clone()),
            credential.and_then(super::assurance_name).unwrap_or_default().to_owned(),
            credential
                .and_then(|credential| credential.expires_at())
                .map_or_else(String::new, |at| at.day().to_string()),
            verification.issuer_label(),
            result.file.clone(),
        ]
    };
    let heading = ["Verdict", "Name", "Exam", "Assurance", "Valid through", "Issuer", "File"];
    let table = table::render(&heading, &results.iter().map(row).collect::<Vec<_>>());
    let not_valid = results.iter().filter(|result| result.checked.verdict != Verdict::Valid);
    let reasons: Vec<_> = not_valid.map(|result| format!("{}: {}", result.file, result.checked.reason)).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!("\n\n{}", reasons.join("\n")) };
    let mut seen = std::collections::BTreeSet::new();
    let certificate_id = |result: &FileVerification| result.checked.credential.as_ref()?.certificate_id();
    let is_new = |result: &&FileVerification| certificate_id(result).is_none_or(|id| seen.insert(id));
    let distinct: Vec<_> = results.iter().filter(is_new).collect();
    let words = Verdict::ALL.map(|verdict| verdict.to_string()).into_iter().chain([NOTHING_TO_CHECK.to_owned()]);
    let counts = words.filter_map(|verdict| {
        let count = distinct.iter().filter(|result| word(&result.checked) == verdict).count();
        (count > 0).then(|| format!("{count} {verdict}"))
    });
    let files = text::count_with_noun(results.len(), "file");
    let certificates = if distinct.len() < results.len() { "; each certificate counted once" } else { "" };
    format!("{table}{reasons}\n\n{files}{certificates}: {}", counts.collect::<Vec<_>>().join(", "))
}

/// The word for a file that is no certificate.
const NOTHING_TO_CHECK: &str = "nothing to check";

/// Returns every signed field, then the verdict with its reason, one line each.
pub(super) fn verification_lines(verification: &VerificationResult) -> Vec<String> {
    let fields = verification.credential.as_ref().map_or_else(Vec::new, labeled_fields);
    let label_width = fields.iter().map(|(label, _)| text::width(label)).max().unwrap_or(0);
    let format_field = |(label, value): &(String, String)| {
        let padding = " ".repeat(label_width - text::width(label));
        format!("  {}{padding}  {}", text::single_line(label), text::single_line(value))
    };
    let mut lines: Vec<_> = fields.iter().map(format_field).collect();
    // Anyone can write any issuer name into a credential. This one comes from the trust list of this computer.
    let issuer = verification.issuer_name.as_ref();
    lines.extend(issuer.map(|issuer| format!("Issuer name in your trust list: {}", text::single_line(issuer))));
    lines.push(if verification.is_foreign {
        verification.reason.clone()
    } else {
        format!("Verdict: {}. {}", verdict_text(verification), verification.reason)
    });
    lines
}
