//! View models and texts that the full-screen interface, plain mode and the command line share.

pub mod briefing;
pub mod certificate;
pub mod exam_result;
pub mod home;
pub mod look_back;
pub mod person;
pub mod preview;
pub mod question;
pub mod result;
pub mod status;

pub use look_back::{ReviewedQuestion, review_lines, review_questions};
pub use question::{answer_text, correctness, instruction, rationales};
pub use result::{
    TIME_WARNING_MINUTES, attempts_left_text, eligibility_line, outcome_reasons, paper_notes, readiness_lines,
    result_lines, section_score, time_left,
};
