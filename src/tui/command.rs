//! The commands that a screen requests and the replies that it receives. Both are plain data, so tests need no store.

use std::sync::Arc;

use super::binding::Binding;
use crate::attempt::person::{ReadingLeft, StudyChanged};
use crate::bank::exam::Exam;
use crate::clock::Now;
use crate::exam::Session;
use crate::exam::session::{ActionRefusal, AttemptAction};
use crate::ids::{AttemptId, CertificateId, ExamId, InBank, QuestionId, ReadingId};
use crate::projections::certificates::CertificateRow;
use crate::projections::links::LinkProposal;
use crate::projections::people::PersonRow;
use crate::service::certificate_files::StoredCertificate;
use crate::study::practice::PracticeChoice;
use crate::study::readiness::ReadinessResult;
use crate::view::notebook::QuestionNotebook;
use crate::view::picture::CellPicture;
use crate::view::preview::PreviewContent;

/// A question that blocks its screen until it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// The question, in a few words.
    pub title: String,
    /// What to know before answering. It may be empty.
    pub text: String,
    /// The answers. Each closes the dialog.
    pub bindings: Vec<Binding>,
}

/// Work that a screen requests from outside itself, usually from the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Continue as this stored person.
    ChoosePerson(Box<PersonRow>),
    /// Continue as the person with this name, who is added if new.
    ChooseName(String),
    /// Ask for the trainee again.
    LeaveTrainee,
    /// Start today's session.
    StartSession,
    /// Start a practice of at most this many questions of the trainee's choice.
    StartPractice(Box<PracticeChoice>, usize),
    /// End a practice in progress. Its answers stay.
    EndPractice(AttemptId),
    /// Store these changes of how the trainee studies, and close the settings.
    ChangeSettings(Vec<StudyChanged>),
    /// Change what the trainee keeps beside questions and readings.
    Notebook(NotebookCommand),
    /// Draw an image of a reading or a question as cells. The answer is [`Reply::Picture`].
    DrawPicture(PictureRequest),
    /// Estimate the readiness for an exam. The answer is [`Reply::Readiness`].
    EstimateReadiness(ExamId),
    StartExam(Arc<Exam>),
    StartMock(Arc<Exam>),
    Resume(AttemptId),
    /// Open the result of an attempt that has ended.
    OpenResult(AttemptId),
    /// End attempts whose time is over, sign pending certificates and write missing certificate files.
    CompleteBusiness,
    /// Store an action of the trainee in the attempt on screen. A preview has no attempt and stores nothing.
    Record(Option<AttemptId>, AttemptAction),
    /// Store an action with the time of its first try, when the store was busy.
    RecordLate(Option<AttemptId>, AttemptAction, Now),
    /// Move the log of the store into its file, in a job.
    Checkpoint,
    /// Leave the result: go home, or quit if the program was started for this attempt only.
    LeaveResult,
    /// Work with certificates and people.
    Records(RecordsCommand),
    /// Read the previewed file again if it changed.
    ReloadFile,
    /// Show why an action is refused. Only the preview needs this: it applies actions itself, without the store.
    ShowRefusal(ActionRefusal),
}

/// Work with certificates and people.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordsCommand {
    /// Write a certificate in all formats into the folder for exports, in a job. The answer is [`Reply::Exported`].
    Export(Box<StoredCertificate>),
    /// Write the request for a certificate that counts, for the attempt of this self-test record. The answer is
    /// [`Reply::RequestWritten`].
    Request(Box<StoredCertificate>),
    /// Settle whether two records are of one person.
    SettleLink(Box<LinkProposal>, LinkDecision),
    /// Verify the signatures of these certificates.
    Verify(Vec<CertificateRow>),
}

/// The decision about two records that may be of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkDecision {
    /// They are of one person.
    Link,
    /// They are of two people, and the pair is not proposed again.
    KeepApart,
}

/// A change of what the trainee keeps beside questions and readings. Those of a question are answered with
/// [`Reply::NotebookChanged`].
#[derive(Debug, Clone, PartialEq)]
pub enum NotebookCommand {
    /// Store where the trainee left a reading, and then open another one, or close the screen.
    LeaveReading(ReadingLeft, Option<ReadingId>),
    /// Store a note on a question, or delete it if it is empty.
    WriteNote(InBank<QuestionId>, String),
    /// Set a bookmark on a question, or remove it.
    ToggleBookmark(InBank<QuestionId>),
    /// Report a problem with this revision of a question.
    ReportProblem(InBank<QuestionId>, u32, String),
}

/// An image to draw, and the space for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureRequest {
    /// The name by which the screen knows the image.
    pub name: String,
    pub svg: Arc<str>,
    /// The columns and rows of the space.
    pub columns: usize,
    pub rows: usize,
}

/// What a screen learns after its effect has run.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The action is stored. This is the new state of the attempt.
    Recorded(Box<Session>),
    /// The time limit was reached, and the attempt has ended.
    TimeUp,
    /// The screen above this one was closed.
    Closed,
    /// The screen above this one was closed, and the data of this one changed.
    ClosedWithChanges,
    /// The screen above this one was closed to show the question at this index of the paper.
    ClosedToQuestion(usize),
    /// Files of this certificate were written.
    Exported {
        certificate: CertificateId,
        files: Vec<String>,
        /// Why other files are missing.
        problems: Vec<String>,
    },
    /// The request for a certificate that counts was written to this file, for this self-test record.
    RequestWritten(CertificateId, String),
    /// The signatures of these certificates match.
    Verified(Vec<CertificateId>),
    /// How ready the trainee is for an exam.
    Readiness(ExamId, ReadinessResult),
    /// The notebook of the trainee changed. This is what it has on the question now.
    NotebookChanged(Box<QuestionNotebook>),
    /// An image was drawn; `None` if it cannot be.
    Picture(PictureRequest, Option<Box<CellPicture>>),
    /// The previewed file was read again.
    FileReloaded(Box<PreviewContent>),
}
