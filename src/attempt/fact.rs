//! All kinds of facts and their payloads. A fact is immutable once stored; every other table is computed from facts.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::remark::AttemptRemarked;
use super::signature::DecisionSignature;
use super::{Answer, Certainty, Mode, Outcome, Paper};
use crate::canonical;
use crate::clock::{Millis, Timestamp};
use crate::ids::{AttemptId, CertificateId, Digest, ExamId, TraineeId};

/// Something that happened. Facts are added and never changed; everything else is computed from them.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A person was added.
    PersonAdded(Person),
    /// A person's record was changed.
    PersonUpdated(Person),
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
    /// A certificate issued elsewhere was taken in.
    Imported(CertificateImported),
    /// A line of an issuer's ledger: a request was taken in to be looked at.
    RequestReceived(RequestReceived),
    /// A certificate of this issuer no longer counts.
    Revoked(CertificateRevoked),
    /// A person's data was erased.
    Erased(PersonErased),
}

/// Who a person is: the only fact that holds a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name as it is printed.
    pub name: String,
    /// The number the school or clinic knows them by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_id: Option<String>,
    /// The holder's license, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Why this record must not be erased now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// How much longer than others they may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_factor: Option<TimeFactor>,
    /// The issuer's word for the time factor, on a machine that has an issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "warrant")]
    pub signature: Option<DecisionSignature>,
}

impl Person {
    /// Returns a person of whom only the name is known.
    pub fn from_name(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { name, staff_id: None, license: None, hold: None, time_factor: None, signature: None }
    }
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

/// An invigilator's word, given with the issuer's key before the first question is shown.
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
    /// What came of it.
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

/// How much longer than others a person may take: 1.0 to 3.0 times in tenths, or without a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeFactor {
    /// So many tenths of the limit: 10 to 30.
    Tenths(u8),
    /// No limit.
    Unlimited,
}

impl TimeFactor {
    /// Returns a limit as it is for this person; nothing where there is none.
    pub fn scale(self, limit: Millis) -> Option<Millis> {
        match self {
            Self::Tenths(tenths) => Some(Millis(limit.0.saturating_mul(tenths.into()) / 10)),
            Self::Unlimited => None,
        }
    }
}

impl std::str::FromStr for TimeFactor {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let error = "a time factor is 1.0 to 3.0 with one decimal, or unlimited";
        if text == "unlimited" {
            return Ok(Self::Unlimited);
        }
        let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
        let digit = |text: &str| match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Some(digit - b'0'),
            _ => None,
        };
        let tenths = digit(whole).zip(digit(tenth)).map(|(whole, tenth)| whole * 10 + tenth);
        tenths.filter(|tenths| (10..=30).contains(tenths)).map(Self::Tenths).ok_or(error)
    }
}

impl std::fmt::Display for TimeFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tenths(tenths) => write!(f, "{}.{}", tenths / 10, tenths % 10),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl From<TimeFactor> for String {
    fn from(factor: TimeFactor) -> Self {
        factor.to_string()
    }
}

impl TryFrom<String> for TimeFactor {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
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
    /// The attempt that was marked again.
    pub attempt: AttemptId,
    /// The last fact of that attempt: a request is used once.
    pub head: Digest,
    /// The exam.
    pub exam: ExamId,
}

/// A line of an issuer's ledger: somebody requested a certificate, whatever came of it. It holds no name.
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

impl Fact {
    /// Returns the kind's name in the store.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::PersonAdded(_) => "added",
            Self::PersonUpdated(_) => "renamed",
            Self::Started(_) => "started",
            Self::Answered(_) => "answered",
            Self::Flagged(_) => "flagged",
            Self::Finished(_) => "finished",
            Self::Voided(_) => "voided",
            Self::AttemptGranted(_) => "granted",
            Self::Remarked(_) => "remarked",
            Self::Issued(_) | Self::IssuedOnRequest(_) => "issued",
            Self::Imported(_) | Self::RequestReceived(_) => "imported",
            Self::Revoked(_) => "revoked",
            Self::Erased(_) => "erased",
        }
    }

    /// Returns the payload: the RFC 8785 text that is stored and digested.
    pub fn payload(&self) -> String {
        match self {
            Self::PersonAdded(person) | Self::PersonUpdated(person) => canonical::text(person),
            Self::Started(started) => canonical::text(started),
            Self::Answered(answered) => canonical::text(answered),
            Self::Flagged(flagged) => canonical::text(flagged),
            Self::Finished(finished) => canonical::text(finished),
            Self::Voided(decision) | Self::AttemptGranted(decision) => canonical::text(decision),
            Self::Remarked(remarked) => canonical::text(remarked),
            Self::Issued(issued) => canonical::text(issued),
            Self::IssuedOnRequest(entry) => canonical::text(entry),
            Self::Imported(imported) => canonical::text(imported),
            Self::RequestReceived(received) => canonical::text(received),
            Self::Revoked(revoked) => canonical::text(revoked),
            Self::Erased(erased) => canonical::text(erased),
        }
    }

    /// Reads a fact back from its kind and payload; nothing where this program does not know it.
    pub fn from_payload(kind: &str, payload: &str) -> Option<Self> {
        fn typed<T: DeserializeOwned>(payload: &str, fact: impl FnOnce(T) -> Fact) -> Option<Fact> {
            serde_json::from_str(payload).ok().map(fact)
        }
        match kind {
            "added" => typed(payload, Self::PersonAdded),
            "renamed" => typed(payload, Self::PersonUpdated),
            "started" => typed(payload, Self::Started),
            "answered" => typed(payload, Self::Answered),
            "flagged" => typed(payload, Self::Flagged),
            "finished" => typed(payload, Self::Finished),
            "voided" => typed(payload, Self::Voided),
            "granted" => typed(payload, Self::AttemptGranted),
            "remarked" => typed(payload, Self::Remarked),
            // These two also stand in an issuer's chain; each form lacks what the other must have.
            "issued" => typed(payload, Self::Issued).or_else(|| typed(payload, Self::IssuedOnRequest)),
            "imported" => typed(payload, Self::Imported).or_else(|| typed(payload, Self::RequestReceived)),
            "revoked" => typed(payload, Self::Revoked),
            "erased" => typed(payload, Self::Erased),
            _ => None,
        }
    }
}
