//! The [`Exam`] type: sections, pass marks, time limit, attempt rules, review policy and certificate terms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FORMAT;
use super::question::CognitiveLevel;
use crate::canonical;
use crate::clock::Millis;
use crate::ids::{BankId, Digest, ExamId, ObjectiveId};

/// An exam's blueprint, one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Exam {
    /// The format of the file.
    #[schemars(range(min = 1, max = FORMAT))]
    pub format: u32,
    /// The exam's name, which is also its file's.
    pub id: ExamId,
    /// Its title, for people.
    pub title: String,
    /// The version its author gave it.
    pub version: String,
    /// How many questions in all; only where sections have weights in place of counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub questions: Option<u32>,
    /// The parts of the paper, in order.
    #[schemars(length(min = 1, max = 100))]
    pub sections: Vec<ExamSection>,
    /// The share of points to pass, a whole percent, compared exactly.
    pub pass: Percent,
    /// How long the sitting may take.
    #[schemars(range(min = 1, max = 1440))]
    pub minutes: u32,
    /// How often it may be tried, and when again.
    pub attempts: AttemptRules,
    /// What may be seen of an attempt afterwards.
    #[serde(default)]
    pub review: ReviewPolicy,
    /// What the certificate says.
    pub certificate: CertificateTerms,
}

impl Exam {
    /// Returns the SHA-256 of the exam's canonical form.
    pub fn digest(&self) -> Digest {
        Digest::of(canonical::bytes(self))
    }

    /// Returns how long the attempt may take, before anybody's time factor.
    pub fn time_limit(&self) -> Millis {
        Millis::from_minutes(self.minutes.into())
    }
}

/// A whole percent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percent(u8);

impl From<Percent> for u8 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

impl TryFrom<u8> for Percent {
    type Error = &'static str;
    fn try_from(percent: u8) -> Result<Self, &'static str> {
        if percent <= 100 { Ok(Self(percent)) } else { Err("a pass mark is 0 to 100") }
    }
}

/// One part of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Section")]
pub struct ExamSection {
    /// The bank it draws from.
    pub bank: BankId,
    /// The objectives it draws from; all of the bank where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10_000))]
    pub objectives: Vec<ObjectiveId>,
    /// The level it draws from; all where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<CognitiveLevel>,
    /// How many questions it draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub questions: Option<u32>,
    /// Its share of the exam's questions, beside the other sections' weights; in place of `questions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub weight: Option<u32>,
    /// Exactly how many of them are critical.
    #[serde(default)]
    #[schemars(range(max = 1000))]
    pub critical: u32,
    /// The share of its points to pass, where it has a mark of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Percent>,
}

/// How often an exam may be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Attempts")]
pub struct AttemptRules {
    /// How many attempts, the first included.
    #[schemars(range(min = 1, max = 1000))]
    pub max: u32,
    /// Within how many days, counted back from the next start; ever, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 36_500))]
    pub within_days: Option<u32>,
    /// How long to wait after the first failure, the second, and so on; the last entry serves all later ones.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(range(max = 87_600)))]
    pub wait_hours: Vec<u32>,
}

/// What may be seen of an exam attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Review")]
pub enum ReviewPolicy {
    /// Passed or not, and no more.
    None,
    /// While a retake is possible only results and the objectives of what was missed.
    #[default]
    ObjectivesUntilFinal,
    /// After a pass or the last attempt also which questions were right, with the rationale of what was chosen.
    FullAfterFinal,
}

/// What the certificate of an exam says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Terms")]
pub struct CertificateTerms {
    /// For how many months it is valid.
    #[schemars(range(min = 1, max = 1200))]
    pub valid_months: u32,
    /// What it stands for and what not.
    pub statement: String,
}
