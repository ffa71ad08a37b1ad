//! The built-in banks, exams and syllabus. The build script embeds them from `question-banks/`.

/// A built-in bank: its text, and a summary that needs no parsing.
#[derive(Debug)]
pub struct BuiltInBank {
    pub id: &'static str,
    /// The topic, as people read it.
    pub title: &'static str,
    /// Whether trainees may practice the bank.
    pub practice: bool,
    /// The IDs and revisions of the questions that can be drawn.
    pub ready: &'static [(&'static str, u32)],
    /// The text of the file.
    pub text: &'static str,
}

/// The built-in banks, in the order of their IDs.
pub const BANKS: &[BuiltInBank] = include!(concat!(env!("OUT_DIR"), "/banks.rs"));

/// The built-in exams: the ID and the text of each file.
pub const EXAMS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/exams.rs"));

/// The text of the built-in syllabus.
pub const SYLLABUS: &str = include_str!("../../question-banks/syllabus.json");
