//! The number of ways to fill some sections from rival sets, and a draw by it.

use std::collections::{HashMap, HashSet};

use num_bigint::BigUint;

use crate::exam::draw::quota::Quota;
use crate::exam::draw::rng::DrawRng;

/// The largest number of steps of a table; it takes well under a second.
const STEPS_MAX: usize = 2_000_000;

/// What an entry counts for in a table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryKind {
    /// The section, by its place among those of the table.
    pub(super) section: usize,
    pub(super) questions: usize,
    pub(super) critical: usize,
}

/// The kinds of entry that a rival set has, and how many of each.
pub(super) type RivalShape = Vec<(EntryKind, usize)>;

/// A rival set with its entries by kind, in the order of its shape.
pub(super) struct RivalSet {
    /// Its place among all.
    pub(super) at: usize,
    pub(super) entries: Vec<Vec<usize>>,
}

/// One kind of one shape: some of its rival sets give an entry of this kind.
struct Step {
    shape: usize,
    /// The place of the kind in the shape.
    place: usize,
    kind: EntryKind,
    /// How many entries of this kind each rival set of the shape has.
    entries: usize,
}

/// Where a count stands between two steps.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    /// How many rival sets of the shape at hand are still unused.
    unused: usize,
    /// What each section still lacks.
    lacks: Vec<Quota>,
}

/// The number of ways to fill some sections, step by step.
pub(super) struct Table {
    shapes: Vec<Vec<RivalSet>>,
    steps: Vec<Step>,
    start: State,
    /// For each step, in how many ways it and those after it fill what a state lacks; one more for the end.
    ways: Vec<HashMap<State, BigUint>>,
}

impl Table {
    /// Counts; nothing where that takes more than [`STEPS_MAX`] steps.
    pub(super) fn new(shapes: Vec<(RivalShape, Vec<RivalSet>)>, wants: Vec<Quota>) -> Option<Self> {
        let mut steps = Vec::new();
        for (shape, (kinds, _)) in shapes.iter().enumerate() {
            let step = |(place, (kind, entries)): (usize, &(EntryKind, usize))| Step {
                shape,
                place,
                kind: *kind,
                entries: *entries,
            };
            steps.extend(kinds.iter().enumerate().map(step));
        }
        let shapes: Vec<_> = shapes.into_iter().map(|(_, sets)| sets).collect();
        let start = State { unused: shapes.first().map_or(0, Vec::len), lacks: wants };
        let mut table = Self { shapes, steps, start, ways: Vec::new() };
        table.count()?;
        Some(table)
    }

    fn count(&mut self) -> Option<()> {
        let room = self.room();
        let mut reached = vec![HashSet::from([self.start.clone()])];
        let mut steps = 0;
        for at in 0..self.steps.len() {
            let mut after = HashSet::new();
            for state in &reached[at] {
                for used in 0..=self.most(at, state) {
                    steps += 1;
                    let next = self.next(at, state, used);
                    if can_fill(&next.lacks, &room[at + 1]) {
                        after.insert(next);
                    }
                }
            }
            if steps > STEPS_MAX {
                return None;
            }
            reached.push(after);
        }
        let full = |state: &State| state.lacks.iter().all(|lack| lack.questions == 0 && lack.critical == 0);
        let last = reached.pop().unwrap_or_default();
        let mut ways = vec![last.into_iter().filter(full).map(|state| (state, BigUint::from(1_u8))).collect()];
        for (at, states) in reached.into_iter().enumerate().rev() {
            let next: &HashMap<State, BigUint> = &ways[ways.len() - 1];
            let count = |state: State| {
                let sum: BigUint = self.branches(at, &state, next).map(|(_, _, ways)| ways).sum();
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

    /// Returns how many questions each section could still get from each step on, critical ones and others: an upper bound
    /// that keeps hopeless states out of the table.
    fn room(&self) -> Vec<Vec<(usize, usize)>> {
        let mut room = vec![vec![(0_usize, 0_usize); self.start.lacks.len()]];
        for step in self.steps.iter().rev() {
            let mut more = room[room.len() - 1].clone();
            let (critical, plain) = &mut more[step.kind.section];
            let sets = self.shapes[step.shape].len();
            *critical = critical.saturating_add(sets * step.kind.critical);
            *plain = plain.saturating_add(sets * (step.kind.questions - step.kind.critical));
            room.push(more);
        }
        room.reverse();
        room
    }

    /// Returns how many rival sets a step can use at most.
    fn most(&self, at: usize, state: &State) -> usize {
        let kind = self.steps[at].kind;
        let lacks = state.lacks[kind.section];
        let by_questions = lacks.questions / kind.questions.max(1);
        let by_critical = lacks.critical.checked_div(kind.critical).unwrap_or(usize::MAX);
        state.unused.min(by_questions).min(by_critical)
    }

    fn next(&self, at: usize, state: &State, used: usize) -> State {
        let step = &self.steps[at];
        let mut next = state.clone();
        let lacks = &mut next.lacks[step.kind.section];
        lacks.questions -= used * step.kind.questions;
        lacks.critical -= used * step.kind.critical;
        next.unused = match self.steps.get(at + 1) {
            Some(following) if following.shape == step.shape => state.unused - used,
            Some(following) => self.shapes[following.shape].len(),
            None => 0,
        };
        next
    }

    /// Returns for each number of rival sets that a step can use the state after it and the number of ways: which sets, which
    /// entry of each, and what follows.
    fn branches<'a>(
        &'a self,
        at: usize,
        state: &'a State,
        next: &'a HashMap<State, BigUint>,
    ) -> impl Iterator<Item = (usize, State, BigUint)> + 'a {
        let entries = self.steps[at].entries;
        // Binomial times power, each from the one before.
        let mut ways = BigUint::from(1_u8);
        (0..=self.most(at, state)).filter_map(move |used| {
            if used > 0 {
                ways = &ways * (state.unused + 1 - used) * entries / used;
            }
            let after = self.next(at, state, used);
            let rest = next.get(&after)?;
            let all = &ways * rest;
            Some((used, after, all))
        })
    }

    /// Draws entries, each set of them as likely as any other, with the rival set of each.
    pub(super) fn draw(mut self, chance: &mut DrawRng) -> Vec<(usize, usize)> {
        let mut state = self.start.clone();
        let mut drawn = Vec::new();
        for at in 0..self.steps.len() {
            let total = self.ways[at].get(&state).cloned().unwrap_or_default();
            let mut number = chance.below_big(&total);
            let mut chosen = (0, self.next(at, &state, 0));
            for (used, after, ways) in self.branches(at, &state, &self.ways[at + 1]) {
                if number < ways {
                    chosen = (used, after);
                    break;
                }
                number -= ways;
            }
            let Step { shape, place, .. } = self.steps[at];
            let sets = &mut self.shapes[shape];
            // Those used come to the front and leave: no other kind of the shape takes them.
            for _ in 0..chosen.0 {
                let set = sets.swap_remove(chance.below(sets.len()));
                let entries = &set.entries[place];
                drawn.push((set.at, entries[chance.below(entries.len())]));
            }
            state = chosen.1;
        }
        drawn
    }
}

/// Returns whether what sections lack is possible at all with so much room.
fn can_fill(lacks: &[Quota], room: &[(usize, usize)]) -> bool {
    lacks.iter().zip(room).all(|(lack, (critical, plain))| {
        lack.critical <= lack.questions && lack.critical <= *critical && lack.questions - lack.critical <= *plain
    })
}
