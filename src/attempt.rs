//! What is stored of an attempt: the paper and a chain of facts.

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

/// What an attempt is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Learning: each question is explained and closed once it is answered.
    Practice,
    /// The exam: nothing is told before the end, and it counts.
    Exam,
    /// An exam that does not count: it says how ready one is.
    Mock,
}

impl Mode {
    /// Returns the mode's name.
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
