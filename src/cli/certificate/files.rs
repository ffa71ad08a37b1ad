//! The files that certificates are handed over as: a credential, a picture or a page that carries one, folders of them.

use std::io;
use std::path::{Path, PathBuf};

use crate::certificate::carrier;
use crate::cli::Env;
use crate::cli::error::{Failure, shown};
use crate::place::read_up_to;

/// The endings that are looked at in a folder.
const ENDINGS: [&str; 4] = ["json", "svg", "png", "pdf"];

/// A file, with the credential in it or why there is none.
pub struct File {
    /// Its name, as it may be shown.
    pub name: String,
    /// The credential's bytes.
    pub bytes: Result<Vec<u8>, String>,
}

/// Reads files, those of folders in the order of their names, and standard input for `-`.
///
/// # Errors
/// A path that cannot be read.
pub fn read_all(paths: &[PathBuf], env: &mut Env<'_>) -> Result<Vec<File>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            let input = env.input.take().map_or(Ok(Vec::new()), |input| read_up_to(input, carrier::LARGEST));
            files.push(file(path, &input.map_err(|error| Failure::unreadable(path, &error))?));
            continue;
        }
        for path in inside(path).map_err(|error| Failure::unreadable(path, &error))? {
            let bytes = std::fs::File::open(&path).and_then(|file| read_up_to(file, carrier::LARGEST));
            let bytes = bytes.map_err(|error| Failure::unreadable(&path, &error))?;
            files.push(file(&path, &bytes));
        }
    }
    Ok(files)
}

fn file(path: &Path, bytes: &[u8]) -> File {
    File { name: shown(path), bytes: carrier::credential(bytes) }
}

/// Returns the file itself, or those of a folder and the folders in it.
fn inside(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            // A link could lead round in a circle, or out of the folder.
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().is_file()
                && entry.path().extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
            {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
