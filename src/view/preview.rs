//! The data of the bank preview.

use std::sync::Arc;

use crate::exam::LoadedPaper;
use crate::problem::Severity;

/// The content of a previewed file: a bank, or the problems that prevent reading it.
#[derive(Debug, Clone, PartialEq)]
pub enum PreviewContent {
    /// A bank that could be read.
    Bank(PreviewBank),
    /// The problems, printed as `bank check` prints them.
    Problems(Vec<String>),
}

/// A bank with notes for each question.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewBank {
    /// All questions, including drafts and retired ones.
    pub loaded_paper: Arc<LoadedPaper>,
    /// For each question, its status if it is not ready, then its findings.
    pub notes: Vec<Vec<PreviewNote>>,
    /// The errors of the file, printed as `bank check` prints them. The questions that have them are not in the paper.
    pub problems: Vec<String>,
}

/// A note beside a question: its status, or a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewNote {
    /// The severity of a finding; `None` for the status of the question.
    pub severity: Option<Severity>,
    pub message: String,
    /// How to fix the finding; empty for a status.
    pub help: String,
}
