//! A question in words: what to do with it, what was answered, why it is so.

use crate::attempt::{Answer, Points};
use crate::bank::question::{QuestionKind, SelectCount};
use crate::exam::loaded_paper::{LoadedQuestion, choice_letter};

/// Returns how right an answer was.
pub fn verdict(mark: &Points) -> &'static str {
    if *mark == Points::one() {
        "Right"
    } else if *mark == Points::zero() {
        "Wrong"
    } else {
        "Partly right"
    }
}

/// Returns what to do with a question.
pub fn instruction(item: &LoadedQuestion) -> String {
    match &item.question.ask {
        QuestionKind::Choice { select: SelectCount::One, .. } => "Choose one.".to_owned(),
        QuestionKind::Choice { select: SelectCount::All, .. } => "Choose all that apply.".to_owned(),
        QuestionKind::Choice { select: SelectCount::Exactly(n), .. } => format!("Choose {n}."),
        QuestionKind::TrueFalse { .. } => "True or false?".to_owned(),
        QuestionKind::Number { unit: Some(unit), .. } => format!("Type a number (unit: {unit})."),
        QuestionKind::Number { unit: None, .. } => "Type a number.".to_owned(),
        QuestionKind::Text { .. } => "Type a word or a few.".to_owned(),
        QuestionKind::Order { .. } => "Put the letters in order, the first one first.".to_owned(),
        QuestionKind::Match { .. } => "Match every number with a letter, such as 1=B 2=A.".to_owned(),
    }
}

/// Returns an answer in the words and letters that a trainee would type.
pub fn said(item: &LoadedQuestion, answer: &Answer) -> String {
    let letter_of = |place: &usize| item.display_position(*place).map_or('?', choice_letter);
    let letters = |places: &[usize]| places.iter().map(|place| letter_of(place).to_string()).collect::<Vec<_>>();
    match answer {
        Answer::Choices(ticked) => {
            let mut letters = letters(ticked);
            letters.sort();
            letters.join(" ")
        }
        Answer::Truth(truth) => truth.to_string(),
        Answer::Number(number) => number.clone(),
        Answer::Text(text) => crate::text::single_line(text),
        Answer::Order(order) => letters(order).join(" "),
        Answer::Pairs(rights) => {
            let pair = |(left, right): (usize, &usize)| format!("{}={}", left + 1, letter_of(right));
            rights.iter().enumerate().map(pair).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Returns for every choice, item or pair what it is and why, as practice shows it.
pub fn rationales(item: &LoadedQuestion) -> Vec<(String, String)> {
    let right = |right: bool| if right { "right" } else { "wrong" };
    match &item.question.ask {
        QuestionKind::Choice { choices, .. } => {
            let line = |(at, place): (usize, &usize)| {
                let choice = &choices[*place];
                (format!("{} ({})", choice_letter(at), right(choice.correct)), choice.rationale.clone())
            };
            item.order.iter().enumerate().map(line).collect()
        }
        QuestionKind::TrueFalse { answer, rationales, .. } => vec![
            (format!("true ({})", right(*answer)), rationales.holds.clone()),
            (format!("false ({})", right(!*answer)), rationales.fails.clone()),
        ],
        QuestionKind::Number { answer, tolerance, unit } => {
            let unit = unit.as_deref().unwrap_or_default();
            vec![("Right answer".to_owned(), format!("{answer} {unit} (within {tolerance})"))]
        }
        QuestionKind::Text { accept } => vec![("Right answer".to_owned(), accept.join(" or "))],
        QuestionKind::Order { items } => {
            let line = |(place, entry): (usize, &crate::bank::question::ExplainedText)| {
                (format!("{}. {}", place + 1, entry.text), entry.rationale.clone())
            };
            items.iter().enumerate().map(line).collect()
        }
        QuestionKind::Match { pairs, extra_right } => {
            let pair = |pair: &crate::bank::question::MatchPair| {
                (format!("{} = {}", pair.left, pair.right), pair.rationale.clone())
            };
            let extra = |extra: &crate::bank::question::ExplainedText| {
                (format!("{} (no match)", extra.text), extra.rationale.clone())
            };
            pairs.iter().map(pair).chain(extra_right.iter().map(extra)).collect()
        }
    }
}
