//! From banks, a blueprint and a seed to a paper; the same three give the same paper.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use crate::attempt::paper::{BankRef, ExamRef, Paper, PaperItem, PaperSection, Seed};
use crate::bank::catalog::{Absence, Catalog, Entry};
use crate::bank::exam::{Exam, Section};
use crate::bank::question::{Ask, ChoiceOrder, Position};
use crate::bank::shelf::Shelved;
use crate::bank::{Bank, Question, canonical};
use crate::ids::{BankId, Digest};

pub mod chance;
pub mod pick;
pub mod select;
pub mod units;

use chance::{Chance, Use};
pub use pick::{Earlier, Over, Picked, pick};
use select::Want;
use units::Unit;

/// A paper with the content that it names by digest.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The paper.
    pub paper: Paper,
    /// Digest and text of everything it names: questions, frames of banks, pools, the exam.
    pub content: BTreeMap<Digest, String>,
}

impl Drawn {
    fn keep(&mut self, text: String) -> Digest {
        let digest = Digest::of(&text);
        self.content.insert(digest, text);
        digest
    }
}

/// Why no paper could be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Infeasible {
    /// A section names a bank that is not there or has errors.
    Bank {
        /// The section, from 1.
        section: usize,
        /// The bank.
        bank: BankId,
        /// What is the matter with it.
        absence: Absence,
    },
    /// A section wants more than its pool can give.
    Short {
        /// The section, from 1.
        section: usize,
        /// The bank.
        bank: BankId,
        /// What it wants.
        want: Want,
        /// What its pool holds.
        available: Want,
    },
}

impl fmt::Display for Infeasible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bank { section, bank, absence: Absence::Unknown } => {
                write!(f, "section {section} draws from the bank \"{bank}\", which is not there")
            }
            Self::Bank { section, bank, absence: Absence::Broken } => {
                write!(f, "section {section} draws from the bank \"{bank}\", which has errors")
            }
            Self::Short { section, bank, want, available } => write!(
                f,
                "section {section} (\"{bank}\") wants {} questions, {} of them critical; its pool has {}, {} of them \
                 critical, and no set of them fits",
                want.questions, want.critical, available.questions, available.critical
            ),
        }
    }
}

impl std::error::Error for Infeasible {}

/// Returns how many questions each section draws: its own count, or its share of the exam's by weight (largest
/// remainders, ties in the order of the sections).
pub fn counts(exam: &Exam) -> Vec<usize> {
    let given = |section: &Section| section.questions.map_or(0, |count| count as usize);
    let Some(total) = exam.questions else {
        return exam.sections.iter().map(given).collect();
    };
    let weights: Vec<u64> = exam.sections.iter().map(|section| section.weight.unwrap_or(0).into()).collect();
    apportion(u64::from(total), &weights)
}

/// Shares out `total` by `weights`: each gets the whole part of its share, the rest goes to the largest remainders.
pub fn apportion(total: u64, weights: &[u64]) -> Vec<usize> {
    let sum = weights.iter().sum::<u64>().max(1);
    let mut shares: Vec<_> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut by_remainder: Vec<_> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(total * weights[*at] % sum));
    let rest = total.saturating_sub(shares.iter().sum());
    for at in by_remainder.into_iter().take(usize::try_from(rest).unwrap_or(0)) {
        shares[at] += 1;
    }
    shares.into_iter().map(|share| usize::try_from(share).unwrap_or(0)).collect()
}

/// Returns the questions that a section may draw from.
pub fn pool<'a>(bank: &'a Bank, section: &'a Section) -> impl Iterator<Item = &'a Arc<Question>> {
    let objective =
        |question: &Question| section.objectives.is_empty() || section.objectives.contains(&question.objective);
    let level = |question: &Question| section.level.is_none_or(|level| level == question.level);
    bank.ready().filter(move |question| objective(question) && level(question))
}

/// How often a paper is begun anew where sections that share a bank took each other's questions.
const TRIES: u32 = 1000;

/// Draws the paper of an exam.
///
/// `earlier` holds the questions of this trainee's earlier papers, the oldest first: they are passed over while enough
/// others remain, and come back paper by paper, the oldest first, where not.
///
/// # Errors
/// The section that cannot be filled, with what it wants and what there is.
pub fn exam(catalog: &Catalog, exam: &Exam, earlier: &[Earlier], seed: Seed) -> Result<Drawn, Infeasible> {
    let mut drawn = empty(seed);
    let digest = drawn.keep(canonical::text(exam));
    drawn.paper.exam = Some(ExamRef { id: exam.id.clone(), version: exam.version.clone(), digest });
    let mut choices = Chance::new(seed, Use::Choices);
    let (parts, anew) = select(catalog, exam, earlier, seed)?;
    drawn.paper.anew = anew;
    for part in parts {
        let bank = drawn.bank(part.bank);
        let pool: Vec<_> =
            pool(&part.bank.value, part.section).map(|question| drawn.keep(question.content())).collect();
        let pool = Some(drawn.keep(canonical::text(&pool)));
        drawn.paper.sections.push(PaperSection { bank, pool, passed_over: part.picked.passed_over });
        drawn.ask(&part.picked.units, &mut choices);
    }
    Ok(drawn)
}

/// Chooses the questions of every section and puts them in order; [`exam`] without what is stored of it. Returns also how
/// often it began anew.
///
/// # Errors
/// The section that cannot be filled, with what it wants and what there is.
pub fn select<'a>(
    catalog: &'a Catalog,
    exam: &'a Exam,
    earlier: &[Earlier],
    seed: Seed,
) -> Result<(Vec<Chosen<'a>>, u32), Infeasible> {
    let bank = |(number, section): (usize, &'a Section)| {
        let (section, bank) = (number + 1, section.bank.clone());
        catalog.bank(&bank).map_err(|absence| Infeasible::Bank { section, bank, absence })
    };
    let banks = exam.sections.iter().enumerate().map(bank).collect::<Result<Vec<_>, _>>()?;
    let pools = banks.iter().zip(&exam.sections).map(|(bank, section)| pool(&bank.value, section).collect());
    let pools: Vec<_> = pools.collect();
    let mut anew = 0;
    let picked = loop {
        match pick(exam, &pools, Over::Earlier(earlier), seed, anew) {
            // Sections that share a bank may have taken each other's questions by chance.
            Err(Infeasible::Short { .. }) if shares_banks(exam) && anew + 1 < TRIES => anew += 1,
            picked => break picked?,
        }
    };
    let parts = picked.into_iter().zip(banks).zip(&exam.sections);
    Ok((parts.map(|((picked, bank), section)| Chosen { bank, section, picked }).collect(), anew))
}

/// Proves that a paper of an exam can be drawn, by counting.
///
/// # Errors
/// The section that cannot be filled, with what it wants and what there is.
pub fn feasible(catalog: &Catalog, exam: &Exam) -> Result<(), Infeasible> {
    select(catalog, exam, &[], Seed([0; 32])).map(|_| ())
}

fn shares_banks(exam: &Exam) -> bool {
    let banks: HashSet<_> = exam.sections.iter().map(|section| &section.bank).collect();
    banks.len() < exam.sections.len()
}

/// What was chosen for one section, with where it comes from.
#[derive(Debug)]
pub struct Chosen<'a> {
    /// The bank.
    pub bank: &'a Entry<Shelved>,
    /// The section of the blueprint.
    pub section: &'a Section,
    /// What was chosen.
    pub picked: Picked,
}

fn empty(seed: Seed) -> Drawn {
    let paper =
        Paper { exam: None, seed, anew: 0, banks: Vec::new(), sections: Vec::new(), reviewed: None, items: Vec::new() };
    Drawn { paper, content: BTreeMap::new() }
}

impl Drawn {
    /// Names a bank and returns its place in the paper.
    fn bank(&mut self, entry: &Entry<Shelved>) -> usize {
        let bank = &entry.value;
        if let Some(at) = self.paper.banks.iter().position(|known| known.id == bank.id) {
            return at;
        }
        let frame = self.keep(canonical::text(&bank.frame()));
        let (id, version, digest) = (bank.id.clone(), bank.version.clone(), bank.digest());
        self.paper.banks.push(BankRef { id, version, digest, frame, replaced: entry.replaced });
        self.paper.banks.len() - 1
    }

    /// Asks the questions of `units` in the section added last.
    fn ask(&mut self, units: &[Unit], choices: &mut Chance) {
        let section = self.paper.sections.len() - 1;
        for question in units.iter().flat_map(|unit| &unit.questions) {
            let day = question.reviewed.as_ref().map(|reviewed| reviewed.on);
            let earlier = self.paper.reviewed;
            self.paper.reviewed =
                if self.paper.items.is_empty() { day } else { earlier.zip(day).map(|(a, b)| a.min(b)) };
            let order = arrange(&question.ask, choices);
            let question = self.keep(question.content());
            self.paper.items.push(PaperItem { section, question, order });
        }
    }
}

/// Draws questions to practice from `banks`: `count` of them, or as many as there are.
pub fn practice(banks: &[&Entry<Shelved>], count: usize, seed: Seed) -> Drawn {
    let mut chance = Chance::new(seed, Use::Selection);
    let (mut order, mut choices) = (Chance::new(seed, Use::Questions), Chance::new(seed, Use::Choices));
    let mut all: Vec<_> = banks
        .iter()
        .enumerate()
        .flat_map(|(at, bank)| units::units(bank.value.ready()).into_iter().map(move |unit| (at, unit)))
        .collect();
    chance.shuffle(&mut all);
    let (mut left, mut groups, mut chosen) = (count, BTreeSet::new(), Vec::new());
    for (bank, unit) in all {
        let grouped = unit.groups.iter().any(|group| groups.contains(&(bank, group.clone())));
        if unit.size() <= left && !grouped {
            left -= unit.size();
            groups.extend(unit.groups.iter().map(|group| (bank, group.clone())));
            chosen.push((bank, unit));
        }
    }
    order.shuffle(&mut chosen);
    let mut drawn = empty(seed);
    let used: BTreeSet<_> = chosen.iter().map(|(bank, _)| *bank).collect();
    for at in used {
        let bank = drawn.bank(banks[at]);
        drawn.paper.sections.push(PaperSection { bank, pool: None, passed_over: Vec::new() });
        let units: Vec<_> = chosen.iter().filter(|(bank, _)| *bank == at).map(|(_, unit)| unit.clone()).collect();
        drawn.ask(&units, &mut choices);
    }
    drawn
}

/// Makes a paper of all questions of a bank in the author's order, those of a case together, for looking through.
pub fn whole(bank: &Entry<Shelved>) -> Drawn {
    let seed = Seed([0; 32]);
    let mut drawn = empty(seed);
    let at = drawn.bank(bank);
    drawn.paper.sections.push(PaperSection { bank: at, pool: None, passed_over: Vec::new() });
    drawn.ask(&units::units(&bank.value.questions), &mut Chance::new(seed, Use::Choices));
    drawn
}

/// Returns the order in which a question's choices, items or right sides are shown: position to place in the question.
pub fn arrange(ask: &Ask, chance: &mut Chance) -> Vec<usize> {
    let shuffled = |count: usize, chance: &mut Chance| {
        let mut order: Vec<_> = (0..count).collect();
        chance.shuffle(&mut order);
        order
    };
    match ask {
        Ask::Choice { choices, order: ChoiceOrder::Shuffled, .. } => {
            let last = |at: &usize| choices[*at].position == Some(Position::Last);
            let (kept, mut order): (Vec<_>, Vec<_>) = (0..choices.len()).partition(last);
            chance.shuffle(&mut order);
            order.extend(kept);
            order
        }
        Ask::Choice { choices, .. } => (0..choices.len()).collect(),
        Ask::Order { items } => shuffled(items.len(), chance),
        Ask::Match { pairs, extra_right } => shuffled(pairs.len() + extra_right.len(), chance),
        Ask::TrueFalse { .. } | Ask::Number { .. } | Ask::Text { .. } => Vec::new(),
    }
}
