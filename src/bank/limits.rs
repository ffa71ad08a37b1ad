//! Limits on the content of a bank file.

/// The most choices, items or right sides of a question. Each gets a letter from A to Z.
pub const CHOICES_MAX: usize = 26;

/// The maximum length of a text, in bytes.
pub const TEXT_MAX: usize = 20_000;
