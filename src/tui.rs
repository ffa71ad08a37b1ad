//! The full-screen interface.
//!
//! ```text
//!  title · mode                                        state · who
//!  ──────────────────────────────────────────────────────────────
//!     the screen on top of the stack: a column of at most 84
//!  ──────────────────────────────────────────────────────────────
//!  its keys                                         ? help   q back
//! ```
//!
//! Keys, resizes, signals and the passing of time come through one queue ([`event_loop`]). The screen on top says what a key
//! means as an [`effect::Effect`], which is data; [`perform::Performer`] carries it out, the only one here that reaches the
//! store; the screen hears of it once it is done. The [`app::App`] shows what could not be done, on any screen. Nothing here
//! is global to the process but in [`terminal`].

pub mod app;
pub mod effect;
pub mod event_loop;
pub mod execute;
pub mod file_preview;
pub mod key;
pub mod open;
pub mod page;
pub mod perform;
pub mod screen;
pub mod screens;
pub mod start;
pub mod terminal;
pub mod theme;
