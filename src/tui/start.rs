//! Opens the interface on the terminal that this process was started in.

use std::io;
use std::sync::mpsc;

use super::app::{App, InterfaceEnd};
use super::effect::Route;
use super::perform::ServiceExecutor;
use super::theme::Theme;
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, Service};
use crate::tui::file_preview::PreviewExecutor;
use crate::tui::{event_loop, terminal};

/// Where to begin.
#[derive(Debug)]
pub enum FirstScreen {
    /// At home, or by asking who it is.
    Home(Option<PersonRow>),
    /// At an attempt that was begun already.
    Sitting(PersonRow, Box<ActiveAttempt>),
}

/// Opens the interface and returns how it ended once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn open(desk: Service, opening: FirstScreen, theme: Theme) -> io::Result<InterfaceEnd> {
    let (performer, first) = match opening {
        FirstScreen::Home(trainee) => (ServiceExecutor::new(desk, trainee), Route::Home),
        FirstScreen::Sitting(trainee, attempt) => (ServiceExecutor::at_attempt(desk, trainee, attempt), Route::Quiz),
    };
    run(App::new(performer, theme, first))
}

/// Opens a preview and returns how it ended once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn preview(mut previewer: PreviewExecutor, file: &str, theme: Theme) -> io::Result<InterfaceEnd> {
    let first = Route::Preview { file: file.to_owned(), content: Box::new(previewer.read()) };
    run(App::new(previewer, theme, first))
}

fn run(mut app: App) -> io::Result<InterfaceEnd> {
    // What failed before the first screen is told on the terminal as it is.
    if let Some(end) = app.end() {
        return Ok(end.clone());
    }
    let (send, inputs) = mpsc::channel();
    let (guard, mut terminal) = terminal::enter()?;
    terminal::read(send)?;
    let end = event_loop::run(&mut terminal, &inputs, &mut app, &mut terminal::ProcessHost);
    // The guard shows the cursor. Ratatui's own try would print to standard error where the terminal is gone, and panic.
    std::mem::forget(terminal);
    drop(guard);
    Ok(end)
}
