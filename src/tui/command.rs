//! The commands that a screen requests and the replies that it receives. Both are plain data: tests need no store.

use std::sync::Arc;

use super::binding::Binding;
use crate::bank::exam::Exam;
use crate::clock::Now;
use crate::exam::Session;
use crate::exam::session::{ActionRefusal, AttemptAction};
use crate::ids::{AttemptId, BankId, CertificateId};
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::view::preview::PreviewContent;

/// A question that is answered before anything else is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// The question, in a few words.
    pub title: String,
    /// What there is to know before answering. It may be empty.
    pub text: String,
    /// The answers. Each closes the dialog.
    pub bindings: Vec<Binding>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Go on as a person who is stored.
    ChoosePerson(PersonRow),
    /// Go on as the person of this name; one that is new is added.
    ChooseName(String),
    /// Begin a practice of these banks; of all where none is named.
    StartPractice(Vec<BankId>),
    /// Begin an exam.
    StartExam(Arc<Exam>),
    /// Begin a mock of an exam.
    StartMock(Arc<Exam>),
    /// Resume an attempt.
    Resume(AttemptId),
    /// End attempts whose time is over, and make certificates and files that are missing.
    CompleteBusiness,
    /// Store what the trainee did.
    Record(AttemptAction),
    /// Store what the trainee did at an earlier moment, when the store was busy.
    RecordLate(AttemptAction, Now),
    /// Leave the result: for home, or the program where it was opened at the attempt.
    LeaveResult,
    /// Verify the signatures behind some rows.
    Verify(Vec<CertificateRow>),
    /// Read the previewed file again if it changed.
    ReloadFile,
    /// Say why an action is not possible, for a preview, which decides that itself.
    ShowRefusal(ActionRefusal),
}

/// What a screen is told once its effect is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// It is stored; this is the attempt now.
    Recorded(Box<Session>),
    /// The time was over, and the attempt was ended.
    TimeUp,
    /// The screen above was closed.
    Closed,
    /// The screen above was closed for this question, by its place in the paper.
    ClosedToQuestion(usize),
    /// The signatures behind these certificates match.
    Verified(Vec<CertificateId>),
    /// The previewed file was read again.
    FileReloaded(Box<PreviewContent>),
}
