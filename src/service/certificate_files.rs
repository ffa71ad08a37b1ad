//! A stored certificate and its files. The fact is authoritative. The files can be written again at any time, without
//! the store.

use std::path::PathBuf;

use super::ServiceError;
use crate::clock::Timestamp;
use crate::credential::branding::Appearance;
use crate::credential::render::{CertificateFormat, CertificateRenderer, Fonts, RenderError, logo};
use crate::credential::{Credential, Issuer, TrustList, Verdict, VerificationResult, verify};
use crate::ids::{CertificateId, ExamId};
use crate::paths::{self, Paths};
use crate::projections::people::PersonRow;
use crate::text;

/// A certificate in this store: this computer signed it, or it was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCertificate {
    /// The holder, as this store knows them. The name on the certificate can differ.
    pub holder: PersonRow,
    pub certificate_id: CertificateId,
    pub exam: ExamId,
    /// The first moment at which it is valid: when the attempt ended.
    pub valid_from: Timestamp,
    /// The last moment at which it is valid.
    pub valid_until: Timestamp,
    /// The signed credential, byte for byte.
    pub credential: String,
    /// The path of its credential file, whether or not the file exists.
    pub path: PathBuf,
}

impl StoredCertificate {
    /// Verifies the credential with a trust list at a moment.
    pub fn verify(&self, trust: &TrustList, now: Timestamp) -> VerificationResult {
        verify(self.credential.as_bytes(), trust, now)
    }

    /// Returns the credential to export: only an invalid certificate is refused, whether or not its issuer is trusted.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the certificate is invalid.
    pub fn exportable(&self, now: Timestamp) -> Result<Credential, ServiceError> {
        let verification = self.verify(&TrustList::default(), now);
        let credential = verification.credential.filter(|_| verification.verdict != Verdict::Invalid);
        credential.ok_or_else(|| {
            let id = self.certificate_id.short();
            let reason = verification.reason;
            ServiceError::Rejected(format!("Certificate {id} is invalid and was not exported. {reason}"))
        })
    }

    /// Returns whether the certificate bears this name.
    pub fn has_signed_name(&self, name: &str) -> bool {
        let credential = serde_json::from_str::<Credential>(&self.credential);
        credential.is_ok_and(|credential| text::name_key(&credential.subject.name) == text::name_key(name))
    }

    /// Returns whether the credential file exists and contains exactly this credential.
    pub fn has_current_file(&self) -> bool {
        let credential = self.credential.as_bytes();
        paths::read_bounded(&self.path, credential.len()).is_ok_and(|bytes| bytes == credential)
    }
}

/// Writes the credential file of a certificate, unless it is already correct. Returns whether it was written.
///
/// # Errors
/// [`ServiceError::Certificate`] if the file cannot be written. The certificate itself is already stored.
pub fn write_credential(certificate: &StoredCertificate) -> Result<bool, ServiceError> {
    if certificate.has_current_file() {
        return Ok(false);
    }
    let credential = certificate.credential.as_bytes();
    paths::write_atomic(&certificate.path, credential).map_err(|error| write_error(&certificate.path, &error))?;
    Ok(true)
}

/// Draws the pictures of a certificate beside its credential file. Returns why files are missing, one sentence for each
/// reason: only the credential counts, so a name that no font has stops nothing.
///
/// # Errors
/// [`ServiceError::Certificate`] if a file cannot be written.
pub fn write_pictures(paths: &Paths, certificate: &StoredCertificate) -> Result<Vec<String>, ServiceError> {
    let Ok(credential) = serde_json::from_str::<Credential>(&certificate.credential) else { return Ok(Vec::new()) };
    // If one font cannot be read, no font of the data folder is used. A name that needs one is then not drawn.
    let fonts = load_fonts(paths, Vec::new()).unwrap_or_default();
    let drawing =
        Drawing { credential: &credential, appearance: OwnAppearance::load(paths).of(&credential), fonts: &fonts };
    let drawn = drawing.files(certificate, &[CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf]);
    for (name, bytes) in drawn.files {
        let path = certificate.path.with_file_name(name);
        paths::write_atomic(&path, &bytes).map_err(|error| write_error(&path, &error))?;
    }
    Ok(drawn.problems.iter().map(ToString::to_string).collect())
}

/// How the files of a certificate are drawn.
#[derive(Debug)]
pub struct Drawing<'a> {
    /// The credential of the certificate, parsed.
    pub credential: &'a Credential,
    pub appearance: Appearance,
    pub fonts: &'a Fonts,
}

/// The files of a certificate that were drawn, each with its name, and why others were not, each reason once.
#[derive(Debug, Default)]
pub struct DrawnFiles {
    pub files: Vec<(String, Vec<u8>)>,
    pub problems: Vec<RenderError>,
}

impl Drawing<'_> {
    /// Draws the file in each of these formats. A format that cannot be drawn does not stop the others.
    pub fn files(&self, certificate: &StoredCertificate, formats: &[CertificateFormat]) -> DrawnFiles {
        let renderer = CertificateRenderer::new(self.credential, &certificate.credential, &self.appearance, self.fonts);
        let stem = certificate.path.file_stem().unwrap_or_default().to_string_lossy();
        let mut drawn = DrawnFiles::default();
        for format in formats {
            match renderer.write(*format) {
                Ok(bytes) => drawn.files.push((format!("{stem}.{}", format.name()), bytes)),
                Err(problem) if drawn.problems.contains(&problem) => {}
                Err(problem) => drawn.problems.push(problem),
            }
        }
        drawn
    }
}

/// Exports a certificate in all formats into the folder for exports. Returns the paths of the files, and why others are
/// missing.
///
/// # Errors
/// [`ServiceError::Rejected`] if the certificate is invalid, or [`ServiceError::Certificate`] if a font cannot be read or
/// a file cannot be written.
pub fn export_all_formats(
    paths: &Paths,
    certificate: &StoredCertificate,
    now: Timestamp,
) -> Result<(Vec<PathBuf>, Vec<String>), ServiceError> {
    let credential = certificate.exportable(now)?;
    let fonts = load_fonts(paths, Vec::new())?;
    let drawing =
        Drawing { credential: &credential, appearance: OwnAppearance::load(paths).of(&credential), fonts: &fonts };
    let drawn = drawing.files(certificate, &CertificateFormat::ALL);
    let mut written = Vec::new();
    for (name, bytes) in drawn.files {
        let path = paths.exports_dir().join(name);
        paths::write_output(&path, &bytes).map_err(|error| export_error(&path, &error))?;
        written.push(path);
    }
    Ok((written, drawn.problems.iter().map(ToString::to_string).collect()))
}

/// Returns the error of a file in the folder for exports.
pub fn export_error(path: &std::path::Path, error: &std::io::Error) -> ServiceError {
    let display_path = text::single_line(&path.to_string_lossy());
    let reason = paths::io_reason(error);
    ServiceError::Certificate(format!(
        "{display_path} cannot be written: {reason}. Check the free space and the folder's permissions."
    ))
}

/// How the issuer on this computer has its certificates drawn, read once for any number of them.
#[derive(Debug, Default)]
pub struct OwnAppearance {
    /// The keys of the issuer, as did:key.
    dids: Vec<String>,
    appearance: Appearance,
}

impl OwnAppearance {
    /// Reads the paper and the logo of the issuer on this computer. An issuer file or a logo that cannot be read counts as
    /// none, because only the credential counts.
    pub fn load(paths: &Paths) -> Self {
        let issuer = paths::read_secret(&paths.issuer_key_file()).ok().and_then(|text| Issuer::from_json(&text).ok());
        let Some(issuer) = issuer else { return Self::default() };
        let logo = paths::read_bounded(&paths.issuer_logo_file(), logo::STORED_MAX_BYTES).ok();
        let appearance = Appearance { paper: issuer.branding().paper, logo: logo.and_then(logo::read_logo) };
        Self { dids: issuer.keys.into_iter().map(|key| key.did).collect(), appearance }
    }

    /// Returns how a certificate is drawn: with paper and logo of the issuer if that issuer signed it.
    pub fn of(&self, credential: &Credential) -> Appearance {
        if self.dids.contains(&credential.issuer.id) { self.appearance.clone() } else { Appearance::default() }
    }
}

/// The maximum size of a font file in bytes.
pub const FONT_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Returns the fonts to draw with: the built-in ones, those of the data folder, and `font_files`.
///
/// # Errors
/// [`ServiceError::Certificate`] if the fonts folder or a font in it cannot be read, or if a font is larger than
/// [`FONT_MAX_BYTES`].
pub fn load_fonts(paths: &Paths, mut font_files: Vec<Vec<u8>>) -> Result<Fonts, ServiceError> {
    let folder = paths.fonts_dir();
    let to_error = |error: std::io::Error| {
        let display_path = text::single_line(&folder.to_string_lossy());
        ServiceError::Certificate(format!(
            "The fonts in {display_path} cannot be read: {}. Check the folder's permissions.",
            paths::io_reason(&error)
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
                "The font {display_path} cannot be read: {}. Check its permissions, or move it elsewhere.",
                paths::io_reason(&error)
            ))
        })?;
        font_files.push(font);
    }
    Ok(Fonts::with_extra(font_files))
}

fn write_error(path: &std::path::Path, error: &std::io::Error) -> ServiceError {
    let display_path = text::single_line(&path.to_string_lossy());
    ServiceError::Certificate(format!(
        "The certificate is stored, but its file {display_path} cannot be written: {}. Check the free space and \
         the folder's permissions. Then run `needlewise doctor --repair` to write the file.",
        paths::io_reason(error)
    ))
}

/// Ignores that a certificate file cannot be written. The certificate is stored, so the file can be written later.
pub(super) fn ignore_unwritable(result: Result<(), ServiceError>) -> Result<(), ServiceError> {
    match result {
        Err(ServiceError::Certificate(_)) => Ok(()),
        result => result,
    }
}
