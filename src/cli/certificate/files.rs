//! Finds and reads certificate files: credentials, pictures and PDFs that contain one, and folders of such files.
//! Files are listed first and then read one by one, so that each thread has at most one file in memory.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Env;
use crate::cli::error::{Failure, display_path};
use crate::credential::CredentialSource;
use crate::credential::carrier::{self, CarrierError};
use crate::ids::Digest;
use crate::paths;
use crate::paths::io_reason;
use crate::service::certificate_files::FONT_MAX_BYTES;

/// The extensions of the files that are read in a folder.
const FILE_EXTENSIONS: [&str; 4] = ["json", "svg", "png", "pdf"];

/// A file, with its credential or the reason why it has none.
pub struct CertificateFile {
    /// The path as safe text for output.
    pub name: String,
    /// The bytes of the credential, or the reason why there is none.
    pub credential: Result<Vec<u8>, CarrierError>,
    /// The digest of the whole file. `None` if it could not be read.
    pub digest: Option<Digest>,
    /// Whether the file could be read. A file without a credential can be readable.
    pub is_readable: bool,
    /// What the credential was in.
    pub source: CredentialSource,
}

/// Where a certificate comes from.
pub enum CertificateInput {
    /// A file from the command line. The command fails if it cannot be read.
    Named(PathBuf),
    /// A file in a folder. If it cannot be read, its result says so and the command continues.
    InFolder(PathBuf),
    /// Standard input, a scanned code, or the error of a subfolder, already in memory.
    Loaded(CertificateFile),
}

impl CertificateInput {
    /// Reads the file and extracts the credential.
    ///
    /// # Errors
    /// A file from the command line cannot be read.
    pub fn read(self) -> Result<CertificateFile, Failure> {
        match self {
            Self::Named(path) => read_file(&path).map_err(|error| Failure::unreadable(&path, &error)),
            Self::InFolder(path) => Ok(read_file(&path).unwrap_or_else(|error| unreadable_file(&path, &error))),
            Self::Loaded(file) => Ok(file),
        }
    }
}

/// Lists the given files and the certificate files below the given folders, in the order of `paths`. The files of one
/// folder are sorted by path. Reads standard input for `-`.
///
/// # Errors
/// A given path does not exist or cannot be read.
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
            // Fail for a missing file now, before any file is verified or imported.
            paths::require_regular_file(path).map_err(unreadable)?;
            inputs.push(CertificateInput::Named(path.clone()));
        }
    }
    Ok(inputs)
}

/// Reads the font files given with `--font`.
///
/// # Errors
/// A file cannot be read, or is larger than [`FONT_MAX_BYTES`].
pub fn read_fonts(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let read =
        |path: &PathBuf| paths::read_bounded(path, FONT_MAX_BYTES).map_err(|error| Failure::unreadable(path, &error));
    paths.iter().map(read).collect()
}

fn read_file(path: &Path) -> io::Result<CertificateFile> {
    extract_credential(path, paths::read_bounded(path, carrier::MAX_BYTES))
}

/// Extracts the credential from the bytes of a file. A file over the limit is not an error here: it counts as a file
/// without a credential, so that it gets a verdict.
fn extract_credential(path: &Path, bytes: io::Result<Vec<u8>>) -> io::Result<CertificateFile> {
    let (mut digest, mut source) = (None, CredentialSource::File);
    let credential = match bytes {
        Ok(bytes) => {
            digest = Some(Digest::of(&bytes));
            if carrier::is_carrier(&bytes) {
                source = CredentialSource::Carrier;
            }
            carrier::extract_credential(&bytes)
        }
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Err("It is larger than 4 MB. Choose the JSON, SVG, PNG or PDF file of a certificate.".into())
        }
        Err(error) => return Err(error),
    };
    Ok(CertificateFile { name: display_path(path), credential, digest, is_readable: true, source })
}

fn unreadable_file(path: &Path, error: &io::Error) -> CertificateFile {
    let reason = format!("It cannot be read: {}.", io_reason(error));
    CertificateFile {
        name: display_path(path),
        credential: Err(reason.into()),
        digest: None,
        is_readable: false,
        source: CredentialSource::File,
    }
}

/// Adds every certificate file below `folder` with its path. A subfolder that cannot be read is added with its error.
fn collect_inputs(folder: &Path, inputs: &mut Vec<(PathBuf, CertificateInput)>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Symlinked folders are skipped, because they could form a loop. Symlinked files are read.
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
