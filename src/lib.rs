//! The training and certification quiz for dry-needling practitioners.
//!
//! The modules below are in reading order. Each one uses only the modules above it. `ARCHITECTURE.md` describes each
//! module and lists the invariants.

pub mod clock;
pub mod parallel;
pub mod text;
pub mod canonical;
pub mod ids;
pub mod problem;
pub mod paths;
pub mod roster;
pub mod settings;
pub mod bank;
pub mod attempt;
pub mod exam;
pub mod study;
pub mod credential;
pub mod issuing;
pub mod projections;
pub mod store;
pub mod service;
pub mod view;
pub mod plain;
pub mod tui;
pub mod cli;
