//! A trainee's answer and certainty. Indexes refer to the question's own order, not the shuffled order on screen.

use serde::{Deserialize, Serialize};

/// A complete answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The ticked choices, in ascending order.
    Choices(Vec<usize>),
    /// Whether the trainee thinks that the statement is true.
    Truth(bool),
    /// The number as typed.
    Number(String),
    /// The text as typed.
    Text(String),
    /// All items, in the order that the trainee gave them.
    Order(Vec<usize>),
    /// The right side chosen for each left side in turn. Extra right sides are numbered after those of the pairs.
    Pairs(Vec<usize>),
}

/// How sure a trainee is of an answer in practice. It does not change the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Certainty {
    Guess = 1,
    Fair = 2,
    Certain = 3,
}

impl Certainty {
    /// Returns the words for the level, such as `fairly sure`.
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
            _ => Err("certainty must be 1, 2 or 3"),
        }
    }
}
