//! The certification status of a person for an exam.
//! It is computed from the stored certificates, the trust list and the current date.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credential::verify::evaluate_trust;
use crate::credential::{Assurance, TrustList, Verdict};
use crate::ids::CertificateId;
use crate::projections::certificates::CertificateRow;

/// The certification status of a person for an exam, best status first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificationStatus {
    /// A valid certificate expires in more than 60 days.
    Current,
    /// A valid certificate expires in 31 to 60 days.
    #[serde(rename = "expiring-60")]
    Expiring60,
    /// A valid certificate expires in at most 30 days.
    #[serde(rename = "expiring-30")]
    Expiring30,
    /// The certificate has expired.
    Expired,
    /// The issuer revoked the certificate.
    Revoked,
    /// There is no certificate that counts. The JSON name is older than the term.
    #[serde(rename = "not-done")]
    NotTaken,
}

impl CertificationStatus {
    /// All statuses, best first.
    pub const ALL: [Self; 6] =
        [Self::Current, Self::Expiring60, Self::Expiring30, Self::Expired, Self::Revoked, Self::NotTaken];

    /// Returns the machine code that JSON, CSV and options use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Expiring60 => "expiring-60",
            Self::Expiring30 => "expiring-30",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::NotTaken => "not-done",
        }
    }

    /// Returns the status in words, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::Expiring60 => "Expires within 60 days",
            Self::Expiring30 => "Expires within 30 days",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::NotTaken => "Not taken",
        }
    }

    /// Returns whether the person is certified now: current or expiring.
    pub fn is_certified(self) -> bool {
        self <= Self::Expiring30
    }
}

/// A cell of the compliance matrix: a person's status for an exam, and the certificate behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixCell {
    pub status: CertificationStatus,
    /// The certificate that decides the status. Its signature is not verified here.
    pub certificate_row: Option<CertificateRow>,
    /// The verdict of the last stored certificate that does not count: untrusted, stale or invalid. `None` if there is
    /// no such certificate.
    pub rejected_verdict: Option<Verdict>,
}

impl MatrixCell {
    /// Returns the assurance of the certificate behind the status, or `None` without a certificate.
    pub fn assurance(&self) -> Option<Assurance> {
        self.certificate_row.as_ref().map(|row| row.assurance)
    }

    /// Returns the last moment at which that certificate is valid, or `None` without one.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.certificate_row.as_ref().map(|row| row.valid_until)
    }

    /// Returns the ID of that certificate, or `None` without one.
    pub fn certificate_id(&self) -> Option<CertificateId> {
        self.certificate_row.as_ref().map(|row| row.id)
    }
}

/// Computes a person's status from their stored certificates for one exam. Self-attested certificates never count, even
/// if their key is trusted: they do not prove who took the exam.
///
/// If the trust list has a revocation list newer than `system_time`, the date of that list counts as the current time.
pub fn evaluate_status<'a>(
    certificates: impl IntoIterator<Item = &'a CertificateRow>,
    trust: &TrustList,
    system_time: Timestamp,
) -> MatrixCell {
    let today = trust.latest_known_time(system_time);
    let mut cell = MatrixCell { status: CertificationStatus::NotTaken, certificate_row: None, rejected_verdict: None };
    for row in certificates.into_iter().filter(|row| row.assurance != Assurance::SelfAttested) {
        let status = match evaluate_trust(&row.verdict_basis(), trust, today).0 {
            Verdict::Valid => status_by_days_left(row.valid_until.day().days_since(today.day())),
            Verdict::Expired => CertificationStatus::Expired,
            Verdict::Revoked => CertificationStatus::Revoked,
            verdict => {
                cell.rejected_verdict = Some(verdict);
                continue;
            }
        };
        // A certificate that counts is better than one that does not. Otherwise the later expiry is better.
        let is_better = match &cell.certificate_row {
            None => true,
            Some(chosen) if status.is_certified() != cell.status.is_certified() => {
                status.is_certified() && chosen.id != row.id
            }
            Some(chosen) => row.valid_until > chosen.valid_until,
        };
        if is_better {
            (cell.status, cell.certificate_row) = (status, Some(row.clone()));
        }
    }
    cell
}

fn status_by_days_left(days_left: i64) -> CertificationStatus {
    match days_left {
        ..=30 => CertificationStatus::Expiring30,
        31..=60 => CertificationStatus::Expiring60,
        _ => CertificationStatus::Current,
    }
}
