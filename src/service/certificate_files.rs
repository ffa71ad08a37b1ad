//! A stored certificate and its files. The fact is authoritative; the files can be written again at any time, and need
//! no store.

use std::path::PathBuf;

use super::ServiceError;
use crate::clock::Timestamp;
use crate::credential::render::{CertificateFormat, CertificateRenderer, Fonts};
use crate::credential::{TrustList, VerificationResult, verify};
use crate::ids::{CertificateId, ExamId};
use crate::paths::{self, Paths};
use crate::projections::people::PersonRow;
use crate::text;

/// A certificate in this store: this computer signed it, or it was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCertificate {
    /// The holder.
    pub holder: PersonRow,
    /// Its name.
    pub certificate_id: CertificateId,
    /// The exam.
    pub exam: ExamId,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
    /// The credential's text.
    pub credential: String,
    /// Where its file belongs.
    pub path: PathBuf,
}

impl StoredCertificate {
    /// Checks it under the trust of the day.
    pub fn verify(&self, trust: &TrustList, now: Timestamp) -> VerificationResult {
        verify(self.credential.as_bytes(), trust, now)
    }

    /// Returns whether its file is there and has the credential.
    pub fn has_current_file(&self) -> bool {
        let credential = self.credential.as_bytes();
        paths::read_bounded(&self.path, credential.len()).is_ok_and(|bytes| bytes == credential)
    }
}

/// Writes the file of a certificate's credential, unless it is there as it should be. Returns whether it was written.
///
/// # Errors
/// What the disk says; the certificate is stored before.
pub fn write_credential(certificate: &StoredCertificate) -> Result<bool, ServiceError> {
    if certificate.has_current_file() {
        return Ok(false);
    }
    let credential = certificate.credential.as_bytes();
    paths::write_atomic(&certificate.path, credential).map_err(|error| write_error(&certificate.path, &error))?;
    Ok(true)
}

/// Draws a certificate beside its credential. A picture that cannot be drawn is left out: the credential is what counts,
/// and `certificate export` says what is wrong.
///
/// # Errors
/// What the disk says.
pub fn write_pictures(paths: &Paths, certificate: &StoredCertificate) -> Result<(), ServiceError> {
    let Ok(credential) = serde_json::from_str(&certificate.credential) else { return Ok(()) };
    // One unreadable font drops all fonts of the data directory. A name that needs one of them is then not drawn.
    let fonts = load_fonts(paths, Vec::new()).unwrap_or_default();
    let renderer = CertificateRenderer::new(&credential, &certificate.credential, &fonts);
    for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
        let path = certificate.path.with_extension(format.name());
        if let Ok(bytes) = renderer.write(format) {
            paths::write_atomic(&path, &bytes).map_err(|error| write_error(&path, &error))?;
        }
    }
    Ok(())
}

/// The largest font file that is read.
pub const FONT_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Returns the fonts to draw with: the built-in ones, those of the data directory, and these.
///
/// # Errors
/// A font of the data directory that cannot be read, or is larger than [`FONT_MAX_BYTES`].
pub fn load_fonts(paths: &Paths, mut font_files: Vec<Vec<u8>>) -> Result<Fonts, ServiceError> {
    let folder = paths.fonts_dir();
    let to_error = |error: std::io::Error| {
        let display_path = text::single_line(&folder.to_string_lossy());
        ServiceError::Certificate(format!(
            "The fonts in {display_path} cannot be read: {error}. Check its permissions."
        ))
    };
    let mut entries: Vec<_> = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        entries => entries.and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(to_error)?,
    };
    entries.retain(|entry| entry.path().is_file());
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let font = paths::read_bounded(&entry.path(), FONT_MAX_BYTES).map_err(|error| {
            let display_path = text::single_line(&entry.path().to_string_lossy());
            ServiceError::Certificate(format!(
                "The font {display_path} cannot be read: {error}. Check its permissions, or move it away."
            ))
        })?;
        font_files.push(font);
    }
    Ok(Fonts::with_extra(font_files))
}

fn write_error(path: &std::path::Path, error: &std::io::Error) -> ServiceError {
    let display_path = text::single_line(&path.to_string_lossy());
    ServiceError::Certificate(format!(
        "The certificate is stored, but its file {display_path} cannot be written: {error}. Free space or fix the folder; \
         `needlewise doctor --repair` then writes it."
    ))
}

/// Lets pass that a file of a certificate cannot be written: the certificate is stored, and the file can be written
/// later.
pub(super) fn ignore_unwritable(result: Result<(), ServiceError>) -> Result<(), ServiceError> {
    match result {
        Err(ServiceError::Certificate(_)) => Ok(()),
        result => result,
    }
}
