//! A paper with the content it names: what is asked, as it was when the paper was drawn.

use std::sync::Arc;

use crate::attempt::fact::AttemptStarted;
use crate::attempt::{Mode, Paper};
use crate::bank::exam::Exam;
use crate::bank::question::QuestionKind;
use crate::bank::{Bank, Question};
use crate::clock::Millis;
use crate::ids::Digest;

/// A paper that can be sat, marked and read.
#[derive(Debug)]
pub struct LoadedPaper {
    /// What it is for.
    pub mode: Mode,
    /// How long it may take.
    pub limit: Option<Millis>,
    /// The paper.
    pub paper: Paper,
    /// The exam's blueprint, for an exam.
    pub exam: Option<Exam>,
    /// The banks of [`Paper::banks`], without their questions.
    pub banks: Vec<Bank>,
    /// The questions in the order they are asked.
    pub items: Vec<LoadedQuestion>,
}

/// One question of a sheet.
#[derive(Debug)]
pub struct LoadedQuestion {
    /// The section, by its place in [`Paper::sections`].
    pub section: usize,
    /// The bank, by its place in [`Sheet::banks`].
    pub bank: usize,
    /// The question.
    pub question: Arc<Question>,
    /// The order in which choices, items or right sides are shown: position to place in the question.
    pub order: Vec<usize>,
}

/// Content that a paper names and the store does not hold, or holds changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingContent(pub Digest);

impl std::fmt::Display for MissingContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "content {} is missing or was changed", self.0.short())
    }
}

impl LoadedPaper {
    /// Opens a paper; `content` finds text by its digest.
    ///
    /// # Errors
    /// The first content that is missing, changed or unreadable.
    pub fn open(started: &AttemptStarted, content: impl Fn(Digest) -> Option<String>) -> Result<Self, MissingContent> {
        let text = |digest| content(digest).filter(|text| Digest::of(text) == digest).ok_or(MissingContent(digest));
        let paper = started.paper.clone();
        let exam = match &paper.exam {
            Some(exam) => Some(serde_json::from_str(&text(exam.digest)?).map_err(|_| MissingContent(exam.digest))?),
            None => None,
        };
        let bank = |frame| serde_json::from_str(&text(frame)?).map_err(|_| MissingContent(frame));
        let banks = paper.banks.iter().map(|bank_ref| bank(bank_ref.frame)).collect::<Result<Vec<_>, _>>()?;
        if paper.sections.iter().any(|section| section.bank >= banks.len()) {
            return Err(MissingContent(paper.banks.first().map_or(Digest::ZERO, |bank| bank.digest)));
        }
        let mut items = Vec::with_capacity(paper.items.len());
        for item in &paper.items {
            let missing = MissingContent(item.question);
            let question = Question::from_content_json(&text(item.question)?).ok_or(missing)?;
            let bank = paper.sections.get(item.section).map(|section| section.bank).ok_or(missing)?;
            if !is_order(&item.order, shown_count(&question.ask)) {
                return Err(missing);
            }
            items.push(LoadedQuestion {
                section: item.section,
                bank,
                question: Arc::new(question),
                order: item.order.clone(),
            });
        }
        Ok(Self { mode: started.mode, limit: started.limit, paper, exam, banks, items })
    }

    /// Returns the bank that a question came from.
    pub fn bank_of(&self, item: usize) -> &Bank {
        &self.banks[self.items[item].bank]
    }

    /// Returns the case that a question belongs to.
    pub fn case_of(&self, item: usize) -> Option<&str> {
        let case = self.items[item].question.case.as_ref()?;
        self.bank_of(item).case_text(case)
    }

    /// Returns what a question's facts rest on, a line a source.
    pub fn sources_of(&self, item: usize) -> Vec<String> {
        let bank = self.bank_of(item);
        let line = |citation: &crate::bank::question::Citation| {
            let work =
                bank.source(&citation.id).map_or_else(|| citation.id.to_string(), |source| source.citation_line());
            citation.locator.as_ref().map_or(work.clone(), |locator| format!("{work}. {locator}"))
        };
        self.items[item].question.sources.iter().map(line).collect()
    }

    /// Returns what the sitting is called: the exam's title, or `Practice`.
    pub fn title(&self) -> &str {
        self.exam.as_ref().map_or("Practice", |exam| &exam.title)
    }

    /// Returns the titles of banks that took the place of built-in ones.
    pub fn replaced(&self) -> Vec<&str> {
        let banks = self.banks.iter().zip(&self.paper.banks);
        banks.filter(|(_, bank_ref)| bank_ref.replaced).map(|(bank, _)| bank.title.as_str()).collect()
    }

    /// Returns whether any bank drawn from may be practiced, so that its keys can be read by anybody.
    pub fn open_pool(&self) -> bool {
        self.banks.iter().any(|bank| bank.practice)
    }
}

/// Returns how many choices, items or right sides a question shows in an order of their own.
fn shown_count(ask: &QuestionKind) -> usize {
    match ask {
        QuestionKind::Choice { choices, .. } => choices.len(),
        QuestionKind::Order { items } => items.len(),
        QuestionKind::Match { pairs, extra_right } => pairs.len() + extra_right.len(),
        QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => 0,
    }
}

/// Returns whether `order` holds every number below `count` once.
fn is_order(order: &[usize], count: usize) -> bool {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..count)
}

impl LoadedQuestion {
    /// Returns the texts that are shown in an order of their own: choices, items to order, or right sides.
    pub fn shown(&self) -> Vec<&str> {
        let text = |at: usize| match &self.question.ask {
            QuestionKind::Choice { choices, .. } => choices[at].text.as_str(),
            QuestionKind::Order { items } => items[at].text.as_str(),
            QuestionKind::Match { pairs, .. } if at < pairs.len() => pairs[at].right.as_str(),
            QuestionKind::Match { pairs, extra_right } => extra_right[at - pairs.len()].text.as_str(),
            QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => "",
        };
        // `Sheet::open` has held the order to the question.
        self.order.iter().map(|at| text(*at)).collect()
    }

    /// Returns at which position something stands, by its place in the question.
    pub fn position(&self, place: usize) -> Option<usize> {
        self.order.iter().position(|at| *at == place)
    }
}

/// Returns the letter of a position: A for 0. Positions go up to 25, which reading a bank makes sure of.
pub fn letter(position: usize) -> char {
    u8::try_from(position).map_or('?', |n| char::from(b'A'.saturating_add(n)))
}
