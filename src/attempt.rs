//! The stored form of an attempt: the paper and a chain of facts.

pub mod answer;
pub mod chain;
pub mod fact;
pub mod outcome;
pub mod paper;
pub mod person;
pub mod points;
pub mod remark;
pub mod signature;

pub use answer::{Answer, Certainty};
pub use fact::Fact;
pub use outcome::{ExamResult, Outcome};
pub use paper::Paper;
pub use points::Points;

use serde::{Deserialize, Serialize};

/// The purpose of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// For learning: after each answer, the question is explained and closed.
    Practice,
    /// An exam that counts. Nothing is disclosed before the end.
    Exam,
    /// An exam that does not count. It estimates how ready the trainee is.
    Mock,
}

impl Mode {
    /// Returns the mode as JSON and the screens name it: `practice`, `exam` or `mock`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Exam => "exam",
            Self::Mock => "mock",
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
