use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use rayon::prelude::*;

use super::files;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::clock::Timestamp;
use crate::credential::branding::PaperSize;
use crate::credential::render::{CertificateFormat, Fonts, RenderError};
use crate::credential::verdict::{VerdictBasis, evaluate_trust};
use crate::credential::{TrustList, Verdict};
use crate::parallel;
use crate::service::certificate_files::{Drawing, DrawnFiles, OwnAppearance, StoredCertificate, load_fonts};
use crate::text;

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

/// Export certificates as pictures, PDFs to print, or the credentials themselves
///
/// Every file contains the credential, so any of them can be verified. Names in Latin, Greek, Cyrillic, Hebrew and
/// Arabic letters use built-in fonts. With --all, each person has a folder.
#[derive(Debug, clap::Args)]
pub struct CertificateExportArgs {
    /// Certificate ID, or its last eight digits
    #[arg(value_name = "ID", required_unless_present = "all")]
    id: Option<String>,
    /// Export all certificates on this computer, or with --trainee those of one person
    #[arg(long, conflicts_with = "id")]
    all: bool,
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

/// Draws the certificates and writes the files. A certificate or a format that cannot be exported does not stop the others.
pub(super) fn run(args: &CertificateExportArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let fonts = load_fonts(service.paths(), files::read_fonts(&args.font)?)?;
    let (chosen, damaged) = match &args.id {
        Some(id) => (vec![service.certificates().find(id)?], Vec::new()),
        None => {
            let trainee = env.global.trainee.is_some().then(|| env.find_trainee(&service)).transpose()?;
            let stored = service.certificates().stored(trainee.map(|row| row.id))?;
            (stored.records, stored.damaged)
        }
    };
    if chosen.is_empty() && damaged.is_empty() {
        return Err(Failure::negative("There is no certificate to export. See `needlewise certificate list`."));
    }
    parallel::prepare();
    let exporter = Exporter {
        args,
        appearance: OwnAppearance::load(service.paths()),
        fonts,
        trust: service.trust()?,
        now: service.now().wall,
    };
    // In chunks, so that not all pictures are in memory at once. The printed paths are the progress.
    let mut code = env.report_damaged(&damaged);
    for chunk in chosen.chunks(32) {
        let drawn: Vec<_> = chunk.par_iter().map(|certificate| exporter.draw(certificate)).collect();
        for (certificate, drawn) in chunk.iter().zip(drawn) {
            code = code.max(exporter.write(certificate, drawn, env)?);
        }
    }
    Ok(code)
}

/// What all certificates of an export share.
struct Exporter<'a> {
    args: &'a CertificateExportArgs,
    appearance: OwnAppearance,
    fonts: Fonts,
    trust: &'a TrustList,
    now: Timestamp,
}

impl Exporter<'_> {
    /// Draws the files of a certificate. `None` if it is left out: a revoked certificate must not leave in a folder of good
    /// ones.
    fn draw(&self, certificate: &StoredCertificate) -> Result<Option<DrawnFiles>, Failure> {
        let credential = certificate.exportable(self.now)?;
        let now = self.trust.latest_known_time(self.now);
        let is_revoked = |basis| evaluate_trust(&basis, self.trust, now).0 == Verdict::Revoked;
        if self.args.all && VerdictBasis::of(&credential).is_some_and(is_revoked) {
            return Ok(None);
        }
        let mut appearance = self.appearance.of(&credential);
        appearance.paper = self.args.paper.unwrap_or(appearance.paper);
        let drawing = Drawing { credential: &credential, appearance, fonts: &self.fonts };
        Ok(Some(drawing.files(certificate, &self.args.format)))
    }

    /// Writes the files of a certificate, and reports what is missing. Returns the exit code for it.
    fn write(
        &self,
        certificate: &StoredCertificate,
        drawn: Result<Option<DrawnFiles>, Failure>,
        env: &mut Env<'_>,
    ) -> CommandResult {
        let drawn = match drawn {
            Ok(Some(drawn)) => drawn,
            Ok(None) => {
                let name = text::single_line(&certificate.holder.person.name);
                let id = certificate.certificate_id.short();
                env.print_to_stderr(&format!("Certificate {id} of {name} is revoked and was left out."));
                return Ok(error::EXIT_SUCCESS);
            }
            Err(failure) => {
                env.print_to_stderr(&failure.message);
                return Ok(failure.code);
            }
        };
        let person_folder = certificate.path.parent().and_then(Path::file_name).unwrap_or_default();
        let folder = if self.args.all { self.args.to.join(person_folder) } else { self.args.to.clone() };
        for (name, bytes) in &drawn.files {
            let path = folder.join(name);
            env.write_output(&path, bytes, &display_path(&path))?;
        }
        let mut code = error::EXIT_SUCCESS;
        for problem in &drawn.problems {
            env.print_to_stderr(&problem.to_string());
            code = code.max(match problem {
                // Another font helps here, so this is no fault of the program or the disk.
                RenderError::MissingGlyph(..) => error::EXIT_NEGATIVE,
                RenderError::Other(_) => error::EXIT_STORE,
            });
        }
        Ok(code)
    }
}
