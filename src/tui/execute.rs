//! The `Execute` trait, which opens screens and carries out commands. Screens reach the store and the file system only
//! through it.

use super::command::{Command, Reply};
use super::jobs::Jobs;
use super::screens::{Effect, Route, Screen};
use crate::clock::{Now, Zone};
use crate::service::ServiceError;

/// Carries out what an interface asks for.
pub trait Execute {
    /// Returns the present.
    fn now(&self) -> Now;

    /// Returns the time zone in which times are shown.
    fn zone(&self) -> Zone;

    /// Makes the screen of a route. Slow work that comes with it is started as a job.
    ///
    /// # Errors
    /// Why there is no such screen now.
    fn open(&mut self, route: Route, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError>;

    /// Carries out a command. Slow work is started as a job.
    ///
    /// # Errors
    /// Why it was not done; the interface shows that, on any screen.
    fn run(&mut self, command: Command, jobs: &mut Jobs) -> Result<CommandOutcome, ServiceError>;
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandOutcome {
    /// The screen on top is told.
    Reply(Reply),
    /// This happens next.
    Next(Effect),
    /// Nothing is to be told.
    Nothing,
}
