//! The [`Question`] type: its kinds, choices and key.
//!
//! In a file, one flat JSON object (`QuestionWire`) has the members of every kind.
//! A [`Question`] has only those of its own kind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decimal::Decimal;
use super::limits::CHOICES_MAX;
use crate::canonical;
use crate::clock::Day;
use crate::ids::{CaseId, Digest, GroupId, ObjectiveId, QuestionId, SourceId};

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "QuestionWire", into = "QuestionWire")]
#[schemars(!try_from, !into, deny_unknown_fields)]
pub struct Question {
    /// Its name within the bank.
    pub id: QuestionId,
    /// Whether it may be drawn.
    pub status: QuestionStatus,
    /// Raised when key or meaning changes; learning history belongs to id and revision.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub revision: u32,
    /// What it shows that the trainee knows.
    pub objective: ObjectiveId,
    /// How deep it goes.
    pub level: CognitiveLevel,
    /// Whether an exam is failed by missing it.
    #[schemars(default)]
    pub critical: bool,
    /// What is asked.
    pub stem: String,
    /// The kind with its choices and key.
    #[schemars(flatten)]
    pub kind: QuestionKind,
    /// What to learn from it, whatever was answered.
    #[schemars(default)]
    pub rationale: String,
    /// Where its facts come from.
    #[schemars(default)]
    pub sources: Vec<Citation>,
    /// The syllabus statements and facts it covers.
    #[schemars(default)]
    pub covers: Vec<String>,
    /// The day by which its facts should be checked again.
    pub review_by: Option<Day>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The group of which a paper holds at most one.
    pub group: Option<GroupId>,
    /// A picture it speaks of.
    pub image: Option<QuestionImage>,
    /// The clinician's review, once there was one.
    pub reviewed: Option<ClinicalReview>,
    /// Rules of the checker that are waived for it.
    #[schemars(default)]
    pub lint: Vec<RuleWaiver>,
}

impl Question {
    /// Returns the question without what may change while it means the same: status, review and waivers.
    pub fn content_only(&self) -> Self {
        Self { status: QuestionStatus::Ready, reviewed: None, review_by: None, lint: Vec::new(), ..self.clone() }
    }

    /// Returns the canonical text that is stored of it and that its digest covers.
    ///
    /// These are the RFC 8785 bytes of the question as it stands in its file, without `status`, `reviewed`,
    /// `review_by`, `lint`, members that start with `x-`, and members at their default.
    pub fn content_json(&self) -> String {
        let mut value = canonical::json_value(&self.content_only());
        if let Some(members) = value.as_object_mut() {
            members.remove("status");
        }
        canonical::text(&value)
    }

    /// Reads a question back from its [`content_json`](Self::content_json).
    pub fn from_content_json(content_json: &str) -> Option<Self> {
        let mut value: serde_json::Value = serde_json::from_str(content_json).ok()?;
        value.as_object_mut()?.insert("status".into(), "ready".into());
        serde_json::from_value(value).ok()
    }

    /// Returns the SHA-256 of its [`content_json`](Self::content_json).
    pub fn digest(&self) -> Digest {
        Digest::of(self.content_json())
    }

    /// Returns the choices of a choice question, else nothing.
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            QuestionKind::Choice { choices, .. } => choices,
            _ => &[],
        }
    }
}

/// Whether a question may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Status")]
pub enum QuestionStatus {
    /// Being written: seen only in preview.
    Draft,
    /// May be drawn.
    Ready,
    /// Kept for the record, not drawn any more.
    Retired,
}

/// How deep a question goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Level")]
pub enum CognitiveLevel {
    /// Remember a fact.
    Recall,
    /// Say why.
    Understanding,
    /// Use it on a patient.
    Application,
    /// Weigh several facts against each other.
    Analysis,
}

impl CognitiveLevel {
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

/// The kinds of question, each with its key.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(tag = "kind", rename_all = "kebab-case")]
pub enum QuestionKind {
    /// One or several of some choices.
    Choice {
        /// The choices in the author's order.
        #[schemars(length(min = 2, max = CHOICES_MAX))]
        choices: Vec<Choice>,
        /// How many may be ticked.
        #[schemars(default)]
        select: SelectCount,
        /// What a partly right answer earns.
        #[schemars(default)]
        scoring: ChoiceScoring,
        /// How the choices are put in order on a paper.
        #[schemars(default)]
        order: ChoiceOrder,
    },
    /// A statement that holds or does not.
    TrueFalse {
        /// Whether it holds.
        answer: bool,
        /// Why one may think either.
        #[schemars(default)]
        rationales: TruthRationales,
        /// How dangerous the wrong belief is.
        harm: Option<Harm>,
    },
    /// A number to type.
    Number {
        /// The number.
        answer: Decimal,
        /// How far from it an answer may be.
        tolerance: Decimal,
        /// What it counts, shown behind the field.
        unit: Option<String>,
    },
    /// A word or two to type.
    Text {
        /// What is accepted, compared after NFKC, case folding and trimming.
        #[schemars(length(min = 1, max = 1000))]
        accept: Vec<String>,
    },
    /// Items to put in order.
    Order {
        /// The items in the right order.
        #[schemars(length(min = 2, max = CHOICES_MAX))]
        items: Vec<ExplainedText>,
    },
    /// Items to pair.
    Match {
        /// The pairs.
        #[schemars(length(min = 2, max = CHOICES_MAX))]
        pairs: Vec<MatchPair>,
        /// Right sides that belong to no left one.
        #[schemars(default, length(max = CHOICES_MAX))]
        extra_right: Vec<ExplainedText>,
    },
}

impl QuestionKind {
    /// Returns the kind without its choices and key.
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

/// The names of the kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKindName {
    /// One or several of some choices.
    Choice,
    /// A statement that holds or does not.
    TrueFalse,
    /// A number to type.
    Number,
    /// A word or two to type.
    Text,
    /// Items to put in order.
    Order,
    /// Items to pair.
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

/// Why one may think that a statement holds, and that it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rationales")]
pub struct TruthRationales {
    /// For the answer true.
    #[serde(rename = "true", default, skip_serializing_if = "String::is_empty")]
    pub if_true: String,
    /// For the answer false.
    #[serde(rename = "false", default, skip_serializing_if = "String::is_empty")]
    pub if_false: String,
}

/// One item to put in order or to pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Item")]
pub struct ExplainedText {
    /// What it says.
    pub text: String,
    /// Why it stands where it stands.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
}

/// One pair of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Pair")]
pub struct MatchPair {
    /// The side that is given.
    pub left: String,
    /// The side to find.
    pub right: String,
    /// Why they belong together.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
}

/// A source of the bank and where in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The source.
    pub id: SourceId,
    /// Where in it: a page, a heading, a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
}

/// A picture with the words that stand in for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Image")]
pub struct QuestionImage {
    /// The file's name beside the bank.
    pub file: String,
    /// What it shows, in words.
    pub alt: String,
}

/// A clinician's review of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Reviewed")]
pub struct ClinicalReview {
    /// The day.
    pub on: Day,
    /// Who.
    pub by: String,
    /// As what.
    pub role: String,
}

/// A rule of the checker that is waived for a question, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Waiver")]
pub struct RuleWaiver {
    /// The rule.
    pub rule: String,
    /// Why it may be broken here.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub on: Day,
}

/// For `skip_serializing_if`: a flag that is false is not written.
fn is_false(flag: &bool) -> bool {
    !*flag
}

mod choice;
mod wire;
mod select;

pub use choice::{Choice, ChoiceOrder, ChoicePosition, ChoiceScoring, Harm};
pub use select::SelectCount;
use wire::QuestionWire;
