//! The full-screen terminal interface: its screens, key handling, effects and event loop.
//!
//! ```text
//!  title · mode                                        state · who
//!  ──────────────────────────────────────────────────────────────
//!     the screen on top of the stack: a column of at most 84
//!  ──────────────────────────────────────────────────────────────
//!  its keys                                         ? help   q back
//! ```
//!
//! Keys, resizes, signals and timers arrive in one queue ([`event_loop`]). The top screen turns a key into an
//! [`effect::Effect`], which is plain data. [`perform::ServiceExecutor`] runs it; no other part here uses the store.
//! The screen then gets a reply. [`app::App`] shows every failure. Only [`terminal`] uses process-wide state.

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
