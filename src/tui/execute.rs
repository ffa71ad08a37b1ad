//! The `Execute` trait, which runs effects, and the changes to the screen stack that it returns.
//! Screens reach the store and the file system only through it.

use super::effect::{Effect, Reply};
use super::screen::Screen;
use crate::clock::Now;
use crate::service::ServiceError;

/// Carries out the effects of an interface.
pub trait Execute {
    /// Returns the present.
    fn now(&self) -> Now;

    /// Carries out an effect and returns what becomes of the screens.
    ///
    /// # Errors
    /// Why it was not done; the interface shows that, on any screen.
    fn execute(&mut self, effect: Effect) -> Result<StackChange, ServiceError>;
}

/// What becomes of the stack of screens.
pub enum StackChange {
    /// A screen comes on top.
    Push(Box<dyn Screen>),
    /// A screen takes the place of the one on top.
    Replace(Box<dyn Screen>),
    /// A screen takes the place of all.
    ReplaceAll(Box<dyn Screen>),
    /// The screen on top closes, and the one below is told.
    Pop(Reply),
    /// The screen on top is told.
    Reply(Reply),
    /// The program ends.
    Quit,
}
