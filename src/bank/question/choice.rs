//! The choices of a choice question, with their scoring, order and harm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_false;

/// One choice of a choice question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The text of the choice.
    pub text: String,
    /// Whether the choice is a key. The default is false.
    #[serde(default, skip_serializing_if = "is_false")]
    pub correct: bool,
    /// Why the choice is correct; or why someone may believe it, and what is true.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
    /// How dangerous it is to believe this choice, from 0 (harmless) to 3 (could kill or maim).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<Harm>,
    /// The choice's position when the others are shuffled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<ChoicePosition>,
}

/// How dangerous it is to believe a wrong choice or a wrong true/false answer, from 0 (harmless) to 3 (could kill or maim).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Harm(u8);

impl From<Harm> for u8 {
    fn from(harm: Harm) -> Self {
        harm.0
    }
}

impl TryFrom<u8> for Harm {
    type Error = &'static str;
    fn try_from(harm: u8) -> Result<Self, &'static str> {
        if harm <= 3 { Ok(Self(harm)) } else { Err("\"harm\" must be 0 to 3") }
    }
}

/// A fixed position among shuffled choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Position")]
pub enum ChoicePosition {
    /// After all other choices.
    Last,
}

/// What a partly correct answer earns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Scoring")]
pub enum ChoiceScoring {
    /// No points.
    #[default]
    AllOrNothing,
    /// The share of the keys that were selected, minus the share of the distractors that were; never below zero.
    Balanced,
}

/// The order of the choices on a paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChoiceOrder {
    /// Random.
    #[default]
    Shuffled,
    /// As in the file.
    Fixed,
    /// As in the file, where the choices must be in order of size.
    Numeric,
}
