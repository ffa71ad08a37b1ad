//! The data of the exam result screen.

use std::path::PathBuf;
use std::sync::Arc;

use crate::attempt::Outcome;
use crate::exam::LoadedPaper;
use crate::exam::disclosure::DisclosureLevel;
use crate::view::look_back::ReviewedQuestion;

/// An exam once it has ended, as far as its trainee may see it.
#[derive(Debug)]
pub struct ExamResultView {
    /// What was asked.
    pub loaded_paper: Arc<LoadedPaper>,
    /// What it came to.
    pub outcome: Outcome,
    /// How much of that may be shown.
    pub disclosure_level: DisclosureLevel,
    /// When the exam can be taken again, or why that is not known.
    pub next_line: String,
    /// Where the certificate is, or why there is none; for a pass.
    pub certificate: Option<Result<PathBuf, String>>,
    /// How ready the trainee is, after a mock.
    pub readiness_lines: Vec<String>,
    /// Every question, looked back on, where the exam allows that.
    pub reviewed_questions: Vec<ReviewedQuestion>,
}
