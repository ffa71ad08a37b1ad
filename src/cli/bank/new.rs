use std::path::{Path, PathBuf};

use crate::bank::{schema, skeleton};
use crate::cli::error::{EXIT_STORE, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::ids::BankId;
use crate::paths::write_new;

/// Begin a bank: write a file that passes the check but for what must be filled in
///
/// The schemas are written beside it, so that an editor completes and checks while you type. An existing file is never
/// overwritten.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// The bank's id, which is also its file's name
    #[arg(value_name = "ID")]
    id: String,
    /// The folder to write into
    #[arg(long, value_name = "DIR", default_value = ".")]
    to: PathBuf,
}

/// Writes the bank and, where there are none, the schemas.
pub(super) fn run(args: &NewArgs, env: &mut Env<'_>) -> CommandResult {
    let id: BankId = args.id.parse().map_err(|reason| Failure::usage(format!("{reason}.")))?;
    let path = args.to.join(format!("{id}.json"));
    let today = (env.make_clock)().now().wall.day();
    if !write_if_missing(&path, &skeleton::bank(&id, today))? {
        return Err(Failure::usage(format!(
            "{} is there already. Choose another id, or edit it.",
            display_path(&path)
        )));
    }
    for (name, title, make_schema) in schema::SCHEMAS {
        write_if_missing(&args.to.join("schema").join(name), &schema::file_text(title, make_schema)?)?;
    }
    let path = display_path(&path);
    env.print_line(&format!("Wrote {path}. Fill in what is empty, then run `needlewise bank check {path}`."))
}

/// Writes a file unless there is one; says whether it did.
fn write_if_missing(path: &Path, text: &str) -> Result<bool, Failure> {
    write_new(path, text.as_bytes()).map_err(|error| Failure {
        code: EXIT_STORE,
        message: format!("{} cannot be written: {error}. Check the folder and its permissions.", display_path(path)),
    })
}
