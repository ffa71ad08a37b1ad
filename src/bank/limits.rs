//! Limits on the content of a bank file.

/// The most choices, items or right sides of a question: one for each letter.
pub const CHOICES_MAX: usize = 26;

/// The longest text, in bytes.
pub const TEXT_MAX: usize = 20_000;
