//! All facts and their payloads. A stored fact never changes, but its payload can be erased.
//!
//! Each fact is stored under a kind with a version, such as `person.name-changed/1`. The digest covers the kind. The
//! first program wrote kinds without a version. The module `v1` reads them forever.

use serde::{Deserialize, Serialize};

use super::person::{
    BookmarkChanged, HoldReleased, HoldSet, LicenseChanged, NameChanged, NoteChanged, PersonAdded, PersonArchived,
    PersonKeptApart, PersonLinked, PersonUnarchived, PersonUnlinked, ProblemReported, ReadingLeft, StaffIdChanged,
    StudyChanged, TimeGranted,
};
use super::remark::AttemptRemarked;
use super::signature::DecisionSignature;
use super::{Answer, Certainty, Mode, Outcome, Paper};
use crate::clock::{Day, Millis, Timestamp};
use crate::ids::{AttemptId, CertificateId, Digest, ExamId, TraineeId};

mod kind;
mod reader;
mod v1;

pub use kind::{is_result_kind, kind_label};
pub use reader::FactReader;

/// Something that happened. Facts are added and never changed. All lists and results are computed from them.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    PersonAdded(PersonAdded),
    NameChanged(NameChanged),
    StaffIdChanged(StaffIdChanged),
    LicenseChanged(LicenseChanged),
    /// A person was granted a new time factor for exams.
    TimeGranted(TimeGranted),
    /// A person changed how they study.
    StudyChanged(StudyChanged),
    /// A person wrote or deleted a note on a question.
    NoteChanged(NoteChanged),
    /// A person set or removed a bookmark on a question.
    BookmarkChanged(BookmarkChanged),
    /// A person reported a problem with a question.
    ProblemReported(ProblemReported),
    /// A person left a reading of the course.
    ReadingLeft(ReadingLeft),
    /// From now on, a person's record must not be erased.
    HoldSet(HoldSet),
    /// A person's record may be erased again.
    HoldReleased(HoldReleased),
    /// A person's record was linked to that of the same person.
    PersonLinked(PersonLinked),
    /// A link was removed.
    PersonUnlinked(PersonUnlinked),
    /// Two records that look alike are of different people.
    PersonKeptApart(PersonKeptApart),
    /// A person left.
    PersonArchived(PersonArchived),
    /// A person who had left is back.
    PersonUnarchived(PersonUnarchived),
    /// An attempt started, with its complete paper.
    Started(AttemptStarted),
    /// A question was answered, or its answer was cleared.
    Answered(QuestionAnswered),
    /// A practice asks one of its questions again.
    Asked(QuestionAsked),
    /// A question was flagged for later, or the flag was removed.
    Flagged(QuestionFlagged),
    /// An attempt ended.
    Finished(AttemptFinished),
    /// An attempt was voided. It stays in the record and does not count.
    Voided(AttemptDecision),
    /// One more attempt was granted after this one.
    AttemptGranted(AttemptDecision),
    /// An attempt was re-marked after one of its questions turned out to be faulty.
    Remarked(AttemptRemarked),
    /// A certificate was issued for an attempt on this computer.
    Issued(CertificateIssued),
    /// A ledger line: the issuer signed a certificate on request.
    IssuedOnRequest(LedgerEntry),
    /// A certificate that was issued elsewhere was imported.
    Imported(CertificateImported),
    /// A ledger line: the issuer received a certificate request for review.
    RequestReceived(RequestReceived),
    /// A certificate of this issuer was revoked.
    Revoked(CertificateRevoked),
    Erased(PersonErased),
}

/// The start of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptStarted {
    pub trainee: TraineeId,
    pub mode: Mode,
    /// The time limit, with the trainee's time factor applied. `None` is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Millis>,
    pub paper: Paper,
    /// The study day, if this practice is that day's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_day: Option<Day>,
    /// The invigilator's identity check, if the exam is invigilated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invigilated: Option<Invigilation>,
}

/// An invigilator's identity check, signed with the issuer's key before the first question is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invigilation {
    /// How the trainee's identity was checked, such as `passport`.
    pub identity: String,
    /// The issuer's signature over `identity`.
    // This and the other renamed members are in the facts of older programs, so their names never change.
    #[serde(rename = "warrant")]
    pub signature: DecisionSignature,
}

/// A question was answered, or its answer was cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAnswered {
    /// The position of the question in the paper, from 0.
    #[serde(rename = "item")]
    pub question_index: usize,
    /// The complete answer, or `None` if the answer was cleared.
    pub answer: Option<Answer>,
    /// How sure the trainee was. Only practice asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// How much of the attempt's time had passed.
    // The time of storing cannot decide a deadline, because the wall clock can be set during an attempt.
    pub elapsed: Millis,
    /// Whether the answer was piped in instead of typed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub piped: bool,
    /// The study day of an answer in practice or in a mock exam. Answers of older programs have none.
    // It is stored, because a study day depends on the time zone of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study_day: Option<Day>,
}

/// A practice asks one of its questions again, after a wrong answer. The repeat is a new question at the end of the
/// paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAsked {
    /// The position of the question in the paper as it was drawn, from 0.
    #[serde(rename = "item")]
    pub question_index: usize,
    /// The new display order of choices, items or right sides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<usize>,
}

/// A question was flagged for later, or the flag was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionFlagged {
    /// The position of the question in the paper, from 0.
    #[serde(rename = "item")]
    pub question_index: usize,
    /// Whether the question is flagged now.
    pub on: bool,
    /// How much of the attempt's time had passed.
    pub elapsed: Millis,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptFinished {
    #[serde(rename = "how")]
    pub ending: AttemptEnding,
    /// How much of the attempt's time had passed.
    pub elapsed: Millis,
    /// The outcome at the end. A later remark adds a fact and leaves this one as it is.
    // It could be computed from the answers. It is stored so that a replay can report a difference.
    pub outcome: Outcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptEnding {
    /// The trainee submitted it.
    Submitted,
    /// The time ran out.
    TimedOut,
}

/// A certificate with its whole credential, so that its files can be written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateIssued {
    pub certificate: CertificateId,
    /// The digest of the credential's text.
    pub digest: Digest,
    pub valid_from: Timestamp,
    pub valid_until: Timestamp,
    /// The signed credential as text.
    pub credential: String,
}

/// A decision of the issuer about an attempt: it is voided, or one more attempt is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptDecision {
    pub reason: String,
    /// The issuer's signature, if the computer has an issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "warrant")]
    pub signature: Option<DecisionSignature>,
}

/// A line of an issuer's ledger: a certificate was signed. It contains no name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub certificate: CertificateId,
    /// The digest of the credential's canonical form, which does not depend on the layout of its text.
    pub credential: Digest,
    /// The key that signed the credential, as a did:key.
    pub did: String,
    /// The holder of the certificate.
    pub trainee: TraineeId,
    /// The attempt that the certificate is for.
    pub attempt: AttemptId,
    /// The digest of that attempt's last fact. The issuer signs each request only once.
    pub head: Digest,
    pub exam: ExamId,
    /// The digest of the request that was granted. Older programs wrote none, and an invigilated exam has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Digest>,
}

/// A line of an issuer's ledger: a certificate request was received, granted or not. It contains no name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestReceived {
    /// The digest of the request's canonical form, which does not depend on the layout of its text.
    pub request: Digest,
    /// The sender that the request claims.
    pub trainee: TraineeId,
    /// What recognizes copies of its attempt. Older programs wrote none, and an unreadable request has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<AttemptTrace>,
}

/// What recognizes copies of an attempt in later requests. It contains neither a name nor an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptTrace {
    pub attempt: AttemptId,
    /// The digest of the seed of the paper.
    pub seed: Digest,
    /// The digest of the times of all answers. `None` if there are too few to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Digest>,
    /// A sample of the digests of the salts: the smallest ones, in order. A copy of a part of the attempt has some too.
    pub salts: Vec<Digest>,
}

/// A certificate that was issued elsewhere, with its whole credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateImported {
    pub certificate: CertificateId,
    /// The signed credential as text.
    pub credential: String,
}

/// A certificate of this issuer was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRevoked {
    pub certificate: CertificateId,
    /// The machine code of the reason, such as `key-compromise`.
    pub reason: String,
    /// Whether the revocation list gives the reason too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[serde(rename = "told")]
    pub reason_published: bool,
}

/// A person's data was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonErased {
    /// The person's ID. Nothing links it to a name any more.
    pub trainee: TraineeId,
}
