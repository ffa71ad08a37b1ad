use std::path::PathBuf;

use super::files::{self, CertificateFile};
use crate::cli::error::{self, Failure};
use crate::cli::{CommandResult, Env, table};

/// Take in certificates that were issued elsewhere
///
/// Whatever is not invalid is kept, with its verdict of the day. The holder is known by the id in the certificate: two people
/// of one name stay two.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Files, or folders of them
    #[arg(value_name = "FILE|DIR", required = true)]
    paths: Vec<PathBuf>,
}

/// Takes each in and says what it is worth here.
pub(super) fn run(args: &ImportArgs, env: &mut Env<'_>) -> CommandResult {
    let mut desk = env.desk()?;
    let (mut rows, mut code) = (Vec::new(), error::DONE);
    for CertificateFile { name, bytes, read } in files::read_all(&args.paths, env)? {
        let kept =
            bytes.map_err(crate::service::ServiceError::Rejected).and_then(|bytes| desk.import_certificate(&bytes));
        let (holder, says) = match kept {
            Ok(kept) => {
                let id = kept.certificate.certificate_id.short();
                let how = match (kept.already_stored, kept.is_new_person) {
                    (true, _) => "was here already",
                    (false, true) => "taken in, with its holder",
                    (false, false) => "taken in",
                };
                (kept.certificate.holder.person.name, format!("{id} {how}; {}", kept.verification.verdict))
            }
            Err(error @ crate::service::ServiceError::Rejected(_)) => {
                code = code.max(if read { error::NO } else { error::UNREADABLE });
                (String::new(), error.to_string())
            }
            Err(error) => return Err(error.into()),
        };
        rows.push(vec![name, holder, says]);
    }
    if rows.is_empty() {
        return Err(Failure::usage("There is no certificate in that folder."));
    }
    env.say(&table::table(&["File", "Holder", "What came of it"], &rows))?;
    Ok(code)
}
