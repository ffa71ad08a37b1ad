//! Records for other programs. An export format is a function from `ExportRecords` to bytes.

pub mod csv;
pub mod json;
pub mod xapi;

use std::io;

use crate::attempt::chain::StoredFact;
use crate::issuing::decision::DecisionAuthority;
use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::matrix::Matrix;

/// The records for an export. A format must not write answers of trainees, although the facts contain them.
#[derive(Debug)]
pub struct ExportRecords {
    pub matrix: Matrix,
    /// The attempts, oldest first.
    pub attempts: Vec<ExportedAttempt>,
    /// The imported certificates, each with the text of its credential.
    pub certificates: Vec<(CertificateRow, String)>,
    /// Decides which voids and grants take effect on this computer.
    pub authority: DecisionAuthority,
}

/// An attempt for an export.
#[derive(Debug)]
pub struct ExportedAttempt {
    pub row: AttemptRow,
    /// All facts of the attempt. They contain answers.
    pub facts: Vec<StoredFact>,
    /// Whether the review policy of the exam allows showing points.
    pub discloses_points: bool,
}

/// An export format of `needlewise record export`.
#[derive(Debug)]
pub struct ExportFormat {
    /// The name, as the option `--format` gives it.
    pub name: &'static str,
    /// Returns the records as the bytes of a file.
    pub write: fn(&ExportRecords) -> io::Result<Vec<u8>>,
}

/// All export formats.
pub const EXPORT_FORMATS: &[ExportFormat] = &[
    ExportFormat { name: "csv", write: csv::write },
    ExportFormat { name: "json", write: json::write },
    ExportFormat { name: "xapi", write: xapi::write },
];
