//! Serde types of an Open Badges 3.0 credential, limited to the form that this program writes.
//! The types are closed: unknown JSON members are an error. Field names in JSON follow the specification.

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::clock::Timestamp;
use crate::credential::assurance::Assurance;
use crate::ids::{CertificateId, Digest, ExamId, TraineeId};
use crate::text;

/// The JSON-LD contexts, in the order that Open Badges 3.0 requires.
pub const CONTEXTS: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];

/// An Open Badges 3.0 credential in the form that this program writes. All dates are RFC 3339 in UTC, to the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// [`CONTEXTS`].
    #[serde(rename = "@context")]
    pub context: Vec<String>,
    /// `urn:uuid:` with the certificate's ID.
    pub id: String,
    /// `VerifiableCredential` and `OpenBadgeCredential`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The title, such as "Certificate of completion: Foundations of dry needling".
    pub name: String,
    /// The last day and the assurance in words, and decisions that no issuer signed.
    pub description: String,
    pub issuer: IssuerProfile,
    #[serde(rename = "validFrom")]
    pub valid_from: String,
    /// The end of the last valid day.
    #[serde(rename = "validUntil")]
    pub valid_until: String,
    /// The time when the exam was passed. Equals `valid_from`.
    #[serde(rename = "awardedDate")]
    pub awarded_date: String,
    /// The holder with the exam and the results.
    #[serde(rename = "credentialSubject")]
    pub subject: CredentialSubject,
    /// In this order: the facts of the attempt, the paper, the exam, the question banks, and the renewed certificate if
    /// there is one.
    // There is no `credentialStatus`: to the 1EdTech validator, an unreachable list is an error.
    pub evidence: Vec<Evidence>,
    /// The proof with [`RDFC`], then the one with [`JCS`]. Certificates of older programs have only the first, and the
    /// QR code has only the second. Empty before signing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<Proof>,
}

/// The cryptosuite that signs the meaning of a credential, as a canonical graph (W3C eddsa-rdfc-2022).
pub const RDFC: &str = "eddsa-rdfc-2022";

/// The cryptosuite that signs the text of a credential, as canonical JSON (W3C eddsa-jcs-2022). A verifier of it needs no
/// JSON-LD.
pub const JCS: &str = "eddsa-jcs-2022";

/// The issuer of a credential, as the credential describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerProfile {
    /// The did:key that signed the credential.
    pub id: String,
    /// `Profile`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The name that the issuer gives itself. Anyone can sign any name, so it proves nothing.
    pub name: String,
    /// The issuer's number as a provider of continuing education, if it has one.
    #[serde(rename = "otherIdentifier", default, skip_serializing_if = "Vec::is_empty")]
    pub other_identifiers: Vec<OtherIdentifier>,
}

/// The type of the issuer's number as a provider of continuing education.
pub const PROVIDER_NUMBER: &str = "ext:ceProvider";

/// A number of the issuer in another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherIdentifier {
    /// `IdentifierEntry`. The schema of Open Badges has one text here and not an array.
    #[serde(rename = "type")]
    pub entry_type: String,
    pub identifier: String,
    /// [`PROVIDER_NUMBER`].
    #[serde(rename = "identifierType")]
    pub identifier_type: String,
}

/// The person who answers for a certificate at the issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatory {
    /// `urn:uuid:` with an ID that the issuer made once.
    pub id: String,
    /// `Profile`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    pub name: String,
    /// The title or position.
    pub description: String,
}

/// The holder of a certificate, the exam and the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialSubject {
    /// `urn:uuid:` with the holder's ID.
    pub id: String,
    /// `AchievementSubject`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    // In clear: wallets that are built on `ssi` refuse a hashed `IdentityObject`.
    pub name: String,
    /// The license number, if the certificate shows it.
    #[serde(rename = "licenseNumber", default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The signatory at the issuer, if the issuer named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Signatory>,
    pub achievement: Achievement,
    /// The score, each section, the critical questions, and contact hours if the exam has them, in the order of the
    /// result descriptions.
    #[serde(rename = "result")]
    pub results: Vec<ResultValue>,
}

/// The exam that was passed, and what its results mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Achievement {
    /// `urn:sha256:` with a digest that is derived from the exam.
    pub id: String,
    /// `Achievement`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// `CertificateOfCompletion`.
    #[serde(rename = "achievementType")]
    pub achievement_type: String,
    /// The title of the exam.
    pub name: String,
    /// A sentence that says what kind of exam it is.
    pub description: String,
    /// The version of the exam file.
    pub version: String,
    pub criteria: Criteria,
    #[serde(rename = "resultDescription")]
    pub result_descriptions: Vec<ResultDescription>,
}

/// What a certificate confirms and what it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// The statement of the exam file, and whether a clinician reviewed the questions.
    pub narrative: String,
}

/// The meaning and the range of one result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultDescription {
    /// The ID of the achievement, `#r` and the index. Older programs wrote `urn:sha256:` with a digest. The result refers
    /// to it.
    pub id: String,
    /// `ResultDescription`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The label, such as a section's title.
    pub name: String,
    /// `RawScore`, `Status` or [`CONTACT_HOURS`].
    #[serde(rename = "resultType")]
    pub result_type: String,
    /// The lowest possible points. `None` for a status.
    #[serde(rename = "valueMin", default, skip_serializing_if = "Option::is_none")]
    pub value_min: Option<String>,
    /// The highest possible points. `None` for a status.
    #[serde(rename = "valueMax", default, skip_serializing_if = "Option::is_none")]
    pub value_max: Option<String>,
    /// The points needed to pass, if this result has a pass mark.
    #[serde(rename = "requiredValue", default, skip_serializing_if = "Option::is_none")]
    pub required_value: Option<String>,
}

/// The type of a result that gives the contact hours of an exam. The profile has no type of its own for them.
pub const CONTACT_HOURS: &str = "ext:ContactHours";

/// The holder's result for one [`ResultDescription`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultValue {
    /// `Result`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The ID of the result description.
    #[serde(rename = "resultDescription")]
    pub description_id: String,
    /// The points as an exact fraction, such as `37/2`, or the contact hours as a decimal number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `Completed` for the critical questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// One piece of evidence for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// `urn:sha256:` with a digest, or `urn:uuid:` with the ID of the renewed certificate.
    pub id: String,
    /// `Evidence`.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    pub name: String,
    /// A description for people. The exam's narrative starts with the exam's ID.
    pub narrative: String,
    /// The assurance for the facts of the attempt, else `paper`, `exam`, `banks` or `renewal`.
    pub genre: String,
}

/// The Data Integrity proof of a credential: the signature, its key and its method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// `DataIntegrityProof`.
    #[serde(rename = "type")]
    pub proof_type: String,
    /// [`RDFC`] or [`JCS`].
    pub cryptosuite: String,
    pub created: String,
    /// The did:key, with the key repeated as the fragment.
    #[serde(rename = "verificationMethod")]
    pub verification_method: String,
    /// `assertionMethod`.
    #[serde(rename = "proofPurpose")]
    pub purpose: String,
    /// The signature in base58, after the multibase prefix `z`.
    #[serde(rename = "proofValue")]
    pub value: String,
}

impl Credential {
    /// Returns the certificate's ID, or `None` if `id` is malformed.
    pub fn certificate_id(&self) -> Option<CertificateId> {
        self.id.strip_prefix("urn:uuid:")?.parse().ok()
    }

    /// Returns the digest of the credential with its last proof. White space and member order do not change it, and it
    /// is the same for the file and the QR code of a certificate.
    pub fn digest(&self) -> Digest {
        Digest::of(canonical::bytes(&self.with_last_proof()))
    }

    /// Returns the credential with its last proof only, which is the form in the QR code.
    #[must_use]
    pub fn with_last_proof(&self) -> Self {
        Self { proof: self.proof.last().cloned().into_iter().collect(), ..self.clone() }
    }

    /// Returns the issuer's number as a provider of continuing education, if it gave one.
    pub fn provider_number(&self) -> Option<&str> {
        self.issuer.other_identifiers.first().map(|entry| entry.identifier.as_str())
    }

    /// Returns the contact hours in words, such as "1.5", if the exam has them.
    pub fn contact_hours(&self) -> Option<&str> {
        let achievement = &self.subject.achievement;
        let is_hours = |(description, _): &(&ResultDescription, &ResultValue)| description.result_type == CONTACT_HOURS;
        let mut results = achievement.result_descriptions.iter().zip(&self.subject.results);
        results.find(is_hours).and_then(|(_, result)| result.value.as_deref())
    }

    /// Returns the exam's ID, which is the first word in the narrative of the exam evidence.
    pub fn exam_id(&self) -> Option<ExamId> {
        let exam = self.evidence.iter().find(|evidence| evidence.genre == "exam")?;
        exam.narrative.split(' ').next()?.parse().ok()
    }

    /// Returns the ID of the certificate that this one renews, if any.
    pub fn renewed_certificate_id(&self) -> Option<CertificateId> {
        let renewal = self.evidence.iter().find(|evidence| evidence.genre == "renewal")?;
        renewal.id.strip_prefix("urn:uuid:")?.parse().ok()
    }

    /// Returns the holder's ID, or `None` if it is malformed.
    pub fn holder_id(&self) -> Option<TraineeId> {
        self.subject.id.strip_prefix("urn:uuid:")?.parse().ok()
    }

    /// Returns the assurance, or `None` if the first evidence does not name one.
    pub fn assurance(&self) -> Option<Assurance> {
        let genre = &self.evidence.first()?.genre;
        Assurance::ALL.into_iter().find(|assurance| assurance.name() == genre)
    }

    /// Returns the start of validity, or `None` if the date is malformed.
    pub fn starts_at(&self) -> Option<Timestamp> {
        self.valid_from.parse().ok()
    }

    /// Returns the end of validity, or `None` if the date is malformed.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.valid_until.parse().ok()
    }
}

impl ResultValue {
    /// Returns the result for people: the points as a decimal number that is rounded down, or `yes` if it has no points.
    pub fn format_for_people(&self) -> String {
        self.value.as_deref().map_or_else(|| "yes".to_owned(), format_points)
    }
}

/// Returns signed points, such as `37/2`, as a decimal number with at most two places. It is rounded down, so that no
/// score below a pass mark reads like the mark. Text that is not a fraction stays as it is.
fn format_points(signed: &str) -> String {
    let (earned, divisor) = signed.split_once('/').unwrap_or((signed, "1"));
    let hundredths = match (earned.parse::<u128>(), divisor.parse::<u128>()) {
        (Ok(earned), Ok(divisor)) => earned.checked_mul(100).and_then(|earned| earned.checked_div(divisor)),
        _ => None,
    };
    hundredths.map_or_else(|| signed.to_owned(), |hundredths| text::format_hundredths(&hundredths.to_string()))
}
