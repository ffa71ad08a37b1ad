//! The built-in banks, exams and syllabus. The build script embeds them from `question-banks/`.

/// A shipped bank: its outline, and its text.
#[derive(Debug)]
pub struct BuiltInBank {
    /// Its name.
    pub id: &'static str,
    /// The topic, for people.
    pub title: &'static str,
    /// Whether it may be practiced.
    pub practice: bool,
    /// The questions that may be drawn, each in its revision.
    pub ready: &'static [(&'static str, u32)],
    /// Its file.
    pub text: &'static str,
}

/// The shipped banks.
pub const BANKS: &[BuiltInBank] = include!(concat!(env!("OUT_DIR"), "/banks.rs"));

/// The shipped exams: name and text.
pub const EXAMS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/exams.rs"));

/// The shipped syllabus.
pub const SYLLABUS: &str = include_str!("../../question-banks/syllabus.json");
