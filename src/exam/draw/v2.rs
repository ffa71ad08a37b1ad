//! Version 2 of the selection: uniform by exact counting, proved across sections, and about linear in the pools.
//!
//! Questions that exclude each other (one case or question in two sections, one group in any bank of the exam) form a
//! *rival set*, of which a paper holds at most one entry. Rival sets of the same shape are counted together: which of a
//! thousand pairs are used is a binomial, so that the table grows with the number of shapes and not of questions.
//!
//! 1. A section that its own rival sets can fill, without those it shares with other sections, is *independent*.
//! 2. All other sections are drawn first and jointly: every set of papers for them is as likely as any other. Where the
//!    count is zero, no paper exists.
//! 3. The independent sections follow in order, each uniformly from what is left. They can always be filled.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use crate::attempt::paper::Seed;
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::exam::draw::question_set::{QuestionSet, units};
use crate::exam::draw::quota::{Infeasible, Quota, quotas};
use crate::exam::draw::rng::{DrawRng, RngStream};
use crate::exam::draw::selection::{Exclusions, QuestionPool, SectionSelection, split};
use crate::ids::{BankId, GroupId, QuestionId};

mod table;

use table::{EntryKind, RivalSet, RivalShape, Table};

/// Selects the questions of every section.
///
/// # Errors
/// The section, or the sections together, that cannot be filled.
pub(super) fn select(
    exam: &Exam,
    pools: &[QuestionPool<'_>],
    over: Exclusions<'_>,
    seed: Seed,
) -> Result<Vec<SectionSelection>, Infeasible> {
    let quotas = quotas(exam);
    let split_pools = match over {
        Exclusions::Earlier([]) => pools.iter().map(|pool| (Vec::new(), pool.clone())).collect(),
        Exclusions::Earlier(earlier) => {
            let banks: Vec<_> = exam.sections.iter().map(|section| &section.bank).collect();
            pass_over(
                exam,
                &quotas,
                pools,
                |section, oldest| split(&pools[section], banks[section], &earlier[oldest..]),
                earlier.len(),
            )?
        }
        Exclusions::Stored(lists) => pools
            .iter()
            .enumerate()
            .map(|(at, pool)| split_stored(pool, lists.get(at).copied().unwrap_or_default()))
            .collect(),
    };
    let (passed_over, pools): (Vec<_>, Vec<_>) = split_pools.into_iter().unzip();
    let candidates = Candidates::new(exam, &pools);
    let mut drawn = candidates.draw(exam, &quotas, &mut DrawRng::new(seed, RngStream::Selection))?;
    let ids = |pool: QuestionPool<'_>| pool.into_iter().map(|question| question.id.clone()).collect();
    let mut entries: Vec<_> = candidates.entries.into_iter().map(Some).collect();
    let section = |(number, over): (usize, QuestionPool<'_>)| {
        // In the order of the bank: the order of a paper is shuffled from there.
        let mut own = std::mem::take(&mut drawn[number]);
        own.sort_unstable();
        let units = own.into_iter().filter_map(|entry| entries[entry].take()).map(|entry| entry.unit).collect();
        SectionSelection { units, passed_over: ids(over) }
    };
    Ok(passed_over.into_iter().enumerate().map(section).collect())
}

/// Proves by counting that a paper exists.
///
/// # Errors
/// The section, or the sections together, that cannot be filled.
pub(super) fn feasible(exam: &Exam, pools: &[QuestionPool<'_>]) -> Result<(), Infeasible> {
    Candidates::new(exam, pools).feasible(exam, &quotas(exam))
}

/// A pool split into what is passed over and the rest.
type SplitPool<'a> = (QuestionPool<'a>, QuestionPool<'a>);

/// Splits off what was passed over when the paper was drawn.
fn split_stored<'a>(pool: &[&'a Arc<Question>], over: &[QuestionId]) -> SplitPool<'a> {
    let over: HashSet<_> = over.iter().collect();
    pool.iter().copied().partition(|question| over.contains(&question.id))
}

/// Passes over as many earlier papers as leave enough, section by section: for each the fewest oldest papers come back with
/// which all sections can still be filled.
fn pass_over<'a>(
    exam: &Exam,
    quotas: &[Quota],
    pools: &[QuestionPool<'a>],
    split: impl Fn(usize, usize) -> SplitPool<'a>,
    papers: usize,
) -> Result<Vec<SplitPool<'a>>, Infeasible> {
    let feasible = |parts: &[SplitPool<'a>]| {
        let rest: Vec<_> = parts.iter().map(|(_, rest)| rest.clone()).collect();
        Candidates::new(exam, &rest).feasible(exam, quotas)
    };
    let all_new: Vec<_> = (0..pools.len()).map(|section| split(section, 0)).collect();
    if feasible(&all_new).is_ok() {
        return Ok(all_new);
    }
    let mut parts: Vec<_> = (0..pools.len()).map(|section| split(section, papers)).collect();
    feasible(&parts)?;
    for section in 0..pools.len() {
        for oldest in 0..papers {
            let before = std::mem::replace(&mut parts[section], split(section, oldest));
            if feasible(&parts).is_ok() {
                break;
            }
            parts[section] = before;
        }
    }
    Ok(parts)
}

/// One unit that one section may draw.
struct Entry {
    section: usize,
    unit: QuestionSet,
}

/// Everything that may be drawn, with what excludes what.
struct Candidates {
    /// Section by section, in the order of the banks.
    entries: Vec<Entry>,
    /// The rival sets, as places in `entries`.
    rivals: Vec<Vec<usize>>,
}

/// What two entries have in common where they exclude each other.
#[derive(PartialEq, Eq, Hash)]
enum Shared<'a> {
    Group(&'a GroupId),
    Question(&'a BankId, &'a QuestionId),
}

impl Candidates {
    fn new(exam: &Exam, pools: &[QuestionPool<'_>]) -> Self {
        let own = |(section, pool): (usize, &QuestionPool<'_>)| {
            units(pool.iter().copied()).into_iter().map(move |unit| Entry { section, unit })
        };
        let entries: Vec<_> = pools.iter().enumerate().flat_map(own).collect();
        let mut sections_of: HashMap<&BankId, usize> = HashMap::new();
        exam.sections.iter().for_each(|section| *sections_of.entry(&section.bank).or_default() += 1);
        let mut first: HashMap<Shared<'_>, usize> = HashMap::new();
        let mut joined: Vec<usize> = (0..entries.len()).collect();
        for (at, entry) in entries.iter().enumerate() {
            let bank = &exam.sections[entry.section].bank;
            // A bank of one section gives each question once.
            let twice = entry.unit.questions.iter().filter(|_| sections_of[bank] > 1);
            let questions = twice.map(|question| Shared::Question(bank, &question.id));
            for shared in entry.unit.groups.iter().map(Shared::Group).chain(questions) {
                let other = *first.entry(shared).or_insert(at);
                let (one, other) = (find(&mut joined, at), find(&mut joined, other));
                joined[one.max(other)] = one.min(other);
            }
        }
        let mut rivals: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..entries.len() {
            rivals.entry(find(&mut joined, at)).or_default().push(at);
        }
        Self { entries, rivals: rivals.into_values().collect() }
    }

    /// Proves that a paper exists.
    fn feasible(&self, exam: &Exam, quotas: &[Quota]) -> Result<(), Infeasible> {
        self.dependent(exam, quotas).map(|_| ())
    }

    /// Draws the entries of every section, by their places.
    fn draw(&self, exam: &Exam, quotas: &[Quota], chance: &mut DrawRng) -> Result<Vec<Vec<usize>>, Infeasible> {
        let (dependent, joint) = self.dependent(exam, quotas)?;
        let mut drawn = vec![Vec::new(); quotas.len()];
        let mut used = HashSet::new();
        let mut take = |entries: Vec<(usize, usize)>, used: &mut HashSet<usize>| {
            for (rivals, entry) in entries {
                used.insert(rivals);
                drawn[self.entries[entry].section].push(entry);
            }
        };
        take(joint.draw(chance), &mut used);
        for section in (0..quotas.len()).filter(|section| !dependent.contains(section)) {
            let table = self.table(&[section], quotas, |rivals| !used.contains(&rivals))?;
            take(table.draw(chance), &mut used);
        }
        Ok(drawn)
    }

    /// Returns the sections that need what they share with others, and the table that counts their papers, which is not
    /// empty.
    fn dependent(&self, exam: &Exam, quotas: &[Quota]) -> Result<(Vec<usize>, Table), Infeasible> {
        let section_of = |entry: &usize| self.entries[*entry].section;
        let is_own = |rivals: usize| {
            let rivals = &self.rivals[rivals];
            rivals.iter().all(|entry| section_of(entry) == section_of(&rivals[0]))
        };
        let mut dependent = Vec::new();
        for (section, quota) in quotas.iter().enumerate() {
            if self.table(&[section], quotas, is_own)?.is_empty() {
                if self.table(&[section], quotas, |_| true)?.is_empty() {
                    return Err(self.short(exam, section, *quota));
                }
                dependent.push(section);
            }
        }
        let joint = self.table(&dependent, quotas, |_| true)?;
        if joint.is_empty() {
            return Err(Infeasible::Together { sections: dependent.iter().map(|section| section + 1).collect() });
        }
        Ok((dependent, joint))
    }

    fn short(&self, exam: &Exam, section: usize, want: Quota) -> Infeasible {
        let own = || self.entries.iter().filter(|entry| entry.section == section).map(|entry| &entry.unit);
        let available =
            Quota { questions: own().map(QuestionSet::size).sum(), critical: own().map(|unit| unit.critical).sum() };
        Infeasible::Short { section: section + 1, bank: exam.sections[section].bank.clone(), want, available }
    }

    /// Counts the papers of some sections, from the rival sets that `usable` allows.
    fn table(&self, sections: &[usize], quotas: &[Quota], usable: impl Fn(usize) -> bool) -> Result<Table, Infeasible> {
        let mut shapes: BTreeMap<RivalShape, Vec<RivalSet>> = BTreeMap::new();
        for (at, rivals) in self.rivals.iter().enumerate() {
            let mut kinds: BTreeMap<EntryKind, Vec<usize>> = BTreeMap::new();
            for entry in rivals {
                let Entry { section, unit } = &self.entries[*entry];
                if let Some(section) = sections.iter().position(|known| known == section) {
                    let kind = EntryKind { section, questions: unit.size(), critical: unit.critical };
                    kinds.entry(kind).or_default().push(*entry);
                }
            }
            if !kinds.is_empty() && usable(at) {
                let shape = kinds.iter().map(|(kind, entries)| (*kind, entries.len())).collect();
                shapes.entry(shape).or_default().push(RivalSet { at, entries: kinds.into_values().collect() });
            }
        }
        let wants: Vec<_> = sections.iter().map(|section| quotas[*section]).collect();
        let entangled = || Infeasible::Entangled { sections: sections.iter().map(|section| section + 1).collect() };
        Table::new(shapes.into_iter().collect(), wants).ok_or_else(entangled)
    }
}

/// Follows an entry to the first of those it is joined with, shortening the way for the next time.
fn find(joined: &mut [usize], at: usize) -> usize {
    let mut root = at;
    while joined[root] != root {
        root = joined[root];
    }
    let mut at = at;
    while joined[at] != root {
        at = std::mem::replace(&mut joined[at], root);
    }
    root
}
