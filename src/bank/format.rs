//! File formats for banks. JSON is the only one.

pub mod json;
