//! The [`Exam`] type: sections, pass marks, time limit, attempt rules, review policy and certificate terms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FORMAT;
use super::question::CognitiveLevel;
use crate::canonical;
use crate::clock::Millis;
use crate::ids::{BankId, Digest, ExamId, ObjectiveId};
use crate::text;

/// The blueprint of an exam, one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Exam {
    /// The version of the file format.
    #[schemars(range(min = 1, max = FORMAT))]
    pub format: u32,
    /// The exam's ID. Its file has the same name, plus `.json`.
    pub id: ExamId,
    /// The title, as people read it.
    pub title: String,
    /// The version that the author gave the exam.
    pub version: String,
    /// How many questions the whole exam has. Only an exam whose sections have weights gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub questions: Option<u32>,
    /// The sections of the paper, in order.
    #[schemars(length(min = 1, max = 100))]
    pub sections: Vec<ExamSection>,
    /// The share of points needed to pass, a whole percent, compared exactly.
    pub pass: Percent,
    /// The time limit of an attempt, in minutes.
    #[schemars(range(min = 1, max = 1440))]
    pub minutes: u32,
    /// How often a trainee may take the exam, and how long to wait in between.
    pub attempts: AttemptRules,
    /// What a trainee may see after an attempt.
    #[serde(default)]
    pub review: ReviewPolicy,
    /// The terms of the certificate.
    pub certificate: CertificateTerms,
}

impl Exam {
    /// Returns the SHA-256 of the exam's canonical form.
    pub fn digest(&self) -> Digest {
        Digest::of(canonical::bytes(self))
    }

    /// Returns the time limit of an attempt, before a trainee's time factor applies.
    pub fn time_limit(&self) -> Millis {
        Millis::from_minutes(self.minutes.into())
    }
}

/// A whole percent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
// Whole numbers, because the floating-point number nearest to 0.8 is above 4/5. 48 of 60 would then miss 80 percent.
pub struct Percent(u8);

impl Percent {
    /// Returns a percent. A number above 100 becomes 100.
    pub const fn at_most_100(percent: u8) -> Self {
        Self(if percent > 100 { 100 } else { percent })
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

impl TryFrom<u8> for Percent {
    type Error = &'static str;
    fn try_from(percent: u8) -> Result<Self, &'static str> {
        if percent <= 100 { Ok(Self(percent)) } else { Err("a pass mark must be 0 to 100") }
    }
}

/// One section of an exam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Section")]
pub struct ExamSection {
    /// The ID of the bank that the section draws from.
    pub bank: BankId,
    /// The objectives that the section draws from. Leave it out for all objectives of the bank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10_000))]
    pub objectives: Vec<ObjectiveId>,
    /// The level that the section draws from. Leave it out for all levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<CognitiveLevel>,
    /// How many questions the section draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub questions: Option<u32>,
    /// The section's share of the exam's questions, relative to the other weights. Give it instead of `questions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub weight: Option<u32>,
    /// Exactly how many of the drawn questions are critical. The default is 0.
    #[serde(default)]
    #[schemars(range(max = 1000))]
    pub critical: u32,
    /// The share of the section's points needed to pass, if the section has its own pass mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Percent>,
}

/// How often a trainee may take an exam, and how long to wait in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Attempts")]
pub struct AttemptRules {
    /// The number of attempts, including the first.
    #[schemars(range(min = 1, max = 1000))]
    pub max: u32,
    /// Count only attempts in this many days before the next start. Leave it out to count all attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 36_500))]
    pub within_days: Option<u32>,
    /// Hours to wait after the first failure, the second, and so on. The last entry is for all later failures too.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(range(max = 87_600)))]
    pub wait_hours: Vec<u32>,
}

/// What a trainee may see after an exam attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Review")]
pub enum ReviewPolicy {
    /// Only whether the trainee passed.
    None,
    /// The results, and the objectives of the missed questions.
    #[default]
    ObjectivesUntilFinal,
    /// Also, after a pass or the last attempt: which answers were correct, and the rationales of the chosen answers.
    FullAfterFinal,
}

/// The terms of an exam's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Terms")]
pub struct CertificateTerms {
    /// For how many months the certificate is valid.
    #[schemars(range(min = 1, max = 1200))]
    pub valid_months: u32,
    /// What the certificate stands for, and what it does not.
    pub statement: String,
    /// The contact hours of continuing education, as a decimal number in quotes, such as "1.5". Leave it out if the
    /// exam gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_hours: Option<ContactHours>,
}

/// Contact hours of continuing education: more than 0 and below 1,000, with at most two decimal places, such as "1.5".
// Text, because the profile of the signed credential has no fractional numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContactHours(String);

impl ContactHours {
    /// Returns the number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ContactHours> for String {
    fn from(hours: ContactHours) -> Self {
        hours.0
    }
}

impl TryFrom<String> for ContactHours {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        if text::is_contact_hours(&text) {
            Ok(Self(text))
        } else {
            Err("contact hours must be a number such as \"1.5\"")
        }
    }
}
