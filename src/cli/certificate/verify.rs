use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::json;

use super::certificate_json;
use super::files::{self, CertificateFile};
use crate::cli::error::{self, Failure};
use crate::cli::progress::ProgressBar;
use crate::cli::{CommandResult, Env, table};
use crate::clock::Timestamp;
use crate::credential::render::Fonts;
use crate::credential::render::receipt::{self, Receipt};
use crate::credential::{TrustList, Verdict, VerificationResult, qr_text, verify};
use crate::service::certificates::load_fonts;
use crate::service::people::normalize_name;
use crate::{paths, text};

/// Verify certificates handed over as files, without a network
///
/// A file is a credential (.json), a picture (.svg, .png) or a page (.pdf) that carries one; of a folder all are taken. The
/// verdict is the first that applies: invalid, untrusted, revoked, expired, stale, valid. Exit code 0 means that all are
/// valid, 1 any other verdict, 3 that a file could not be read.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Files, folders, or - for standard input
    #[arg(value_name = "FILE|DIR", required_unless_present = "qr")]
    paths: Vec<PathBuf>,
    /// Verify what a scanner reads from the code on page two
    #[arg(long, value_name = "TEXT", conflicts_with = "paths")]
    qr: Option<String>,
    /// Write a dated receipt too, as a PDF: who checked what, when, against which lists
    #[arg(long, value_name = "FILE", requires = "by")]
    receipt: Option<PathBuf>,
    /// Who checks, as the receipt names them
    #[arg(long, value_name = "NAME", requires = "receipt")]
    by: Option<String>,
    /// Use this font too, for names in other scripts
    #[arg(long, value_name = "FILE", requires = "receipt")]
    font: Vec<PathBuf>,
}

/// A file with its verdict.
struct FileVerification {
    file: String,
    checked: VerificationResult,
}

/// Verifies each file. Nobody is trusted until somebody is named, so that no self-attested certificate is valid here.
pub(super) fn run(args: &VerifyArgs, env: &mut Env<'_>) -> CommandResult {
    let now = (env.clock)().now().wall;
    let trust = env.trust()?;
    let files = match &args.qr {
        Some(text) => vec![CertificateFile { name: "code".to_owned(), bytes: qr_text::decode(text), read: true }],
        None => files::read_all(&args.paths, env)?,
    };
    if files.is_empty() {
        return Err(Failure::usage("There is no certificate in that folder."));
    }
    let unread = files.iter().any(|file| !file.read);
    let results = verify_all(files, &trust, now, env);
    let all_valid = results.iter().all(|result| result.checked.verdict == Verdict::Valid);
    if env.global.json {
        let row = |result: &FileVerification| {
            let FileVerification { file, checked } = result;
            let certificate = certificate_json(checked);
            json!({ "file": file, "verdict": checked.verdict, "reason": checked.reason, "certificate": certificate })
        };
        env.say_json(&results.iter().map(row).collect::<Vec<_>>())?;
    } else if let [only] = results.as_slice() {
        env.say(&format!("{}: {}", only.file, only.checked.verdict))?;
        for line in lines(&only.checked) {
            env.say(&line)?;
        }
    } else {
        env.say(&table(&results))?;
    }
    if let (Some(path), Some(by)) = (&args.receipt, &args.by) {
        let fonts = load_fonts(&env.place()?, files::fonts(&args.font)?)?;
        receipt(path, by, &results, &trust, now, &fonts)?;
    }
    Ok(match (unread, all_valid) {
        (true, _) => error::UNREADABLE,
        (false, true) => error::DONE,
        (false, false) => error::NO,
    })
}

/// Verifies on all cores, and says on a terminal how far it is.
fn verify_all(files: Vec<CertificateFile>, trust: &TrustList, now: Timestamp, env: &Env<'_>) -> Vec<FileVerification> {
    let progress = ProgressBar::new(env, files.len(), "verified");
    let check = |file: CertificateFile| {
        let checked = match &file.bytes {
            Ok(bytes) => verify(bytes, trust, now),
            Err(reason) => VerificationResult::invalid(reason.clone()),
        };
        progress.step();
        FileVerification { file: file.name, checked }
    };
    files.into_par_iter().map(check).collect()
}

/// Writes the receipt.
fn receipt(
    path: &Path,
    by: &str,
    results: &[FileVerification],
    trust: &TrustList,
    at: Timestamp,
    fonts: &Fonts,
) -> std::result::Result<(), Failure> {
    let by = normalize_name(by).map_err(|why| Failure::usage(format!("{why}.")))?;
    let results = results.iter().map(|result| (result.file.as_str(), &result.checked)).collect();
    let bytes = receipt::write(&Receipt { verifier: &by, checked_at: at, results, trust }, fonts)
        .map_err(|why| Failure::no(why.to_string()))?;
    paths::write_atomic(path, &bytes).map_err(|error| Failure::disk(path, "written", &error))
}

/// Lays out many verdicts, and counts them.
fn table(results: &[FileVerification]) -> String {
    let row = |result: &FileVerification| {
        let checked = &result.checked;
        let credential = checked.credential.as_ref();
        vec![
            checked.verdict.to_string(),
            credential.map_or_else(String::new, |credential| credential.subject.name.clone()),
            credential.map_or_else(String::new, |credential| credential.subject.achievement.name.clone()),
            credential.and_then(super::assurance).unwrap_or_default().to_owned(),
            credential
                .and_then(|credential| credential.expires_at())
                .map_or_else(String::new, |at| at.day().to_string()),
            checked.issuer_label(),
            result.file.clone(),
        ]
    };
    let heading = ["Verdict", "Name", "Exam", "Assurance", "Valid through", "Issuer", "File"];
    let table = table::table(&heading, &results.iter().map(row).collect::<Vec<_>>());
    let counts = Verdict::ALL.map(|verdict| {
        let count = results.iter().filter(|result| result.checked.verdict == verdict).count();
        (count > 0).then(|| format!("{count} {verdict}"))
    });
    format!(
        "{table}\n\n{}: {}.",
        text::count_with_noun(results.len(), "file"),
        counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    )
}

/// Returns the verdict in lines: every signed field, then the reason.
pub(super) fn lines(checked: &VerificationResult) -> Vec<String> {
    let fields = checked.credential.as_ref().map_or_else(Vec::new, |credential| credential.labeled_fields());
    let widest = fields.iter().map(|(label, _)| text::width(label)).max().unwrap_or(0);
    let line = |(label, value): &(String, String)| {
        let gap = " ".repeat(widest - text::width(label));
        format!("  {}{gap}  {}", text::single_line(label), text::single_line(value))
    };
    let mut lines: Vec<_> = fields.iter().map(line).collect();
    let issuer = checked.issuer_name.as_ref();
    lines.extend(issuer.map(|issuer| format!("Issuer as trusted here: {}", text::single_line(issuer))));
    lines.push(format!("Verdict: {}. {}", checked.verdict, checked.reason));
    lines
}
