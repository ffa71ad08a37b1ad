//! The training and certification quiz for dry-needling practitioners.
//!
//! In reading order, each module using only those before it (`ARCHITECTURE.md` has the map and the invariants):
//! moments, text, names, problems; where things live; what a bank is; what is stored of an attempt; the quiz itself;
//! certificates; what lists show; the store; the sitting, which pairs the core with the world; the two ways to sit; commands.

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
