//! Chooses a section's questions: exactly so many, exactly so many of them critical, every such set as likely as any other.
//!
//! Single questions are all alike but for being critical, so that binomials count them. For cases and groups a table holds
//! in how many ways the slots from one on can give so many questions with so many critical ones. Walking along the table,
//! each slot's part is chosen with the weight of what is still possible behind it.

use std::collections::HashMap;

use num_bigint::BigUint;

use super::chance::Chance;
use super::units::{Slot, Unit, slots, units};
use crate::bank::Question;
use std::sync::Arc;

/// What a section wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// How many questions.
    pub questions: usize,
    /// How many of them critical.
    pub critical: usize,
}

/// A pool of questions, sorted for choosing.
#[derive(Debug)]
pub struct Pool {
    /// Slots of cases or grouped questions.
    slots: Vec<Slot>,
    /// Questions by themselves that are not critical.
    plain: Vec<Unit>,
    /// Questions by themselves that are critical.
    critical: Vec<Unit>,
    /// Ways to fill from slot `.0` on with `.1` questions of which `.2` are critical.
    ways: HashMap<(usize, usize, usize), BigUint>,
}

impl Pool {
    /// Sorts the questions of a pool.
    pub fn new<'a>(questions: impl IntoIterator<Item = &'a Arc<Question>>) -> Self {
        let alone = |slot: &Slot| slot.len() == 1 && slot[0].size() == 1;
        let (single, slots): (Vec<Slot>, Vec<Slot>) = slots(units(questions)).into_iter().partition(alone);
        let (critical, plain) = single.into_iter().flatten().partition(|unit| unit.critical == 1);
        Self { slots, plain, critical, ways: HashMap::new() }
    }

    /// Returns in how many ways the want can be met; zero where it cannot.
    pub fn count(&mut self, want: Want) -> BigUint {
        self.ways_from(0, want.questions, want.critical)
    }

    fn ways_from(&mut self, slot: usize, questions: usize, critical: usize) -> BigUint {
        if critical > questions {
            return BigUint::ZERO;
        }
        if slot == self.slots.len() {
            return choose(self.plain.len(), questions - critical) * choose(self.critical.len(), critical);
        }
        if let Some(known) = self.ways.get(&(slot, questions, critical)) {
            return known.clone();
        }
        let mut ways = self.ways_from(slot + 1, questions, critical);
        for unit in 0..self.slots[slot].len() {
            let (size, crit) = self.weight(slot, unit);
            if size <= questions && crit <= critical {
                ways += self.ways_from(slot + 1, questions - size, critical - crit);
            }
        }
        self.ways.insert((slot, questions, critical), ways.clone());
        ways
    }

    fn weight(&self, slot: usize, unit: usize) -> (usize, usize) {
        let unit = &self.slots[slot][unit];
        (unit.size(), unit.critical)
    }

    /// Chooses the units, or nothing where the want cannot be met.
    pub fn choose(mut self, want: Want, chance: &mut Chance) -> Option<Vec<Unit>> {
        if self.count(want) == BigUint::ZERO {
            return None;
        }
        let Want { mut questions, mut critical } = want;
        let mut chosen = Vec::new();
        for slot in 0..self.slots.len() {
            let mut left = chance.below_big(&self.ways_from(slot, questions, critical));
            for unit in 0..self.slots[slot].len() {
                let (size, crit) = self.weight(slot, unit);
                if size > questions || crit > critical {
                    continue;
                }
                let ways = self.ways_from(slot + 1, questions - size, critical - crit);
                if left < ways {
                    chosen.push(self.slots[slot][unit].clone());
                    (questions, critical) = (questions - size, critical - crit);
                    break;
                }
                left -= ways;
            }
        }
        chosen.extend(chance.take(self.plain, questions - critical));
        chosen.extend(chance.take(self.critical, critical));
        Some(chosen)
    }
}

/// Returns in how many ways `k` of `n` can be chosen.
fn choose(n: usize, k: usize) -> BigUint {
    if k > n {
        return BigUint::ZERO;
    }
    let k = k.min(n - k);
    (0..k).fold(BigUint::from(1_u8), |ways, i| ways * (n - i) / (i + 1))
}
