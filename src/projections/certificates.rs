//! The projection of certificates that were imported, or that this computer's issuer signed. Each row names a fact,
//! which contains the whole credential.

use std::collections::BTreeMap;

use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::clock::Timestamp;
use crate::credential::verdict::VerdictBasis;
use crate::credential::{Assurance, Credential};
use crate::ids::{CertificateId, Digest, ExamId, FactId, TraineeId};
use crate::projections::row::{Column, ColumnReader, ColumnValue, Projection, ProjectionRow, page};

/// The projection of certificates. Its key is `(id, trainee)`, because two holders can claim the same certificate ID,
/// and each row must depend on one chain only.
pub const CERTIFICATES: Projection = Projection {
    name: "certificates",
    version: 2,
    columns: &[
        Column::text("id"),
        Column::text("trainee"),
        Column::text("holder_name"),
        Column::text("exam"),
        Column::text("title"),
        Column::text("assurance"),
        Column::text("issuer"),
        Column::integer("valid_from"),
        Column::integer("valid_until"),
        Column::text("credential"),
        Column::text("fact"),
    ],
    key_length: 2,
    stream_column: Some(1),
    indexes: &["trainee, exam, valid_until", "valid_until, id"],
};

/// A certificate that was issued elsewhere, or here on request, as lists show it. The import checked its form and its
/// signature. Its verdict depends on the current trust list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    pub id: CertificateId,
    /// The holder.
    pub trainee: TraineeId,
    /// The holder's name as the certificate states it. The name of the person here can differ.
    pub holder_name: String,
    pub exam: ExamId,
    /// The title of the exam, as the certificate states it.
    pub title: String,
    pub assurance: Assurance,
    /// The did:key that signed the certificate.
    pub issuer: String,
    /// The first moment at which it is valid.
    pub valid_from: Timestamp,
    /// The last moment at which it is valid.
    pub valid_until: Timestamp,
    /// The digest of the credential, as bundles and ledgers name it.
    pub digest: Digest,
    /// The fact that contains the whole credential.
    pub fact: FactId,
}

impl CertificateRow {
    /// Returns the row of a verified credential; `None` if a part of it cannot be read.
    pub fn from_credential(credential: &Credential, fact: FactId) -> Option<Self> {
        Some(Self {
            id: credential.certificate_id()?,
            trainee: credential.holder_id()?,
            holder_name: credential.subject.name.clone(),
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

    /// Returns the values that the verdict depends on, besides the trust list and the date.
    pub fn verdict_basis(&self) -> VerdictBasis<'_> {
        VerdictBasis {
            certificate_id: self.id,
            credential_digest: self.digest,
            signer_did: &self.issuer,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }

    /// Computes the rows of all certificates in a person's chain. If two have the same ID, the later one counts.
    pub fn fold(chain: &[StoredFact]) -> Vec<Self> {
        let mut rows = BTreeMap::new();
        for (stored_fact, fact) in read_facts(chain) {
            let Fact::Imported(imported) = fact else { continue };
            let credential = serde_json::from_str(&imported.credential).ok();
            let row = credential.and_then(|credential| Self::from_credential(&credential, stored_fact.id));
            rows.extend(row.map(|row| (row.id, row)));
        }
        rows.into_values().collect()
    }
}

impl ProjectionRow for CertificateRow {
    const PROJECTION: &'static Projection = &CERTIFICATES;

    fn to_columns(&self) -> Vec<ColumnValue> {
        vec![
            ColumnValue::text(self.id),
            ColumnValue::text(self.trainee),
            ColumnValue::text(&self.holder_name),
            ColumnValue::text(&self.exam),
            ColumnValue::text(&self.title),
            ColumnValue::text(self.assurance.name()),
            ColumnValue::text(&self.issuer),
            ColumnValue::timestamp(self.valid_from),
            ColumnValue::timestamp(self.valid_until),
            ColumnValue::text(self.digest),
            ColumnValue::text(self.fact),
        ]
    }

    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self> {
        Some(Self {
            id: columns.parse()?,
            trainee: columns.parse()?,
            holder_name: columns.text()?,
            exam: columns.parse()?,
            title: columns.text()?,
            assurance: columns.word()?,
            issuer: columns.text()?,
            valid_from: columns.timestamp()?,
            valid_until: columns.timestamp()?,
            digest: columns.parse()?,
            fact: columns.parse()?,
        })
    }
}

/// Selects certificates, listed with the latest expiry first. The default selects all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateQuery {
    pub trainee: Option<TraineeId>,
    /// Only certificates with this ID. Usually there is one, but certificates of several holders can claim the same ID.
    pub id: Option<CertificateId>,
    /// Only certificates after this one in the list, by expiry, ID and holder. It is the last row of the page before.
    pub after: Option<(Timestamp, CertificateId, TraineeId)>,
    /// The maximum number of rows. The default is no limit.
    pub max_count: Option<u32>,
}

impl CertificateQuery {
    /// Returns the certificates that the query wants, latest expiry first.
    pub fn select(&self, mut rows: Vec<CertificateRow>) -> Vec<CertificateRow> {
        let key = |row: &CertificateRow| (std::cmp::Reverse(row.valid_until), row.id, row.trainee);
        rows.retain(|row| {
            self.trainee.is_none_or(|trainee| row.trainee == trainee) && self.id.is_none_or(|id| row.id == id)
        });
        rows.sort_by_key(key);
        let is_after = |row: &CertificateRow| {
            self.after.is_none_or(|(until, id, trainee)| key(row) > (std::cmp::Reverse(until), id, trainee))
        };
        page(rows, is_after, self.max_count)
    }
}
