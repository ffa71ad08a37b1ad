//! The built-in banks, exams and syllabus. The build script embeds them from `question-banks/`.

/// A built-in bank: its text, and a summary that needs no parsing.
#[derive(Debug)]
pub struct BuiltInBank {
    pub id: &'static str,
    /// The topic, as people read it.
    pub title: &'static str,
    /// Whether trainees may practice the bank.
    pub practice: bool,
    /// The questions that can be drawn.
    pub ready: &'static [BuiltInQuestion],
    /// The text of the file.
    pub text: &'static str,
}

/// The summary of a question in a built-in bank. A test compares it with the parsed question.
#[derive(Debug)]
pub struct BuiltInQuestion {
    pub id: &'static str,
    pub revision: u32,
    pub objective: &'static str,
    pub level: &'static str,
    pub is_critical: bool,
    /// Empty if the question belongs to no case.
    pub case: &'static str,
    /// Empty if the question belongs to no exclusion group.
    pub group: &'static str,
    /// See [`Question::guess_odds`](crate::bank::Question::guess_odds).
    pub guess_odds: u32,
}

/// The built-in banks, in the order of their IDs.
pub const BANKS: &[BuiltInBank] = include!(concat!(env!("OUT_DIR"), "/banks.rs"));

/// The built-in exams: the ID and the text of each file.
pub const EXAMS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/exams.rs"));

/// The text of the built-in syllabus.
pub const SYLLABUS: &str = include_str!("../../question-banks/syllabus.json");

/// The built-in course: the ID and the text of each reading.
pub const READINGS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/readings.rs"));

/// The built-in images: the name and the SVG text of each file.
pub const IMAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/images.rs"));

/// Returns the SVG text of a built-in image.
pub fn image(file: &str) -> Option<&'static str> {
    IMAGES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text)
}
