//! Records on their way to other programs. Each format is a function from records to bytes.

pub mod csv;
pub mod json;
pub mod xapi;

use super::roll::Roll;
use crate::attempt::chain::Row;
use crate::records::{AttemptRow, CertificateRow};

/// What is exported: nobody's answers are among it.
#[derive(Debug)]
pub struct Records {
    /// Who stands where.
    pub roll: Roll,
    /// The attempts, the oldest first, each with the facts that begin and end it.
    pub attempts: Vec<(AttemptRow, Vec<Row>)>,
    /// The certificates that were taken in, each with its credential's text.
    pub certificates: Vec<(CertificateRow, String)>,
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
