//! Reads earlier versions of a bank: from a file, or from a Git repository.

use std::path::Path;
use std::process::Command;

use crate::bank::Bank;
use crate::bank::format::json;
use crate::bank::load::{self, FILE_MAX_BYTES};
use crate::cli::error::{self, Failure, display_path};
use crate::text;

/// Reads a version of a bank: a path, or `git:REVISION` for the file at `current` as it was in that revision.
///
/// # Errors
/// The version cannot be read, or is not a bank without errors.
pub(super) fn read_version(version: &str, current: &Path) -> Result<Bank, Failure> {
    let (name, bytes) = match version.strip_prefix("git:") {
        Some(revision) => (format!("{} in {revision}", display_path(current)), read_from_git(revision, current)?),
        None => {
            let path = Path::new(version);
            let file = load::read_file(path).map_err(|error| Failure::unreadable(path, &error))?;
            (display_path(path), file.bytes)
        }
    };
    json::parse_bank(&name, &bytes).value.ok_or_else(|| Failure {
        code: error::EXIT_UNREADABLE_INPUT,
        message: format!(
            "{} has errors or is no bank, so it cannot be compared. See `needlewise bank check`.",
            text::single_line(&name)
        ),
    })
}

/// Returns the bytes of a file as it was in a Git revision.
fn read_from_git(revision: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    let failure = |reason: String| Failure {
        code: error::EXIT_UNREADABLE_INPUT,
        message: format!(
            "{} cannot be read from revision {}. {reason}",
            display_path(path),
            text::single_line(revision)
        ),
    };
    // A revision that begins with a dash would be an option of git.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(failure("Write git:REVISION, such as git:HEAD or git:main.".to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["show", &format!("{revision}:./{name}")])
        .output()
        .map_err(|_| failure("Git is not installed.".to_owned()))?;
    if !output.status.success() {
        return Err(failure("Is it a file of a Git repository, and is the revision correct?".to_owned()));
    }
    if output.stdout.len() > FILE_MAX_BYTES {
        return Err(failure("It is too large.".to_owned()));
    }
    Ok(output.stdout)
}
