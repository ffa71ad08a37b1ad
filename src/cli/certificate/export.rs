use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use rayon::prelude::*;

use super::files;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::clock::Timestamp;
use crate::credential::Verdict;
use crate::credential::branding::PaperSize;
use crate::credential::render::{CertificateFormat, Fonts, RenderError};
use crate::parallel;
use crate::paths::Paths;
use crate::service::certificate_files::{Drawing, StoredCertificate, appearance_of, load_fonts};
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

/// The files of a certificate that are drawn, and the reasons for those that are not.
#[derive(Default)]
struct DrawnFiles {
    files: Vec<(PathBuf, Vec<u8>)>,
    problems: Vec<RenderError>,
}

/// Draws the certificates and writes the files. A certificate or a format that cannot be exported does not stop the others.
pub(super) fn run(args: &CertificateExportArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let fonts = load_fonts(service.paths(), files::read_fonts(&args.font)?)?;
    let (mut chosen, damaged) = match &args.id {
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
    let now = service.now().wall;
    if args.all {
        // A revoked certificate must not leave in a folder of good ones.
        let trust = service.trust()?;
        let is_revoked = |certificate: &StoredCertificate| certificate.verify(trust, now).verdict == Verdict::Revoked;
        for certificate in chosen.extract_if(.., |certificate| is_revoked(certificate)) {
            let (id, name) = (certificate.certificate_id.short(), text::single_line(&certificate.holder.person.name));
            env.print_to_stderr(&format!("Certificate {id} of {name} is revoked and was left out."));
        }
    }
    parallel::prepare();
    let paths = service.paths();
    let draw = |certificate: &StoredCertificate| draw_files(certificate, args, paths, now, &fonts);
    // In chunks, so that not all pictures are in memory at once. The printed paths are the progress.
    let mut code = env.report_damaged(&damaged);
    for chunk in chosen.chunks(32) {
        let drawn: Vec<_> = chunk.par_iter().map(draw).collect();
        for drawn in drawn {
            code = code.max(write_files(drawn, env)?);
        }
    }
    Ok(code)
}

/// Draws the files of one certificate.
fn draw_files(
    certificate: &StoredCertificate,
    args: &CertificateExportArgs,
    paths: &Paths,
    now: Timestamp,
    fonts: &Fonts,
) -> Result<DrawnFiles, Failure> {
    let credential = certificate.exportable(now)?;
    let mut appearance = appearance_of(paths, &credential);
    appearance.paper = args.paper.unwrap_or(appearance.paper);
    let person_folder = certificate.path.parent().and_then(Path::file_name).unwrap_or_default();
    let folder = if args.all { args.to.join(person_folder) } else { args.to.clone() };
    let drawing = Drawing { credential: &credential, appearance, fonts };
    let mut drawn = DrawnFiles::default();
    for (name, content) in drawing.files(certificate, &args.format) {
        match content {
            Ok(bytes) => drawn.files.push((folder.join(name), bytes)),
            Err(problem) if drawn.problems.contains(&problem) => {}
            Err(problem) => drawn.problems.push(problem),
        }
    }
    Ok(drawn)
}

/// Writes the files of one certificate, and reports what is missing. Returns the exit code for it.
fn write_files(drawn: Result<DrawnFiles, Failure>, env: &mut Env<'_>) -> CommandResult {
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(failure) => {
            env.print_to_stderr(&failure.message);
            return Ok(failure.code);
        }
    };
    for (path, bytes) in &drawn.files {
        env.write_output(path, bytes, &display_path(path))?;
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
