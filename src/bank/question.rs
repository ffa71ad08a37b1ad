//! The [`Question`] type: its kinds, choices and key.
//!
//! In a file, a question is one flat JSON object that may have the members of any kind (`QuestionWire`).
//! A [`Question`] has only the members of its own kind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decimal::Decimal;
use super::limits::CHOICES_MAX;
use crate::canonical;
use crate::clock::Day;
use crate::ids::{CaseId, Digest, GroupId, ObjectiveId, QuestionId, SourceId};

/// One question with its choices, key and rationale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "QuestionWire", into = "QuestionWire")]
#[schemars(!try_from, !into, deny_unknown_fields)]
pub struct Question {
    /// The question's ID: `a-z`, `0-9` and inner hyphens, unique in its bank. It never changes.
    pub id: QuestionId,
    /// Whether the question can be drawn.
    pub status: QuestionStatus,
    /// Starts at 1. Raise it when the key or the meaning changes: learning history belongs to ID and revision.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub revision: u32,
    /// The ID of the objective that the question tests.
    pub objective: ObjectiveId,
    /// The cognitive level that the question tests.
    pub level: CognitiveLevel,
    /// Whether a wrong answer fails the exam. The default is false.
    #[schemars(default)]
    pub critical: bool,
    /// The stem: the text that asks the question.
    pub stem: String,
    /// The kind of question, with its choices and key.
    #[schemars(flatten)]
    pub kind: QuestionKind,
    /// What every trainee should learn from the question, whatever the answer.
    #[schemars(default)]
    pub rationale: String,
    /// The sources that support the question.
    #[schemars(default)]
    pub sources: Vec<Citation>,
    /// The IDs of the syllabus statements and facts that the question covers.
    #[schemars(default)]
    pub covers: Vec<String>,
    /// The day by which someone should check the facts again.
    pub review_by: Option<Day>,
    /// The ID of the case that the question belongs to.
    pub case: Option<CaseId>,
    /// The question's exclusion group. A paper has at most one question of a group.
    pub group: Option<GroupId>,
    /// An image that the question refers to.
    pub image: Option<QuestionImage>,
    /// A clinician's review. Leave it out until a clinician has reviewed the question.
    pub reviewed: Option<ClinicalReview>,
    /// Checker rules that are waived for this question.
    #[schemars(default)]
    pub lint: Vec<RuleWaiver>,
}

impl Question {
    /// Returns a copy without review, review date and waivers, and with the status `ready`. All of these can change
    /// without a change of meaning.
    #[must_use]
    pub fn content_only(&self) -> Self {
        Self { status: QuestionStatus::Ready, reviewed: None, review_by: None, lint: Vec::new(), ..self.clone() }
    }

    /// Returns the canonical text that the store keeps and that the digest covers.
    ///
    /// It is the RFC 8785 form of the question in its file. It leaves out `status`, `reviewed`, `review_by`, `lint`,
    /// members that start with `x-`, and members at their default.
    pub fn content_json(&self) -> String {
        let mut value = canonical::json_value(&self.content_only());
        if let Some(members) = value.as_object_mut() {
            // The type needs a status, but the status is no part of the content.
            members.remove("status");
        }
        canonical::text(&value)
    }

    /// Parses the text that [`content_json`](Self::content_json) returned. The status becomes `ready`.
    ///
    /// Returns `None` if the text is not a question.
    pub fn from_content_json(content_json: &str) -> Option<Self> {
        let mut value: serde_json::Value = serde_json::from_str(content_json).ok()?;
        value.as_object_mut()?.insert("status".into(), "ready".into());
        serde_json::from_value(value).ok()
    }

    /// Returns the SHA-256 of [`content_json`](Self::content_json).
    pub fn digest(&self) -> Digest {
        Digest::of(self.content_json())
    }

    /// Returns how many equally likely answers a guesser has: the choices of which one is selected, the combinations of
    /// N choices out of all, or true and false. 0 means that the answer cannot be guessed.
    pub fn guess_odds(&self) -> u32 {
        let combinations = |of: usize, selected: usize| {
            // Each division is exact. The result is at most C(26, 13), about 10 million.
            let odds =
                (0..selected).fold(1_u64, |odds, index| odds * (of.saturating_sub(index) as u64) / (index as u64 + 1));
            u32::try_from(odds).unwrap_or(u32::MAX)
        };
        match &self.kind {
            QuestionKind::Choice { choices, select: SelectCount::One, .. } => combinations(choices.len(), 1),
            QuestionKind::Choice { choices, select: SelectCount::Exactly(count), .. } => {
                combinations(choices.len(), *count)
            }
            QuestionKind::TrueFalse { .. } => 2,
            _ => 0,
        }
    }

    /// Returns the choices of a choice question, and an empty slice for any other kind.
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            QuestionKind::Choice { choices, .. } => choices,
            _ => &[],
        }
    }
}

/// Whether a question can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Status")]
pub enum QuestionStatus {
    /// Still being written. It is never drawn.
    Draft,
    /// Can be drawn.
    Ready,
    /// Kept for the record. It is no longer drawn.
    Retired,
}

/// The cognitive level that a question tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Level")]
pub enum CognitiveLevel {
    /// Remember a fact.
    Recall,
    /// Explain why.
    Understanding,
    /// Apply knowledge to a patient.
    Application,
    /// Weigh several facts against each other.
    Analysis,
}

impl CognitiveLevel {
    /// All levels, the simplest first.
    pub const ALL: [Self; 4] = [Self::Recall, Self::Understanding, Self::Application, Self::Analysis];

    /// Returns the level's name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::Understanding => "understanding",
            Self::Application => "application",
            Self::Analysis => "analysis",
        }
    }
}

/// The kind of a question, with its choices and key.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(tag = "kind", rename_all = "kebab-case")]
pub enum QuestionKind {
    /// Choices, of which the trainee selects one or more.
    Choice {
        /// The choices in the author's order.
        #[schemars(length(min = 2, max = CHOICES_MAX))]
        choices: Vec<Choice>,
        /// How many choices the trainee selects.
        #[schemars(default)]
        select: SelectCount,
        /// What a partly correct answer earns.
        #[schemars(default)]
        scoring: ChoiceScoring,
        /// The order of the choices on a paper.
        #[schemars(default)]
        order: ChoiceOrder,
    },
    /// A statement that is true or false.
    TrueFalse {
        /// Whether the statement is true.
        answer: bool,
        /// A rationale for each of the two answers.
        #[schemars(default)]
        rationales: TruthRationales,
        /// How dangerous the wrong answer is, from 0 (harmless) to 3 (could kill or maim).
        harm: Option<Harm>,
    },
    /// A number to type.
    Number {
        /// The correct number.
        answer: Decimal,
        /// How far an answer may be from the correct number, bounds included.
        tolerance: Decimal,
        /// The unit, shown after the input field.
        unit: Option<String>,
    },
    /// A word or two to type.
    Text {
        /// All accepted answers, compared after NFKC normalization, case folding and trimming.
        #[schemars(length(min = 1, max = 1000))]
        accept: Vec<String>,
    },
    /// Items to put in order.
    Order {
        /// The items in the correct order.
        #[schemars(length(min = 2, max = CHOICES_MAX))]
        items: Vec<ExplainedText>,
    },
    /// Left and right sides to match.
    Match {
        /// The correct pairs.
        #[schemars(length(min = 2, max = CHOICES_MAX))]
        pairs: Vec<MatchPair>,
        /// Right sides that match no left side.
        #[schemars(default, length(max = CHOICES_MAX))]
        extra_right: Vec<ExplainedText>,
    },
}

impl QuestionKind {
    /// Returns the name of the kind, without choices and key.
    pub fn kind_name(&self) -> QuestionKindName {
        match self {
            Self::Choice { .. } => QuestionKindName::Choice,
            Self::TrueFalse { .. } => QuestionKindName::TrueFalse,
            Self::Number { .. } => QuestionKindName::Number,
            Self::Text { .. } => QuestionKindName::Text,
            Self::Order { .. } => QuestionKindName::Order,
            Self::Match { .. } => QuestionKindName::Match,
        }
    }
}

/// The name of a question kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKindName {
    /// Choices, of which the trainee selects one or more.
    Choice,
    /// A statement that is true or false.
    TrueFalse,
    /// A number to type.
    Number,
    /// A word or two to type.
    Text,
    /// Items to put in order.
    Order,
    /// Left and right sides to match.
    Match,
}

impl QuestionKindName {
    /// Returns the kind's name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Choice => "choice",
            Self::TrueFalse => "true-false",
            Self::Number => "number",
            Self::Text => "text",
            Self::Order => "order",
            Self::Match => "match",
        }
    }
}

/// A rationale for each answer to a true-false question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rationales")]
pub struct TruthRationales {
    /// The rationale for the answer true.
    #[serde(rename = "true", default, skip_serializing_if = "String::is_empty")]
    pub if_true: String,
    /// The rationale for the answer false.
    #[serde(rename = "false", default, skip_serializing_if = "String::is_empty")]
    pub if_false: String,
}

/// One item to put in order, or one extra right side of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Item")]
pub struct ExplainedText {
    /// The text of the item.
    pub text: String,
    /// Why the item belongs in its place, or matches no left side.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
}

/// One correct pair of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Pair")]
pub struct MatchPair {
    /// The given side.
    pub left: String,
    /// The side that the trainee must find.
    pub right: String,
    /// Why the two sides belong together.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
}

/// A source of the bank, and the place in it that supports the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The ID of the source.
    pub id: SourceId,
    /// The place in the source: a page, a heading, a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
}

/// An image, and the words that can replace it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Image")]
pub struct QuestionImage {
    /// The name of an SVG file in the folder `images` beside the bank.
    pub file: String,
    /// What the image shows, in words.
    pub alt: String,
    /// The SHA-256 of the file. The program adds it to the content that it stores; it is not in bank files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub sha256: Option<Digest>,
}

/// A clinician's review of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Reviewed")]
pub struct ClinicalReview {
    /// The day of the review.
    pub on: Day,
    /// The reviewer's name.
    pub by: String,
    /// The reviewer's role.
    pub role: String,
}

/// A checker rule that is waived for a question, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Waiver")]
pub struct RuleWaiver {
    /// The ID of the rule, such as `L01`.
    pub rule: String,
    /// Why the question may break the rule.
    pub reason: String,
    /// The person who decided.
    pub by: String,
    /// The day of the decision.
    pub on: Day,
}

/// For `skip_serializing_if`: a false flag is the default, so it is not written.
fn is_false(flag: &bool) -> bool {
    !*flag
}

mod choice;
mod wire;
mod select;

pub use choice::{Choice, ChoiceOrder, ChoicePosition, ChoiceScoring, Harm};
pub use select::SelectCount;
use wire::QuestionWire;
