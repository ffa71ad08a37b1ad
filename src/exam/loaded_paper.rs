//! A paper together with the content that it names by digest, as it was when the paper was drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::attempt::fact::AttemptStarted;
use crate::attempt::paper::PaperQuestion;
use crate::attempt::{Mode, Paper};
use crate::bank::exam::Exam;
use crate::bank::question::QuestionKind;
use crate::bank::{Bank, Question};
use crate::clock::Millis;
use crate::ids::Digest;

/// A paper with its content, ready to be taken, scored and shown.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedPaper {
    pub mode: Mode,
    /// The time limit, or `None` if there is no limit.
    pub limit: Option<Millis>,
    pub paper: Paper,
    /// The exam with its blueprint, or `None` in practice.
    pub exam: Option<Exam>,
    /// The banks of [`Paper::banks`], without their questions.
    pub banks: Vec<Bank>,
    /// The questions, in the order in which they are asked.
    pub questions: Vec<LoadedQuestion>,
    /// The SVG texts of the images that could be read, by their digests.
    pub images: BTreeMap<Digest, Arc<str>>,
}

/// One question of a paper, with its content.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedQuestion {
    /// The index of the section in [`Paper::sections`].
    pub section: usize,
    /// The index of the bank in [`LoadedPaper::banks`].
    pub bank: usize,
    pub question: Arc<Question>,
    /// The display order of choices, items or right sides. Each entry is an index in the question's own order.
    pub order: Vec<usize>,
}

/// The digest of content that a paper names, but that is missing or changed in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingContent(pub Digest);

impl std::fmt::Display for MissingContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "content {} is missing or was changed", self.0.short())
    }
}

impl LoadedPaper {
    /// Loads the content of a paper. `find_content` returns the text with a digest, or `None` if it is missing.
    ///
    /// # Errors
    /// The first content that is missing, changed or unreadable, or to which the paper gives an invalid index or order.
    pub fn load(
        started: &AttemptStarted,
        find_content: impl Fn(Digest) -> Option<String>,
    ) -> Result<Self, MissingContent> {
        // The store may be damaged, so the text must match its digest.
        let content_text = |digest| {
            find_content(digest).filter(|content_text| Digest::of(content_text) == digest).ok_or(MissingContent(digest))
        };
        let paper = started.paper.clone();
        let exam = match &paper.exam {
            Some(exam) => {
                Some(serde_json::from_str(&content_text(exam.digest)?).map_err(|_| MissingContent(exam.digest))?)
            }
            None => None,
        };
        let bank = |frame| serde_json::from_str(&content_text(frame)?).map_err(|_| MissingContent(frame));
        let banks = paper.banks.iter().map(|bank_ref| bank(bank_ref.frame)).collect::<Result<Vec<_>, _>>()?;
        // The paper of a request can contain any index. It is checked once here, so that later code may index freely.
        if paper.sections.iter().any(|section| section.bank >= banks.len()) {
            return Err(MissingContent(paper.banks.first().map_or(Digest::ZERO, |bank| bank.digest)));
        }
        let mut questions = Vec::with_capacity(paper.questions.len());
        for paper_question in &paper.questions {
            let missing = MissingContent(paper_question.question);
            let question = Question::from_content_json(&content_text(paper_question.question)?).ok_or(missing)?;
            let bank = paper.sections.get(paper_question.section).map(|section| section.bank).ok_or(missing)?;
            if !is_permutation(&paper_question.order, display_count(&question.kind)) {
                return Err(missing);
            }
            questions.push(LoadedQuestion {
                section: paper_question.section,
                bank,
                question: Arc::new(question),
                order: paper_question.order.clone(),
            });
        }
        let images = BTreeMap::new();
        let mut loaded_paper = Self { mode: started.mode, limit: started.limit, paper, exam, banks, questions, images };
        // Without its image, a question still has the description of it.
        let image = |digest| Some((digest, content_text(digest).ok()?.into()));
        loaded_paper.images = loaded_paper.image_digests().into_iter().filter_map(image).collect();
        Ok(loaded_paper)
    }

    /// Returns the digests of all images on the paper.
    pub fn image_digests(&self) -> Vec<Digest> {
        let digest = |question: &LoadedQuestion| question.question.image.as_ref()?.sha256;
        self.questions.iter().filter_map(digest).collect()
    }

    /// Returns the SVG text of the image of the question at `index`. `None` if it has none, or if it is not stored; then only
    /// its description is known.
    pub fn image_of(&self, index: usize) -> Option<&Arc<str>> {
        self.images.get(&self.questions[index].question.image.as_ref()?.sha256?)
    }

    /// Adds the question at `index` once more at the end, with another display order. Returns false, and adds nothing, if
    /// the order does not fit the question.
    pub(super) fn push_repeat(&mut self, index: usize, order: &[usize]) -> bool {
        let (Some(loaded_question), Some(paper_question)) =
            (self.questions.get(index), self.paper.questions.get(index))
        else {
            return false;
        };
        if !is_permutation(order, display_count(&loaded_question.question.kind)) {
            return false;
        }
        let loaded_question = LoadedQuestion { order: order.to_vec(), ..loaded_question.clone() };
        let paper_question = PaperQuestion { order: order.to_vec(), ..paper_question.clone() };
        self.questions.push(loaded_question);
        self.paper.questions.push(paper_question);
        true
    }

    /// Returns the bank of the question at `index`.
    pub fn bank_of(&self, index: usize) -> &Bank {
        &self.banks[self.questions[index].bank]
    }

    /// Returns the text of the case that the question at `index` belongs to, or `None` if it belongs to none.
    pub fn case_of(&self, index: usize) -> Option<&str> {
        let case = self.questions[index].question.case.as_ref()?;
        self.bank_of(index).case_text(case)
    }

    /// Returns the citations of the question at `index`, one line for each source, with where it can be read.
    pub fn sources_of(&self, index: usize) -> Vec<String> {
        let bank = self.bank_of(index);
        let line = |citation: &crate::bank::question::Citation| {
            let locator = citation.locator.as_deref();
            bank.source(&citation.id).map_or_else(|| citation.id.to_string(), |source| source.line_with_place(locator))
        };
        self.questions[index].question.sources.iter().map(line).collect()
    }

    /// Returns the title of the attempt: the title of the exam, or `Practice`.
    pub fn title(&self) -> &str {
        self.exam.as_ref().map_or("Practice", |exam| &exam.title)
    }

    /// Returns the titles of the banks that replace built-in ones.
    pub fn replacement_bank_titles(&self) -> Vec<&str> {
        let banks = self.banks.iter().zip(&self.paper.banks);
        banks.filter(|(_, bank_ref)| bank_ref.replaces_built_in).map(|(bank, _)| bank.title.as_str()).collect()
    }

    /// Returns whether any bank of the paper is open for practice. Then a trainee can learn its keys beforehand.
    pub fn has_practice_bank(&self) -> bool {
        self.banks.iter().any(|bank| bank.practice)
    }
}

/// Returns how many choices, items or right sides have a display order in this kind of question.
fn display_count(ask: &QuestionKind) -> usize {
    match ask {
        QuestionKind::Choice { choices, .. } => choices.len(),
        QuestionKind::Order { items } => items.len(),
        QuestionKind::Match { pairs, extra_right } => pairs.len() + extra_right.len(),
        QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => 0,
    }
}

/// Returns whether `order` contains each number below `count` exactly once.
fn is_permutation(order: &[usize], count: usize) -> bool {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..count)
}

impl LoadedQuestion {
    /// Returns the texts of the choices, items or right sides in their display order.
    pub fn displayed_texts(&self) -> Vec<&str> {
        let text = |index: usize| match &self.question.kind {
            QuestionKind::Choice { choices, .. } => choices[index].text.as_str(),
            QuestionKind::Order { items } => items[index].text.as_str(),
            QuestionKind::Match { pairs, .. } if index < pairs.len() => pairs[index].right.as_str(),
            QuestionKind::Match { pairs, extra_right } => extra_right[index - pairs.len()].text.as_str(),
            QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => "",
        };
        // These indexes cannot be out of range, because `LoadedPaper::load` checked the order.
        self.order.iter().map(|index| text(*index)).collect()
    }

    /// Returns the display position, from 0, of the choice, item or right side with this index in the question. Returns
    /// `None` if the question does not show it.
    pub fn display_position(&self, index: usize) -> Option<usize> {
        self.order.iter().position(|at| *at == index)
    }
}

/// Returns the letter of a display position: `A` for 0. Positions go up to 25, which reading a bank ensures.
pub fn choice_letter(position: usize) -> char {
    u8::try_from(position).map_or('?', |n| char::from(b'A'.saturating_add(n)))
}
