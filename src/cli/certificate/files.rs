//! Finds and reads certificate files: a credential, a picture or page that contains one, or a folder of such files.
//! Files are listed first and read one by one, so that no more than one per thread is in memory.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Env;
use crate::cli::error::{Failure, display_path};
use crate::credential::carrier;
use crate::paths;
use crate::service::certificate_files::FONT_MAX_BYTES;

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

/// Where a certificate comes from.
pub enum CertificateInput {
    /// A file that was named on the command line. The command fails if it cannot be read.
    Named(PathBuf),
    /// A file in a folder. The result says so if it cannot be read.
    InFolder(PathBuf),
    /// What is in memory: standard input, a scanned code, or the error of a subfolder.
    Loaded(CertificateFile),
}

impl CertificateInput {
    /// Reads the file and extracts the credential.
    ///
    /// # Errors
    /// A file that was named and cannot be read.
    pub fn read(self) -> Result<CertificateFile, Failure> {
        match self {
            Self::Named(path) => read_file(&path).map_err(|error| Failure::unreadable(&path, &error)),
            Self::InFolder(path) => Ok(read_file(&path).unwrap_or_else(|error| unreadable_file(&path, &error))),
            Self::Loaded(file) => Ok(file),
        }
    }
}

/// Lists files, those of folders in the order of their names, and reads standard input for `-`.
///
/// # Errors
/// A path that was named and cannot be read.
pub fn list_inputs(paths: &[PathBuf], env: &mut Env<'_>) -> Result<Vec<CertificateInput>, Failure> {
    let mut inputs = Vec::new();
    for path in paths {
        let unreadable = |error: io::Error| Failure::unreadable(path, &error);
        if path == Path::new("-") {
            let input = env.input.take().map_or(Ok(Vec::new()), |input| paths::read_stream(input, carrier::MAX_BYTES));
            inputs.push(CertificateInput::Loaded(extract_credential(path, input).map_err(unreadable)?));
        } else if path.is_dir() {
            let mut folder_inputs = Vec::new();
            collect_inputs(path, &mut folder_inputs).map_err(unreadable)?;
            folder_inputs.sort_by(|(one, _), (other, _)| one.cmp(other));
            inputs.extend(folder_inputs.into_iter().map(|(_, input)| input));
        } else {
            // Before anything is verified or imported, the command fails for a file that is not there.
            paths::require_regular_file(path).map_err(unreadable)?;
            inputs.push(CertificateInput::Named(path.clone()));
        }
    }
    Ok(inputs)
}

/// Reads the fonts that are given for a picture or a page.
///
/// # Errors
/// A path that cannot be read.
pub fn read_fonts(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let read =
        |path: &PathBuf| paths::read_bounded(path, FONT_MAX_BYTES).map_err(|error| Failure::unreadable(path, &error));
    paths.iter().map(read).collect()
}

fn read_file(path: &Path) -> io::Result<CertificateFile> {
    extract_credential(path, paths::read_bounded(path, carrier::MAX_BYTES))
}

/// Extracts the credential from the bytes of a file. Too many of them are a reason why it is not a certificate, and no
/// error.
fn extract_credential(path: &Path, bytes: io::Result<Vec<u8>>) -> io::Result<CertificateFile> {
    let credential = match bytes {
        Ok(bytes) => carrier::extract_credential(&bytes),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err("It is larger than 4 MB.".to_owned()),
        Err(error) => return Err(error),
    };
    Ok(CertificateFile { name: display_path(path), credential, is_readable: true })
}

fn unreadable_file(path: &Path, error: &io::Error) -> CertificateFile {
    let reason = format!("It cannot be read: {error}.");
    CertificateFile { name: display_path(path), credential: Err(reason), is_readable: false }
}

/// Adds every certificate file below `folder` with its path. A subfolder that cannot be read is added with its error.
fn collect_inputs(folder: &Path, inputs: &mut Vec<(PathBuf, CertificateInput)>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Linked folders are not entered, because they could form a circle. Linked files are read.
        if entry.file_type()?.is_dir() {
            if let Err(error) = collect_inputs(&path, inputs) {
                let file = unreadable_file(&path, &error);
                inputs.push((path, CertificateInput::Loaded(file)));
            }
        } else if path.is_file()
            && path
                .extension()
                .is_some_and(|extension| FILE_EXTENSIONS.iter().any(|file_extension| extension == *file_extension))
        {
            inputs.push((path.clone(), CertificateInput::InFolder(path)));
        }
    }
    Ok(())
}
