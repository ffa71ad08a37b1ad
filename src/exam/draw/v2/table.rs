//! A table that counts the ways to fill sections from rival sets, and draws one of those ways uniformly.
//!
//! Suppose that m rival sets of a shape are unused, each with e entries of a kind. Then u of them can each give one
//! such entry in C(m, u) · e^u ways. A step covers one kind of one shape. For each u, multiply these ways by the number
//! of ways from the next step on. The sum over u is the number of ways from this step on. The method is our own.

use std::collections::{HashMap, HashSet};

use num_bigint::BigUint;

use crate::exam::draw::quota::Quota;
use crate::exam::draw::rng::DrawRng;

/// The maximum work for one table, in transitions between states. That many take well under a second.
const MAX_STEPS: usize = 2_000_000;

/// What an entry contributes to its section: entries of the same kind can replace each other in the count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryKind {
    /// The index among the sections of the table.
    pub(super) section: usize,
    pub(super) questions: usize,
    pub(super) critical: usize,
}

/// The kinds of entry in a rival set, with the number of entries of each kind.
pub(super) type RivalShape = Vec<(EntryKind, usize)>;

/// A rival set with its entries by kind, in the order of its shape.
pub(super) struct RivalSet {
    /// The index among all rival sets of the exam.
    pub(super) index: usize,
    pub(super) entries: Vec<Vec<usize>>,
}

/// One step of the count: some rival sets of a shape each give one entry of this kind.
struct Step {
    shape_index: usize,
    /// The index of the kind in the shape.
    kind_index: usize,
    kind: EntryKind,
    /// The number of entries of this kind in each rival set of the shape.
    entry_count: usize,
}

/// The state of a count between two steps.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    /// The number of unused rival sets of the current shape.
    unused_sets: usize,
    /// The rest of each section's quota.
    remaining: Vec<Quota>,
}

/// The number of ways to fill some sections, step by step.
pub(super) struct Table {
    shapes: Vec<Vec<RivalSet>>,
    steps: Vec<Step>,
    start: State,
    /// For each step, the number of ways from each state to the end. The last map is for the state after all steps.
    ways: Vec<HashMap<State, BigUint>>,
}

impl Table {
    /// Makes the table and counts. Returns `None` if that takes more than [`MAX_STEPS`].
    pub(super) fn new(shapes: Vec<(RivalShape, Vec<RivalSet>)>, quotas: Vec<Quota>) -> Option<Self> {
        let mut steps = Vec::new();
        for (shape_index, (kinds, _)) in shapes.iter().enumerate() {
            let step = |(kind_index, (kind, entry_count)): (usize, &(EntryKind, usize))| Step {
                shape_index,
                kind_index,
                kind: *kind,
                entry_count: *entry_count,
            };
            steps.extend(kinds.iter().enumerate().map(step));
        }
        let shapes: Vec<_> = shapes.into_iter().map(|(_, sets)| sets).collect();
        let start = State { unused_sets: shapes.first().map_or(0, Vec::len), remaining: quotas };
        let mut table = Self { shapes, steps, start, ways: Vec::new() };
        table.count_ways()?;
        Some(table)
    }

    /// Counts in two passes: forward to find the reachable states, and backward to count the ways from each of them.
    fn count_ways(&mut self) -> Option<()> {
        let capacity = self.remaining_capacity();
        let mut reached = vec![HashSet::from([self.start.clone()])];
        let mut steps = 0;
        for step_index in 0..self.steps.len() {
            let mut next_states = HashSet::new();
            for state in &reached[step_index] {
                for used in 0..=self.max_sets(step_index, state) {
                    steps += 1;
                    let next = self.next_state(step_index, state, used);
                    if can_fill(&next.remaining, &capacity[step_index + 1]) {
                        next_states.insert(next);
                    }
                }
            }
            if steps > MAX_STEPS {
                return None;
            }
            reached.push(next_states);
        }
        let is_filled = |state: &State| state.remaining.iter().all(|quota| quota.questions == 0 && quota.critical == 0);
        let final_states = reached.pop().unwrap_or_default();
        let mut ways =
            vec![final_states.into_iter().filter(is_filled).map(|state| (state, BigUint::from(1_u8))).collect()];
        for (step_index, states) in reached.into_iter().enumerate().rev() {
            let next: &HashMap<State, BigUint> = &ways[ways.len() - 1];
            let count = |state: State| {
                let sum: BigUint = self.branches(step_index, &state, next).map(|(_, _, ways)| ways).sum();
                (state, sum)
            };
            let table = states.into_iter().map(count).filter(|(_, ways)| *ways > BigUint::ZERO).collect();
            ways.push(table);
        }
        ways.reverse();
        self.ways = ways;
        Some(())
    }

    /// Returns whether no paper exists.
    pub(super) fn is_empty(&self) -> bool {
        !self.ways[0].contains_key(&self.start)
    }

    /// Returns for each step how many critical and non-critical questions each section could still get. This is an
    /// upper bound that keeps hopeless states out of the table.
    fn remaining_capacity(&self) -> Vec<Vec<(usize, usize)>> {
        let mut capacity = vec![vec![(0_usize, 0_usize); self.start.remaining.len()]];
        for step in self.steps.iter().rev() {
            let mut step_capacity = capacity[capacity.len() - 1].clone();
            let (critical, ordinary) = &mut step_capacity[step.kind.section];
            let sets = self.shapes[step.shape_index].len();
            *critical = critical.saturating_add(sets * step.kind.critical);
            *ordinary = ordinary.saturating_add(sets * (step.kind.questions - step.kind.critical));
            capacity.push(step_capacity);
        }
        capacity.reverse();
        capacity
    }

    /// Returns the maximum number of rival sets that a step can use.
    fn max_sets(&self, step_index: usize, state: &State) -> usize {
        let kind = self.steps[step_index].kind;
        let remaining = state.remaining[kind.section];
        let by_questions = remaining.questions / kind.questions.max(1);
        let by_critical = remaining.critical.checked_div(kind.critical).unwrap_or(usize::MAX);
        state.unused_sets.min(by_questions).min(by_critical)
    }

    fn next_state(&self, step_index: usize, state: &State, used: usize) -> State {
        let step = &self.steps[step_index];
        let mut next = state.clone();
        let remaining = &mut next.remaining[step.kind.section];
        remaining.questions -= used * step.kind.questions;
        remaining.critical -= used * step.kind.critical;
        next.unused_sets = match self.steps.get(step_index + 1) {
            Some(next_step) if next_step.shape_index == step.shape_index => state.unused_sets - used,
            Some(next_step) => self.shapes[next_step.shape_index].len(),
            None => 0,
        };
        next
    }

    /// Returns the branches of a step: the number of rival sets used, the state after it, and the number of ways. The
    /// ways differ in the sets used, in the entry of each, and in all later steps.
    fn branches<'a>(
        &'a self,
        step_index: usize,
        state: &'a State,
        next_ways: &'a HashMap<State, BigUint>,
    ) -> impl Iterator<Item = (usize, State, BigUint)> + 'a {
        let entries = self.steps[step_index].entry_count;
        // C(m, u) · e^u, computed from the value for u − 1.
        let mut ways = BigUint::from(1_u8);
        (0..=self.max_sets(step_index, state)).filter_map(move |used| {
            if used > 0 {
                ways = &ways * (state.unused_sets + 1 - used) * entries / used;
            }
            let after = self.next_state(step_index, state, used);
            let ways_after = next_ways.get(&after)?;
            let total = &ways * ways_after;
            Some((used, after, total))
        })
    }

    /// Draws entries, each with its rival set. All selections are equally likely.
    pub(super) fn draw(mut self, rng: &mut DrawRng) -> Vec<(usize, usize)> {
        let mut state = self.start.clone();
        let mut drawn = Vec::new();
        for step_index in 0..self.steps.len() {
            let total = self.ways[step_index].get(&state).cloned().unwrap_or_default();
            let mut number = rng.below_big(&total);
            let mut chosen = (0, self.next_state(step_index, &state, 0));
            for (used, after, ways) in self.branches(step_index, &state, &self.ways[step_index + 1]) {
                if number < ways {
                    chosen = (used, after);
                    break;
                }
                number -= ways;
            }
            let Step { shape_index, kind_index, .. } = self.steps[step_index];
            let sets = &mut self.shapes[shape_index];
            // A used set is removed, so that no later step of the same shape uses it again.
            for _ in 0..chosen.0 {
                let set = sets.swap_remove(rng.below(sets.len()));
                let entries = &set.entries[kind_index];
                drawn.push((set.index, entries[rng.below(entries.len())]));
            }
            state = chosen.1;
        }
        drawn
    }
}

/// Returns whether the remaining quotas fit into the remaining capacity.
fn can_fill(remaining: &[Quota], capacity: &[(usize, usize)]) -> bool {
    remaining.iter().zip(capacity).all(|(quota, (critical, ordinary))| {
        quota.critical <= quota.questions
            && quota.critical <= *critical
            && quota.questions - quota.critical <= *ordinary
    })
}
