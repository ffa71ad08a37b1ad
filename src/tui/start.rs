//! Starts the interface, or a bank preview, on the terminal of this process.

use std::io;
use std::sync::mpsc;

use super::app::{App, InterfaceEnd};
use super::execute::Execute;
use super::input::Input;
use super::jobs::Jobs;
use super::perform::ServiceExecutor;
use super::screens::Route;
use super::theme::Theme;
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, Services};
use crate::tui::file_preview::PreviewExecutor;
use crate::tui::{event_loop, terminal};

/// Where to begin.
#[derive(Debug)]
pub enum FirstScreen {
    /// At home, or by asking who it is.
    Home(Option<PersonRow>),
    /// At an attempt that was begun already.
    Attempt(PersonRow, Box<ActiveAttempt>),
}

/// Opens the interface and returns how it ended once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn run_interface(service: Services, first_screen: FirstScreen, theme: Theme) -> io::Result<InterfaceEnd> {
    let (executor, first_route) = match first_screen {
        FirstScreen::Home(trainee) => (ServiceExecutor::new(service, trainee), Route::Home),
        FirstScreen::Attempt(trainee, attempt) => {
            (ServiceExecutor::with_attempt(service, trainee, attempt), Route::Quiz)
        }
    };
    run_app(executor, theme, first_route)
}

/// Opens a preview and returns how it ended once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn run_preview(mut executor: PreviewExecutor, file_name: &str, theme: Theme) -> io::Result<InterfaceEnd> {
    let first_route = Route::Preview { file_name: file_name.to_owned(), content: Box::new(executor.read()) };
    run_app(executor, theme, first_route)
}

fn run_app(executor: impl Execute + 'static, theme: Theme, first_route: Route) -> io::Result<InterfaceEnd> {
    let (sender, inputs) = mpsc::channel();
    let job_sender = sender.clone();
    let jobs = Jobs::threaded(move |report| {
        // If nobody listens any more, the session has ended.
        let _ = job_sender.send(Input::Job(report));
    });
    let mut app = App::new(executor, jobs, theme, first_route);
    // What failed before the first screen is told on the terminal as it is.
    if let Some(end) = app.end() {
        return Ok(end.clone());
    }
    let (guard, mut terminal) = terminal::enter()?;
    terminal::spawn_input_threads(sender)?;
    let end = event_loop::run(&mut terminal, &inputs, &mut app, &mut terminal::ProcessHost);
    // The guard shows the cursor. Ratatui's own try would print to standard error where the terminal is gone, and
    // panic.
    std::mem::forget(terminal);
    drop(guard);
    // The terminal is free again while the last files are written. After a signal nothing is waited for.
    if app.end().is_some() {
        app.join_jobs();
    }
    Ok(end)
}
