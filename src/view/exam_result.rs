//! The data of the exam result screen.

use std::path::PathBuf;
use std::sync::Arc;

use crate::attempt::Outcome;
use crate::exam::LoadedPaper;
use crate::exam::disclosure::DisclosureLevel;
use crate::view::look_back::ReviewedQuestion;

/// A finished exam or mock exam, as far as its trainee may see it.
#[derive(Debug)]
pub struct ExamResultView {
    pub loaded_paper: Arc<LoadedPaper>,
    /// The score and the decision, complete. The screen shows only what `disclosure_level` allows.
    pub outcome: Outcome,
    /// The sentence about the end of the time; `None` if the trainee submitted the exam.
    pub time_out: Option<String>,
    /// Whether a decision voided the attempt.
    pub is_void: bool,
    /// Whether the invigilator still has to sign the certificate of this pass.
    pub awaits_invigilator: bool,
    /// How much of the outcome may be shown.
    pub disclosure_level: DisclosureLevel,
    /// When the trainee can take the exam again, or why that is unknown.
    pub next_line: String,
    /// For a pass, the path of the certificate, or why it could not be signed. `None` if no certificate is signed here.
    pub certificate: Option<Result<PathBuf, String>>,
    /// The review of every question; empty unless the exam allows it.
    pub reviewed_questions: Vec<ReviewedQuestion>,
}
