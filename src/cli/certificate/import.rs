use std::path::PathBuf;

use serde_json::{Value, json};

use super::files::{self, CertificateFile};
use crate::cli::error::{self, Failure};
use crate::cli::{CommandResult, Env, table};
use crate::service::ServiceError;
use crate::service::imports::ImportOutcome;
use crate::text;

/// Import certificates that were issued elsewhere
///
/// A certificate is refused if it is invalid, or if its name or ID contradicts one stored here. All others are stored,
/// with today's verdict. Holders are matched by ID. A new holder is linked to a person here if both the name and the
/// license are the same. All other matches are proposed by `needlewise record link`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Certificate files, or folders of them
    #[arg(value_name = "FILE|DIR", required = true)]
    paths: Vec<PathBuf>,
}

/// Imports each file and prints one line for it, with the verdict.
pub(super) fn run(args: &ImportArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let (mut rows, mut code) = (Vec::new(), error::EXIT_SUCCESS);
    for input in files::list_inputs(&args.paths, env)? {
        let CertificateFile { name, credential, is_readable, .. } = input.read()?;
        let outcome = credential
            .map_err(|error| ServiceError::Rejected(error.reason))
            .and_then(|credential| service.certificates_mut().import(&credential));
        let result = match outcome {
            Ok(outcome) => Ok(outcome),
            Err(error @ ServiceError::Rejected(_)) => {
                // Of several files the highest exit code wins.
                code = code.max(if is_readable { error::EXIT_NEGATIVE } else { error::EXIT_UNREADABLE_INPUT });
                Err(error.to_string())
            }
            // Anything else concerns the store, not this file, so the other files would fail as well.
            Err(error) => return Err(error.into()),
        };
        rows.push((name, result));
    }
    if rows.is_empty() {
        return Err(Failure::usage(
            "There is no .json, .svg, .png or .pdf file in that folder. Choose another folder.",
        ));
    }
    if env.global.json {
        env.print_json(&rows.iter().map(|(file, result)| row_json(file, result)).collect::<Vec<_>>())?;
        return Ok(code);
    }
    let cells: Vec<_> = rows.iter().map(|(file, result)| row_cells(file, result)).collect();
    env.print_line(&table::render(&["File", "Holder", "Result"], &cells))?;
    let is_linked =
        |result: &Result<ImportOutcome, String>| result.as_ref().is_ok_and(|outcome| outcome.linked_to.is_some());
    let linked_count = rows.iter().filter(|(_, result)| is_linked(result)).count();
    let proposal_count = service.people().link_proposals()?.len();
    if linked_count + proposal_count > 0 {
        let next = if proposal_count > 0 { ". See `needlewise record link`" } else { "" };
        env.print_line(&format!("{linked_count} linked, {proposal_count} to link{next}"))?;
    }
    Ok(code)
}

/// Returns what happened to a certificate, in words.
fn status(outcome: &ImportOutcome) -> &'static str {
    match (outcome.already_stored, outcome.is_new_person) {
        (true, _) => "already stored",
        (false, true) => "imported, person added",
        (false, false) => "imported",
    }
}

fn row_cells(file: &str, result: &Result<ImportOutcome, String>) -> Vec<String> {
    match result {
        Ok(outcome) => {
            let id = outcome.certificate.certificate_id.short();
            let link = outcome.linked_to.as_ref();
            let link =
                link.map_or_else(String::new, |row| format!(", linked to {}", text::single_line(&row.person.name)));
            let said = format!("{id} {}{link}; {}", status(outcome), outcome.verification.verdict);
            vec![file.to_owned(), outcome.certificate.holder.person.name.clone(), said]
        }
        Err(reason) => vec![file.to_owned(), String::new(), reason.clone()],
    }
}

fn row_json(file: &str, result: &Result<ImportOutcome, String>) -> Value {
    match result {
        Ok(outcome) => json!({
            "file": file,
            "id": outcome.certificate.certificate_id,
            "trainee": { "id": outcome.certificate.holder.id, "name": outcome.certificate.holder.person.name },
            "already_stored": outcome.already_stored,
            "person_added": outcome.is_new_person && !outcome.already_stored,
            "linked_to": outcome.linked_to.as_ref().map(|row| row.id),
            "verdict": outcome.verification.verdict,
            "error": null,
        }),
        Err(reason) => json!({ "file": file, "id": null, "error": reason }),
    }
}
