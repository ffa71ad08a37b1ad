//! The training and certification quiz for dry-needling practitioners.
//!
//! In reading order, each module using only those before it (`ARCHITECTURE.md` has the map and the invariants): time,
//! text, ids and problems; paths; banks; stored attempts; exams and study; credentials and issuing; projections; the
//! store; the application service; views; plain mode and the terminal interface; the command line.

pub mod clock;
pub mod text;
pub mod canonical;
pub mod ids;
pub mod problem;
pub mod paths;
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
