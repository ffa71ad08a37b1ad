//! Question sets: the unit of drawing. A set is a single question, or a case with all its questions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::bank::Question;
use crate::ids::GroupId;

/// Questions that are drawn together or not at all.
#[derive(Debug, Clone)]
pub struct QuestionSet {
    /// The questions in the author's order.
    pub questions: Vec<Arc<Question>>,
    /// The number of critical questions among them.
    pub critical_count: usize,
    /// The exclusion groups of all its questions.
    pub groups: BTreeSet<GroupId>,
}

impl QuestionSet {
    /// Returns the number of questions.
    pub fn size(&self) -> usize {
        self.questions.len()
    }

    fn push(&mut self, question: &Arc<Question>) {
        self.critical_count += usize::from(question.critical);
        self.groups.extend(question.group.clone());
        self.questions.push(Arc::clone(question));
    }
}

/// Combines questions into sets. The sets are in the order of their first question.
pub fn question_sets<'a>(questions: impl IntoIterator<Item = &'a Arc<Question>>) -> Vec<QuestionSet> {
    let mut sets: Vec<QuestionSet> = Vec::new();
    let mut set_of_case = BTreeMap::new();
    for question in questions {
        let next_index = sets.len();
        let index = question.case.as_ref().map_or(next_index, |case| *set_of_case.entry(case).or_insert(next_index));
        if index == next_index {
            sets.push(QuestionSet { questions: Vec::new(), critical_count: 0, groups: BTreeSet::new() });
        }
        sets[index].push(question);
    }
    sets
}
