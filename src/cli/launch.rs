//! Starts the full-screen interface or plain mode for a command, and maps how it ended to an exit code.

use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;

use crate::bank::exam::Exam;
use crate::bank::syllabus::Syllabus;
use crate::cli::env::TerminalInfo;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env, ThemeChoice};
use crate::ids::ReadingId;
use crate::paths::io_reason;
use crate::plain::{self, PlainConsole};
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, Services};
use crate::tui::app::InterfaceEnd;
use crate::tui::file_preview::PreviewExecutor;
use crate::tui::start::{self, FirstScreen};
use crate::tui::theme::Theme;

/// Which interface shows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InterfaceMode {
    FullScreen,
    /// Line by line, without escape sequences.
    Plain,
}

/// The `--plain` option of `study`, `practice` and `exam`.
#[derive(Debug, clap::Args)]
pub struct PlainArgs {
    /// Run line by line, for screen readers, serial terminals and scripts
    #[arg(long)]
    plain: bool,
}

impl PlainArgs {
    /// Returns plain mode if the option asks for it, or if the terminal cannot move its cursor, which is said. Otherwise
    /// returns full screen.
    ///
    /// # Errors
    /// Exit code 2, with a hint to use `--plain`, if standard input or output is no terminal.
    pub(super) fn choose_mode(&self, env: &mut Env<'_>) -> Result<InterfaceMode, Failure> {
        if self.plain {
            return Ok(InterfaceMode::Plain);
        }
        require_terminal(env)?;
        if env.terminal.is_dumb {
            env.print_to_stderr("This terminal cannot move its cursor, so plain mode is used.");
            return Ok(InterfaceMode::Plain);
        }
        Ok(InterfaceMode::FullScreen)
    }
}

/// Opens the full-screen interface at the home screen.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    require_terminal(env)?;
    if env.terminal.is_dumb {
        return Err(Failure::usage(
            "This terminal cannot show full screens. Use `needlewise study`, `needlewise practice` or `needlewise exam`, \
             which work line by line here.",
        ));
    }
    let service = env.open_service()?;
    let people = service.people().list()?;
    // With several people and no --trainee, the interface first asks for the trainee.
    let trainee = match (&env.global.trainee, people.len()) {
        (Some(_), _) | (None, 1) => Some(env.find_trainee(&service)?),
        (None, _) => None,
    };
    open_interface(env, service, FirstScreen::Home(trainee))
}

/// Runs an attempt line by line or in full screen. Returns 0 if it was passed, or if the practice or the mock exam ended,
/// and 1 if it was not passed or was suspended.
pub(super) fn run_attempt(
    mode: InterfaceMode,
    env: &mut Env<'_>,
    service: Services,
    trainee: PersonRow,
    active_attempt: ActiveAttempt,
) -> CommandResult {
    if mode == InterfaceMode::FullScreen {
        return open_interface(env, service, FirstScreen::Attempt(trainee, Box::new(active_attempt)));
    }
    let input = env.input.take().ok_or_else(|| {
        Failure::usage("There is no standard input. Run this command in a terminal, or pipe the answers into it.")
    })?;
    let console = PlainConsole { out: env.out, err: env.err, input, is_input_echoed: env.terminal.is_stdin_terminal };
    match plain::run(console, service, &trainee, active_attempt) {
        Ok(plain::PlainEnd::Done) => Ok(error::EXIT_SUCCESS),
        Ok(plain::PlainEnd::NotPassed | plain::PlainEnd::Suspended) => Ok(error::EXIT_NEGATIVE),
        Err(plain::PlainError::Output(error)) => Err(error.into()),
        Err(plain::PlainError::Service(error)) => Err(error.into()),
    }
}

/// Opens the full-screen interface at the briefing of an exam.
pub(super) fn run_briefing(env: &Env<'_>, service: Services, trainee: PersonRow, exam: Arc<Exam>) -> CommandResult {
    open_interface(env, service, FirstScreen::Briefing(trainee, exam))
}

/// Opens the full-screen interface at the course, or at one of its readings.
pub(super) fn run_course(
    env: &Env<'_>,
    service: Services,
    trainee: PersonRow,
    reading: Option<ReadingId>,
) -> CommandResult {
    open_interface(env, service, FirstScreen::Course(trainee, reading))
}

/// Opens the full-screen interface at the records of all people.
pub(super) fn run_records(env: &mut Env<'_>) -> CommandResult {
    if require_terminal(env).is_err() || env.terminal.is_dumb {
        return Err(Failure::usage(
            "The records need a terminal. Use `needlewise record matrix` or `needlewise record list`.",
        ));
    }
    let service = env.open_service()?;
    open_interface(env, service, FirstScreen::Records)
}

/// Previews a bank file in full screen.
pub(super) fn preview(env: &Env<'_>, path: &Path, syllabus: Option<Arc<Syllabus>>) -> CommandResult {
    let executor = PreviewExecutor::new(path, (env.make_clock)(), syllabus);
    to_command_result(start::run_preview(executor, &display_path(path), theme(env)))
}

fn open_interface(env: &Env<'_>, mut service: Services, first_screen: FirstScreen) -> CommandResult {
    // A key must not wait as long as a command. If the store is busy, the interface retries while it stays usable.
    service.use_key_patience()?;
    to_command_result(start::run_interface(service, first_screen, theme(env)))
}

/// Maps how the interface ended to an exit code or a failure.
fn to_command_result(end: std::io::Result<InterfaceEnd>) -> CommandResult {
    match end.map_err(terminal_failure)? {
        InterfaceEnd::ExitCode(code) => Ok(code),
        InterfaceEnd::Failed(error) => Err(error.into()),
    }
}

fn theme(env: &Env<'_>) -> Theme {
    if env.is_color_enabled() { colored_theme(env.global.theme, &env.terminal) } else { Theme::NONE }
}

/// Returns the theme of `--theme`, else of NEEDLEWISE_THEME, else the one that fits the terminal. Only for output with
/// color.
pub fn colored_theme(choice: Option<ThemeChoice>, terminal: &TerminalInfo) -> Theme {
    // A value of the variable that means nothing here must not stop a script, so it counts as none.
    let from_variable = || ThemeChoice::from_str(terminal.theme.as_deref()?, true).ok();
    match choice.or_else(from_variable).unwrap_or(ThemeChoice::Auto) {
        ThemeChoice::Auto => Theme::for_terminal(terminal.color_depth, terminal.colorfgbg.as_deref()),
        ThemeChoice::Dark => Theme::DARK,
        ThemeChoice::Light => Theme::LIGHT,
        ThemeChoice::HighContrast => Theme::HIGH_CONTRAST,
        ThemeChoice::Sixteen => Theme::SIXTEEN,
        ThemeChoice::None => Theme::NONE,
    }
}

fn terminal_failure(error: std::io::Error) -> Failure {
    let reason = io_reason(&error);
    Failure::usage(format!(
        "The terminal cannot be used: {reason}. Use `needlewise study --plain` or `needlewise exam --plain`."
    ))
}

/// Checks that standard input and output are a terminal.
///
/// # Errors
/// Exit code 2, with a hint to use `--plain`.
fn require_terminal(env: &Env<'_>) -> Result<(), Failure> {
    if env.terminal.is_stdin_terminal && env.terminal.is_stdout_terminal {
        return Ok(());
    }
    Err(Failure::usage(
        "The full-screen interface needs a terminal. Use `needlewise study --plain`, `needlewise practice --plain` or \
         `needlewise exam --plain`.",
    ))
}
