//! Serde types of an Open Badges 3.0 credential in the profile of this program.
//! The types are closed: unknown JSON members are an error. Field names in JSON follow the specification.

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::clock::Timestamp;
use crate::credential::assurance::Assurance;
use crate::ids::{CertificateId, Digest, ExamId, TraineeId};

/// The contexts, in the order the profile asks for.
pub const CONTEXTS: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];

/// An Open Badges 3.0 credential in the profile of this program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The contexts.
    #[serde(rename = "@context")]
    pub context: Vec<String>,
    /// `urn:uuid:` of the certificate.
    pub id: String,
    /// The types.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The title.
    pub name: String,
    /// Validity and assurance in words.
    pub description: String,
    /// Who signed.
    pub issuer: IssuerProfile,
    /// From when it is valid.
    #[serde(rename = "validFrom")]
    pub valid_from: String,
    /// Until when it is valid.
    #[serde(rename = "validUntil")]
    pub valid_until: String,
    /// When the exam was passed.
    #[serde(rename = "awardedDate")]
    pub awarded_date: String,
    /// Who passed what, and how.
    #[serde(rename = "credentialSubject")]
    pub subject: CredentialSubject,
    /// Facts, paper, exam, banks, and the certificate renewed.
    pub evidence: Vec<Evidence>,
    /// The one proof; empty before signing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<Proof>,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerProfile {
    /// A did:key.
    pub id: String,
    /// `Profile`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The name the issuer gives itself.
    pub name: String,
}

/// Who passed what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialSubject {
    /// `urn:uuid:` of the person.
    pub id: String,
    /// `AchievementSubject`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The person's name.
    pub name: String,
    /// The person's license.
    #[serde(rename = "licenseNumber", default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The exam.
    pub achievement: Achievement,
    /// Score, sections, gate.
    #[serde(rename = "result")]
    pub results: Vec<ResultValue>,
}

/// The exam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Achievement {
    /// A name made of the exam's digest.
    pub id: String,
    /// `Achievement`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// `CertificateOfCompletion`.
    #[serde(rename = "achievementType")]
    pub achievement_type: String,
    /// The exam's title.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The exam's version.
    pub version: String,
    /// What the certificate stands for and what not.
    pub criteria: Criteria,
    /// What the results mean.
    #[serde(rename = "resultDescription")]
    pub result_descriptions: Vec<ResultDescription>,
}

/// What a certificate stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// The exam's statement.
    pub narrative: String,
}

/// What a result means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultDescription {
    /// Its name.
    pub id: String,
    /// `ResultDescription`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// In words.
    pub name: String,
    /// `RawScore` or `Status`.
    #[serde(rename = "resultType")]
    pub result_type: String,
    /// The least there can be.
    #[serde(rename = "valueMin", default, skip_serializing_if = "Option::is_none")]
    pub value_min: Option<String>,
    /// The most there can be.
    #[serde(rename = "valueMax", default, skip_serializing_if = "Option::is_none")]
    pub value_max: Option<String>,
    /// What is needed.
    #[serde(rename = "requiredValue", default, skip_serializing_if = "Option::is_none")]
    pub required_value: Option<String>,
}

/// A result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultValue {
    /// `Result`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// What it means.
    #[serde(rename = "resultDescription")]
    pub description_id: String,
    /// The points, an exact fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `Completed` for the gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// Something the certificate rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// A digest, or the id of a certificate.
    pub id: String,
    /// `Evidence`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// What it is.
    pub name: String,
    /// The same in words.
    pub narrative: String,
    /// The assurance, or which evidence it is.
    pub genre: String,
}

/// The proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// `DataIntegrityProof`.
    #[serde(rename = "type")]
    pub proof_type: String,
    /// `eddsa-rdfc-2022`.
    pub cryptosuite: String,
    /// When it was signed.
    pub created: String,
    /// The key.
    #[serde(rename = "verificationMethod")]
    pub verification_method: String,
    /// `assertionMethod`.
    #[serde(rename = "proofPurpose")]
    pub purpose: String,
    /// The signature, base58 behind a `z`.
    #[serde(rename = "proofValue")]
    pub value: String,
}

impl Credential {
    /// Returns the certificate's id.
    pub fn certificate_id(&self) -> Option<CertificateId> {
        self.id.strip_prefix("urn:uuid:")?.parse().ok()
    }

    /// Returns the digest of the whole credential, however its text is laid out.
    pub fn digest(&self) -> Digest {
        Digest::of(canonical::bytes(self))
    }

    /// Returns the exam's id, as the evidence names it before version and digest.
    pub fn exam_id(&self) -> Option<ExamId> {
        let exam = self.evidence.iter().find(|evidence| evidence.genre == "exam")?;
        exam.narrative.split(' ').next()?.parse().ok()
    }

    /// Returns the certificate that this one renews.
    pub fn renewed_certificate_id(&self) -> Option<CertificateId> {
        let renewal = self.evidence.iter().find(|evidence| evidence.genre == "renewal")?;
        renewal.id.strip_prefix("urn:uuid:")?.parse().ok()
    }

    /// Returns the person's id.
    pub fn holder_id(&self) -> Option<TraineeId> {
        self.subject.id.strip_prefix("urn:uuid:")?.parse().ok()
    }

    /// Returns how far others can rely on it.
    pub fn assurance(&self) -> Option<Assurance> {
        let genre = &self.evidence.first()?.genre;
        Assurance::ALL.into_iter().find(|assurance| assurance.name() == genre)
    }

    /// Returns from when it is valid.
    pub fn starts_at(&self) -> Option<Timestamp> {
        self.valid_from.parse().ok()
    }

    /// Returns until when it is valid.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.valid_until.parse().ok()
    }

    /// Returns every signed field with a label, in an order for reading.
    pub fn labeled_fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut add = |label: &str, value: &str| fields.push((label.to_owned(), value.to_owned()));
        add("Title", &self.name);
        add("Name", &self.subject.name);
        if let Some(license) = &self.subject.license {
            add("License", license);
        }
        add("Exam", &format!("{} (version {})", self.subject.achievement.name, self.subject.achievement.version));
        add("Assurance", self.evidence.first().map_or("", |evidence| &evidence.genre));
        add("Summary", &self.description);
        add("Valid from", &self.valid_from);
        add("Valid until", &self.valid_until);
        add("Awarded", &self.awarded_date);
        for (description, value) in self.subject.achievement.result_descriptions.iter().zip(&self.subject.results) {
            let maximum = description.value_max.as_ref().map_or(String::new(), |maximum| format!(" of {maximum}"));
            let required =
                description.required_value.as_ref().map_or(String::new(), |required| format!(", {required} needed"));
            let value = value.value.as_ref().or(value.status.as_ref()).map_or("", String::as_str);
            add(&description.name, &format!("{value}{maximum}{required}"));
        }
        add("Kind", &self.subject.achievement.achievement_type);
        add("About", &self.subject.achievement.description);
        add("Statement", &self.subject.achievement.criteria.narrative);
        for evidence in &self.evidence {
            add(&evidence.name, &format!("{} {}", evidence.narrative, evidence.id));
        }
        add("Issuer", &self.issuer.name);
        add("Issuer's key", &self.issuer.id);
        add("Certificate", &self.id);
        add("Person", &self.subject.id);
        fields
    }
}
