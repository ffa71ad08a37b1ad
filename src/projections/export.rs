//! Records on their way to other programs. Each format is a function from records to bytes.

pub mod csv;
pub mod json;
pub mod xapi;

use crate::attempt::chain::Row;
use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::matrix::Roll;

/// What is exported: nobody's answers are among it.
#[derive(Debug)]
pub struct Records {
    /// Who stands where.
    pub roll: Roll,
    /// The attempts, the oldest first.
    pub attempts: Vec<Attempt>,
    /// The certificates that were taken in, each with its credential's text.
    pub certificates: Vec<(CertificateRow, String)>,
}

/// An attempt on its way out.
#[derive(Debug)]
pub struct Attempt {
    /// What lists show of it.
    pub row: AttemptRow,
    /// Its facts.
    pub facts: Vec<Row>,
    /// Whether its points may be told, by the exam's rule of review.
    pub told: bool,
}

/// A format.
#[derive(Debug)]
pub struct Export {
    /// Its name.
    pub name: &'static str,
    /// Writes records in it.
    pub write: fn(&Records) -> Vec<u8>,
}

/// The formats.
pub const EXPORTS: &[Export] = &[
    Export { name: "csv", write: csv::write },
    Export { name: "json", write: json::write },
    Export { name: "xapi", write: xapi::write },
];
