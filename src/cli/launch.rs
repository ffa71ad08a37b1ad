//! The full-screen interface, and plain mode, as commands start them.

use std::path::Path;
use std::sync::Arc;

use crate::bank::syllabus::Syllabus;
use crate::cli::error::{self, Failure, shown};
use crate::cli::{Env, Outcome};
use crate::plain::{self, Console};
use crate::projections::people::PersonRow;
use crate::service::{Desk, Sitting};
use crate::tui::app::End;
use crate::tui::file_preview::Previewer;
use crate::tui::start::{self, Opening};
use crate::tui::theme::Theme;

/// Opens the interface at home.
pub(super) fn run(env: &mut Env<'_>) -> Outcome {
    need_terminal(false, env)?;
    let desk = env.desk()?;
    let people = desk.store.people()?;
    let trainee = match (&env.global.trainee, people.len()) {
        (Some(_), _) | (None, 1) => Some(env.trainee(&desk)?),
        (None, _) => None,
    };
    open(env, desk, Opening::Home(trainee))
}

/// Sits an attempt, line by line or in full screen.
pub(super) fn sit(plain: bool, env: &mut Env<'_>, desk: Desk, trainee: PersonRow, sitting: Sitting) -> Outcome {
    if !plain {
        return open(env, desk, Opening::Sitting(trainee, Box::new(sitting)));
    }
    let input = env.input.take().ok_or_else(|| Failure::usage("There is no standard input."))?;
    let console = Console { out: env.out, err: env.err, input, echoes: env.terminal.input };
    match plain::run(console, desk, &trainee, sitting) {
        Ok(plain::End::Done) => Ok(error::DONE),
        Ok(plain::End::NotPassed | plain::End::Suspended) => Ok(error::NO),
        Err(plain::Error::Output(error)) => Err(error.into()),
        Err(plain::Error::Sitting(error)) => Err(error.into()),
    }
}

/// Previews a bank's file in full screen.
pub(super) fn preview(env: &Env<'_>, path: &Path, syllabus: Option<Arc<Syllabus>>) -> Outcome {
    let previewer = Previewer::new(path, (env.clock)(), syllabus);
    ended(start::preview(previewer, &shown(path), theme(env)))
}

fn open(env: &Env<'_>, desk: Desk, opening: Opening) -> Outcome {
    ended(start::open(desk, opening, theme(env)))
}

/// Turns how the interface ended into the exit code, or the failure that ended it.
fn ended(end: std::io::Result<End>) -> Outcome {
    match end.map_err(unusable)? {
        End::Code(code) => Ok(code),
        End::Failed(error) => Err(error.into()),
    }
}

fn theme(env: &Env<'_>) -> Theme {
    Theme::choose(env.color(), env.terminal.colors.as_deref())
}

fn unusable(error: std::io::Error) -> Failure {
    Failure::usage(format!("The terminal cannot be used: {error}. Add --plain to go line by line."))
}

/// Refuses the full screen where there is no terminal for it.
///
/// # Errors
/// Exit code 2 with the hint `--plain`.
pub(super) fn need_terminal(plain: bool, env: &Env<'_>) -> Result<(), Failure> {
    if plain || (env.terminal.input && env.terminal.output) {
        return Ok(());
    }
    Err(Failure::usage(
        "The full screen needs a terminal. Go line by line with `needlewise practice --plain` or `exam --plain`.",
    ))
}
