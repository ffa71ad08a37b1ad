//! Rows for certificates that were imported, or that an issuer on this machine signed.

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::clock::Timestamp;
use crate::credential::verify::VerdictBasis;
use crate::credential::{Assurance, Credential};
use crate::ids::{CertificateId, Digest, ExamId, FactId, TraineeId};

/// A certificate that was issued elsewhere, or here on request, as lists show it. Its form and its signature were
/// checked when it was taken in; what it is worth is for the trust of the day to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRow {
    /// Its name.
    pub id: CertificateId,
    /// Whose it is.
    pub trainee: TraineeId,
    /// The exam.
    pub exam: ExamId,
    /// The exam's title.
    pub title: String,
    /// How far others can rely on it.
    pub assurance: Assurance,
    /// The did:key that signed it.
    pub issuer: String,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
    /// The digest of its credential.
    pub digest: Digest,
    /// The fact that holds it whole.
    pub fact: FactId,
}

impl CertificateRow {
    /// Returns the row of a credential that holds; nothing where a part of it cannot be read.
    pub fn from_credential(credential: &Credential, fact: FactId) -> Option<Self> {
        Some(Self {
            id: credential.certificate_id()?,
            trainee: credential.holder_id()?,
            exam: credential.exam_id()?,
            title: credential.subject.achievement.name.clone(),
            assurance: credential.assurance()?,
            issuer: credential.issuer.id.clone(),
            valid_from: credential.starts_at()?,
            valid_until: credential.expires_at()?,
            digest: credential.digest(),
            fact,
        })
    }

    /// Returns what its verdict rests on.
    pub fn verdict_basis(&self) -> VerdictBasis<'_> {
        VerdictBasis {
            certificate_id: self.id,
            credential_digest: self.digest,
            signer_did: &self.issuer,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }

    /// Returns a digest over the whole row, by which damage in the store shows.
    pub fn row_digest(&self) -> Digest {
        Digest::of(canonical::bytes(self))
    }
}
