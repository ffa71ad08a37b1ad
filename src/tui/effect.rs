//! The effects that a screen requests and the replies that it receives. Both are plain data: tests need no store.

use std::sync::Arc;

use super::binding::Binding;
use crate::bank::exam::Exam;
use crate::clock::{Countdown, Now};
use crate::credential::VerificationResult;
use crate::exam::Session;
use crate::exam::session::{ActionRefusal, AttemptAction};
use crate::ids::{AttemptId, BankId, CertificateId, TraineeId};
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::service::certificate_files::StoredCertificate;
use crate::view::preview::PreviewContent;

/// What a screen wants to happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Open another screen above this one.
    Open(Route),
    /// Open another screen in place of this one.
    Replace(Route),
    /// Close this screen.
    Close,
    /// Close this screen and go to a question on the one below, by its place in the paper.
    CloseToQuestion(usize),
    /// Ask a question. The screen is told the action of the answer.
    Ask(Dialog),
    /// Do something that needs more than the screen.
    Do(Command),
    /// End the program.
    Quit,
}

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

/// A screen by name, with the data that it cannot look up.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    /// Home, or the welcome screen until a person is chosen. It replaces all screens.
    Home,
    /// The topics to practice.
    Topics,
    /// An exam before it starts.
    Briefing(Arc<Exam>),
    /// The attempt in progress.
    Quiz,
    /// The answer sheet of an attempt.
    AnswerSheet {
        /// The attempt.
        session: Box<Session>,
        /// The question it was opened from.
        question_index: usize,
        /// The time left.
        countdown: Option<Countdown>,
    },
    /// The questions of an attempt that has ended.
    Review(Box<Session>),
    /// The result of the attempt in progress. It takes the place of all screens.
    Result,
    /// The certificates of the trainee.
    Certificates,
    /// One certificate.
    Certificate(Box<(StoredCertificate, VerificationResult)>),
    /// The compliance matrix.
    Records,
    /// One person of the records.
    Person(TraineeId),
    /// A bank's file as trainees will see it.
    Preview {
        /// The name of the file, for people.
        file_name: String,
        /// The content of the file.
        content: Box<PreviewContent>,
    },
}

impl Route {
    /// Returns whether the screen takes the place of all that are open.
    pub fn replaces_all(&self) -> bool {
        matches!(self, Self::Home | Self::Result)
    }
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
