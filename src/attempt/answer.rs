//! A trainee's answer and certainty. Indexes refer to the question's own order, not the shuffled order on screen.

use serde::{Deserialize, Serialize};

/// A whole answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The ticked choices, ascending.
    Choices(Vec<usize>),
    /// Whether the statement holds.
    Truth(bool),
    /// A number as it was typed.
    Number(String),
    /// A text as it was typed.
    Text(String),
    /// All items in the order given.
    Order(Vec<usize>),
    /// For each left side in turn the right side chosen: a pair's own number, or behind them an extra one's.
    Pairs(Vec<usize>),
}

/// How sure a trainee was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Certainty {
    /// A guess.
    Guess = 1,
    /// Fairly sure.
    Fair = 2,
    /// Certain.
    Certain = 3,
}

impl Certainty {
    /// Returns the words for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Fair => "fairly sure",
            Self::Certain => "certain",
        }
    }
}

impl From<Certainty> for u8 {
    fn from(certainty: Certainty) -> Self {
        certainty as Self
    }
}

impl TryFrom<u8> for Certainty {
    type Error = &'static str;
    fn try_from(level: u8) -> Result<Self, &'static str> {
        match level {
            1 => Ok(Self::Guess),
            2 => Ok(Self::Fair),
            3 => Ok(Self::Certain),
            _ => Err("certainty is 1, 2 or 3"),
        }
    }
}
