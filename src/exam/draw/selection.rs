//! Input and output types of question selection, shared by all versions of the draw.

use std::collections::HashSet;
use std::sync::Arc;

use crate::bank::Question;
use crate::exam::draw::question_set::QuestionSet;
use crate::ids::{BankId, QuestionId};

/// Questions that a trainee had in an earlier paper of an exam.
pub type EarlierPaper = HashSet<(BankId, QuestionId)>;

/// The questions that a section may draw, in the order of its bank.
pub type QuestionPool<'a> = Vec<&'a Arc<Question>>;

/// What is passed over because the trainee had it before.
#[derive(Debug, Clone, Copy)]
pub enum Exclusions<'a> {
    /// As many of the earlier papers as leave enough, the oldest come back first.
    EarlierPapers(&'a [EarlierPaper]),
    /// What was passed over when the paper was drawn, section by section.
    Stored(&'a [&'a [QuestionId]]),
}

/// The questions of one section.
#[derive(Debug)]
pub struct SectionSelection {
    /// The questions, in the order they are asked.
    pub sets: Vec<QuestionSet>,
    /// Questions left out because this trainee had them before.
    pub excluded: Vec<QuestionId>,
}

/// Splits a pool into the questions that the trainee had in `earlier` papers and the rest.
///
/// A case is passed over as a whole: part of it would not be what its author wrote.
pub(super) fn split_by_earlier<'a>(
    pool: &[&'a Arc<Question>],
    bank: &BankId,
    earlier_papers: &[EarlierPaper],
) -> (QuestionPool<'a>, QuestionPool<'a>) {
    let was_asked = |question: &Question| {
        let key = (bank.clone(), question.id.clone());
        earlier_papers.iter().any(|paper| paper.contains(&key))
    };
    let cases: HashSet<_> = pool.iter().filter(|q| was_asked(q)).filter_map(|q| q.case.as_ref()).collect();
    let is_excluded = |q: &Question| was_asked(q) || q.case.as_ref().is_some_and(|case| cases.contains(case));
    pool.iter().copied().partition(|question| is_excluded(question))
}
