use serde_json::json;

use super::assurance;
use crate::cli::{CommandResult, Env, table};
use crate::credential::VerificationResult;
use crate::credential::render::CertificateFormat;
use crate::service::certificates::StoredCertificate;

/// List the certificates that are stored here
#[derive(Debug, clap::Args)]
pub struct CertificateListArgs {}

/// Lists the certificates of one person with `--trainee`, else of all; a file that is missing is written again.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let mut desk = env.desk()?;
    let trainee = match env.global.trainee {
        Some(_) => Some(env.trainee(&desk)?.id),
        None => None,
    };
    if let Some(trainee) = trainee {
        desk.certify_pending(trainee)?;
    } else {
        for row in desk.store.people()? {
            desk.certify_pending(row.id)?;
        }
    }
    let now = desk.clock.now().wall;
    let check = |held: StoredCertificate| {
        let checked = held.verify(&desk.trust, now);
        (held, checked)
    };
    let held: Vec<_> = desk.stored_certificates(trainee)?.into_iter().map(check).collect();
    if env.global.json {
        return env.say_json(&held.iter().map(row).collect::<Vec<_>>());
    }
    if held.is_empty() {
        return env.say("No certificates yet. Passing an exam makes one.");
    }
    let row = |(held, checked): &(StoredCertificate, VerificationResult)| {
        vec![
            held.certificate_id.short(),
            held.holder.person.name.clone(),
            held.exam.to_string(),
            checked.credential.as_ref().and_then(assurance).unwrap_or("").to_owned(),
            held.valid_until.day().to_string(),
            checked.verdict.to_string(),
        ]
    };
    let heading = ["Id", "Name", "Exam", "Assurance", "Valid through", "Verdict here"];
    env.say(&table::table(&heading, &held.iter().map(row).collect::<Vec<_>>()))?;
    for (held, _) in &held {
        env.say(&crate::text::single_line(&held.path.to_string_lossy()))?;
    }
    Ok(0)
}

/// Returns where the certificate's files are: the credential, and the pictures and pages that were drawn.
fn files(held: &StoredCertificate) -> Vec<std::path::PathBuf> {
    let drawn = CertificateFormat::ALL.map(|format| held.path.with_extension(format.name()));
    drawn.into_iter().filter(|path| path.exists()).collect()
}

fn row((held, checked): &(StoredCertificate, VerificationResult)) -> serde_json::Value {
    json!({
        "id": held.certificate_id,
        "short_id": held.certificate_id.short(),
        "trainee": { "id": held.holder.id, "name": held.holder.person.name },
        "exam": held.exam,
        "assurance": checked.credential.as_ref().and_then(assurance),
        "issuer": checked.credential.as_ref().map(|c| json!({ "id": c.issuer.id, "name": checked.issuer_name })),
        "valid_from": held.valid_from.to_string(),
        "valid_until": held.valid_until.to_string(),
        "verdict": checked.verdict,
        "files": files(held),
    })
}
