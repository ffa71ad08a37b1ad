//! What a typed line means.

use crate::attempt::Answer;
use crate::bank::decimal::Decimal;
use crate::bank::question::QuestionKind;
use crate::exam::loaded_paper::LoadedQuestion;

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TypedEntry {
    Answer(Answer),
    Flag,
    Skip,
    Back,
    List,
    Submit,
    Help,
    /// Go to a question, by its place.
    Go(usize),
}

/// The words, as `help` prints them.
pub(super) const HELP: &[&str] = &[
    "Letters answer a choice (B, or A C); true or false; a number; a text.",
    "All letters in order answer an order question (C A B); 1=B 2=A answers a match.",
    "flag: flag this question for a second look, or take the flag off.",
    "skip: go to the next question; what is stored stays.",
    "back: go to the question before.",
    "list: list all questions with their state.",
    "a question's number: go to that question; where a number is asked, it is the answer.",
    "submit: finish.",
    "A text that is one of these words is typed in quotes: \"back\".",
];

/// Reads a command word or a question's number.
pub(super) fn command(line: &str, count: usize) -> Option<TypedEntry> {
    match line.trim().to_lowercase().as_str() {
        "flag" => Some(TypedEntry::Flag),
        "skip" => Some(TypedEntry::Skip),
        "back" => Some(TypedEntry::Back),
        "list" => Some(TypedEntry::List),
        "submit" => Some(TypedEntry::Submit),
        "help" => Some(TypedEntry::Help),
        number => number.parse::<usize>().ok().filter(|n| (1..=count).contains(n)).map(|n| TypedEntry::Go(n - 1)),
    }
}

/// Reads a line typed at a question. Command words win, but where a number is asked a number is an answer.
///
/// # Errors
/// What was wrong with it, for `Not understood: …`.
pub(super) fn entry(line: &str, item: &LoadedQuestion, count: usize) -> Result<TypedEntry, String> {
    let line = line.trim();
    let asks_number = matches!(item.question.ask, QuestionKind::Number { .. });
    match command(line, count) {
        Some(TypedEntry::Go(_)) if asks_number => answer(line, item).map(TypedEntry::Answer),
        Some(entry) => Ok(entry),
        None => answer(line, item).map(TypedEntry::Answer),
    }
}

fn answer(line: &str, item: &LoadedQuestion) -> Result<Answer, String> {
    if line.is_empty() {
        return Err("type an answer, or help".to_owned());
    }
    match &item.question.ask {
        QuestionKind::Choice { .. } => {
            let mut ticked = letters(line, item)?;
            ticked.sort_unstable();
            Ok(Answer::Choices(ticked))
        }
        QuestionKind::TrueFalse { .. } => match line.to_lowercase().as_str() {
            "true" | "t" => Ok(Answer::Truth(true)),
            "false" | "f" => Ok(Answer::Truth(false)),
            _ => Err("type true or false".to_owned()),
        },
        QuestionKind::Number { .. } => {
            let number = unquoted(line);
            Decimal::parse(number).map_err(|error| error.to_string())?;
            Ok(Answer::Number(number.to_owned()))
        }
        QuestionKind::Text { .. } => Ok(Answer::Text(unquoted(line).to_owned())),
        QuestionKind::Order { items } => {
            let order = letters(line, item)?;
            if order.len() == items.len() {
                Ok(Answer::Order(order))
            } else {
                Err(format!("type all {} letters, each once", items.len()))
            }
        }
        QuestionKind::Match { pairs, .. } => matched(line, item, pairs.len()),
    }
}

fn unquoted(line: &str) -> &str {
    line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map_or(line, str::trim)
}

/// Reads letters, split by spaces, commas or nothing, as places in the question; each once.
fn letters(line: &str, item: &LoadedQuestion) -> Result<Vec<usize>, String> {
    let mut places = Vec::new();
    for c in line.chars().filter(|c| !c.is_whitespace() && *c != ',') {
        let place = place(c, item)?;
        if places.contains(&place) {
            return Err(format!("{} is there twice", c.to_ascii_uppercase()));
        }
        places.push(place);
    }
    if places.is_empty() { Err("type a letter".to_owned()) } else { Ok(places) }
}

/// Finds the place in the question of the letter shown.
fn place(c: char, item: &LoadedQuestion) -> Result<usize, String> {
    let last = crate::exam::loaded_paper::choice_letter(item.order.len().saturating_sub(1));
    let position = c.is_ascii_alphabetic().then(|| usize::from(c.to_ascii_uppercase() as u8 - b'A'));
    let place = position.and_then(|position| item.order.get(position).copied());
    place.ok_or_else(|| format!("type letters from A to {last}, or help"))
}

/// Reads `1=B 2=A`: every left side once.
fn matched(line: &str, item: &LoadedQuestion, count: usize) -> Result<Answer, String> {
    let how = || format!("type every number from 1 to {count} with a letter, such as 1=B 2=A");
    let mut rights = vec![None; count];
    for pair in line.split([' ', ',', ';']).filter(|pair| !pair.is_empty()) {
        let (left, right) = pair.split_once('=').ok_or_else(how)?;
        let left = left.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < count).ok_or_else(how)?;
        let mut letters = right.chars();
        let (Some(c), None) = (letters.next(), letters.next()) else { return Err(how()) };
        if rights[left].replace(place(c, item)?).is_some() {
            return Err(format!("{} is there twice", left + 1));
        }
    }
    rights.into_iter().collect::<Option<Vec<_>>>().map(Answer::Pairs).ok_or_else(how)
}
