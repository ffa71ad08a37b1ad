//! The training and certification quiz for dry-needling practitioners.
#![doc = "See ARCHITECTURE.md."]

pub mod attempt;
pub mod bank;
pub mod clock;
pub mod ids;
pub mod problem;
pub mod quiz;
pub mod records;
pub mod store;
pub mod text;
