//! Opens the interface on the terminal that this process was started in.

use std::io;
use std::sync::mpsc;

use super::app::App;
use super::effect::{Effect, Performer};
use super::local;
use super::preview::Previewer;
use super::screens::preview::Preview;
use super::session;
use super::theme::Theme;
use crate::records::PersonRow;
use crate::sitting::{Desk, Sitting};

/// Where to begin.
#[derive(Debug)]
pub enum Opening {
    /// At home, or by asking who it is.
    Home(Option<PersonRow>),
    /// At an attempt that was begun already.
    Sitting(PersonRow, Box<Sitting>),
}

/// Opens the interface and returns the exit code once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn open(desk: Desk, opening: Opening, theme: Theme) -> io::Result<u8> {
    let (performer, first) = match opening {
        Opening::Home(trainee) => (Performer::new(desk, trainee), Effect::Home),
        Opening::Sitting(trainee, sitting) => (Performer::new(desk, Some(trainee)), Effect::Sit(sitting)),
    };
    run(App::new(performer, theme, first))
}

/// Opens a preview and returns the exit code once it is left.
///
/// # Errors
/// Where the terminal cannot be taken over.
pub fn preview(mut previewer: Previewer, file: &str, theme: Theme) -> io::Result<u8> {
    let screen = Preview::new(file, previewer.read());
    run(App::new(previewer, theme, Effect::Push(Box::new(screen))))
}

fn run(mut app: App) -> io::Result<u8> {
    let (send, inputs) = mpsc::channel();
    let (guard, mut terminal) = local::enter()?;
    local::read(send)?;
    let code = session::run(&mut terminal, &inputs, &mut app, &mut local::Here);
    // The guard shows the cursor. Ratatui's own try would print to standard error where the terminal is gone, and panic.
    std::mem::forget(terminal);
    drop(guard);
    Ok(code)
}
