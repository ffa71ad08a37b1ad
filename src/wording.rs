//! What screens, lines and records say in the same words.

pub mod question;
pub mod result;

pub use question::{instruction, rationales, said, verdict};
pub use result::{WARNINGS, next_line, notes, ready_lines, reasons, result_lines, time_left};
