//! What a screen is, and the table of all screens: a [`Route`] names one, and [`open_screen`] makes it.
//!
//! Each file in this folder has the state, the rows of the key table and the drawing of one screen. A new screen touches
//! this file (its `mod` line, its route and how it is opened), its own file, and one in `view` if it has data of its own.

use std::sync::Arc;

use ratatui::layout::Rect;

use self::answer_sheet::AnswerSheetScreen;
use self::briefing::BriefingScreen;
use self::certificates::{CertificateListScreen, CertificateScreen};
use self::home::HomeScreen;
use self::person::PersonScreen;
use self::preview::PreviewScreen;
use self::quiz::QuizScreen;
use self::records::RecordsScreen;
use self::result::{ExamResultScreen, PracticeResultScreen};
use self::topics::TopicsScreen;
use self::welcome::WelcomeScreen;
use super::binding::{Action, Binding};
use super::canvas::Canvas;
use super::command::{Command, Dialog, Reply};
use super::jobs::Jobs;
use super::theme::Theme;
use super::workspace::Workspace;
use crate::bank::exam::Exam;
use crate::clock::{Countdown, Millis, Now, Zone};
use crate::credential::VerificationResult;
use crate::exam::Session;
use crate::ids::TraineeId;
use crate::service::ServiceError;
use crate::service::certificate_files::StoredCertificate;
use crate::view::person::PersonView;
use crate::view::preview::PreviewContent;

pub mod answer_sheet;
pub mod briefing;
pub mod certificates;
pub mod home;
pub mod person;
pub mod preview;
pub mod quiz;
pub mod records;
pub mod result;
pub mod topics;
pub mod welcome;

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

/// Makes the screen of a route. A bank preview has no workspace: only routes that carry all their data open there.
///
/// # Errors
/// What the service says, or that the route needs a store where there is none.
pub fn open_screen(
    route: Route,
    workspace: Option<&mut Workspace>,
    jobs: &mut Jobs,
) -> Result<Box<dyn Screen>, ServiceError> {
    Ok(match (route, workspace) {
        (Route::AnswerSheet { session, question_index, countdown }, _) => {
            Box::new(AnswerSheetScreen::new(*session, question_index, countdown))
        }
        (Route::Review(session), _) => Box::new(QuizScreen::review(*session)),
        (Route::Certificate(certificate), _) => Box::new(CertificateScreen::new(&certificate.0, certificate.1)),
        (Route::Preview { file_name, content }, _) => Box::new(PreviewScreen::new(&file_name, *content)),
        (Route::Home, Some(workspace)) => home_screen(workspace)?,
        (Route::Topics, Some(workspace)) => Box::new(TopicsScreen::new(workspace.home_view()?.topics)),
        (Route::Briefing(exam), Some(workspace)) => {
            Box::new(BriefingScreen::new(workspace.briefing_view(exam)?, workspace.service.zone()))
        }
        (Route::Quiz, Some(workspace)) => quiz_screen(workspace)?,
        (Route::Result, Some(workspace)) => result_screen(workspace, jobs)?,
        (Route::Certificates, Some(workspace)) => {
            let certificates = workspace.service.certificates().verified(Some(workspace.trainee()?.id))?;
            Box::new(CertificateListScreen::new(certificates))
        }
        (Route::Records, Some(workspace)) => {
            let today = workspace.service.trust().latest_known_time(workspace.service.now().wall);
            Box::new(RecordsScreen::new(workspace.service.records().matrix()?, today))
        }
        (Route::Person(trainee_id), Some(workspace)) => {
            Box::new(PersonScreen::new(PersonView::load(&workspace.service, trainee_id)?))
        }
        (_, None) => return Err(ServiceError::Rejected("A preview shows its file and nothing else.".to_owned())),
    })
}

/// Shows home; the welcome screen until somebody is chosen.
fn home_screen(workspace: &Workspace) -> Result<Box<dyn Screen>, ServiceError> {
    if workspace.trainee.is_none() {
        return Ok(Box::new(WelcomeScreen::new(workspace.service.people().list()?)));
    }
    Ok(Box::new(HomeScreen::new(workspace.home_view()?)))
}

/// Shows the attempt in progress; home where there is none.
fn quiz_screen(workspace: &Workspace) -> Result<Box<dyn Screen>, ServiceError> {
    let Some(attempt) = &workspace.attempt else { return home_screen(workspace) };
    let now = workspace.service.now();
    let countdown = attempt.time_left(now).map(|remaining| Countdown { read_at: now, remaining });
    Ok(Box::new(QuizScreen::new(attempt.session.clone(), countdown)))
}

/// Shows how the attempt in progress ended; home where none has.
fn result_screen(workspace: &mut Workspace, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
    let Some(session) = workspace.attempt.as_ref().map(|attempt| &attempt.session) else {
        return home_screen(workspace);
    };
    if session.finished().is_none() {
        return home_screen(workspace);
    }
    let screen: Box<dyn Screen> = match session.loaded_paper().exam.clone() {
        None => Box::new(PracticeResultScreen::new(session.clone())),
        Some(exam) => Box::new(ExamResultScreen::new(workspace.exam_result_view(&exam, jobs)?)),
    };
    // Only now: after an error the attempt can be looked at again.
    workspace.attempt = None;
    Ok(screen)
}

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

/// What a screen may see of the world. Whatever a screen reads of its session comes in here.
#[derive(Debug, Clone)]
pub struct ScreenContext {
    /// What time it is.
    pub now: Now,
    /// The time zone in which times are shown.
    pub zone: Zone,
    /// How things look.
    pub theme: Theme,
}

/// One screen. Its state changes only in [`on_action`](Screen::on_action), [`on_text`](Screen::on_text) and
/// [`on_reply`](Screen::on_reply); drawing may move scroll offsets and nothing else.
pub trait Screen {
    /// Returns its rows of the key table, the most needed first. No two rows name the same key.
    fn bindings(&self) -> Vec<Binding>;

    /// Does what a row of the key table, or a target of the mouse, stands for.
    fn on_action(&mut self, action: Action, context: &ScreenContext) -> Option<Effect>;

    /// Takes a typed character, while [`captures_text`](Screen::captures_text) is true.
    fn on_text(&mut self, c: char) {
        let _ = c;
    }

    /// Hears what became of an effect of its own.
    fn on_reply(&mut self, reply: Reply, context: &ScreenContext) -> Option<Effect> {
        let _ = (reply, context);
        None
    }

    /// Hears that an effect of its own was not done. The interface says why; a screen only forgets what it meant to do
    /// next.
    fn on_failure(&mut self) {}

    /// Says what is due now that time has passed.
    fn on_tick(&mut self, context: &ScreenContext) -> Option<Effect> {
        let _ = context;
        None
    }

    /// Draws itself between the rules of the frame, and adds what can be clicked.
    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext);

    /// Returns what stands on the left and on the right of the top line.
    fn title(&self, context: &ScreenContext) -> (String, String);

    /// Returns after how long it wants to be drawn again; nothing to sleep until a key is pressed.
    fn next_wake(&self, context: &ScreenContext) -> Option<Millis> {
        let _ = context;
        None
    }

    /// Returns whether characters that can be typed go to a field of its own.
    fn captures_text(&self) -> bool {
        false
    }

    /// Returns the exit code, should the program end here.
    fn exit_code(&self) -> u8 {
        0
    }
}
