//! Starts the interface, or a bank preview, on the terminal of this process.

use std::io;
use std::sync::{Arc, mpsc};

use super::app::{App, InterfaceEnd};
use super::binding::Binding;
use super::command::Dialog;
use super::execute::Execute;
use super::input::Input;
use super::jobs::Jobs;
use super::key::Key;
use super::overlay::CLOSE_OVERLAY;
use super::perform::ServiceExecutor;
use super::screens::Route;
use super::theme::Theme;
use crate::bank::exam::Exam;
use crate::ids::ReadingId;
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, Services};
use crate::tui::file_preview::PreviewExecutor;
use crate::tui::{event_loop, terminal};

/// The screen that the interface opens first.
#[derive(Debug)]
pub enum FirstScreen {
    /// Home, or the welcome screen if no person is given.
    Home(Option<PersonRow>),
    /// The briefing of an exam that the trainee may start. The interface ends with the exam.
    Briefing(PersonRow, Arc<Exam>),
    /// The course, or one of its readings. The interface ends with it.
    Course(PersonRow, Option<ReadingId>),
    /// The records of all people. The interface ends with them.
    Records,
    /// An attempt that was already begun or resumed.
    Attempt(PersonRow, Box<ActiveAttempt>),
}

/// Opens the interface and returns how it ended once it is left.
///
/// # Errors
/// The terminal cannot be switched to raw mode or to the alternate screen, or signals cannot be caught.
pub fn run_interface(service: Services, first_screen: FirstScreen, theme: Theme) -> io::Result<InterfaceEnd> {
    let losses: Vec<_> = service.health().losses().iter().map(ToString::to_string).collect();
    let (executor, first_route) = match first_screen {
        FirstScreen::Home(trainee) => (ServiceExecutor::new(service, trainee), Route::Home),
        FirstScreen::Course(trainee, reading) => {
            (ServiceExecutor::new(service, Some(trainee)), reading.map_or(Route::Course, Route::Reading))
        }
        FirstScreen::Records => (ServiceExecutor::new(service, None), Route::Records),
        // A start uses up an attempt and starts the clock. In full screen, the trainee is told so and presses Enter.
        FirstScreen::Briefing(trainee, exam) => (ServiceExecutor::for_exam(service, trainee), Route::Briefing(exam)),
        FirstScreen::Attempt(trainee, attempt) => {
            (ServiceExecutor::with_attempt(service, trainee, attempt), Route::Quiz)
        }
    };
    run_app(executor, theme, first_route, &losses)
}

/// Opens a preview and returns how it ended once it is left.
///
/// # Errors
/// The terminal cannot be switched to raw mode or to the alternate screen, or signals cannot be caught.
pub fn run_preview(mut executor: PreviewExecutor, file_name: &str, theme: Theme) -> io::Result<InterfaceEnd> {
    let first_route = Route::Preview { file_name: file_name.to_owned(), content: Box::new(executor.read()) };
    run_app(executor, theme, first_route, &[])
}

fn run_app(
    executor: impl Execute + 'static,
    theme: Theme,
    first_route: Route,
    losses: &[String],
) -> io::Result<InterfaceEnd> {
    let (sender, inputs) = mpsc::channel();
    let job_sender = sender.clone();
    let jobs = Jobs::threaded(move |report| {
        // Sending fails only after the event loop has ended. No one needs the report then.
        let _ = job_sender.send(Input::Job(report));
    });
    let mut app = App::new(executor, jobs, theme, first_route);
    if !losses.is_empty() {
        app.open_dialog(loss_dialog(losses));
    }
    // Without a first screen, the caller prints the failure. The terminal has not been switched yet.
    if let Some(end) = app.end() {
        return Ok(end.clone());
    }
    terminal::spawn_signal_thread(sender.clone())?;
    let mut keys = terminal::KeySource::open()?;
    let (guard, mut terminal) = terminal::enter(theme)?;
    keys.spawn_thread(sender)?;
    let end = event_loop::run(&mut terminal, &inputs, &mut app, &mut terminal::ProcessHost);
    // The guard shows the cursor again. If the terminal is gone, ratatui's own attempt would print to standard error
    // and panic.
    std::mem::forget(terminal);
    drop(guard);
    // The terminal is already restored while the last files are written. A signal does not wait for the jobs.
    if app.end().is_some() {
        app.join_jobs();
    }
    Ok(end)
}

/// Returns a dialog about what the store has lost.
pub fn loss_dialog(losses: &[String]) -> Dialog {
    Dialog {
        title: "Stored answers or records may be missing".to_owned(),
        text: losses.join("\n\n"),
        bindings: vec![Binding::new(&[Key::Enter, Key::Esc], CLOSE_OVERLAY, "continue")],
    }
}
