//! The `needlewise certificate` commands: request, issue, import, show, verify, export and revoke certificates.

use clap::Subcommand;
use serde_json::{Value, json};

pub(super) use issue::read_request as request;

use super::{CommandResult, Env};
use crate::credential::{Credential, VerificationResult};

mod export;
mod files;
mod import;
mod issue;
mod list;
mod request;
mod revoke;
mod show;
mod verify;

/// Request, issue, import, show, verify, export and revoke certificates
#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    List(list::CertificateListArgs),
    Show(show::CertificateShowArgs),
    Request(request::RequestArgs),
    Issue(issue::IssueArgs),
    Import(import::ImportArgs),
    Verify(verify::VerifyArgs),
    Export(export::CertificateExportArgs),
    Revoke(revoke::RevokeArgs),
}

/// Runs a `certificate` subcommand.
pub(super) fn run(command: &CertificateCommand, env: &mut Env<'_>) -> CommandResult {
    match command {
        CertificateCommand::List(_) => list::run(env),
        CertificateCommand::Show(args) => show::run(args, env),
        CertificateCommand::Request(args) => request::run(args, env),
        CertificateCommand::Issue(args) => issue::run(args, env),
        CertificateCommand::Import(args) => import::run(args, env),
        CertificateCommand::Verify(args) => verify::run(args, env),
        CertificateCommand::Export(args) => export::run(args, env),
        CertificateCommand::Revoke(args) => revoke::run(args, env),
    }
}

/// Returns a verified certificate for JSON output. An invalid one gives `null`, because none of its fields is signed.
fn certificate_json(verification: &VerificationResult) -> Value {
    verification.credential.as_ref().map_or(Value::Null, |credential| {
        json!({
            "id": credential.certificate_id(),
            "short_id": credential.certificate_id().map(|id| id.short()),
            "trainee": { "id": credential.holder_id(), "name": credential.subject.name, "license": credential.subject.license },
            "exam": { "title": credential.subject.achievement.name, "version": credential.subject.achievement.version },
            "assurance": assurance_name(credential),
            "issuer": { "id": credential.issuer.id, "name": verification.issuer_name, "says": credential.issuer.name },
            "valid_from": credential.valid_from,
            "valid_until": credential.valid_until,
            "signed": credential,
        })
    })
}

fn assurance_name(credential: &Credential) -> Option<&'static str> {
    credential.assurance().map(crate::credential::Assurance::name)
}
