//! What screens, lines and records say in the same words.

pub mod exam_result;
pub mod home;
pub mod look_back;
pub mod person;
pub mod preview;
pub mod question;
pub mod result;

pub use look_back::{ReviewedQuestion, look_back, look_back_lines};
pub use question::{instruction, rationales, said, verdict};
pub use result::{WARNINGS, next_line, notes, ready_lines, reasons, result_lines, time_left};
