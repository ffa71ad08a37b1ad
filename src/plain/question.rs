//! Formats a question, its prompt and, in practice, its explanation as lines of plain mode.

use crate::bank::question::QuestionKind;
use crate::exam::Session;
use crate::exam::loaded_paper::choice_letter;
use crate::view;

/// Returns the lines of a question, without the prompt.
pub(super) fn lines(session: &Session, index: usize) -> Vec<String> {
    let paper = session.loaded_paper();
    let loaded_question = &paper.questions[index];
    let mut lines = vec![format!("Question {} of {}", index + 1, session.question_count())];
    lines.push(format!("Section: {}", paper.bank_of(index).title));
    lines.extend(paper.case_of(index).map(|case| format!("Case: {case}")));
    lines.push(loaded_question.question.stem.clone());
    lines.extend(loaded_question.question.image.as_ref().map(|image| format!("Drawing: {}", image.alt)));
    lines.push(view::instruction(loaded_question));
    lines.extend(
        loaded_question
            .displayed_texts()
            .iter()
            .enumerate()
            .map(|(index, choice_text)| format!("{}. {choice_text}", choice_letter(index))),
    );
    if let QuestionKind::Match { pairs, .. } = &loaded_question.question.kind {
        lines.extend(pairs.iter().enumerate().map(|(index, pair)| format!("{}. {}", index + 1, pair.left)));
    }
    lines
}

/// Returns the prompt, after the state of the question.
pub(super) fn prompt(session: &Session, index: usize) -> String {
    let flag_note = if session.is_flagged(index) { "Flagged. " } else { "" };
    let given_answer = session.stored_answer(index).map(|given_answer| {
        format!("Answered: {}. ", view::answer_text(&session.loaded_paper().questions[index], &given_answer.answer))
    });
    let closed_note = if session.is_closed(index) { "It cannot be changed: type skip. " } else { "" };
    format!("{flag_note}{}{closed_note}Answer: ", given_answer.unwrap_or_default())
}

/// Returns the lines after an answer in practice: the verdict, the rationales and the sources.
pub(super) fn explanation(session: &Session, index: usize) -> Vec<String> {
    let loaded_question = &session.loaded_paper().questions[index];
    let mut lines = vec![view::correctness(&session.points(index)).to_owned()];
    let given = session.stored_answer(index);
    lines.extend(given.map(|given| format!("Your answer: {}", view::answer_in_words(loaded_question, &given.answer))));
    lines.push(format!("Correct answer: {}", view::correct_answer_in_words(loaded_question)));
    let format_rationale = |(label, rationale): (String, String)| {
        if rationale.is_empty() { label } else { format!("{label}: {rationale}") }
    };
    lines.extend(view::rationales(loaded_question).into_iter().map(format_rationale));
    if !loaded_question.question.rationale.is_empty() {
        lines.push(format!("Rationale: {}", loaded_question.question.rationale));
    }
    lines.extend(session.loaded_paper().sources_of(index).into_iter().map(|source| format!("Source: {source}")));
    if session.comes_again(index) {
        lines.push("This question comes again at the end.".to_owned());
    }
    lines
}
