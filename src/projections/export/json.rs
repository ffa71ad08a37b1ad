//! Attempts and certificates as JSON Lines, one record per line. `read` parses the output of `write`.

use std::io;

use serde::{Deserialize, Serialize};

use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::export::{ExportRecords, ExportedAttempt};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Line {
    /// An attempt and what it came to.
    Attempt {
        /// The attempt.
        attempt: Box<AttemptRow>,
    },
    /// A certificate, whole.
    Certificate {
        /// What lists show of it.
        certificate: Box<CertificateRow>,
        /// The credential's text, as it was signed.
        credential: String,
    },
}

/// Writes a line for each attempt and each certificate.
///
/// # Errors
/// None is known: these types have a JSON form.
pub fn write(records: &ExportRecords) -> io::Result<Vec<u8>> {
    let attempts = records.attempts.iter().map(|ExportedAttempt { row, discloses_points, .. }| Line::Attempt {
        // A limit would tell who was given more time.
        attempt: Box::new(AttemptRow {
            time_limit: None,
            earned: row.earned.clone().filter(|_| *discloses_points),
            ..row.clone()
        }),
    });
    let certificates = records
        .certificates
        .iter()
        .map(|(row, text)| Line::Certificate { certificate: Box::new(row.clone()), credential: text.clone() });
    let line = |line: Line| serde_json::to_string(&line).map(|text| text + "\n");
    let text: String = attempts.chain(certificates).map(line).collect::<serde_json::Result<_>>()?;
    Ok(text.into_bytes())
}

/// Reads lines back.
///
/// # Errors
/// The number of the first line that is none, from 1, and why.
pub fn read(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let parse_line =
        |(index, line): (usize, &str)| serde_json::from_str(line).map_err(|error| (index + 1, error.to_string()));
    text.lines().enumerate().map(parse_line).collect()
}
