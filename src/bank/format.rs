//! The formats that banks can be read from.

pub mod json;
