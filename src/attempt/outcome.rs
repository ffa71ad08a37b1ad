//! The outcome of an attempt: points, sections, missed objectives and the exam result.

use serde::{Deserialize, Serialize};

use super::Points;
use crate::bank::exam::Percent;
use crate::ids::{BankId, ObjectiveId};

/// Points, sections and misses of a finished attempt, and whether it was passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The points earned.
    pub earned: Points,
    /// The points that could be earned: one a question.
    pub possible: usize,
    /// The mark to reach, for an exam.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "pass")]
    pub pass_mark: Option<Percent>,
    /// The parts in the order of the paper.
    pub sections: Vec<SectionOutcome>,
    /// The objectives of critical questions that were missed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "critical_misses")]
    pub missed_critical_objectives: Vec<MissedObjective>,
    /// The objectives of all questions that did not earn the full point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "missed")]
    pub missed_objectives: Vec<MissedObjective>,
    /// How many questions were left without an answer.
    pub unanswered: usize,
    /// What it comes to.
    #[serde(rename = "standing")]
    pub result: ExamResult,
}

/// One part of an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionOutcome {
    /// The bank.
    pub bank: BankId,
    /// The bank's title.
    pub title: String,
    /// The points earned.
    pub earned: Points,
    /// The points that could be earned.
    pub possible: usize,
    /// The section's own mark, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "pass")]
    pub pass_mark: Option<Percent>,
    /// Whether that mark was reached; true where there is none.
    #[serde(rename = "met")]
    pub is_pass_mark_reached: bool,
}

/// An objective that was missed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MissedObjective {
    /// The bank.
    pub bank: BankId,
    /// The objective.
    pub objective: ObjectiveId,
    /// The objective's text.
    pub text: String,
}

/// What an attempt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExamResult {
    /// A practice that came to its end.
    Practiced,
    /// Every mark reached and every critical question right.
    Passed,
    /// A mark not reached.
    Failed,
    /// Every mark reached, but a critical question missed.
    FailedCritical,
}

impl ExamResult {
    /// Returns the state as records name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Practiced => "practiced",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::FailedCritical => "failed-critical",
        }
    }
}
