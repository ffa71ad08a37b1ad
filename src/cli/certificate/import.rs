use std::path::PathBuf;

use super::files::{self, CertificateFile};
use crate::cli::error::{self, Failure};
use crate::cli::{CommandResult, Env, table};

/// Take in certificates that were issued elsewhere
///
/// Whatever is not invalid is kept, with its verdict of the day. The holder is known by the id in the certificate: two
/// people of one name stay two.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Files, or folders of them
    #[arg(value_name = "FILE|DIR", required = true)]
    paths: Vec<PathBuf>,
}

/// Takes each in and says what it is worth here.
pub(super) fn run(args: &ImportArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let (mut rows, mut code) = (Vec::new(), error::EXIT_SUCCESS);
    for input in files::list_inputs(&args.paths, env)? {
        let CertificateFile { name, credential, is_readable } = input.read()?;
        let outcome = credential
            .map_err(crate::service::ServiceError::Rejected)
            .and_then(|credential| service.certificates_mut().import(&credential));
        let (holder, message) = match outcome {
            Ok(outcome) => {
                let id = outcome.certificate.certificate_id.short();
                let status = match (outcome.already_stored, outcome.is_new_person) {
                    (true, _) => "was here already",
                    (false, true) => "taken in, with its holder",
                    (false, false) => "taken in",
                };
                (outcome.certificate.holder.person.name, format!("{id} {status}; {}", outcome.verification.verdict))
            }
            Err(error @ crate::service::ServiceError::Rejected(_)) => {
                code = code.max(if is_readable { error::EXIT_NEGATIVE } else { error::EXIT_UNREADABLE_INPUT });
                (String::new(), error.to_string())
            }
            Err(error) => return Err(error.into()),
        };
        rows.push(vec![name, holder, message]);
    }
    if rows.is_empty() {
        return Err(Failure::usage("There is no certificate in that folder."));
    }
    env.print_line(&table::render(&["File", "Holder", "What came of it"], &rows))?;
    Ok(code)
}
