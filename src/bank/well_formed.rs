//! Checks the length and count limits that the types of a bank do not enforce.
//!
//! The result is only yes or no. If it is no, the validator of the JSON format finds what is wrong and where.

use super::limits::{CHOICES_MAX, TEXT_MAX};
use super::question::{ExplainedText, Question, QuestionKind};
use super::{Bank, DateParts, SourceReference};

/// Returns whether all texts and lists of a bank are within their limits. It does not look into the questions (see
/// [`is_question_within_limits`]).
///
/// An empty text passes, because serde fills it in for a text that the file leaves out. The scan for suspect text finds
/// the empty texts that are in the file (see `format::json`).
pub(super) fn is_bank_within_limits(bank: &Bank) -> bool {
    let texts = [&bank.title, &bank.version, &bank.language, &bank.license];
    bank.format > 0
        && texts.into_iter().all(|text| is_valid_text(text))
        && !bank.objectives.is_empty()
        && bank.objectives.iter().all(|objective| is_valid_text(&objective.text))
        && bank.sources.iter().all(is_valid_reference)
        && bank.glossary.values().all(|text| is_valid_text(text))
        && bank.cases.iter().all(|case| is_valid_text(&case.text))
        && !bank.questions.is_empty()
}

fn is_valid_text(text: &str) -> bool {
    text.len() <= TEXT_MAX && (text.is_empty() || text.chars().any(|c| !c.is_whitespace()))
}

fn is_valid_optional_text(text: Option<&String>) -> bool {
    text.is_none_or(|text| is_valid_text(text))
}

fn is_valid_date(date: Option<&DateParts>) -> bool {
    date.is_none_or(|date| matches!(date.parts.as_slice(), [parts] if (1..=3).contains(&parts.len())))
}

fn is_valid_reference(reference: &SourceReference) -> bool {
    let texts = [&reference.container_title, &reference.publisher, &reference.doi, &reference.pmid, &reference.url];
    let author = |author: &super::Author| {
        [&author.family, &author.given, &author.literal].into_iter().all(|name| is_valid_optional_text(name.as_ref()))
    };
    is_valid_text(&reference.kind)
        && is_valid_text(&reference.title)
        && texts.into_iter().all(|text| is_valid_optional_text(text.as_ref()))
        && reference.author.iter().all(author)
        && is_valid_date(reference.issued.as_ref())
        && is_valid_date(reference.accessed.as_ref())
}

/// Returns whether all texts and lists of a question are within their limits.
pub(super) fn is_question_within_limits(question: &Question) -> bool {
    let are_waivers_valid = question
        .lint
        .iter()
        .all(|waiver| is_valid_text(&waiver.rule) && is_valid_text(&waiver.reason) && is_valid_text(&waiver.by));
    // The bounds are those in the schemas of the types.
    (1..=1_000_000).contains(&question.revision)
        && is_valid_text(&question.stem)
        && is_valid_text(&question.rationale)
        && question.covers.iter().all(|id| is_valid_text(id))
        && question.sources.iter().all(|citation| is_valid_optional_text(citation.locator.as_ref()))
        && question.image.as_ref().is_none_or(|image| is_valid_text(&image.file) && is_valid_text(&image.alt))
        && question
            .reviewed
            .as_ref()
            .is_none_or(|reviewed| is_valid_text(&reviewed.by) && is_valid_text(&reviewed.role))
        && are_waivers_valid
        && is_kind_within_limits(&question.kind)
}

fn is_kind_within_limits(kind: &QuestionKind) -> bool {
    let item = |item: &ExplainedText| is_valid_text(&item.text) && is_valid_text(&item.rationale);
    match kind {
        QuestionKind::Choice { choices, .. } => {
            (2..=CHOICES_MAX).contains(&choices.len())
                && choices.iter().all(|choice| is_valid_text(&choice.text) && is_valid_text(&choice.rationale))
        }
        QuestionKind::TrueFalse { rationales, .. } => {
            is_valid_text(&rationales.if_true) && is_valid_text(&rationales.if_false)
        }
        QuestionKind::Number { unit, .. } => is_valid_optional_text(unit.as_ref()),
        QuestionKind::Text { accept } => {
            (1..=1000).contains(&accept.len()) && accept.iter().all(|text| is_valid_text(text))
        }
        QuestionKind::Order { items } => (2..=CHOICES_MAX).contains(&items.len()) && items.iter().all(item),
        QuestionKind::Match { pairs, extra_right } => {
            (2..=CHOICES_MAX).contains(&pairs.len())
                && extra_right.len() <= CHOICES_MAX
                && pairs.iter().all(|pair| {
                    is_valid_text(&pair.left) && is_valid_text(&pair.right) && is_valid_text(&pair.rationale)
                })
                && extra_right.iter().all(item)
        }
    }
}
