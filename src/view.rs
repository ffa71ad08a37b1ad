//! View models and texts that the full-screen interface, plain mode and the command line share.

pub mod briefing;
pub mod certificate;
pub mod course;
pub mod exam_result;
pub mod exams;
pub mod history;
pub mod home;
pub mod look_back;
pub mod notebook;
pub mod person;
pub mod picture;
pub mod practice_choice;
pub mod preview;
pub mod progress;
pub mod question;
pub mod result;
pub mod search;
pub mod settings;
pub mod status;
pub mod study;

pub use look_back::{ReviewedQuestion, review_lines, review_questions};
pub use question::{answer_in_words, answer_text, correct_answer_in_words, correctness, instruction, rationales};
pub use result::{
    TIME_WARNING_MINUTES, attempts_left_text, eligibility_line, headline, outcome_reasons, paper_notes,
    practice_summary, result_lines, section_score, time_left, time_out_text,
};
