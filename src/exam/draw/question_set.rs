//! What a draw takes whole: a question by itself, or a case with all its questions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::bank::Question;
use crate::ids::GroupId;

/// Questions that are drawn together or not at all.
#[derive(Debug, Clone)]
pub struct QuestionSet {
    /// The questions in the author's order.
    pub questions: Vec<Arc<Question>>,
    /// How many of them are critical.
    pub critical: usize,
    /// The groups they belong to.
    pub groups: BTreeSet<GroupId>,
}

impl QuestionSet {
    /// Returns how many questions it counts for.
    pub fn size(&self) -> usize {
        self.questions.len()
    }

    fn push(&mut self, question: &Arc<Question>) {
        self.critical += usize::from(question.critical);
        self.groups.extend(question.group.clone());
        self.questions.push(Arc::clone(question));
    }
}

/// Puts questions together to units, in the order of their first question.
pub fn units<'a>(questions: impl IntoIterator<Item = &'a Arc<Question>>) -> Vec<QuestionSet> {
    let mut units: Vec<QuestionSet> = Vec::new();
    let mut cases = BTreeMap::new();
    for question in questions {
        let fresh = units.len();
        let at = question.case.as_ref().map_or(fresh, |case| *cases.entry(case).or_insert(fresh));
        if at == fresh {
            units.push(QuestionSet { questions: Vec::new(), critical: 0, groups: BTreeSet::new() });
        }
        units[at].push(question);
    }
    units
}
