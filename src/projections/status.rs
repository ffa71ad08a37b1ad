//! The certification status of a person for an exam.
//! It is computed from the stored certificates, the trust list and the current date.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credential::verify::evaluate_trust;
use crate::credential::{Assurance, TrustList, Verdict};
use crate::ids::CertificateId;
use crate::projections::certificates::CertificateRow;

/// Where a person stands for an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificationStatus {
    /// A certificate counts for more than 60 days to come.
    Current,
    /// It counts for 31 to 60 days.
    #[serde(rename = "expiring-60")]
    Expiring60,
    /// It counts for 30 days at most.
    #[serde(rename = "expiring-30")]
    Expiring30,
    /// Its time is over.
    Expired,
    /// Its issuer revoked it.
    Revoked,
    /// Nothing that counts is held.
    #[serde(rename = "not-done")]
    NotTaken,
}

impl CertificationStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Current, Self::Expiring60, Self::Expiring30, Self::Expired, Self::Revoked, Self::NotTaken];

    /// Returns the name, as outputs give it.
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

    /// Returns whether the person counts as certified.
    pub fn is_certified(self) -> bool {
        self <= Self::Expiring30
    }
}

impl std::fmt::Display for CertificationStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Where a person stands for an exam, and by which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixCell {
    /// Where.
    pub status: CertificationStatus,
    /// The certificate it rests on.
    pub certificate_row: Option<CertificateRow>,
    /// The verdict of a certificate that is held and does not count: untrusted, stale or invalid.
    pub rejected_verdict: Option<Verdict>,
}

impl MatrixCell {
    /// Returns the assurance of the certificate.
    pub fn assurance(&self) -> Option<Assurance> {
        self.certificate_row.as_ref().map(|row| row.assurance)
    }

    /// Returns until when it counts.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.certificate_row.as_ref().map(|row| row.valid_until)
    }

    /// Returns the certificate's name.
    pub fn certificate_id(&self) -> Option<CertificateId> {
        self.certificate_row.as_ref().map(|row| row.id)
    }
}

/// Finds out where a person stands, from the certificates held of them for an exam. A self-attested one never counts
/// here, even where its key is trusted: it says nothing about who sat the exam.
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
        // What counts comes before what does not; of two alike the one that ends later.
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
