use std::path::{Path, PathBuf};

use crate::bank::{schema, skeleton};
use crate::cli::error::{EXIT_STORE, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::ids::BankId;
use crate::paths::io_reason;
use crate::paths::write_new;

/// Create a question bank file with empty texts to fill in
///
/// The JSON Schemas are written beside it, so that your editor completes and checks as you type. Existing files are
/// never overwritten.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// Bank ID, which is also the name of the file
    #[arg(value_name = "ID")]
    id: String,
    /// Folder to write into
    #[arg(long, value_name = "DIR", default_value = ".")]
    to: PathBuf,
}

/// Writes the bank file, and the schemas that do not exist yet.
pub(super) fn run(args: &NewArgs, env: &mut Env<'_>) -> CommandResult {
    let id: BankId = args.id.parse().map_err(|reason| Failure::usage(format!("{reason}.")))?;
    let path = args.to.join(format!("{id}.json"));
    let today = (env.make_clock)().now().wall.day();
    if !write_if_missing(&path, &skeleton::bank(&id, today))? {
        return Err(Failure::usage(format!(
            "{} already exists. Choose another ID, or edit the file.",
            display_path(&path)
        )));
    }
    // They go where the member `$schema` of the bank points, so that an editor checks the file while the author types.
    for (name, title, make_schema) in schema::SCHEMAS {
        write_if_missing(&args.to.join("schema").join(name), &schema::file_text(title, make_schema)?)?;
    }
    let path = display_path(&path);
    env.print_line(&format!("Wrote {path}. Fill in the empty texts, then run `needlewise bank check {path}`."))
}

/// Writes a file if it does not exist yet. Returns whether it wrote the file.
fn write_if_missing(path: &Path, text: &str) -> Result<bool, Failure> {
    write_new(path, text.as_bytes()).map_err(|error| Failure {
        code: EXIT_STORE,
        message: format!(
            "{} cannot be written: {}. Check the folder and its permissions.",
            display_path(path),
            io_reason(&error)
        ),
    })
}
