//! The data of the bank preview.

use std::sync::Arc;

use crate::exam::LoadedPaper;
use crate::problem::Severity;

/// What was read of the file: a bank to look through, or what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub enum PreviewContent {
    /// All of its questions.
    Bank(PreviewBank),
    /// Its problems, drawn as the checker prints them.
    Problems(Vec<String>),
}

/// A bank to look through.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewBank {
    /// All questions, drafts and retired ones as well.
    pub loaded_paper: Arc<LoadedPaper>,
    /// For each of them its status where it is not ready, then the findings.
    pub notes: Vec<Vec<PreviewNote>>,
}

/// Something to know of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewNote {
    /// How much a finding weighs; nothing for the question's status.
    pub severity: Option<Severity>,
    /// What there is to know.
    pub message: String,
    /// How to fix it; empty where there is nothing to fix.
    pub help: String,
}
