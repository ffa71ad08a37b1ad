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

/// What is exported: nobody's answers are among it.
#[derive(Debug)]
pub struct ExportRecords {
    /// Who stands where.
    pub matrix: Matrix,
    /// The attempts, the oldest first.
    pub attempts: Vec<ExportedAttempt>,
    /// The certificates that were taken in, each with its credential's text.
    pub certificates: Vec<(CertificateRow, String)>,
    /// Whose decisions take effect.
    pub authority: DecisionAuthority,
}

/// An attempt on its way out.
#[derive(Debug)]
pub struct ExportedAttempt {
    /// What lists show of it.
    pub row: AttemptRow,
    /// Its facts.
    pub facts: Vec<StoredFact>,
    /// Whether its points may be told, by the exam's rule of review.
    pub discloses_points: bool,
}

/// A format.
#[derive(Debug)]
pub struct ExportFormat {
    /// Its name.
    pub name: &'static str,
    /// Writes records in it.
    pub write: fn(&ExportRecords) -> io::Result<Vec<u8>>,
}

/// The formats.
pub const EXPORT_FORMATS: &[ExportFormat] = &[
    ExportFormat { name: "csv", write: csv::write },
    ExportFormat { name: "json", write: json::write },
    ExportFormat { name: "xapi", write: xapi::write },
];
