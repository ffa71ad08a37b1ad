//! Opens the interface on the terminal that this process was started in.

use std::io;
use std::sync::mpsc;

use super::app::{App, End};
use super::effect::Route;
use super::perform::Performer;
use super::theme::Theme;
use crate::projections::people::PersonRow;
use crate::service::{Desk, Sitting};
use crate::tui::file_preview::Previewer;
use crate::tui::{event_loop, terminal};

/// Where to begin.
#[derive(Debug)]
pub enum Opening {
    /// At home, or by asking who it is.
    Home(Option<PersonRow>),
    /// At an attempt that was begun already.
    Sitting(PersonRow, Box<Sitting>),
}

/// Opens the interface and returns how it ended once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn open(desk: Desk, opening: Opening, theme: Theme) -> io::Result<End> {
    let (performer, first) = match opening {
        Opening::Home(trainee) => (Performer::new(desk, trainee), Route::Home),
        Opening::Sitting(trainee, attempt) => (Performer::at_attempt(desk, trainee, attempt), Route::Quiz),
    };
    run(App::new(performer, theme, first))
}

/// Opens a preview and returns how it ended once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn preview(mut previewer: Previewer, file: &str, theme: Theme) -> io::Result<End> {
    let first = Route::Preview { file: file.to_owned(), content: Box::new(previewer.read()) };
    run(App::new(previewer, theme, first))
}

fn run(mut app: App) -> io::Result<End> {
    // What failed before the first screen is told on the terminal as it is.
    if let Some(end) = app.end() {
        return Ok(end.clone());
    }
    let (send, inputs) = mpsc::channel();
    let (guard, mut terminal) = terminal::enter()?;
    terminal::read(send)?;
    let end = event_loop::run(&mut terminal, &inputs, &mut app, &mut terminal::Here);
    // The guard shows the cursor. Ratatui's own try would print to standard error where the terminal is gone, and panic.
    std::mem::forget(terminal);
    drop(guard);
    Ok(end)
}
