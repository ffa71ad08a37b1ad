//! A question in lines, and its explanation in practice.

use crate::bank::question::QuestionKind;
use crate::exam::Session;
use crate::exam::loaded_paper::choice_letter;
use crate::view;

/// Returns the lines of a question, without the prompt.
pub(super) fn lines(session: &Session, at: usize) -> Vec<String> {
    let sheet = session.loaded_paper();
    let item = &sheet.questions[at];
    let mut lines = vec![format!("Question {} of {}", at + 1, session.question_count())];
    lines.push(format!("Section: {}", sheet.bank_of(at).title));
    lines.extend(sheet.case_of(at).map(|case| format!("Case: {case}")));
    lines.push(item.question.stem.clone());
    lines.extend(item.question.image.as_ref().map(|image| format!("Image: {}", image.alt)));
    lines.push(view::instruction(item));
    lines
        .extend(item.displayed_texts().iter().enumerate().map(|(at, shown)| format!("{}. {shown}", choice_letter(at))));
    if let QuestionKind::Match { pairs, .. } = &item.question.ask {
        lines.extend(pairs.iter().enumerate().map(|(at, pair)| format!("{}. {}", at + 1, pair.left)));
    }
    lines
}

/// Returns the prompt, with the question's state before it.
pub(super) fn prompt(session: &Session, at: usize) -> String {
    let flag = if session.is_flagged(at) { "Flagged. " } else { "" };
    let given = session.stored_answer(at).map(|given| {
        format!("Answered: {}. ", view::answer_text(&session.loaded_paper().questions[at], &given.answer))
    });
    let closed = if session.is_closed(at) { "Closed. " } else { "" };
    format!("{flag}{}{closed}Answer: ", given.unwrap_or_default())
}

/// Returns what is told after an answer in practice: right or wrong, the rationales, the sources.
pub(super) fn explanation(session: &Session, at: usize) -> Vec<String> {
    let item = &session.loaded_paper().questions[at];
    let mut lines = vec![view::correctness(&session.points(at)).to_owned()];
    let line = |(what, why): (String, String)| if why.is_empty() { what } else { format!("{what}: {why}") };
    lines.extend(view::rationales(item).into_iter().map(line));
    if !item.question.rationale.is_empty() {
        lines.push(format!("Rationale: {}", item.question.rationale));
    }
    lines.extend(session.loaded_paper().sources_of(at).into_iter().map(|source| format!("Source: {source}")));
    lines
}
