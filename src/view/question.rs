//! Questions in words: verdicts, instructions, answers and rationales.

use crate::attempt::{Answer, Points};
use crate::bank::decimal::Decimal;
use crate::bank::question::{Choice, QuestionKind, SelectCount};
use crate::exam::loaded_paper::{LoadedQuestion, choice_letter};

/// Returns the verdict on an answer: all points, no points, or a part.
pub fn correctness(points: &Points) -> &'static str {
    if *points == Points::one() {
        "Correct"
    } else if *points == Points::zero() {
        "Incorrect"
    } else {
        "Partly correct"
    }
}

/// Returns the instruction below a question, for an answer that is typed as a line.
pub fn instruction(loaded_question: &LoadedQuestion) -> String {
    match &loaded_question.question.kind {
        QuestionKind::Choice { select: SelectCount::One, .. } => "Choose one".to_owned(),
        QuestionKind::Choice { select: SelectCount::All, .. } => "Choose all that apply".to_owned(),
        QuestionKind::Choice { select: SelectCount::Exactly(count), .. } => format!("Choose {count}"),
        QuestionKind::TrueFalse { .. } => "True or false?".to_owned(),
        QuestionKind::Number { unit: Some(unit), .. } => format!("Type a number (unit: {unit})"),
        QuestionKind::Number { unit: None, .. } => "Type a number".to_owned(),
        QuestionKind::Text { .. } => "Type a short answer".to_owned(),
        QuestionKind::Order { .. } => "Type the letters in order, starting with the first".to_owned(),
        QuestionKind::Match { .. } => "Match each number with a letter, such as 1=B 2=A".to_owned(),
    }
}

/// Returns an answer as a trainee would type it: `A C`, `true`, `12`, `1=B 2=A`. Letters follow the order on screen.
pub fn answer_text(loaded_question: &LoadedQuestion, answer: &Answer) -> String {
    let letter_of = |choice_index: &usize| loaded_question.display_position(*choice_index).map_or('?', choice_letter);
    let letters =
        |places: &[usize]| places.iter().map(|choice_index| letter_of(choice_index).to_string()).collect::<Vec<_>>();
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
        Answer::Pairs(right_indices) => {
            let pair = |(left, right): (usize, &usize)| format!("{}={}", left + 1, letter_of(right));
            right_indices.iter().enumerate().map(pair).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Returns an answer with its texts: `B. Go to the emergency department`. Numbers have their unit.
pub fn answer_in_words(loaded_question: &LoadedQuestion, answer: &Answer) -> String {
    match (&loaded_question.question.kind, answer) {
        (QuestionKind::Choice { choices, .. }, Answer::Choices(ticked)) => {
            let mut chosen: Vec<_> = ticked
                .iter()
                .filter_map(|index| Some((loaded_question.display_position(*index)?, choices.get(*index)?)))
                .collect();
            chosen.sort_by_key(|(position, _)| *position);
            let words =
                |(position, choice): &(usize, &Choice)| format!("{}. {}", choice_letter(*position), choice.text);
            chosen.iter().map(words).collect::<Vec<_>>().join("; ")
        }
        (QuestionKind::TrueFalse { .. }, Answer::Truth(truth)) => if *truth { "True" } else { "False" }.to_owned(),
        (QuestionKind::Number { unit: Some(unit), .. }, Answer::Number(number)) => format!("{number} {unit}"),
        _ => answer_text(loaded_question, answer),
    }
}

/// Returns the correct answer with its texts. A number has its tolerance, and a text its first spelling. It reveals the
/// key: only practice shows it.
pub fn correct_answer_in_words(loaded_question: &LoadedQuestion) -> String {
    let answer = match &loaded_question.question.kind {
        QuestionKind::Choice { choices, .. } => {
            let keys = choices.iter().enumerate().filter(|(_, choice)| choice.correct).map(|(index, _)| index);
            Answer::Choices(keys.collect())
        }
        QuestionKind::TrueFalse { answer, .. } => Answer::Truth(*answer),
        QuestionKind::Number { answer, tolerance, unit } => {
            return number_key(answer, unit.as_deref().unwrap_or_default(), tolerance);
        }
        QuestionKind::Text { accept } => return accept.first().cloned().unwrap_or_default(),
        QuestionKind::Order { items } => Answer::Order((0..items.len()).collect()),
        QuestionKind::Match { pairs, .. } => Answer::Pairs((0..pairs.len()).collect()),
    };
    answer_in_words(loaded_question, &answer)
}

/// Returns a label and a rationale for every choice, item or pair; none for a number or a text. Together they reveal the
/// key: only practice shows them.
pub fn rationales(loaded_question: &LoadedQuestion) -> Vec<(String, String)> {
    let right = |right: bool| if right { "correct" } else { "incorrect" };
    match &loaded_question.question.kind {
        QuestionKind::Choice { choices, .. } => {
            let line = |(position, place): (usize, &usize)| {
                let choice = &choices[*place];
                (format!("{} ({})", choice_letter(position), right(choice.correct)), choice.rationale.clone())
            };
            loaded_question.order.iter().enumerate().map(line).collect()
        }
        QuestionKind::TrueFalse { answer, rationales, .. } => vec![
            (format!("True ({})", right(*answer)), rationales.if_true.clone()),
            (format!("False ({})", right(!*answer)), rationales.if_false.clone()),
        ],
        // The correct answer says it all.
        QuestionKind::Number { .. } | QuestionKind::Text { .. } => Vec::new(),
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

/// Returns the key of a number question with its unit, and the tolerance unless it is zero.
fn number_key(answer: &Decimal, unit: &str, tolerance: &Decimal) -> String {
    let key = format!("{answer} {unit}");
    let key = key.trim_end();
    if tolerance.is_zero() { key.to_owned() } else { format!("{key}, give or take {tolerance}") }
}
