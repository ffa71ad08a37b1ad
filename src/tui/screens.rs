//! The `Screen` trait and the table of all screens: a [`Route`] names a screen, and [`open_screen`] creates it.
//!
//! Each file in this folder contains one screen: its state, its rows of the key table and its drawing. A new screen
//! changes this file: its `mod` line, its route and how it opens. It adds its own file, and one in `view` if it has
//! data.

use std::sync::Arc;

use ratatui::layout::Rect;

use self::answer_sheet::AnswerSheetScreen;
use self::briefing::BriefingScreen;
use self::certificates::{CertificateListScreen, CertificateScreen};
use self::course::CourseScreen;
use self::exams::ExamListScreen;
use self::history::HistoryScreen;
use self::home::HomeScreen;
use self::person::PersonScreen;
use self::practice_choice::PracticeChoiceScreen;
use self::preview::PreviewScreen;
use self::progress::ProgressScreen;
use self::quiz::QuizScreen;
use self::reading::ReadingScreen;
use self::records::RecordsScreen;
use self::result::{ExamResultScreen, PracticeResultScreen};
use self::search::SearchScreen;
use self::settings::SettingsScreen;
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
use crate::ids::{AttemptId, ReadingId, TraineeId};
use crate::service::certificate_files::StoredCertificate;
use crate::service::records::ArchivedPeople;
use crate::service::{ServiceError, Services};
use crate::view;
use crate::view::person::PersonView;
use crate::view::practice_choice::PracticeChoiceView;
use crate::view::preview::PreviewContent;
use crate::view::progress::ProgressView;
use crate::view::settings::SettingsView;

pub mod answer_sheet;
pub mod briefing;
pub mod certificates;
pub mod course;
pub mod exams;
pub mod history;
pub mod home;
pub mod person;
pub mod practice_choice;
pub mod preview;
pub mod progress;
pub mod quiz;
pub mod reading;
pub mod records;
pub mod result;
pub mod search;
pub mod settings;
pub mod welcome;

/// The name of a screen, with the data that the screen cannot look up itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    /// Home, or the welcome screen until a person is chosen. It closes all other screens.
    Home,
    /// What to practice: topics, filters and the number of questions.
    PracticeChoice,
    /// The list of exams.
    Exams,
    /// Mastery, readiness and certainty.
    Progress,
    /// The attempts of the trainee that have ended.
    History,
    /// The contents of the course.
    Course,
    /// A reading of the course.
    Reading(ReadingId),
    /// The search for questions.
    Search,
    /// How the trainee studies.
    Settings,
    /// What a trainee reads before an exam starts.
    Briefing(Arc<Exam>),
    /// The questions of the active attempt.
    Quiz,
    /// All questions of an attempt and their state.
    AnswerSheet {
        /// The attempt; `None` in a preview.
        attempt: Option<AttemptId>,
        session: Box<Session>,
        /// The index of the question from which it was opened.
        question_index: usize,
        /// The time left; `None` without a time limit.
        countdown: Option<Countdown>,
    },
    /// The questions of a finished attempt, read only.
    Review(Box<Session>),
    /// The result of the active attempt. It closes all other screens.
    Result,
    Certificates,
    Certificate(Box<(StoredCertificate, VerificationResult)>),
    /// The compliance matrix of all people.
    Records,
    /// One person in the records.
    Person(TraineeId),
    /// A bank file as trainees will see it.
    Preview {
        /// The name of the file, as the title shows it.
        file_name: String,
        content: Box<PreviewContent>,
    },
}

impl Route {
    /// Returns whether the screen closes all other screens.
    pub fn replaces_all(&self) -> bool {
        matches!(self, Self::Home | Self::Result)
    }
}

/// Creates the screen of a route. A bank preview has no workspace, so only routes with all their data open there.
///
/// # Errors
/// A service fails, or the route needs a store and there is no workspace.
pub fn open_screen(
    route: Route,
    workspace: Option<&mut Workspace>,
    jobs: &mut Jobs,
) -> Result<Box<dyn Screen>, ServiceError> {
    Ok(match (route, workspace) {
        (Route::AnswerSheet { attempt, session, question_index, countdown }, _) => {
            Box::new(AnswerSheetScreen::new(attempt, *session, question_index, countdown))
        }
        (Route::Review(session), _) => Box::new(QuizScreen::review(*session)),
        (Route::Certificate(certificate), _) => Box::new(CertificateScreen::new(certificate.0, certificate.1)),
        (Route::Preview { file_name, content }, _) => Box::new(PreviewScreen::new(&file_name, *content)),
        (Route::Home, Some(workspace)) => home_screen(workspace)?,
        (Route::PracticeChoice, Some(workspace)) => {
            Box::new(PracticeChoiceScreen::new(PracticeChoiceView::new(&workspace.study_record()?)))
        }
        (Route::Exams, Some(workspace)) => {
            Box::new(ExamListScreen::new(view::exams::load(&workspace.service, workspace.trainee()?)?))
        }
        (Route::History, Some(workspace)) => {
            Box::new(HistoryScreen::new(view::history::load(&workspace.service, workspace.trainee()?)?))
        }
        (Route::Course, Some(workspace)) => {
            let trainee = workspace.trainee()?.id;
            workspace.service.attempts().ensure_no_open_exam(trainee)?;
            let entries = view::course::load_contents(&workspace.service, trainee)?;
            Box::new(CourseScreen::new(workspace.service.shared_catalog(), entries))
        }
        (Route::Reading(id), Some(workspace)) => {
            let trainee = workspace.trainee()?.id;
            workspace.service.attempts().ensure_no_open_exam(trainee)?;
            let reading = view::course::ReadingView::load(&workspace.service, trainee, &id)?;
            let gone = || ServiceError::Rejected("This reading is not in the course any more".to_owned());
            Box::new(ReadingScreen::new(reading.ok_or_else(gone)?))
        }
        (Route::Search, Some(workspace)) => {
            let notebook = view::notebook::load(&workspace.service, workspace.trainee()?.id)?;
            Box::new(SearchScreen::new(workspace.service.shared_catalog(), notebook))
        }
        (Route::Settings, Some(workspace)) => {
            workspace.refresh_trainee()?;
            Box::new(SettingsScreen::new(SettingsView::new(&workspace.service, workspace.trainee()?)))
        }
        (Route::Progress, Some(workspace)) => {
            Box::new(ProgressScreen::new(ProgressView::new(&workspace.study_record()?)))
        }
        (Route::Briefing(exam), Some(workspace)) => {
            Box::new(BriefingScreen::new(workspace.briefing_view(exam)?, workspace.service.zone()))
        }
        (Route::Quiz, Some(workspace)) => quiz_screen(workspace)?,
        (Route::Result, Some(workspace)) => result_screen(workspace, jobs)?,
        (Route::Certificates, Some(workspace)) => {
            let certificates = workspace.service.certificates().verified(Some(workspace.trainee()?.id))?;
            Box::new(CertificateListScreen::new(certificates))
        }
        (Route::Records, Some(workspace)) => records_screen(&workspace.service)?,
        (Route::Person(trainee_id), Some(workspace)) => {
            Box::new(PersonScreen::new(PersonView::load(&workspace.service, trainee_id)?))
        }
        (_, None) => return Err(ServiceError::Rejected("This screen is not available in a bank preview".to_owned())),
    })
}

fn records_screen(service: &Services) -> Result<Box<dyn Screen>, ServiceError> {
    let (trust, now) = (service.trust()?, service.now().wall);
    // With the system clock alone, a clock that was set back would show expired certificates as current.
    let today = trust.latest_known_time(now);
    let matrix = service.records().matrix(ArchivedPeople::Hidden)?;
    let damaged = service.damaged_rows().into_iter().map(|sentence| format!("Damaged: {sentence}."));
    let warnings = trust.aging_lists(now).into_iter().chain(damaged).collect();
    Ok(Box::new(RecordsScreen::new(matrix, today, warnings)))
}

/// Returns home, or the welcome screen until a person is chosen.
fn home_screen(workspace: &mut Workspace) -> Result<Box<dyn Screen>, ServiceError> {
    if workspace.trainee.is_none() {
        return Ok(Box::new(WelcomeScreen::new(workspace.service.people().list()?, workspace.previous_trainee.take())));
    }
    workspace.refresh_trainee()?;
    Ok(Box::new(HomeScreen::new(workspace.home_view()?)))
}

/// Returns the questions of the active attempt, or home if there is none.
fn quiz_screen(workspace: &mut Workspace) -> Result<Box<dyn Screen>, ServiceError> {
    let Some(attempt) = &workspace.attempt else { return home_screen(workspace) };
    let now = workspace.service.now();
    let countdown = attempt.time_left(now).map(|remaining| Countdown { read_at: now, remaining });
    let trainee = workspace.trainee()?;
    let quiz = QuizScreen::new(attempt.session.clone(), countdown).of_attempt(attempt.row.id);
    let quiz = quiz.with_settings(&trainee.person.study);
    let notebook = view::notebook::load(&workspace.service, trainee.id)?;
    Ok(Box::new(quiz.with_notebook(workspace.service.shared_catalog(), notebook)))
}

/// Returns the result of the active attempt, or home if no attempt has ended.
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
    // Only now: if an error occurs above, the result can still be opened again.
    workspace.attempt = None;
    Ok(screen)
}

/// What a screen asks the interface to do.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Effect {
    /// Open another screen above this one.
    Open(Route),
    /// Open another screen instead of this one.
    Replace(Route),
    Close,
    /// Close this screen and show the question at this index of the paper on the screen below.
    CloseToQuestion(usize),
    /// Close this screen after a change that the screen below must load again.
    CloseAndReload,
    /// Ask a question. The screen gets the action of the answer.
    Ask(Dialog),
    /// Run a command.
    Do(Command),
    Quit,
}

/// The time, the time zone and the theme that a screen uses. Sessions in one process can have different ones.
#[derive(Debug, Clone)]
pub struct ScreenContext {
    pub now: Now,
    /// The time zone in which times are shown.
    pub zone: Zone,
    pub theme: Theme,
}

/// One screen. Its state changes only in the `on_` methods. Drawing may change only what depends on the layout, such as
/// the scroll offset.
pub trait Screen {
    /// Returns the screen's rows of the key table. The most needed come first, because a narrow footer drops the last
    /// ones. No two rows have the same key.
    fn bindings(&self) -> Vec<Binding>;

    /// Runs the action of a key or of a click. Returns what happens next, if anything.
    fn on_action(&mut self, action: Action, context: &ScreenContext) -> Option<Effect>;

    /// Handles a typed character while [`captures_text`](Screen::captures_text) is true.
    fn on_text(&mut self, c: char) {
        let _ = c;
    }

    /// Handles the reply to an effect of this screen. Returns what happens next, if anything.
    fn on_reply(&mut self, reply: Reply, context: &ScreenContext) -> Option<Effect> {
        let _ = (reply, context);
        None
    }

    /// Handles the failure of an effect of this screen. [`App`](super::app::App) shows the reason. The screen only
    /// drops what it planned next.
    fn on_failure(&mut self) {}

    /// Handles a tick, usually after [`next_wake`](Screen::next_wake) has passed without input. Returns what happens
    /// next, if anything.
    fn on_tick(&mut self, context: &ScreenContext) -> Option<Effect> {
        let _ = context;
        None
    }

    /// Draws the screen into `area`, between the rules of the frame, and adds its click targets.
    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext);

    /// Returns the left and the right part of the title line.
    fn title(&self, context: &ScreenContext) -> (String, String);

    /// Returns after how long the screen needs a tick. `None` means that it only waits for input.
    fn next_wake(&self, context: &ScreenContext) -> Option<Millis> {
        let _ = context;
        None
    }

    /// Returns whether typed characters go to a text field of the screen.
    fn captures_text(&self) -> bool {
        false
    }

    /// Returns the exit code of the program if it ends on this screen.
    fn exit_code(&self) -> u8 {
        0
    }
}
