//! The full-screen interface, and plain mode, as commands start them.

use std::path::Path;
use std::sync::Arc;

use crate::bank::syllabus::Syllabus;
use crate::cli::error::{self, Failure, shown};
use crate::cli::{CommandResult, Env};
use crate::plain::{self, PlainConsole};
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, Service};
use crate::tui::app::InterfaceEnd;
use crate::tui::file_preview::PreviewExecutor;
use crate::tui::start::{self, FirstScreen};
use crate::tui::theme::Theme;

/// Opens the interface at home.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    need_terminal(false, env)?;
    let desk = env.desk()?;
    let people = desk.store.people()?;
    let trainee = match (&env.global.trainee, people.len()) {
        (Some(_), _) | (None, 1) => Some(env.trainee(&desk)?),
        (None, _) => None,
    };
    open(env, desk, FirstScreen::Home(trainee))
}

/// Sits an attempt, line by line or in full screen.
pub(super) fn sit(
    plain: bool,
    env: &mut Env<'_>,
    desk: Service,
    trainee: PersonRow,
    sitting: ActiveAttempt,
) -> CommandResult {
    if !plain {
        return open(env, desk, FirstScreen::Attempt(trainee, Box::new(sitting)));
    }
    let input = env.input.take().ok_or_else(|| Failure::usage("There is no standard input."))?;
    let console = PlainConsole { out: env.out, err: env.err, input, echoes: env.terminal.input };
    match plain::run(console, desk, &trainee, sitting) {
        Ok(plain::PlainEnd::Done) => Ok(error::DONE),
        Ok(plain::PlainEnd::NotPassed | plain::PlainEnd::Suspended) => Ok(error::NO),
        Err(plain::PlainError::Output(error)) => Err(error.into()),
        Err(plain::PlainError::Sitting(error)) => Err(error.into()),
    }
}

/// Previews a bank's file in full screen.
pub(super) fn preview(env: &Env<'_>, path: &Path, syllabus: Option<Arc<Syllabus>>) -> CommandResult {
    let previewer = PreviewExecutor::new(path, (env.clock)(), syllabus);
    ended(start::run_preview(previewer, &shown(path), theme(env)))
}

fn open(env: &Env<'_>, desk: Service, opening: FirstScreen) -> CommandResult {
    ended(start::run_interface(desk, opening, theme(env)))
}

/// Turns how the interface ended into the exit code, or the failure that ended it.
fn ended(end: std::io::Result<InterfaceEnd>) -> CommandResult {
    match end.map_err(unusable)? {
        InterfaceEnd::ExitCode(code) => Ok(code),
        InterfaceEnd::Failed(error) => Err(error.into()),
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
