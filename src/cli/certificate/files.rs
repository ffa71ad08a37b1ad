//! The files that certificates are handed over as: a credential, a picture or a page that carries one, folders of them.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Env;
use crate::cli::error::{Failure, shown};
use crate::credential::carrier;
use crate::paths::read_up_to;

/// The endings that are looked at in a folder.
const ENDINGS: [&str; 4] = ["json", "svg", "png", "pdf"];

/// A file, with the credential in it or why there is none.
pub struct CertificateFile {
    /// Its name, as it may be shown.
    pub name: String,
    /// The credential's bytes.
    pub bytes: Result<Vec<u8>, String>,
    /// Whether the file could be read.
    pub read: bool,
}

/// Reads files, those of folders in the order of their names, and standard input for `-`. What cannot be read in a folder
/// is one of its files, and says so.
///
/// # Errors
/// A path that was named and cannot be read.
pub fn read_all(paths: &[PathBuf], env: &mut Env<'_>) -> Result<Vec<CertificateFile>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            let input = env.input.take().map_or(Ok(Vec::new()), |input| read_up_to(input, carrier::MAX_BYTES));
            files.push(file(path, input.map_err(|error| Failure::unreadable(path, &error))?));
        } else if path.is_dir() {
            let mut inside = Vec::new();
            walk(path, &mut inside).map_err(|error| Failure::unreadable(path, &error))?;
            inside.sort_by(|(one, _), (other, _)| one.cmp(other));
            files.extend(inside.into_iter().map(|(path, bytes)| match bytes {
                Ok(bytes) => file(&path, bytes),
                Err(error) => {
                    let why = format!("It cannot be read: {error}.");
                    CertificateFile { name: shown(&path), bytes: Err(why), read: false }
                }
            }));
        } else {
            files.push(file(path, read(path).map_err(|error| Failure::unreadable(path, &error))?));
        }
    }
    Ok(files)
}

/// Reads the fonts that are given for a picture or a page.
///
/// # Errors
/// A path that cannot be read.
pub fn fonts(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| Failure::unreadable(path, &error));
    paths.iter().map(read).collect()
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::File::open(path).and_then(|file| read_up_to(file, carrier::MAX_BYTES))
}

fn file(path: &Path, bytes: Vec<u8>) -> CertificateFile {
    CertificateFile { name: shown(path), bytes: carrier::extract_credential(&bytes), read: true }
}

/// Reads what a folder and the folders in it hold, as far as it goes.
fn walk(folder: &Path, into: &mut Vec<(PathBuf, io::Result<Vec<u8>>)>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link could lead round in a circle, or out of the folder.
        if entry.file_type()?.is_dir() {
            if let Err(error) = walk(&path, into) {
                into.push((path, Err(error)));
            }
        } else if path.is_file() && path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
        {
            let bytes = read(&path);
            into.push((path, bytes));
        }
    }
    Ok(())
}
