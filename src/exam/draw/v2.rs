//! Version 2 of question selection: uniform by exact counting across sections. Run time is about linear in the pool
//! sizes.
//!
//! An *entry* is a question set that one section may draw. Two entries exclude each other if they have the same
//! question or case in two sections, or the same exclusion group in any bank of the exam. Entries that exclude each
//! other, directly or through others, form a *rival set*. A paper contains at most one entry of it. Rival sets of the
//! same shape are counted together, with a binomial coefficient for which of them are used. So the table grows with the
//! number of shapes and not with the number of questions.
//!
//! 1. A section is *independent* if it can be filled without the rival sets that it shares with other sections.
//! 2. All other sections are drawn first and together. All their joint selections are equally likely. If there is
//!    none, no paper exists.
//! 3. The independent sections follow in order, each uniformly from what is left. They can always be filled.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use crate::attempt::paper::Seed;
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::exam::draw::join::find_root;
use crate::exam::draw::question_set::{QuestionSet, question_sets};
use crate::exam::draw::quota::{Infeasible, Quota, quotas};
use crate::exam::draw::rng::{DrawRng, RngStream};
use crate::exam::draw::selection::{Exclusions, QuestionPool, SectionSelection, split_by_earlier};
use crate::ids::{BankId, GroupId, QuestionId};

mod table;

use table::{EntryKind, RivalSet, RivalShape, Table};

/// Selects the questions of every section.
///
/// # Errors
/// The sections that cannot be filled, alone or together.
pub(super) fn select(
    exam: &Exam,
    pools: &[QuestionPool<'_>],
    exclusions: Exclusions<'_>,
    seed: Seed,
) -> Result<Vec<SectionSelection>, Infeasible> {
    let quotas = quotas(exam);
    let split_pools = match exclusions {
        Exclusions::EarlierPapers([]) => pools.iter().map(|pool| (Vec::new(), pool.clone())).collect(),
        Exclusions::EarlierPapers(earlier_papers) => {
            let banks: Vec<_> = exam.sections.iter().map(|section| &section.bank).collect();
            exclude_earlier(
                exam,
                &quotas,
                pools,
                |section, first_excluded| {
                    split_by_earlier(&pools[section], banks[section], &earlier_papers[first_excluded..])
                },
                earlier_papers.len(),
            )?
        }
        Exclusions::Stored(excluded_lists) => pools
            .iter()
            .enumerate()
            .map(|(index, pool)| split_stored(pool, excluded_lists.get(index).copied().unwrap_or_default()))
            .collect(),
    };
    let (excluded, pools): (Vec<_>, Vec<_>) = split_pools.into_iter().unzip();
    let candidates = Candidates::new(exam, &pools);
    let mut drawn = candidates.draw(exam, &quotas, &mut DrawRng::new(seed, RngStream::Selection))?;
    let ids = |pool: QuestionPool<'_>| pool.into_iter().map(|question| question.id.clone()).collect();
    let mut entries: Vec<_> = candidates.entries.into_iter().map(Some).collect();
    let section = |(section_index, exclusions): (usize, QuestionPool<'_>)| {
        // Back to the order of the bank, from which the paper is shuffled.
        let mut section_entries = std::mem::take(&mut drawn[section_index]);
        section_entries.sort_unstable();
        let sets =
            section_entries.into_iter().filter_map(|entry| entries[entry].take()).map(|entry| entry.set).collect();
        SectionSelection { sets, excluded: ids(exclusions) }
    };
    Ok(excluded.into_iter().enumerate().map(section).collect())
}

/// Proves by counting that a paper exists.
///
/// # Errors
/// The sections that cannot be filled, alone or together.
pub(super) fn check_feasible(exam: &Exam, pools: &[QuestionPool<'_>]) -> Result<(), Infeasible> {
    Candidates::new(exam, pools).check_feasible(exam, &quotas(exam))
}

/// A pool split into the excluded questions and the rest.
type SplitPool<'a> = (QuestionPool<'a>, QuestionPool<'a>);

/// Splits off the questions that were excluded when the paper was drawn.
fn split_stored<'a>(pool: &[&'a Arc<Question>], excluded: &[QuestionId]) -> SplitPool<'a> {
    let excluded: HashSet<_> = excluded.iter().collect();
    pool.iter().copied().partition(|question| excluded.contains(&question.id))
}

/// Excludes as many earlier papers as possible, section by section. In each section, it allows again as few of the
/// oldest papers as all sections need to be filled.
fn exclude_earlier<'a>(
    exam: &Exam,
    quotas: &[Quota],
    pools: &[QuestionPool<'a>],
    split: impl Fn(usize, usize) -> SplitPool<'a>,
    paper_count: usize,
) -> Result<Vec<SplitPool<'a>>, Infeasible> {
    let check = |split_pools: &[SplitPool<'a>]| {
        let rest: Vec<_> = split_pools.iter().map(|(_, rest)| rest.clone()).collect();
        Candidates::new(exam, &rest).check_feasible(exam, quotas)
    };
    // Usually no question has to repeat, so this is tried first.
    let without_repeats: Vec<_> = (0..pools.len()).map(|section| split(section, 0)).collect();
    if check(&without_repeats).is_ok() {
        return Ok(without_repeats);
    }
    let mut split_pools: Vec<_> = (0..pools.len()).map(|section| split(section, paper_count)).collect();
    check(&split_pools)?;
    // Section by section, so that one small pool does not make all sections repeat questions.
    for section in 0..pools.len() {
        for first_excluded in 0..paper_count {
            let previous = std::mem::replace(&mut split_pools[section], split(section, first_excluded));
            if check(&split_pools).is_ok() {
                break;
            }
            split_pools[section] = previous;
        }
    }
    Ok(split_pools)
}

/// A question set that one section may draw.
struct Entry {
    section: usize,
    set: QuestionSet,
}

/// All entries of an exam, with the rival sets that they form.
struct Candidates {
    /// The entries, section by section, in the order of the bank.
    entries: Vec<Entry>,
    /// The rival sets, as indexes in `entries`.
    rival_sets: Vec<Vec<usize>>,
}

/// The reason why two entries exclude each other.
#[derive(PartialEq, Eq, Hash)]
enum Shared<'a> {
    Group(&'a GroupId),
    Question(&'a BankId, &'a QuestionId),
}

impl Candidates {
    fn new(exam: &Exam, pools: &[QuestionPool<'_>]) -> Self {
        let section_entries = |(section, pool): (usize, &QuestionPool<'_>)| {
            question_sets(pool.iter().copied()).into_iter().map(move |set| Entry { section, set })
        };
        let entries: Vec<_> = pools.iter().enumerate().flat_map(section_entries).collect();
        let mut sections_of: HashMap<&BankId, usize> = HashMap::new();
        exam.sections.iter().for_each(|section| *sections_of.entry(&section.bank).or_default() += 1);
        let mut first_entry: HashMap<Shared<'_>, usize> = HashMap::new();
        let mut parents: Vec<usize> = (0..entries.len()).collect();
        for (index, entry) in entries.iter().enumerate() {
            let bank = &exam.sections[entry.section].bank;
            // Only sections that share a bank can draw the same question.
            let shareable = entry.set.questions.iter().filter(|_| sections_of[bank] > 1);
            let questions = shareable.map(|question| Shared::Question(bank, &question.id));
            for shared in entry.set.groups.iter().map(Shared::Group).chain(questions) {
                let other = *first_entry.entry(shared).or_insert(index);
                let (one, other) = (find_root(&mut parents, index), find_root(&mut parents, other));
                // The smaller index is the root, so that rival sets stay in the order of the bank. Replay needs one
                // fixed order.
                parents[one.max(other)] = one.min(other);
            }
        }
        let mut rival_sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..entries.len() {
            rival_sets.entry(find_root(&mut parents, index)).or_default().push(index);
        }
        Self { entries, rival_sets: rival_sets.into_values().collect() }
    }

    /// Proves that a paper exists.
    fn check_feasible(&self, exam: &Exam, quotas: &[Quota]) -> Result<(), Infeasible> {
        self.dependent_sections(exam, quotas).map(|_| ())
    }

    /// Draws the entries of every section, as indexes in `entries`.
    fn draw(&self, exam: &Exam, quotas: &[Quota], rng: &mut DrawRng) -> Result<Vec<Vec<usize>>, Infeasible> {
        let (dependent, joint_table) = self.dependent_sections(exam, quotas)?;
        let mut drawn = vec![Vec::new(); quotas.len()];
        let mut used_sets = HashSet::new();
        let mut record = |entries: Vec<(usize, usize)>, used_sets: &mut HashSet<usize>| {
            for (rival_set, entry) in entries {
                used_sets.insert(rival_set);
                drawn[self.entries[entry].section].push(entry);
            }
        };
        record(joint_table.draw(rng), &mut used_sets);
        for section in (0..quotas.len()).filter(|section| !dependent.contains(section)) {
            let table = self.table(&[section], quotas, |rival_set| !used_sets.contains(&rival_set))?;
            record(table.draw(rng), &mut used_sets);
        }
        Ok(drawn)
    }

    /// Returns the sections that cannot be filled without rival sets that they share with others. Also returns the
    /// table that counts their joint selections, which is never empty.
    fn dependent_sections(&self, exam: &Exam, quotas: &[Quota]) -> Result<(Vec<usize>, Table), Infeasible> {
        let section_of = |entry: &usize| self.entries[*entry].section;
        let is_within_section = |rival_set: usize| {
            let rival_set = &self.rival_sets[rival_set];
            rival_set.iter().all(|entry| section_of(entry) == section_of(&rival_set[0]))
        };
        let mut dependent = Vec::new();
        for (section, quota) in quotas.iter().enumerate() {
            if self.table(&[section], quotas, is_within_section)?.is_empty() {
                if self.table(&[section], quotas, |_| true)?.is_empty() {
                    return Err(self.pool_too_small(exam, section, *quota));
                }
                dependent.push(section);
            }
        }
        let joint_table = self.table(&dependent, quotas, |_| true)?;
        if joint_table.is_empty() {
            return Err(Infeasible::SectionsConflict {
                sections: dependent.iter().map(|section| section + 1).collect(),
            });
        }
        Ok((dependent, joint_table))
    }

    fn pool_too_small(&self, exam: &Exam, section: usize, quota: Quota) -> Infeasible {
        let section_sets = || self.entries.iter().filter(|entry| entry.section == section).map(|entry| &entry.set);
        let available = Quota {
            questions: section_sets().map(QuestionSet::size).sum(),
            critical: section_sets().map(|set| set.critical_count).sum(),
        };
        Infeasible::PoolTooSmall { section: section + 1, bank: exam.sections[section].bank.clone(), quota, available }
    }

    /// Counts the joint selections of some sections, from the rival sets that `usable` allows.
    fn table(&self, sections: &[usize], quotas: &[Quota], usable: impl Fn(usize) -> bool) -> Result<Table, Infeasible> {
        // Sorted maps, because the order of the steps decides which random number selects what. A hash map has another
        // order in every run.
        let mut shapes: BTreeMap<RivalShape, Vec<RivalSet>> = BTreeMap::new();
        for (index, rival_set) in self.rival_sets.iter().enumerate() {
            let mut kinds: BTreeMap<EntryKind, Vec<usize>> = BTreeMap::new();
            for entry in rival_set {
                let Entry { section, set } = &self.entries[*entry];
                if let Some(section) = sections.iter().position(|listed| listed == section) {
                    let kind = EntryKind { section, questions: set.size(), critical: set.critical_count };
                    kinds.entry(kind).or_default().push(*entry);
                }
            }
            if !kinds.is_empty() && usable(index) {
                let shape = kinds.iter().map(|(kind, entries)| (*kind, entries.len())).collect();
                shapes.entry(shape).or_default().push(RivalSet { index, entries: kinds.into_values().collect() });
            }
        }
        let section_quotas: Vec<_> = sections.iter().map(|section| quotas[*section]).collect();
        let too_complex = || Infeasible::TooComplex { sections: sections.iter().map(|section| section + 1).collect() };
        Table::new(shapes.into_iter().collect(), section_quotas).ok_or_else(too_complex)
    }
}
