//! The certification status of a person for an exam.
//! It is computed from the stored certificates, the trust list and the current date.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credential::verdict::evaluate_trust;
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
    /// A certificate would count, but its issuer is not trusted here yet, or the revocation list is missing or old.
    Unknown,
    /// The certificate has expired. No newer list can change that.
    Expired,
    /// The issuer revoked the certificate.
    Revoked,
    /// There is no certificate that counts, or could count.
    NotTaken,
}

impl CertificationStatus {
    /// All statuses, best first.
    pub const ALL: [Self; 7] = [
        Self::Current,
        Self::Expiring60,
        Self::Expiring30,
        Self::Unknown,
        Self::Expired,
        Self::Revoked,
        Self::NotTaken,
    ];

    /// Returns the machine code that JSON, CSV and options use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Expiring60 => "expiring-60",
            Self::Expiring30 => "expiring-30",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::NotTaken => "not-taken",
        }
    }

    /// Returns the status in words, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::Expiring60 => "Expires within 60 days",
            Self::Expiring30 => "Expires within 30 days",
            Self::Unknown => "Unknown",
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

/// Why a status is [`CertificationStatus::Unknown`], or why there is nothing better than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusReason {
    /// This computer does not trust the issuer of the certificate.
    UntrustedIssuer,
    /// The issuer is trusted, but no revocation list of it is stored.
    NoRevocationList,
    /// The revocation list of the issuer is older than 30 days.
    OldRevocationList,
    /// The person passed the exam at this time, but only in a self-test.
    SelfTest(Timestamp),
    /// There is a certificate whose key was compromised or retired before it, so it never counts.
    InvalidCertificate,
}

impl StatusReason {
    /// Returns the machine code that JSON and CSV use.
    pub fn name(self) -> &'static str {
        match self {
            Self::UntrustedIssuer => "untrusted-issuer",
            Self::NoRevocationList => "no-revocation-list",
            Self::OldRevocationList => "old-revocation-list",
            Self::SelfTest(_) => "self-test",
            Self::InvalidCertificate => "invalid-certificate",
        }
    }
}

/// A cell of the compliance matrix: a person's status for an exam, and the certificate behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixCell {
    pub status: CertificationStatus,
    /// The certificate that decides the status. Its signature is not verified here.
    pub certificate_row: Option<CertificateRow>,
    pub why: Option<StatusReason>,
    /// The end of the newest expired certificate, if an unknown one hides it.
    pub hidden_expiry: Option<Timestamp>,
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

    /// Returns the days until that certificate expires by `today`, negative after it. `None` without a certificate that
    /// can expire: a revoked one is over.
    pub fn days_left(&self, today: Timestamp) -> Option<i64> {
        let until = self.valid_until().filter(|_| self.status != CertificationStatus::Revoked)?;
        Some(until.day().days_since(today.day()))
    }
}

/// Computes a person's status from their stored certificates for one exam. The best certificate decides, and of two
/// equal ones the later expiry.
///
/// Self-attested certificates never count, even if their key is trusted: they do not prove who took the exam. The same
/// is true for `self_test`, the time of the newest self-test passed on this computer. Both only explain the status.
///
/// If the trust list has a revocation list newer than `system_time`, the date of that list counts as the current time.
pub fn evaluate_status<'a>(
    certificates: impl IntoIterator<Item = &'a CertificateRow>,
    self_test: Option<Timestamp>,
    trust: &TrustList,
    system_time: Timestamp,
) -> MatrixCell {
    let today = trust.latest_known_time(system_time);
    let mut self_test = self_test;
    let mut best: Option<(CertificationStatus, &CertificateRow)> = None;
    let mut newest_expiry = None;
    let mut has_invalid = false;
    for row in certificates {
        if row.assurance == Assurance::SelfAttested {
            self_test = self_test.max(Some(row.valid_from));
            continue;
        }
        let status = match evaluate_trust(&row.verdict_basis(), trust, today).0 {
            Verdict::Valid => status_by_days_left(row.valid_until.day().days_since(today.day())),
            Verdict::Expired => CertificationStatus::Expired,
            Verdict::Revoked => CertificationStatus::Revoked,
            // It would not count even if the issuer were trusted.
            Verdict::Untrusted if row.valid_until < today.truncate_to_second() => CertificationStatus::Expired,
            Verdict::Untrusted | Verdict::Stale => CertificationStatus::Unknown,
            Verdict::Invalid => {
                has_invalid = true;
                continue;
            }
        };
        if status == CertificationStatus::Expired {
            newest_expiry = newest_expiry.max(Some(row.valid_until));
        }
        let is_better = best.is_none_or(|(best_status, best_row)| {
            status < best_status || (status == best_status && row.valid_until > best_row.valid_until)
        });
        if is_better {
            best = Some((status, row));
        }
    }
    let status = best.map_or(CertificationStatus::NotTaken, |(status, _)| status);
    let why = match best {
        None if has_invalid => Some(StatusReason::InvalidCertificate),
        None => self_test.map(StatusReason::SelfTest),
        Some((CertificationStatus::Unknown, row)) => Some(unknown_reason(row, trust)),
        Some(_) => None,
    };
    let hidden_expiry = newest_expiry.filter(|_| status == CertificationStatus::Unknown);
    MatrixCell { status, certificate_row: best.map(|(_, row)| row.clone()), why, hidden_expiry }
}

/// Returns why a certificate cannot be judged: its issuer is not trusted, or the revocation list is missing or old.
fn unknown_reason(row: &CertificateRow, trust: &TrustList) -> StatusReason {
    match trust.find_by_did(&row.issuer) {
        None => StatusReason::UntrustedIssuer,
        Some((issuer, _)) if issuer.list.is_none() => StatusReason::NoRevocationList,
        Some(_) => StatusReason::OldRevocationList,
    }
}

fn status_by_days_left(days_left: i64) -> CertificationStatus {
    match days_left {
        ..=30 => CertificationStatus::Expiring30,
        31..=60 => CertificationStatus::Expiring60,
        _ => CertificationStatus::Current,
    }
}
