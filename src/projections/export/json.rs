//! Attempts and certificates as JSON Lines, one record per line. `read` parses the output of `write`.

use std::io;

use serde::{Deserialize, Serialize};

use crate::attempt::{ExamResult, Mode, Points};
use crate::clock::{Millis, Timestamp};
use crate::credential::Assurance;
use crate::ids::{AttemptId, CertificateId, Digest, ExamId, FactId, TraineeId};
use crate::issuing::decision::DecisionAuthority;
use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::export::{ExportRecords, ExportedAttempt};

/// A record of the export, which is one line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Line {
    /// An attempt with its result, without answers.
    Attempt { attempt: Box<AttemptRecord> },
    /// A whole certificate.
    Certificate {
        certificate: Box<CertificateRecord>,
        /// The text of the credential, exactly as it was signed.
        credential: String,
    },
}

/// The exported fields of an attempt. Their names are part of the export format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    id: AttemptId,
    trainee: TraineeId,
    mode: Mode,
    exam: Option<ExamId>,
    started: Timestamp,
    finished: Option<Timestamp>,
    limit: Option<Millis>,
    standing: Option<ExamResult>,
    earned: Option<Points>,
    possible: usize,
    certificate: Option<CertificateId>,
    valid_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    voided: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    granted: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl AttemptRecord {
    /// Returns the exported fields of an attempt. Only decisions that take effect on this computer count.
    pub fn from_row(row: &AttemptRow, authority: &DecisionAuthority) -> Self {
        Self {
            id: row.id,
            trainee: row.trainee,
            mode: row.mode,
            exam: row.exam.clone(),
            started: row.started_at,
            finished: row.finished_at,
            limit: row.time_limit,
            standing: row.result,
            earned: row.earned.clone(),
            possible: row.possible,
            certificate: row.certificate,
            valid_until: row.valid_until,
            voided: row.is_void(authority),
            granted: row.extra_attempts(authority),
        }
    }
}

/// The exported fields of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRecord {
    id: CertificateId,
    trainee: TraineeId,
    exam: ExamId,
    title: String,
    assurance: Assurance,
    issuer: String,
    valid_from: Timestamp,
    valid_until: Timestamp,
    digest: Digest,
    fact: FactId,
}

impl From<&CertificateRow> for CertificateRecord {
    fn from(row: &CertificateRow) -> Self {
        Self {
            id: row.id,
            trainee: row.trainee,
            exam: row.exam.clone(),
            title: row.title.clone(),
            assurance: row.assurance,
            issuer: row.issuer.clone(),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            digest: row.digest,
            fact: row.fact,
        }
    }
}

/// Returns the file: one line for each attempt, then one for each certificate.
///
/// # Errors
/// Errors of the JSON writer. None is known, because all these types have a JSON form.
pub fn write(records: &ExportRecords) -> io::Result<Vec<u8>> {
    let attempts = records.attempts.iter().map(|ExportedAttempt { row, discloses_points, .. }| {
        let record = AttemptRecord::from_row(row, &records.authority);
        let earned = record.earned.clone().filter(|_| *discloses_points);
        // A time limit would reveal who was granted more time, which is private.
        Line::Attempt { attempt: Box::new(AttemptRecord { limit: None, earned, ..record }) }
    });
    let certificates = records
        .certificates
        .iter()
        .map(|(row, text)| Line::Certificate { certificate: Box::new(row.into()), credential: text.clone() });
    let line = |line: Line| serde_json::to_string(&line).map(|text| text + "\n");
    let text: String = attempts.chain(certificates).map(line).collect::<serde_json::Result<_>>()?;
    Ok(text.into_bytes())
}

/// Parses the lines of an exported file.
///
/// # Errors
/// The number of the first invalid line, from 1, and the reason.
pub fn read(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let parse_line =
        |(index, line): (usize, &str)| serde_json::from_str(line).map_err(|error| (index + 1, error.to_string()));
    text.lines().enumerate().map(parse_line).collect()
}
