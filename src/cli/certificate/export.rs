use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::files;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::credential::branding::PaperSize;
use crate::credential::render::{CertificateFormat, CertificateRenderer, RenderError};
use crate::credential::{TrustList, Verdict};
use crate::service::certificate_files::{appearance_of, load_fonts};

impl ValueEnum for CertificateFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for PaperSize {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Export a certificate as a picture, a PDF to print, or the credential itself
///
/// Every file contains the credential, so any of them can be verified. Names in Latin, Greek, Cyrillic, Hebrew and
/// Arabic letters use built-in fonts.
#[derive(Debug, clap::Args)]
pub struct CertificateExportArgs {
    /// Certificate ID, or its last eight digits
    #[arg(value_name = "ID")]
    id: String,
    /// File format; can be given several times
    #[arg(long, value_name = "FORMAT", required = true)]
    format: Vec<CertificateFormat>,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Paper of pictures and PDFs [default: that of the issuer on this computer, else a4]
    #[arg(long, value_name = "PAPER")]
    paper: Option<PaperSize>,
    /// Font file for names that the built-in fonts cannot show; can be given several times
    #[arg(long, value_name = "FILE")]
    font: Vec<PathBuf>,
}

/// Draws the certificate and writes the files.
pub(super) fn run(args: &CertificateExportArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let stored_certificate = service.certificates().find(&args.id)?;
    // An empty trust list is enough: only an invalid certificate is refused, whether or not its issuer is trusted.
    let verification = stored_certificate.verify(&TrustList::default(), service.now().wall);
    let Some(credential) = verification.credential.filter(|_| verification.verdict != Verdict::Invalid) else {
        return Err(Failure::negative(format!(
            "The certificate is invalid and was not exported. {}",
            verification.reason
        )));
    };
    let fonts = load_fonts(service.paths(), files::read_fonts(&args.font)?)?;
    let file_stem = stored_certificate.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut appearance = appearance_of(service.paths(), &credential);
    appearance.paper = args.paper.unwrap_or(appearance.paper);
    let renderer = CertificateRenderer::new(&credential, &stored_certificate.credential, &appearance, &fonts);
    for format in &args.format {
        let bytes = renderer.write(*format).map_err(|render_error| {
            match render_error {
                // Another font helps here, so this is no fault of the program or the disk.
                RenderError::MissingGlyph(..) => Failure::negative(render_error.to_string()),
                RenderError::Other(_) => Failure { code: error::EXIT_STORE, message: render_error.to_string() },
            }
        })?;
        let path = args.to.join(format!("{file_stem}.{}", format.name()));
        env.write_output(&path, &bytes, &display_path(&path))?;
    }
    Ok(error::EXIT_SUCCESS)
}
