//! From banks, a blueprint and a seed to a paper; the same three give the same paper.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attempt::paper::{BankRef, DrawVersion, ExamRef, Paper, PaperQuestion, PaperSection, Seed};
use crate::bank::catalog::{Catalog, CatalogEntry};
use crate::bank::exam::{Exam, ExamSection};
use crate::bank::lazy::LazyBank;
use crate::bank::question::{ChoiceOrder, ChoicePosition, QuestionKind};
use crate::bank::{Bank, Question};
use crate::canonical;
use crate::ids::Digest;

pub mod question_set;
pub mod quota;
pub mod rng;
pub mod selection;
mod v1;
mod v2;

use question_set::QuestionSet;
pub use quota::{Infeasible, Quota, apportion, counts};
use rng::{DrawRng, RngStream};
pub use selection::{EarlierPaper, Exclusions, QuestionPool, SectionSelection};

/// A paper with the content that it names by digest.
#[derive(Debug, Clone)]
pub struct DrawnPaper {
    /// The paper.
    pub paper: Paper,
    /// Digest and text of everything it names: questions, frames of banks, pools, the exam.
    pub content: BTreeMap<Digest, String>,
}

impl DrawnPaper {
    fn keep(&mut self, text: String) -> Digest {
        let digest = Digest::of(&text);
        self.content.insert(digest, text);
        digest
    }
}

/// Returns the questions that a section may draw from.
pub fn pool<'a>(bank: &'a Bank, section: &'a ExamSection) -> impl Iterator<Item = &'a Arc<Question>> {
    let objective =
        |question: &Question| section.objectives.is_empty() || section.objectives.contains(&question.objective);
    let level = |question: &Question| section.level.is_none_or(|level| level == question.level);
    bank.ready_questions().filter(move |question| objective(question) && level(question))
}

/// Draws the paper of an exam.
///
/// `earlier` holds the questions of this trainee's earlier papers, the oldest first: they are passed over while enough
/// others remain, and come back paper by paper, the oldest first, where not. New papers are drawn with the newest version;
/// the other one draws what it drew in its time.
///
/// # Errors
/// The section that cannot be filled, with what it wants and what there is.
pub fn exam(
    catalog: &Catalog,
    exam: &Exam,
    earlier: &[EarlierPaper],
    seed: Seed,
    version: DrawVersion,
) -> Result<DrawnPaper, Infeasible> {
    let mut drawn = empty(seed);
    let digest = drawn.keep(canonical::text(exam));
    drawn.paper.exam = Some(ExamRef { id: exam.id.clone(), version: exam.version.clone(), digest });
    drawn.paper.draw = version;
    let mut choices = DrawRng::new(seed, RngStream::Choices);
    let (parts, retries) = select(catalog, exam, earlier, seed, version)?;
    drawn.paper.anew = retries;
    for part in parts {
        let bank = drawn.bank(part.bank);
        let pool: Vec<_> =
            pool(&part.bank.value, part.section).map(|question| drawn.keep(question.content_json())).collect();
        let pool = Some(drawn.keep(canonical::text(&pool)));
        drawn.paper.sections.push(PaperSection { bank, pool, passed_over: part.picked.passed_over });
        drawn.ask(&part.picked.units, &mut choices);
    }
    Ok(drawn)
}

/// Chooses the questions of every section and puts them in order; [`exam`] without what is stored of it. Returns also how
/// often the selection was retried, which only version 1 does.
///
/// # Errors
/// The section that cannot be filled, with what it wants and what there is.
pub fn select<'a>(
    catalog: &'a Catalog,
    exam: &'a Exam,
    earlier: &[EarlierPaper],
    seed: Seed,
    version: DrawVersion,
) -> Result<(Vec<DrawnSection<'a>>, u32), Infeasible> {
    let banks = banks(catalog, exam)?;
    let pools = pools(&banks, exam);
    let over = Exclusions::Earlier(earlier);
    let (picked, retries) = match version {
        DrawVersion::V1 => v1::select(exam, &pools, over, seed)?,
        DrawVersion::V2 => (v2::select(exam, &pools, over, seed)?, 0),
    };
    let parts = in_order(picked, seed).into_iter().zip(banks).zip(&exam.sections);
    Ok((parts.map(|((picked, bank), section)| DrawnSection { bank, section, picked }).collect(), retries))
}

/// Chooses the questions of a stored paper again, from the pools that were stored with it.
///
/// # Errors
/// The section that cannot be filled: then the paper was not drawn from these pools.
pub fn select_again(
    exam: &Exam,
    pools: &[QuestionPool<'_>],
    paper: &Paper,
) -> Result<Vec<SectionSelection>, Infeasible> {
    let passed_over: Vec<_> = paper.sections.iter().map(|section| section.passed_over.as_slice()).collect();
    let over = Exclusions::Stored(&passed_over);
    let picked = match paper.draw {
        DrawVersion::V1 => v1::select_once(exam, pools, over, paper.seed, paper.anew)?,
        DrawVersion::V2 => v2::select(exam, pools, over, paper.seed)?,
    };
    Ok(in_order(picked, paper.seed))
}

/// Puts the questions of every section in the order in which they are asked.
fn in_order(mut picked: Vec<SectionSelection>, seed: Seed) -> Vec<SectionSelection> {
    let mut order = DrawRng::new(seed, RngStream::Questions);
    picked.iter_mut().for_each(|part| order.shuffle(&mut part.units));
    picked
}

/// Proves by counting that a paper of an exam can be drawn.
///
/// # Errors
/// The section that cannot be filled, with what it wants and what there is.
pub fn feasible(catalog: &Catalog, exam: &Exam) -> Result<(), Infeasible> {
    v2::feasible(exam, &pools(&banks(catalog, exam)?, exam))
}

fn banks<'a>(catalog: &'a Catalog, exam: &Exam) -> Result<Vec<&'a CatalogEntry<LazyBank>>, Infeasible> {
    let bank = |(number, section): (usize, &ExamSection)| {
        let (section, bank) = (number + 1, section.bank.clone());
        catalog.bank(&bank).map_err(|absence| Infeasible::Bank { section, bank, absence })
    };
    exam.sections.iter().enumerate().map(bank).collect()
}

fn pools<'a>(banks: &[&'a CatalogEntry<LazyBank>], exam: &'a Exam) -> Vec<QuestionPool<'a>> {
    banks.iter().zip(&exam.sections).map(|(bank, section)| pool(&bank.value, section).collect()).collect()
}

/// What was chosen for one section, with where it comes from.
#[derive(Debug)]
pub struct DrawnSection<'a> {
    /// The bank.
    pub bank: &'a CatalogEntry<LazyBank>,
    /// The section of the blueprint.
    pub section: &'a ExamSection,
    /// What was chosen.
    pub picked: SectionSelection,
}

fn empty(seed: Seed) -> DrawnPaper {
    let paper = Paper {
        exam: None,
        draw: DrawVersion::V1,
        seed,
        anew: 0,
        banks: Vec::new(),
        sections: Vec::new(),
        reviewed: None,
        items: Vec::new(),
    };
    DrawnPaper { paper, content: BTreeMap::new() }
}

impl DrawnPaper {
    /// Names a bank and returns its place in the paper.
    fn bank(&mut self, entry: &CatalogEntry<LazyBank>) -> usize {
        let bank = &entry.value;
        if let Some(at) = self.paper.banks.iter().position(|known| known.id == bank.id) {
            return at;
        }
        let frame = self.keep(canonical::text(&bank.without_questions()));
        let (id, version, digest) = (bank.id.clone(), bank.version.clone(), bank.digest());
        self.paper.banks.push(BankRef { id, version, digest, frame, replaced: entry.replaces_built_in });
        self.paper.banks.len() - 1
    }

    /// Asks the questions of `units` in the section added last.
    fn ask(&mut self, units: &[QuestionSet], choices: &mut DrawRng) {
        let section = self.paper.sections.len() - 1;
        for question in units.iter().flat_map(|unit| &unit.questions) {
            let day = question.reviewed.as_ref().map(|reviewed| reviewed.on);
            let earlier = self.paper.reviewed;
            self.paper.reviewed =
                if self.paper.items.is_empty() { day } else { earlier.zip(day).map(|(a, b)| a.min(b)) };
            let order = arrange(&question.ask, choices);
            let question = self.keep(question.content_json());
            self.paper.items.push(PaperQuestion { section, question, order });
        }
    }
}

/// Draws questions to practice from `banks`: `count` of them, or as many as there are.
pub fn practice(banks: &[&CatalogEntry<LazyBank>], count: usize, seed: Seed) -> DrawnPaper {
    let mut chance = DrawRng::new(seed, RngStream::Selection);
    let (mut order, mut choices) = (DrawRng::new(seed, RngStream::Questions), DrawRng::new(seed, RngStream::Choices));
    let mut all: Vec<_> = banks
        .iter()
        .enumerate()
        .flat_map(|(at, bank)| {
            question_set::units(bank.value.ready_questions()).into_iter().map(move |unit| (at, unit))
        })
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
pub fn whole(bank: &CatalogEntry<LazyBank>) -> DrawnPaper {
    let seed = Seed([0; 32]);
    let mut drawn = empty(seed);
    let at = drawn.bank(bank);
    drawn.paper.sections.push(PaperSection { bank: at, pool: None, passed_over: Vec::new() });
    drawn.ask(&question_set::units(&bank.value.questions), &mut DrawRng::new(seed, RngStream::Choices));
    drawn
}

/// Returns the order in which a question's choices, items or right sides are shown: position to place in the question.
pub fn arrange(ask: &QuestionKind, chance: &mut DrawRng) -> Vec<usize> {
    let shuffled = |count: usize, chance: &mut DrawRng| {
        let mut order: Vec<_> = (0..count).collect();
        chance.shuffle(&mut order);
        order
    };
    match ask {
        QuestionKind::Choice { choices, order: ChoiceOrder::Shuffled, .. } => {
            let last = |at: &usize| choices[*at].position == Some(ChoicePosition::Last);
            let (kept, mut order): (Vec<_>, Vec<_>) = (0..choices.len()).partition(last);
            chance.shuffle(&mut order);
            order.extend(kept);
            order
        }
        QuestionKind::Choice { choices, .. } => (0..choices.len()).collect(),
        QuestionKind::Order { items } => shuffled(items.len(), chance),
        QuestionKind::Match { pairs, extra_right } => shuffled(pairs.len() + extra_right.len(), chance),
        QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => Vec::new(),
    }
}
