//! What a draw takes whole: a question by itself, or a case with all its questions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::bank::Question;
use crate::ids::GroupId;

/// Questions that are drawn together or not at all.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The questions in the author's order.
    pub questions: Vec<Arc<Question>>,
    /// How many of them are critical.
    pub critical: usize,
    /// The groups they belong to.
    pub groups: BTreeSet<GroupId>,
}

impl Unit {
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
pub fn units<'a>(questions: impl IntoIterator<Item = &'a Arc<Question>>) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut cases = BTreeMap::new();
    for question in questions {
        let fresh = units.len();
        let at = question.case.as_ref().map_or(fresh, |case| *cases.entry(case).or_insert(fresh));
        if at == fresh {
            units.push(Unit { questions: Vec::new(), critical: 0, groups: BTreeSet::new() });
        }
        units[at].push(question);
    }
    units
}

/// Units of which at most one can be in a paper, because they share a group; most slots hold a single unit.
pub type Slot = Vec<Unit>;

/// Puts units that share a group into one slot, those that share a group with one of these too, and so on.
///
/// Where two units share no group themselves but each shares one with a third, they exclude each other as well: stricter
/// than asked, never looser, and what is counted stays small.
pub fn slots(units: Vec<Unit>) -> Vec<Slot> {
    let mut slots: Vec<(BTreeSet<GroupId>, Slot)> = Vec::new();
    for unit in units {
        let mut groups = unit.groups.clone();
        let mut merged = vec![unit];
        if !groups.is_empty() {
            let mut kept = Vec::with_capacity(slots.len());
            for (held, slot) in slots {
                if held.is_disjoint(&groups) {
                    kept.push((held, slot));
                } else {
                    groups.extend(held);
                    merged.splice(0..0, slot);
                }
            }
            slots = kept;
        }
        slots.push((groups, merged));
    }
    slots.into_iter().map(|(_, slot)| slot).collect()
}
