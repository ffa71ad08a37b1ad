//! Where a person stands for an exam: a fold over the certificates that are held, under the trust and the day at hand.

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
    NotDone,
}

impl CertificationStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Current, Self::Expiring60, Self::Expiring30, Self::Expired, Self::Revoked, Self::NotDone];

    /// Returns the name, as outputs give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Expiring60 => "expiring-60",
            Self::Expiring30 => "expiring-30",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::NotDone => "not-done",
        }
    }

    /// Returns whether the person counts as certified.
    pub fn counts(self) -> bool {
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
    pub standing: CertificationStatus,
    /// The certificate it rests on.
    pub by: Option<CertificateRow>,
    /// The verdict of a certificate that is held and does not count: untrusted, stale or invalid.
    pub uncounted: Option<Verdict>,
}

impl MatrixCell {
    /// Returns the assurance of the certificate.
    pub fn assurance(&self) -> Option<Assurance> {
        self.by.as_ref().map(|row| row.assurance)
    }

    /// Returns until when it counts.
    pub fn until(&self) -> Option<Timestamp> {
        self.by.as_ref().map(|row| row.valid_until)
    }

    /// Returns the certificate's name.
    pub fn certificate(&self) -> Option<CertificateId> {
        self.by.as_ref().map(|row| row.id)
    }
}

/// Finds out where a person stands, from the certificates held of them for an exam. A self-attested one never counts here,
/// even where its key is trusted: it says nothing about who sat the exam.
pub fn standing<'a>(
    rows: impl IntoIterator<Item = &'a CertificateRow>,
    trust: &TrustList,
    system: Timestamp,
) -> MatrixCell {
    let today = trust.latest_known_time(system);
    let mut cell = MatrixCell { standing: CertificationStatus::NotDone, by: None, uncounted: None };
    for row in rows.into_iter().filter(|row| row.assurance != Assurance::SelfAttested) {
        let standing = match evaluate_trust(&row.signed(), trust, today).0 {
            Verdict::Valid => by_days(row.valid_until.day().days_since(today.day())),
            Verdict::Expired => CertificationStatus::Expired,
            Verdict::Revoked => CertificationStatus::Revoked,
            uncounted => {
                cell.uncounted = Some(uncounted);
                continue;
            }
        };
        // What counts comes before what does not; of two alike the one that ends later.
        let better = match &cell.by {
            None => true,
            Some(held) if standing.counts() != cell.standing.counts() => standing.counts() && held.id != row.id,
            Some(held) => row.valid_until > held.valid_until,
        };
        if better {
            (cell.standing, cell.by) = (standing, Some(row.clone()));
        }
    }
    cell
}

fn by_days(left: i64) -> CertificationStatus {
    match left {
        ..=30 => CertificationStatus::Expiring30,
        31..=60 => CertificationStatus::Expiring60,
        _ => CertificationStatus::Current,
    }
}
