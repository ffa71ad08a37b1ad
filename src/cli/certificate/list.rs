use serde_json::json;

use super::assurance_name;
use crate::cli::{CommandResult, Env, table};
use crate::credential::VerificationResult;
use crate::credential::render::CertificateFormat;
use crate::service::certificate_files::StoredCertificate;
use crate::service::damage::SoundRecords;

/// List the certificates stored on this computer
#[derive(Debug, clap::Args)]
pub struct CertificateListArgs {}

/// Lists the certificates of one person with `--trainee`, otherwise of all.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let trainee = match env.global.trainee {
        Some(_) => Some(env.find_trainee(&service)?.id),
        None => None,
    };
    let SoundRecords { records: stored, damaged } = service.certificates().verified(trainee)?;
    env.report_aging_lists(&service)?;
    if env.global.json {
        env.print_json(&stored.iter().map(row_json).collect::<Vec<_>>())?;
        return Ok(env.report_damaged(&damaged));
    }
    if stored.is_empty() && damaged.is_empty() {
        return env.print_line(
            "No certificates yet. A pass makes a self-test record, which your school can turn into a certificate.",
        );
    }
    let row = |(stored, verification): &(StoredCertificate, VerificationResult)| {
        vec![
            stored.certificate_id.short(),
            stored.holder.person.name.clone(),
            stored.exam.to_string(),
            verification.credential.as_ref().and_then(assurance_name).unwrap_or("").to_owned(),
            stored.valid_until.day().to_string(),
            verification.verdict.to_string(),
        ]
    };
    let heading = ["ID", "Name", "Exam", "Assurance", "Valid through", "Verdict"];
    if !stored.is_empty() {
        env.print_line(&table::render(&heading, &stored.iter().map(row).collect::<Vec<_>>()))?;
    }
    for (stored, _) in &stored {
        env.print_line(&crate::text::single_line(&stored.path.to_string_lossy()))?;
    }
    Ok(env.report_damaged(&damaged))
}

/// Returns the paths of the certificate's files that exist: the credential, the pictures and the PDF.
fn existing_files(stored_certificate: &StoredCertificate) -> Vec<std::path::PathBuf> {
    let candidates = CertificateFormat::ALL.map(|format| stored_certificate.path.with_extension(format.name()));
    candidates.into_iter().filter(|path| path.exists()).collect()
}

fn row_json((stored_certificate, verification): &(StoredCertificate, VerificationResult)) -> serde_json::Value {
    json!({
        "id": stored_certificate.certificate_id,
        "short_id": stored_certificate.certificate_id.short(),
        "trainee": { "id": stored_certificate.holder.id, "name": stored_certificate.holder.person.name },
        "exam": stored_certificate.exam,
        "assurance": verification.credential.as_ref().and_then(assurance_name),
        "issuer": verification.credential.as_ref().map(|credential| json!({ "id": credential.issuer.id, "name": verification.issuer_name })),
        "valid_from": stored_certificate.valid_from.to_string(),
        "valid_until": stored_certificate.valid_until.to_string(),
        "verdict": verification.verdict,
        "files": existing_files(stored_certificate),
    })
}
