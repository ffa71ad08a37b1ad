//! What lists show: rows kept up to date beside the facts, each of which can be computed from them again.

pub mod people;
pub mod attempts;
pub mod certificates;
pub mod study;
pub mod status;
pub mod matrix;
pub mod export;
