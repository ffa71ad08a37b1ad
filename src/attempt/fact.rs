//! All facts and their payloads. A fact is immutable once stored; every other table is computed from facts.
//!
//! Each fact is stored under a kind with a version, such as `person.name-changed/1`; the digest covers it. Kinds
//! without a version were written by the first program and are read by the module `v1` forever.

use serde::{Deserialize, Serialize};

use super::person::{HoldReleased, HoldSet, LicenseChanged, NameChanged, PersonAdded, StaffIdChanged, TimeGranted};
use super::remark::AttemptRemarked;
use super::signature::DecisionSignature;
use super::{Answer, Certainty, Mode, Outcome, Paper};
use crate::clock::{Millis, Timestamp};
use crate::ids::{AttemptId, CertificateId, Digest, ExamId, TraineeId};

mod kind;
mod reader;
mod v1;

pub use kind::{is_result_kind, kind_label};
pub use reader::FactReader;

/// Something that happened. Facts are added and never changed; everything else is computed from them.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A person was added.
    PersonAdded(PersonAdded),
    /// A person's name changed.
    NameChanged(NameChanged),
    /// A person's staff number changed.
    StaffIdChanged(StaffIdChanged),
    /// A person's license changed.
    LicenseChanged(LicenseChanged),
    /// A person was granted more time in exams.
    TimeGranted(TimeGranted),
    /// A person's record must not be erased from now on.
    HoldSet(HoldSet),
    /// A person's record may be erased again.
    HoldReleased(HoldReleased),
    /// An attempt began; the paper is whole.
    Started(AttemptStarted),
    /// A question was answered, or its answer taken back.
    Answered(QuestionAnswered),
    /// A question was flagged for a second look, or the flag taken off.
    Flagged(QuestionFlagged),
    /// An attempt came to its end.
    Finished(AttemptFinished),
    /// An attempt was voided: it stays, and does not count.
    Voided(AttemptDecision),
    /// One more attempt was granted, after this one.
    AttemptGranted(AttemptDecision),
    /// An attempt was marked again.
    Remarked(AttemptRemarked),
    /// A certificate was issued for an attempt sat here.
    Issued(CertificateIssued),
    /// A line of an issuer's ledger: a certificate was issued on request.
    IssuedOnRequest(LedgerEntry),
    /// A certificate issued elsewhere was imported.
    Imported(CertificateImported),
    /// A line of an issuer's ledger: a request was received for review.
    RequestReceived(RequestReceived),
    /// A certificate of this issuer no longer counts.
    Revoked(CertificateRevoked),
    /// A person's data was erased.
    Erased(PersonErased),
}

/// How an attempt began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptStarted {
    /// Who sits it.
    pub trainee: TraineeId,
    /// What it is for.
    pub mode: Mode,
    /// How long it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Millis>,
    /// What is asked.
    pub paper: Paper,
    /// Who watches, where somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invigilated: Option<Invigilation>,
}

/// An invigilator's identity check, signed with the issuer's key before the first question is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invigilation {
    /// How the trainee's identity was checked.
    pub identity: String,
    /// The issuer's signature under that.
    #[serde(rename = "warrant")]
    pub signature: DecisionSignature,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAnswered {
    /// The question's place in the paper.
    #[serde(rename = "item")]
    pub question_index: usize,
    /// The whole answer; nothing where it was taken back.
    pub answer: Option<Answer>,
    /// How sure the trainee was, in practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// How much of the attempt's time had passed.
    pub elapsed: Millis,
    /// Whether it was piped in and not typed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub piped: bool,
}

/// A flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionFlagged {
    /// The question's place in the paper.
    #[serde(rename = "item")]
    pub question_index: usize,
    /// Whether it is flagged now.
    pub on: bool,
    /// How much of the attempt's time had passed.
    pub elapsed: Millis,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptFinished {
    /// How it ended.
    #[serde(rename = "how")]
    pub ending: AttemptEnding,
    /// How much of the attempt's time had passed.
    pub elapsed: Millis,
    /// The outcome.
    pub outcome: Outcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptEnding {
    /// By the trainee.
    Submitted,
    /// By the clock.
    TimedOut,
}

/// A certificate, whole, so that its files can be written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateIssued {
    /// Its name.
    pub certificate: CertificateId,
    /// The SHA-256 of the credential's text.
    pub digest: Digest,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
    /// The credential's text.
    pub credential: String,
}

/// A decision about an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptDecision {
    /// Why.
    pub reason: String,
    /// The issuer's word for it, on a machine that has an issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "warrant")]
    pub signature: Option<DecisionSignature>,
}

/// A line of an issuer's ledger. It holds no name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The certificate.
    pub certificate: CertificateId,
    /// The digest of the whole credential, however its text is laid out.
    pub credential: Digest,
    /// The key that signed it.
    pub did: String,
    /// Whose it is.
    pub trainee: TraineeId,
    /// The attempt that it certifies.
    pub attempt: AttemptId,
    /// The last fact of that attempt: a request is used once.
    pub head: Digest,
    /// The exam.
    pub exam: ExamId,
}

/// A line of an issuer's ledger: a person requested a certificate, granted or not. It contains no name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestReceived {
    /// The digest of the request, however its text is laid out.
    pub request: Digest,
    /// Who it says sent it.
    pub trainee: TraineeId,
}

/// A certificate issued elsewhere, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateImported {
    /// Its name.
    pub certificate: CertificateId,
    /// The credential's text.
    pub credential: String,
}

/// A certificate that no longer counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRevoked {
    /// The certificate.
    pub certificate: CertificateId,
    /// Why, by the name of the reason.
    pub reason: String,
    /// Whether bundles tell the reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[serde(rename = "told")]
    pub reason_published: bool,
}

/// Whose data was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonErased {
    /// The person's id, which nothing links to a name any more.
    pub trainee: TraineeId,
}
