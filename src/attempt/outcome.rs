//! The outcome of an attempt: points, sections, missed objectives and the exam result.

use serde::{Deserialize, Serialize};

use super::Points;
use crate::bank::exam::Percent;
use crate::ids::{BankId, ObjectiveId};

/// The outcome of an attempt: points, sections, missed objectives and the exam result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct Outcome {
    pub earned: Points,
    /// The points that could be earned: one for each question that was not dropped.
    pub possible: usize,
    /// The pass mark of the exam, or `None` in practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    // Stored facts and requests contain these names, so they stay although the terms have changed.
    #[serde(rename = "pass")]
    pub pass_mark: Option<Percent>,
    /// The sections in the order of the paper.
    pub sections: Vec<SectionOutcome>,
    /// The objectives of the critical questions that did not earn the full point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "critical_misses")]
    pub missed_critical_objectives: Vec<MissedObjective>,
    /// The objectives of all questions that did not earn the full point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "missed")]
    pub missed_objectives: Vec<MissedObjective>,
    /// The number of questions without an answer. A dropped question does not count.
    pub unanswered: usize,
    #[serde(rename = "standing")]
    pub result: ExamResult,
}

impl Outcome {
    /// Returns the sections, each with a title that no other one has: several sections of one bank are numbered.
    pub fn titled_sections(&self) -> Vec<(String, &SectionOutcome)> {
        let count =
            |sections: &[SectionOutcome], bank: &BankId| sections.iter().filter(|other| other.bank == *bank).count();
        let titled = self.sections.iter().enumerate().map(|(index, section)| {
            let title = match count(&self.sections, &section.bank) {
                1 => section.title.clone(),
                total => {
                    let number = count(&self.sections[..=index], &section.bank);
                    format!("{}, part {number} of {total}", section.title)
                }
            };
            (title, section)
        });
        titled.collect()
    }
}

/// The outcome of one section of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionOutcome {
    /// The bank that the section draws from.
    pub bank: BankId,
    /// The title of the bank.
    pub title: String,
    pub earned: Points,
    /// The points that could be earned: one for each question that was not dropped.
    pub possible: usize,
    /// The pass mark of this section, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "pass")]
    pub pass_mark: Option<Percent>,
    /// Whether the section's pass mark was reached. This is `true` if the section has none.
    #[serde(rename = "met")]
    pub is_pass_mark_reached: bool,
}

/// The objective of at least one missed question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MissedObjective {
    pub bank: BankId,
    pub objective: ObjectiveId,
    /// The text of the objective, as it was when the paper was drawn.
    pub text: String,
}

/// The final decision about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExamResult {
    /// A practice attempt ended. It has no pass mark.
    Practiced,
    /// Every pass mark was reached, and every critical question was correct.
    Passed,
    /// A pass mark was not reached.
    Failed,
    /// Every pass mark was reached, but a critical question was missed.
    FailedCritical,
}

impl ExamResult {
    /// Returns the machine code of the result, such as `failed-critical`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Practiced => "practiced",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::FailedCritical => "failed-critical",
        }
    }

    /// Returns the result in words, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Practiced => "Finished",
            Self::Passed => "Passed",
            Self::Failed => "Not passed",
            Self::FailedCritical => "Not passed: missed a safety-critical question",
        }
    }
}
