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
//! Keys, mouse events, resizes, signals and job reports arrive in one queue ([`event_loop`]). The key table
//! ([`binding`]) maps a key to an action. The screen on top turns the action into a [`screens::Effect`], which is plain
//! data. [`app::App`] runs it. [`perform::ServiceExecutor`] runs commands, and [`screens::open_screen`] opens screens.
//! Both use a [`workspace::Workspace`], and no other part of `tui` uses the store. The screen then gets a reply.
//! [`app::App`] shows every failure. Only [`terminal`] uses process-wide state.

pub mod app;
pub mod binding;
pub mod canvas;
pub mod command;
pub mod event_loop;
pub mod execute;
pub mod file_preview;
pub mod frame;
pub mod input;
pub mod jobs;
pub mod key;
pub mod list;
pub mod overlay;
pub mod page;
pub mod paste;
pub mod pending;
pub mod perform;
pub mod pictures;
pub mod read_only;
pub mod screens;
pub mod start;
pub mod terminal;
pub mod text_field;
pub mod theme;
pub mod workspace;
