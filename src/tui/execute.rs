//! The `Execute` trait, which opens screens and runs commands. Screens reach the store and the file system only
//! through it.

use super::command::{Command, Reply};
use super::jobs::Jobs;
use super::screens::{Effect, Route, Screen};
use crate::clock::{Now, Zone};
use crate::service::ServiceError;

/// Opens screens and runs commands for [`App`](super::app::App).
pub trait Execute {
    /// Returns the current time.
    fn now(&self) -> Now;

    /// Returns the time zone in which times are shown.
    fn zone(&self) -> Zone;

    /// Creates the screen of a route. Slow work runs as a job.
    ///
    /// # Errors
    /// Why the screen cannot be opened now.
    fn open(&mut self, route: Route, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError>;

    /// Runs a command. Slow work runs as a job.
    ///
    /// # Errors
    /// Why the command failed. [`App`](super::app::App) shows it on any screen.
    fn run(&mut self, command: Command, jobs: &mut Jobs) -> Result<CommandOutcome, ServiceError>;
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum CommandOutcome {
    /// The screen on top gets this reply.
    Reply(Reply),
    /// This effect runs next.
    Next(Effect),
    /// There is nothing to report.
    Nothing,
}
