//! Reads certificate files: a credential, a picture or page that contains one, or a folder of such files.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Env;
use crate::cli::error::{Failure, display_path};
use crate::credential::carrier;
use crate::paths::read_up_to;

/// The endings that are looked at in a folder.
const FILE_EXTENSIONS: [&str; 4] = ["json", "svg", "png", "pdf"];

/// A file, with the credential in it or why there is none.
pub struct CertificateFile {
    /// Its name, as it may be shown.
    pub name: String,
    /// The credential's bytes.
    pub credential: Result<Vec<u8>, String>,
    /// Whether the file could be read.
    pub is_readable: bool,
}

/// Reads files, those of folders in the order of their names, and standard input for `-`. A file in a
/// folder that cannot be read becomes an entry with the error.
///
/// # Errors
/// A path that was named and cannot be read.
pub fn read_all(paths: &[PathBuf], env: &mut Env<'_>) -> Result<Vec<CertificateFile>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            let input = env.input.take().map_or(Ok(Vec::new()), |input| read_up_to(input, carrier::MAX_BYTES));
            files.push(extract_credential(path, input.map_err(|error| Failure::unreadable(path, &error))?));
        } else if path.is_dir() {
            let mut folder_files = Vec::new();
            collect_files(path, &mut folder_files).map_err(|error| Failure::unreadable(path, &error))?;
            folder_files.sort_by(|(one, _), (other, _)| one.cmp(other));
            files.extend(folder_files.into_iter().map(|(path, bytes)| match bytes {
                Ok(bytes) => extract_credential(&path, bytes),
                Err(error) => {
                    let message = format!("It cannot be read: {error}.");
                    CertificateFile { name: display_path(&path), credential: Err(message), is_readable: false }
                }
            }));
        } else {
            files.push(extract_credential(path, read_file(path).map_err(|error| Failure::unreadable(path, &error))?));
        }
    }
    Ok(files)
}

/// Reads the fonts that are given for a picture or a page.
///
/// # Errors
/// A path that cannot be read.
pub fn read_fonts(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| Failure::unreadable(path, &error));
    paths.iter().map(read).collect()
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::File::open(path).and_then(|file| read_up_to(file, carrier::MAX_BYTES))
}

fn extract_credential(path: &Path, bytes: Vec<u8>) -> CertificateFile {
    CertificateFile { name: display_path(path), credential: carrier::extract_credential(&bytes), is_readable: true }
}

/// Adds every certificate file below `folder`. A subfolder that cannot be read becomes an entry with its error.
fn collect_files(folder: &Path, files: &mut Vec<(PathBuf, io::Result<Vec<u8>>)>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Linked folders are not entered, because they could form a circle. Linked files are read.
        if entry.file_type()?.is_dir() {
            if let Err(error) = collect_files(&path, files) {
                files.push((path, Err(error)));
            }
        } else if path.is_file()
            && path
                .extension()
                .is_some_and(|extension| FILE_EXTENSIONS.iter().any(|file_extension| extension == *file_extension))
        {
            let bytes = read_file(&path);
            files.push((path, bytes));
        }
    }
    Ok(())
}
