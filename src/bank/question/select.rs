//! How many choices a trainee may select, and how a file writes that: `"one"`, `"all"` or a number.

use serde::{Deserialize, Serialize};

/// How many choices the trainee selects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SelectForm", into = "SelectForm")]
pub enum SelectCount {
    /// Exactly one.
    #[default]
    One,
    /// All that apply. The trainee is not told how many there are.
    All,
    /// Exactly this many, and never more.
    Exactly(usize),
}

/// [`SelectCount`] as a file writes it: a word or a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum SelectForm {
    Number(usize),
    Word(String),
}

impl TryFrom<SelectForm> for SelectCount {
    type Error = &'static str;
    fn try_from(wire: SelectForm) -> Result<Self, &'static str> {
        match wire {
            SelectForm::Word(word) if word == "one" => Ok(Self::One),
            SelectForm::Word(word) if word == "all" => Ok(Self::All),
            SelectForm::Number(1) => Ok(Self::One),
            SelectForm::Number(count) if count > 1 => Ok(Self::Exactly(count)),
            _ => Err("\"select\" must be \"one\", \"all\", or a whole number from 1"),
        }
    }
}

impl From<SelectCount> for SelectForm {
    fn from(select: SelectCount) -> Self {
        match select {
            SelectCount::One => Self::Word("one".into()),
            SelectCount::All => Self::Word("all".into()),
            SelectCount::Exactly(count) => Self::Number(count),
        }
    }
}
