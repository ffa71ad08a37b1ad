use std::path::PathBuf;

use super::files::{self, CertificateFile};
use crate::cli::error::{self, Failure};
use crate::cli::{CommandResult, Env, table};
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
    let (mut rows, mut code, mut linked_count) = (Vec::new(), error::EXIT_SUCCESS, 0);
    for input in files::list_inputs(&args.paths, env)? {
        let CertificateFile { name, credential, is_readable, .. } = input.read()?;
        let outcome = credential
            .map_err(|error| crate::service::ServiceError::Rejected(error.reason))
            .and_then(|credential| service.certificates_mut().import(&credential));
        let (holder, message) = match outcome {
            Ok(outcome) => {
                let id = outcome.certificate.certificate_id.short();
                let status = match (outcome.already_stored, outcome.is_new_person) {
                    (true, _) => "already stored",
                    (false, true) => "imported, person added",
                    (false, false) => "imported",
                };
                let link = outcome.linked_to.as_ref().map_or_else(String::new, |row| {
                    linked_count += 1;
                    format!(", linked to {}", text::single_line(&row.person.name))
                });
                let holder = outcome.certificate.holder.person.name;
                (holder, format!("{id} {status}{link}; {}", outcome.verification.verdict))
            }
            Err(error @ crate::service::ServiceError::Rejected(_)) => {
                // Of several files the highest exit code wins.
                code = code.max(if is_readable { error::EXIT_NEGATIVE } else { error::EXIT_UNREADABLE_INPUT });
                (String::new(), error.to_string())
            }
            // Anything else concerns the store, not this file, so the other files would fail as well.
            Err(error) => return Err(error.into()),
        };
        rows.push(vec![name, holder, message]);
    }
    if rows.is_empty() {
        return Err(Failure::usage(
            "There is no .json, .svg, .png or .pdf file in that folder. Choose another folder.",
        ));
    }
    env.print_line(&table::render(&["File", "Holder", "Result"], &rows))?;
    let proposal_count = service.people().link_proposals()?.len();
    if linked_count + proposal_count > 0 {
        let next = if proposal_count > 0 { ". See `needlewise record link`" } else { "" };
        env.print_line(&format!("{linked_count} linked, {proposal_count} to link{next}"))?;
    }
    Ok(code)
}
