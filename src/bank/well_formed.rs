//! Whether a bank that was read into types also keeps to the limits that types do not know.
//!
//! Only yes or no: where it is no, a slower reader that keeps places says what and where, by the schema in [`super::schema`].

use super::limits::{LETTERS, TEXT_MAX};
use super::question::{ExplainedText, Question, QuestionKind};
use super::{Bank, DateParts, SourceReference};

/// Returns whether every text says something and every list is as long as it may be, but for the questions, which are held
/// to it one by one while they are read.
///
/// An empty text stands for one that is left out; whether one is written out empty is seen before.
pub(super) fn frame(bank: &Bank) -> bool {
    let texts = [&bank.title, &bank.version, &bank.language, &bank.license];
    bank.format > 0
        && texts.into_iter().all(|text| says(text))
        && !bank.objectives.is_empty()
        && bank.objectives.iter().all(|objective| says(&objective.text))
        && bank.sources.iter().all(reference)
        && bank.glossary.values().all(|text| says(text))
        && bank.cases.iter().all(|case| says(&case.text))
        && !bank.questions.is_empty()
}

fn says(text: &str) -> bool {
    text.len() <= TEXT_MAX && (text.is_empty() || text.chars().any(|c| !c.is_whitespace()))
}

fn maybe(text: Option<&String>) -> bool {
    text.is_none_or(|text| says(text))
}

fn date(date: Option<&DateParts>) -> bool {
    date.is_none_or(|date| matches!(date.parts.as_slice(), [parts] if (1..=3).contains(&parts.len())))
}

fn reference(work: &SourceReference) -> bool {
    let texts = [&work.container_title, &work.publisher, &work.doi, &work.pmid, &work.url];
    let author = |author: &super::Author| {
        [&author.family, &author.given, &author.literal].into_iter().all(|name| maybe(name.as_ref()))
    };
    says(&work.kind)
        && says(&work.title)
        && texts.into_iter().all(|text| maybe(text.as_ref()))
        && work.author.iter().all(author)
        && date(work.issued.as_ref())
        && date(work.accessed.as_ref())
}

/// Returns the same for a question.
pub(super) fn question(question: &Question) -> bool {
    let marks = question.lint.iter().all(|waiver| says(&waiver.rule) && says(&waiver.reason) && says(&waiver.by));
    (1..=1_000_000).contains(&question.revision)
        && says(&question.stem)
        && says(&question.rationale)
        && question.covers.iter().all(|id| says(id))
        && question.sources.iter().all(|citation| maybe(citation.locator.as_ref()))
        && question.image.as_ref().is_none_or(|image| says(&image.file) && says(&image.alt))
        && question.reviewed.as_ref().is_none_or(|reviewed| says(&reviewed.by) && says(&reviewed.role))
        && marks
        && ask(&question.ask)
}

fn ask(ask: &QuestionKind) -> bool {
    let item = |item: &ExplainedText| says(&item.text) && says(&item.rationale);
    match ask {
        QuestionKind::Choice { choices, .. } => {
            (2..=LETTERS).contains(&choices.len())
                && choices.iter().all(|choice| says(&choice.text) && says(&choice.rationale))
        }
        QuestionKind::TrueFalse { rationales, .. } => says(&rationales.holds) && says(&rationales.fails),
        QuestionKind::Number { unit, .. } => maybe(unit.as_ref()),
        QuestionKind::Text { accept } => (1..=1000).contains(&accept.len()) && accept.iter().all(|text| says(text)),
        QuestionKind::Order { items } => (2..=LETTERS).contains(&items.len()) && items.iter().all(item),
        QuestionKind::Match { pairs, extra_right } => {
            (2..=LETTERS).contains(&pairs.len())
                && extra_right.len() <= LETTERS
                && pairs.iter().all(|pair| says(&pair.left) && says(&pair.right) && says(&pair.rationale))
                && extra_right.iter().all(item)
        }
    }
}
