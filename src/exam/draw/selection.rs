//! The input and output types of question selection, shared by all versions of the draw.

use std::collections::HashSet;
use std::sync::Arc;

use crate::bank::Question;
use crate::exam::draw::question_set::QuestionSet;
use crate::ids::{BankId, QuestionId};

/// The questions of an earlier paper of the same trainee.
pub type EarlierPaper = HashSet<(BankId, QuestionId)>;

/// The questions that a section may draw, in the order of their bank.
pub type QuestionPool<'a> = Vec<&'a Arc<Question>>;

/// The questions to exclude because the trainee had them before.
#[derive(Debug, Clone, Copy)]
pub enum Exclusions<'a> {
    /// Exclude as many earlier papers as possible. If too few questions remain, the oldest papers are allowed again.
    EarlierPapers(&'a [EarlierPaper]),
    /// Exclude the questions that were excluded when the paper was drawn, section by section.
    Stored(&'a [&'a [QuestionId]]),
}

/// The questions that were selected for one section.
#[derive(Debug)]
pub struct SectionSelection {
    /// The question sets, in the order in which they are asked.
    pub sets: Vec<QuestionSet>,
    /// Questions that were left out because this trainee had them before.
    pub excluded: Vec<QuestionId>,
}

/// Splits a pool into the questions that the trainee had in `earlier_papers` and the rest.
///
/// If one question of a case is excluded, the whole case is, because its questions belong together.
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
