//! `needlewise certificate`: what was issued, and whether it holds.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Env, Outcome};
use crate::certificate::{Checked, Credential};

mod list;
mod show;
mod verify;

/// List, show and verify certificates
#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Verify(verify::VerifyArgs),
}

/// Runs one of them.
pub(super) fn run(command: &CertificateCommand, env: &mut Env<'_>) -> Outcome {
    match command {
        CertificateCommand::List(_) => list::run(env),
        CertificateCommand::Show(args) => show::run(args, env),
        CertificateCommand::Verify(args) => verify::run(args, env),
    }
}

/// Returns a checked certificate as JSON outputs show it; nothing of an invalid one.
fn certificate_json(checked: &Checked) -> Value {
    checked.credential.as_ref().map_or(Value::Null, |credential| {
        json!({
            "id": credential.certificate(),
            "short_id": credential.certificate().map(|id| id.short()),
            "trainee": { "id": credential.holder(), "name": credential.subject.name, "license": credential.subject.license },
            "exam": { "title": credential.subject.achievement.name, "version": credential.subject.achievement.version },
            "assurance": assurance(credential),
            "issuer": { "id": credential.issuer.id, "name": checked.issuer },
            "valid_from": credential.valid_from,
            "valid_until": credential.valid_until,
            "signed": credential,
        })
    })
}

fn assurance(credential: &Credential) -> Option<&'static str> {
    credential.assurance().map(crate::certificate::Assurance::name)
}
