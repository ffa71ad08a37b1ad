//! Version 1 of the selection, kept for papers that were drawn with it: they must be drawn again exactly the same.
//!
//! Sections are drawn one after the other, each uniformly from what the sections before it left. Where sections share a
//! bank and one of them cannot be filled, the selection is retried with another stream of random numbers. Groups count
//! within a bank.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use num_bigint::BigUint;

use crate::attempt::paper::Seed;
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::exam::draw::question_set::{QuestionSet, units};
use crate::exam::draw::quota::{Infeasible, Quota, quotas};
use crate::exam::draw::rng::DrawRng;
use crate::exam::draw::selection::{EarlierPaper, Exclusions, QuestionPool, SectionSelection, split};
use crate::ids::{BankId, GroupId, QuestionId};

/// How often the selection is retried where sections that share a bank took each other's questions.
const RETRIES: u32 = 1000;

/// Selects the questions of every section, and returns how often the selection was retried.
///
/// # Errors
/// The section that cannot be filled.
pub(super) fn select(
    exam: &Exam,
    pools: &[QuestionPool<'_>],
    over: Exclusions<'_>,
    seed: Seed,
) -> Result<(Vec<SectionSelection>, u32), Infeasible> {
    let banks: HashSet<_> = exam.sections.iter().map(|section| &section.bank).collect();
    let shares_banks = banks.len() < exam.sections.len();
    let mut retry = 0;
    loop {
        match select_once(exam, pools, over, seed, retry) {
            Err(Infeasible::Short { .. }) if shares_banks && retry + 1 < RETRIES => retry += 1,
            selected => return selected.map(|selected| (selected, retry)),
        }
    }
}

/// Selects with the stream of one retry.
///
/// # Errors
/// The section that cannot be filled.
pub(super) fn select_once(
    exam: &Exam,
    pools: &[QuestionPool<'_>],
    over: Exclusions<'_>,
    seed: Seed,
    retry: u32,
) -> Result<Vec<SectionSelection>, Infeasible> {
    let mut chance = DrawRng::retry(seed, retry);
    let mut taken: HashSet<(&BankId, QuestionId)> = HashSet::new();
    let mut groups: HashSet<(&BankId, GroupId)> = HashSet::new();
    let mut selected = Vec::new();
    for (number, ((section, want), pool)) in exam.sections.iter().zip(quotas(exam)).zip(pools).enumerate() {
        let bank = &section.bank;
        let free = |question: &&&Arc<Question>| {
            let grouped = question.group.as_ref().is_some_and(|group| groups.contains(&(bank, group.clone())));
            !grouped && !taken.contains(&(bank, question.id.clone()))
        };
        let pool: Vec<_> = pool.iter().filter(free).copied().collect();
        let chosen = match over {
            Exclusions::Earlier(earlier) => choose(&pool, bank, want, earlier, &mut chance),
            Exclusions::Stored(lists) => {
                choose_again(&pool, want, lists.get(number).copied().unwrap_or_default(), &mut chance)
            }
        };
        let (units, passed_over) = chosen.ok_or_else(|| Infeasible::Short {
            section: number + 1,
            bank: bank.clone(),
            want,
            available: Quota {
                questions: pool.len(),
                critical: pool.iter().filter(|question| question.critical).count(),
            },
        })?;
        for unit in &units {
            taken.extend(unit.questions.iter().map(|question| (bank, question.id.clone())));
            groups.extend(unit.groups.iter().map(|group| (bank, group.clone())));
        }
        selected.push(SectionSelection { units, passed_over });
    }
    Ok(selected)
}

/// Chooses a section's questions, passing over as many earlier papers as it can.
fn choose(
    pool: &[&Arc<Question>],
    bank: &BankId,
    want: Quota,
    earlier: &[EarlierPaper],
    chance: &mut DrawRng,
) -> Option<(Vec<QuestionSet>, Vec<QuestionId>)> {
    (0..=earlier.len()).find_map(|oldest| {
        let (passed_over, left) = split(pool, bank, &earlier[oldest..]);
        let units = SortedPool::new(left).choose(want, chance)?;
        Some((units, passed_over.into_iter().map(|question| question.id.clone()).collect()))
    })
}

/// Chooses a section's questions, passing over what was passed over when the paper was drawn.
fn choose_again(
    pool: &[&Arc<Question>],
    want: Quota,
    over: &[QuestionId],
    chance: &mut DrawRng,
) -> Option<(Vec<QuestionSet>, Vec<QuestionId>)> {
    let over_ids: HashSet<_> = over.iter().collect();
    let left = pool.iter().copied().filter(|question| !over_ids.contains(&question.id));
    Some((SortedPool::new(left).choose(want, chance)?, over.to_vec()))
}

/// Units of which a paper holds at most one, because they share a group.
type Slot = VecDeque<QuestionSet>;

/// A pool of questions, sorted for choosing.
struct SortedPool {
    /// Slots of cases or grouped questions.
    slots: Vec<Slot>,
    /// Questions by themselves that are not critical.
    plain: Vec<QuestionSet>,
    /// Questions by themselves that are critical.
    critical: Vec<QuestionSet>,
}

impl SortedPool {
    fn new<'a>(questions: impl IntoIterator<Item = &'a Arc<Question>>) -> Self {
        let alone = |slot: &Slot| slot.len() == 1 && slot[0].size() == 1;
        let (single, slots): (Vec<Slot>, Vec<Slot>) = slots(units(questions)).into_iter().partition(alone);
        let (critical, plain) = single.into_iter().flatten().partition(|unit| unit.critical == 1);
        Self { slots, plain, critical }
    }

    /// Chooses the units, or nothing where the quota cannot be met.
    fn choose(self, want: Quota, chance: &mut DrawRng) -> Option<Vec<QuestionSet>> {
        let ways = self.ways(want);
        if ways[0].get(&want).is_none_or(|count| *count == BigUint::ZERO) {
            return None;
        }
        let none = BigUint::ZERO;
        let mut left = want;
        let mut chosen = Vec::new();
        for (slot, ways) in self.slots.into_iter().zip(ways.windows(2)) {
            let mut number = chance.below_big(ways[0].get(&left).unwrap_or(&none));
            for unit in slot {
                let Some(rest) = left.without(&unit) else { continue };
                let count = ways[1].get(&rest).unwrap_or(&none);
                if number < *count {
                    chosen.push(unit);
                    left = rest;
                    break;
                }
                number -= count;
            }
        }
        chosen.extend(chance.take(self.plain, left.questions - left.critical));
        chosen.extend(chance.take(self.critical, left.critical));
        Some(chosen)
    }

    /// Counts in how many ways the slots from each one on, and the single questions, can fill what is left of a quota. Only
    /// quotas that a choice can come to are counted; the table is filled from the last slot, so that its depth is no
    /// matter of the stack.
    fn ways(&self, want: Quota) -> Vec<HashMap<Quota, BigUint>> {
        let mut reached = vec![HashSet::from([want])];
        for slot in &self.slots {
            let before = &reached[reached.len() - 1];
            let after = before.iter().flat_map(|left| slot.iter().filter_map(|unit| left.without(unit)).chain([*left]));
            let after = after.filter(|left| left.critical <= left.questions).collect();
            reached.push(after);
        }
        let singles = |left: &Quota| {
            let plain = left.questions.checked_sub(left.critical);
            let plain = plain.map_or(BigUint::ZERO, |count| binomial(self.plain.len(), count));
            (*left, plain * binomial(self.critical.len(), left.critical))
        };
        let last = reached.pop().unwrap_or_default();
        let mut tables = vec![last.iter().map(singles).collect::<HashMap<_, _>>()];
        for (slot, quotas) in self.slots.iter().zip(reached).rev() {
            let next = &tables[tables.len() - 1];
            let count = |left: Quota| {
                let with = slot.iter().filter_map(|unit| next.get(&left.without(unit)?));
                (left, next.get(&left).into_iter().chain(with).sum())
            };
            let table = quotas.into_iter().map(count).collect();
            tables.push(table);
        }
        tables.reverse();
        tables
    }
}

impl Quota {
    /// Returns what is left after a unit was chosen; nothing where it is too large.
    fn without(self, unit: &QuestionSet) -> Option<Self> {
        let questions = self.questions.checked_sub(unit.size())?;
        let critical = self.critical.checked_sub(unit.critical)?;
        Some(Self { questions, critical })
    }
}

/// Returns in how many ways `k` of `n` can be chosen.
fn binomial(n: usize, k: usize) -> BigUint {
    if k > n {
        return BigUint::ZERO;
    }
    let k = k.min(n - k);
    (0..k).fold(BigUint::from(1_u8), |ways, i| ways * (n - i) / (i + 1))
}

/// Puts units that share a group into one slot, those that share a group with one of these too, and so on.
///
/// A slot stands where its last unit came; of slots that a unit joins, the one that stands last comes first. That order is
/// part of version 1.
fn slots(units: Vec<QuestionSet>) -> Vec<Slot> {
    let mut slots: Vec<Option<Slot>> = Vec::with_capacity(units.len());
    // Where the slot of a group stands; a slot that moved is found by the place it moved to.
    let mut moved: Vec<usize> = Vec::with_capacity(units.len());
    let mut places: HashMap<GroupId, usize> = HashMap::new();
    for unit in units {
        let here = slots.len();
        let joined: BTreeSet<usize> =
            unit.groups.iter().filter_map(|group| places.get(group)).map(|at| root(&mut moved, *at)).collect();
        for group in &unit.groups {
            places.insert(group.clone(), here);
        }
        moved.push(here);
        let mut slot = Slot::new();
        for at in joined {
            moved[at] = here;
            let mut front = slots[at].take().unwrap_or_default();
            // The later slot goes before what is there: the longer of the two stays in memory.
            if front.len() >= slot.len() {
                front.extend(slot);
                slot = front;
            } else {
                front.into_iter().rev().for_each(|unit| slot.push_front(unit));
            }
        }
        slot.push_back(unit);
        slots.push(Some(slot));
    }
    slots.into_iter().flatten().collect()
}

/// Follows a slot to where it moved, shortening the way for the next time.
fn root(moved: &mut [usize], at: usize) -> usize {
    let mut root = at;
    while moved[root] != root {
        root = moved[root];
    }
    let mut at = at;
    while moved[at] != root {
        at = std::mem::replace(&mut moved[at], root);
    }
    root
}
