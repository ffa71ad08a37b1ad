//! The choices of a choice question, with their scoring, order and harm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_false;

/// One choice of a choice question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it belongs to the key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub correct: bool,
    /// Why it is right, or why one may believe it and what is true.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
    /// How dangerous believing it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<Harm>,
    /// Where it stays when the others are shuffled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<ChoicePosition>,
}

/// How dangerous believing a wrong choice is, 0 (harmless) to 3 (could kill or maim).
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
        if harm <= 3 { Ok(Self(harm)) } else { Err("harm is 0 to 3") }
    }
}

/// A fixed place among shuffled choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Position")]
pub enum ChoicePosition {
    /// After all others.
    Last,
}

/// What a partly right choice of several earns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Scoring")]
pub enum ChoiceScoring {
    /// Nothing.
    #[default]
    AllOrNothing,
    /// The share of keys ticked less the share of wrong ones ticked, never below zero.
    Balanced,
}

/// How choices are put in order on a paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChoiceOrder {
    /// By chance.
    #[default]
    Shuffled,
    /// As written.
    Fixed,
    /// As written, which is by size.
    Numeric,
}
