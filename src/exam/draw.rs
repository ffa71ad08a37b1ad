//! Draws a paper from banks, a blueprint and a seed. The same input always gives the same paper.
//!
//! 1. Each section gets its number of questions, its *quota* ([`quota`]).
//! 2. Each section selects that many questions from its pool at random. The modules `v1` and `v2` describe how.
//! 3. The question sets of each section are shuffled. A case stays together.
//! 4. The choices of each question are shuffled, as far as the question allows it.
//!
//! Steps 2 to 4 use separate random streams of the seed ([`rng`]).

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

mod join;
pub mod question_set;
pub mod quota;
pub mod rng;
pub mod selection;
mod v1;
mod v2;

pub use quota::{Infeasible, Quota, apportion, question_counts};
use rng::{DrawRng, RngStream};
pub use selection::{EarlierPaper, Exclusions, QuestionPool, SectionSelection};

/// A paper together with the content that it names by digest.
#[derive(Debug, Clone)]
#[must_use]
pub struct DrawnPaper {
    pub paper: Paper,
    /// The text of everything that the paper names, by digest: questions, banks without questions, pools and the exam.
    pub content: BTreeMap<Digest, String>,
}

impl DrawnPaper {
    fn add_content(&mut self, text: String) -> Digest {
        let digest = Digest::of(&text);
        self.content.insert(digest, text);
        digest
    }
}

/// Returns the pool of a section: the ready questions of its bank that match its objectives and its level, if it names
/// any.
pub fn pool<'a>(bank: &'a Bank, section: &'a ExamSection) -> impl Iterator<Item = &'a Arc<Question>> {
    let objective =
        |question: &Question| section.objectives.is_empty() || section.objectives.contains(&question.objective);
    let level = |question: &Question| section.level.is_none_or(|level| level == question.level);
    bank.ready_questions().filter(move |question| objective(question) && level(question))
}

/// Draws the paper of an exam.
///
/// `earlier_papers` are this trainee's earlier papers, oldest first. Their questions are excluded if enough others
/// remain. Otherwise papers are allowed again one by one, oldest first. New papers use [`DrawVersion::NEWEST`].
///
/// # Errors
/// Why no paper can be drawn, and the sections that cause it.
pub fn exam(
    catalog: &Catalog,
    exam: &Exam,
    earlier_papers: &[EarlierPaper],
    seed: Seed,
    version: DrawVersion,
) -> Result<DrawnPaper, Infeasible> {
    let mut drawn = empty_paper(seed);
    let digest = drawn.add_content(canonical::text(exam));
    drawn.paper.exam = Some(ExamRef { id: exam.id.clone(), version: exam.version.clone(), digest });
    drawn.paper.draw = version;
    let mut choice_rng = DrawRng::new(seed, RngStream::ChoiceOrder);
    let (drawn_sections, retries) = select(catalog, exam, earlier_papers, seed, version)?;
    drawn.paper.retries = retries;
    for drawn_section in drawn_sections {
        let bank = drawn.add_bank(drawn_section.bank);
        // The whole pool is stored and not only the drawn questions, so that replay can draw again after the bank was
        // edited.
        let pool: Vec<_> = pool(&drawn_section.bank.value, drawn_section.section)
            .map(|question| drawn.add_content(question.content_json()))
            .collect();
        let pool = Some(drawn.add_content(canonical::text(&pool)));
        drawn.paper.sections.push(PaperSection { bank, pool, excluded: drawn_section.selection.excluded });
        let questions = drawn_section.selection.sets.iter().flat_map(|set| &set.questions);
        drawn.add_questions(drawn.paper.sections.len() - 1, &drawn_section.bank.value, questions, &mut choice_rng);
    }
    Ok(drawn)
}

/// Selects the questions of every section and puts them in order. This is [`exam`] without the content to store. Also
/// returns how often the selection was retried, which is always zero in version 2.
///
/// # Errors
/// Why no paper can be drawn, and the sections that cause it.
pub fn select<'a>(
    catalog: &'a Catalog,
    exam: &'a Exam,
    earlier_papers: &[EarlierPaper],
    seed: Seed,
    version: DrawVersion,
) -> Result<(Vec<DrawnSection<'a>>, u32), Infeasible> {
    let banks = section_banks(catalog, exam)?;
    let pools = section_pools(&banks, exam);
    let exclusions = Exclusions::EarlierPapers(earlier_papers);
    let (selection, retries) = match version {
        DrawVersion::V1 => v1::select(exam, &pools, exclusions, seed)?,
        DrawVersion::V2 => (v2::select(exam, &pools, exclusions, seed)?, 0),
    };
    let drawn_sections = shuffle_questions(selection, seed).into_iter().zip(banks).zip(&exam.sections);
    Ok((
        drawn_sections.map(|((selection, bank), section)| DrawnSection { bank, section, selection }).collect(),
        retries,
    ))
}

/// Selects the questions of a stored paper again, from the pools that were stored with it.
///
/// # Errors
/// Why these pools cannot fill the exam. In that case, the paper was not drawn from them.
pub fn reselect(exam: &Exam, pools: &[QuestionPool<'_>], paper: &Paper) -> Result<Vec<SectionSelection>, Infeasible> {
    let excluded: Vec<_> = paper.sections.iter().map(|section| section.excluded.as_slice()).collect();
    let exclusions = Exclusions::Stored(&excluded);
    let selections = match paper.draw {
        DrawVersion::V1 => v1::select_once(exam, pools, exclusions, paper.seed, paper.retries)?,
        DrawVersion::V2 => v2::select(exam, pools, exclusions, paper.seed)?,
    };
    Ok(shuffle_questions(selections, paper.seed))
}

/// Shuffles the question sets within each section. A case stays together.
fn shuffle_questions(mut selections: Vec<SectionSelection>, seed: Seed) -> Vec<SectionSelection> {
    let mut order_rng = DrawRng::new(seed, RngStream::QuestionOrder);
    selections.iter_mut().for_each(|selection| order_rng.shuffle(&mut selection.sets));
    selections
}

/// Proves by counting that a paper of the exam can be drawn.
///
/// # Errors
/// Why no paper can be drawn, and the sections that cause it.
pub fn check_feasible(catalog: &Catalog, exam: &Exam) -> Result<(), Infeasible> {
    // Only version 2 draws new papers, so only its answer matters.
    v2::check_feasible(exam, &section_pools(&section_banks(catalog, exam)?, exam))
}

fn section_banks<'a>(catalog: &'a Catalog, exam: &Exam) -> Result<Vec<&'a CatalogEntry<LazyBank>>, Infeasible> {
    let bank = |(index, section): (usize, &ExamSection)| {
        let (section, bank) = (index + 1, section.bank.clone());
        catalog.bank(&bank).map_err(|cause| Infeasible::BankUnavailable { section, bank, cause })
    };
    exam.sections.iter().enumerate().map(bank).collect()
}

fn section_pools<'a>(banks: &[&'a CatalogEntry<LazyBank>], exam: &'a Exam) -> Vec<QuestionPool<'a>> {
    banks.iter().zip(&exam.sections).map(|(bank, section)| pool(&bank.value, section).collect()).collect()
}

/// The selection for one section, with its bank and its blueprint.
#[derive(Debug)]
pub struct DrawnSection<'a> {
    pub bank: &'a CatalogEntry<LazyBank>,
    pub section: &'a ExamSection,
    pub selection: SectionSelection,
}

fn empty_paper(seed: Seed) -> DrawnPaper {
    let paper = Paper {
        exam: None,
        // Only exams are drawn again. For practice the version means nothing, and version 1 is the one that a stored
        // paper leaves out.
        draw: DrawVersion::V1,
        seed,
        retries: 0,
        banks: Vec::new(),
        sections: Vec::new(),
        reviewed: None,
        questions: Vec::new(),
    };
    DrawnPaper { paper, content: BTreeMap::new() }
}

impl DrawnPaper {
    /// Adds a bank to the paper, if it is not there yet, and returns its index.
    fn add_bank(&mut self, entry: &CatalogEntry<LazyBank>) -> usize {
        let bank = &entry.value;
        if let Some(index) = self.paper.banks.iter().position(|bank_ref| bank_ref.id == bank.id) {
            return index;
        }
        let frame = self.add_content(canonical::text(&bank.without_questions()));
        let (id, version, digest) = (bank.id.clone(), bank.version.clone(), bank.digest());
        self.paper.banks.push(BankRef { id, version, digest, frame, replaces_built_in: entry.replaces_built_in });
        self.paper.banks.len() - 1
    }

    /// Adds questions of a bank to a section.
    fn add_questions<'a>(
        &mut self,
        section: usize,
        bank: &LazyBank,
        questions: impl IntoIterator<Item = &'a Arc<Question>>,
        choice_rng: &mut DrawRng,
    ) {
        for question in questions {
            let review_day = question.reviewed.as_ref().map(|reviewed| reviewed.on);
            // One question without a review makes the whole paper unreviewed.
            let earliest = self.paper.reviewed;
            self.paper.reviewed = if self.paper.questions.is_empty() {
                review_day
            } else {
                earliest.zip(review_day).map(|(a, b)| a.min(b))
            };
            let order = display_order(&question.kind, choice_rng);
            let image = question.image.as_ref().and_then(|image| bank.image(image.sha256?));
            if let Some(image) = image {
                self.add_content(image.to_owned());
            }
            let question = self.add_content(question.content_json());
            self.paper.questions.push(PaperQuestion { section, question, order });
        }
    }
}

/// Draws at most `count` ready questions to practice from `banks`. `is_wanted` selects the questions to practice.
///
/// It can draw fewer, because a case is drawn whole and an exclusion group of a bank gives at most one question set. A
/// case is drawn if one of its questions is wanted.
pub fn practice(
    banks: &[&CatalogEntry<LazyBank>],
    is_wanted: &dyn Fn(&Bank, &Question) -> bool,
    count: usize,
    seed: Seed,
) -> DrawnPaper {
    let mut selection_rng = DrawRng::new(seed, RngStream::Selection);
    let mut order_rng = DrawRng::new(seed, RngStream::QuestionOrder);
    let sets_of = |(bank_index, bank): (usize, &&CatalogEntry<LazyBank>)| {
        let sets = question_set::question_sets(bank.value.ready_questions()).into_iter();
        let wanted = sets.filter(|set| set.questions.iter().any(|question| is_wanted(&bank.value, question)));
        wanted.map(|set| (bank_index, set)).collect::<Vec<_>>()
    };
    let mut candidates: Vec<_> = banks.iter().enumerate().flat_map(sets_of).collect();
    selection_rng.shuffle(&mut candidates);
    let (mut remaining, mut used_groups, mut chosen) = (count, BTreeSet::new(), Vec::new());
    for (bank, set) in candidates {
        let is_excluded = set.groups.iter().any(|group| used_groups.contains(&(bank, group.clone())));
        if set.size() <= remaining && !is_excluded {
            remaining -= set.size();
            used_groups.extend(set.groups.iter().map(|group| (bank, group.clone())));
            chosen.push((bank, set));
        }
    }
    order_rng.shuffle(&mut chosen);
    // Topic by topic, in the order of the banks.
    chosen.sort_by_key(|(bank, _)| *bank);
    let chosen: Vec<_> = chosen.into_iter().map(|(bank, set)| (banks[bank], set.questions)).collect();
    chosen_questions(&chosen, seed)
}

/// Returns a paper of these questions in this order, each with its bank. A bank has one section.
pub fn chosen_questions(units: &[(&CatalogEntry<LazyBank>, Vec<Arc<Question>>)], seed: Seed) -> DrawnPaper {
    let mut choice_rng = DrawRng::new(seed, RngStream::ChoiceOrder);
    let mut drawn = empty_paper(seed);
    for (entry, questions) in units {
        let bank = drawn.add_bank(entry);
        if bank == drawn.paper.sections.len() {
            drawn.paper.sections.push(PaperSection { bank, pool: None, excluded: Vec::new() });
        }
        drawn.add_questions(bank, &entry.value, questions, &mut choice_rng);
    }
    drawn
}

/// Returns a paper of all questions of a bank for a preview, including drafts and retired questions. The questions are
/// in the author's order, and each case stays together.
pub fn whole_bank(bank: &CatalogEntry<LazyBank>) -> DrawnPaper {
    // A fixed seed, so that the same file always gives the same preview.
    let seed = Seed([0; 32]);
    let mut drawn = empty_paper(seed);
    let bank_index = drawn.add_bank(bank);
    drawn.paper.sections.push(PaperSection { bank: bank_index, pool: None, excluded: Vec::new() });
    let sets = question_set::question_sets(&bank.value.questions);
    let questions = sets.iter().flat_map(|set| &set.questions);
    drawn.add_questions(0, &bank.value, questions, &mut DrawRng::new(seed, RngStream::ChoiceOrder));
    drawn
}

/// Returns the display order of a question's choices, items or right sides. Each entry is an index in the question's
/// own order. Kinds without any of these have an empty order.
pub fn display_order(kind: &QuestionKind, rng: &mut DrawRng) -> Vec<usize> {
    let shuffled = |count: usize, rng: &mut DrawRng| {
        let mut order: Vec<_> = (0..count).collect();
        rng.shuffle(&mut order);
        order
    };
    match kind {
        QuestionKind::Choice { choices, order: ChoiceOrder::Shuffled, .. } => {
            let is_last = |index: &usize| choices[*index].position == Some(ChoicePosition::Last);
            let (last_choices, mut order): (Vec<_>, Vec<_>) = (0..choices.len()).partition(is_last);
            rng.shuffle(&mut order);
            order.extend(last_choices);
            order
        }
        QuestionKind::Choice { choices, .. } => (0..choices.len()).collect(),
        QuestionKind::Order { items } => shuffled(items.len(), rng),
        QuestionKind::Match { pairs, extra_right } => shuffled(pairs.len() + extra_right.len(), rng),
        QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => Vec::new(),
    }
}
