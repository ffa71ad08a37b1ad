//! The limits of what a file of questions may hold.

/// The most choices, items or right sides of a question: one for each letter.
pub const LETTERS: usize = 26;

/// The longest text, in bytes.
pub const TEXT_MAX: usize = 20_000;
