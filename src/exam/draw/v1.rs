//! Version 1 of question selection. New papers do not use it. It stays so that older papers can be drawn again exactly.
//!
//! Sections are drawn one after the other, each uniformly from the questions that earlier sections left. If sections
//! share a bank and one cannot be filled, the selection is retried with another random stream. An exclusion group
//! applies within one bank.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use num_bigint::BigUint;

use crate::attempt::paper::Seed;
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::exam::draw::join::find_root;
use crate::exam::draw::question_set::{QuestionSet, question_sets};
use crate::exam::draw::quota::{Infeasible, Quota, quotas};
use crate::exam::draw::rng::DrawRng;
use crate::exam::draw::selection::{EarlierPaper, Exclusions, QuestionPool, SectionSelection, split_by_earlier};
use crate::ids::{BankId, GroupId, QuestionId};

/// The maximum number of tries if sections that share a bank take each other's questions.
const MAX_RETRIES: u32 = 1000;

/// Selects the questions of every section. Also returns how often the selection was retried.
///
/// # Errors
/// The section that cannot be filled.
pub(super) fn select(
    exam: &Exam,
    pools: &[QuestionPool<'_>],
    exclusions: Exclusions<'_>,
    seed: Seed,
) -> Result<(Vec<SectionSelection>, u32), Infeasible> {
    // Without a shared bank, every retry would fail in the same way.
    let banks: HashSet<_> = exam.sections.iter().map(|section| &section.bank).collect();
    let shares_banks = banks.len() < exam.sections.len();
    let mut retry = 0;
    loop {
        match select_once(exam, pools, exclusions, seed, retry) {
            Err(Infeasible::PoolTooSmall { .. }) if shares_banks && retry + 1 < MAX_RETRIES => retry += 1,
            selected => return selected.map(|selected| (selected, retry)),
        }
    }
}

/// Selects the questions of every section with the random stream of one retry.
///
/// # Errors
/// The section that cannot be filled.
pub(super) fn select_once(
    exam: &Exam,
    pools: &[QuestionPool<'_>],
    exclusions: Exclusions<'_>,
    seed: Seed,
    retry: u32,
) -> Result<Vec<SectionSelection>, Infeasible> {
    let mut rng = DrawRng::for_retry(seed, retry);
    let mut used_questions: HashSet<(&BankId, QuestionId)> = HashSet::new();
    let mut used_groups: HashSet<(&BankId, GroupId)> = HashSet::new();
    let mut selected = Vec::new();
    for (index, ((section, quota), pool)) in exam.sections.iter().zip(quotas(exam)).zip(pools).enumerate() {
        let bank = &section.bank;
        let is_available = |question: &&&Arc<Question>| {
            let is_excluded = question.group.as_ref().is_some_and(|group| used_groups.contains(&(bank, group.clone())));
            !is_excluded && !used_questions.contains(&(bank, question.id.clone()))
        };
        let pool: Vec<_> = pool.iter().filter(is_available).copied().collect();
        let chosen = match exclusions {
            Exclusions::EarlierPapers(earlier_papers) => {
                choose_excluding_earlier(&pool, bank, quota, earlier_papers, &mut rng)
            }
            Exclusions::Stored(excluded_lists) => {
                choose_excluding(&pool, quota, excluded_lists.get(index).copied().unwrap_or_default(), &mut rng)
            }
        };
        let (sets, excluded) = chosen.ok_or_else(|| Infeasible::PoolTooSmall {
            section: index + 1,
            bank: bank.clone(),
            quota,
            available: Quota {
                questions: pool.len(),
                critical: pool.iter().filter(|question| question.critical).count(),
            },
        })?;
        for set in &sets {
            used_questions.extend(set.questions.iter().map(|question| (bank, question.id.clone())));
            used_groups.extend(set.groups.iter().map(|group| (bank, group.clone())));
        }
        selected.push(SectionSelection { sets, excluded });
    }
    Ok(selected)
}

/// Chooses the questions of a section. Excludes as many earlier papers as possible.
fn choose_excluding_earlier(
    pool: &[&Arc<Question>],
    bank: &BankId,
    quota: Quota,
    earlier_papers: &[EarlierPaper],
    rng: &mut DrawRng,
) -> Option<(Vec<QuestionSet>, Vec<QuestionId>)> {
    (0..=earlier_papers.len()).find_map(|first_excluded| {
        let (excluded, remaining) = split_by_earlier(pool, bank, &earlier_papers[first_excluded..]);
        let sets = SortedPool::new(remaining).choose(quota, rng)?;
        Some((sets, excluded.into_iter().map(|question| question.id.clone()).collect()))
    })
}

/// Chooses the questions of a section. Excludes those that were excluded when the paper was drawn.
fn choose_excluding(
    pool: &[&Arc<Question>],
    quota: Quota,
    excluded: &[QuestionId],
    rng: &mut DrawRng,
) -> Option<(Vec<QuestionSet>, Vec<QuestionId>)> {
    let excluded_ids: HashSet<_> = excluded.iter().collect();
    let remaining = pool.iter().copied().filter(|question| !excluded_ids.contains(&question.id));
    Some((SortedPool::new(remaining).choose(quota, rng)?, excluded.to_vec()))
}

/// Question sets that are joined by shared groups. A paper contains at most one of them.
// A deque, because joining adds at both ends.
type Slot = VecDeque<QuestionSet>;

/// A pool of questions, divided for counting and choosing.
struct SortedPool {
    /// Slots with cases or grouped questions.
    slots: Vec<Slot>,
    /// Non-critical single questions that share no group.
    ordinary: Vec<QuestionSet>,
    /// Critical single questions that share no group.
    critical: Vec<QuestionSet>,
}

impl SortedPool {
    fn new<'a>(questions: impl IntoIterator<Item = &'a Arc<Question>>) -> Self {
        let is_single = |slot: &Slot| slot.len() == 1 && slot[0].size() == 1;
        let (single, slots): (Vec<Slot>, Vec<Slot>) = slots(question_sets(questions)).into_iter().partition(is_single);
        let (critical, ordinary) = single.into_iter().flatten().partition(|set| set.critical_count == 1);
        Self { slots, ordinary, critical }
    }

    /// Chooses question sets that meet the quota. All such choices are equally likely. Returns `None` if there is none.
    fn choose(self, quota: Quota, rng: &mut DrawRng) -> Option<Vec<QuestionSet>> {
        // For each slot, one random number below the count of all ways decides which set to take, or none. Each option
        // gets as many numbers as there are ways to complete the choice after it.
        let ways = self.count_ways(quota);
        if ways[0].get(&quota).is_none_or(|count| *count == BigUint::ZERO) {
            return None;
        }
        let zero = BigUint::ZERO;
        let mut remaining = quota;
        let mut chosen = Vec::new();
        for (slot, ways) in self.slots.into_iter().zip(ways.windows(2)) {
            let mut number = rng.below_big(ways[0].get(&remaining).unwrap_or(&zero));
            for set in slot {
                let Some(quota_after) = remaining.checked_sub(&set) else { continue };
                let count = ways[1].get(&quota_after).unwrap_or(&zero);
                if number < *count {
                    chosen.push(set);
                    remaining = quota_after;
                    break;
                }
                number -= count;
            }
        }
        chosen.extend(rng.sample(self.ordinary, remaining.questions - remaining.critical));
        chosen.extend(rng.sample(self.critical, remaining.critical));
        Some(chosen)
    }

    /// Counts the ways to fill the rest of a quota. Entry i of the result counts them for the slots from i on, together
    /// with the single questions. It contains only the quotas that can remain before slot i.
    ///
    /// With r questions left, c of them critical, the single questions can fill the rest in C(ordinary, r − c) ·
    /// C(critical, c) ways. A slot gives the sum over each of its sets and over taking none.
    fn count_ways(&self, quota: Quota) -> Vec<HashMap<Quota, BigUint>> {
        // A loop from the last slot, because a recursion overflowed the stack with 120,000 questions in groups.
        let mut reached = vec![HashSet::from([quota])];
        for slot in &self.slots {
            let before = &reached[reached.len() - 1];
            let after = before
                .iter()
                .flat_map(|remaining| slot.iter().filter_map(|set| remaining.checked_sub(set)).chain([*remaining]));
            let after = after.filter(|remaining| remaining.critical <= remaining.questions).collect();
            reached.push(after);
        }
        let singles = |remaining: &Quota| {
            let ordinary = remaining.questions.checked_sub(remaining.critical);
            let ordinary = ordinary.map_or(BigUint::ZERO, |count| binomial(self.ordinary.len(), count));
            (*remaining, ordinary * binomial(self.critical.len(), remaining.critical))
        };
        let last = reached.pop().unwrap_or_default();
        let mut tables = vec![last.iter().map(singles).collect::<HashMap<_, _>>()];
        for (slot, quotas) in self.slots.iter().zip(reached).rev() {
            let next = &tables[tables.len() - 1];
            let count = |remaining: Quota| {
                let with = slot.iter().filter_map(|set| next.get(&remaining.checked_sub(set)?));
                (remaining, next.get(&remaining).into_iter().chain(with).sum())
            };
            let table = quotas.into_iter().map(count).collect();
            tables.push(table);
        }
        tables.reverse();
        tables
    }
}

impl Quota {
    /// Returns the rest of the quota after a set is chosen, or `None` if the set is too large.
    fn checked_sub(self, set: &QuestionSet) -> Option<Self> {
        let questions = self.questions.checked_sub(set.size())?;
        let critical = self.critical.checked_sub(set.critical_count)?;
        Some(Self { questions, critical })
    }
}

/// Returns the binomial coefficient C(n, k): the number of ways to choose `k` of `n`.
fn binomial(n: usize, k: usize) -> BigUint {
    if k > n {
        return BigUint::ZERO;
    }
    let k = k.min(n - k);
    (0..k).fold(BigUint::from(1_u8), |ways, i| ways * (n - i) / (i + 1))
}

/// Puts question sets into slots. Sets that share a group, directly or through other sets, are in the same slot.
///
/// A slot has the position of its last set. If a set joins several slots, the content of the last slot comes first.
/// This order is part of version 1, because it decides which random number selects which set.
fn slots(sets: Vec<QuestionSet>) -> Vec<Slot> {
    let mut slots: Vec<Option<Slot>> = Vec::with_capacity(sets.len());
    // The position of each slot. The parent of a slot that was joined is the slot that it moved to.
    let mut parents: Vec<usize> = Vec::with_capacity(sets.len());
    let mut slot_of_group: HashMap<GroupId, usize> = HashMap::new();
    for set in sets {
        let slot_index = slots.len();
        let joined_slots: BTreeSet<usize> = set
            .groups
            .iter()
            .filter_map(|group| slot_of_group.get(group))
            .map(|joined_index| find_root(&mut parents, *joined_index))
            .collect();
        for group in &set.groups {
            slot_of_group.insert(group.clone(), slot_index);
        }
        parents.push(slot_index);
        let mut slot = Slot::new();
        for joined_index in joined_slots {
            parents[joined_index] = slot_index;
            let mut earlier = slots[joined_index].take().unwrap_or_default();
            // The later slot goes to the front. The shorter slot is copied, which keeps the total time low.
            if earlier.len() >= slot.len() {
                earlier.extend(slot);
                slot = earlier;
            } else {
                earlier.into_iter().rev().for_each(|set| slot.push_front(set));
            }
        }
        slot.push_back(set);
        slots.push(Some(slot));
    }
    slots.into_iter().flatten().collect()
}
