//! Parses a line that is typed in plain mode into a command or an answer.

use crate::attempt::{Answer, Certainty, Mode};
use crate::bank::decimal::Decimal;
use crate::bank::question::QuestionKind;
use crate::exam::Session;
use crate::exam::loaded_paper::LoadedQuestion;

/// A parsed line: an answer or a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TypedEntry {
    /// An answer, and how sure the trainee is, if they said so.
    Answer(Answer, Option<Certainty>),
    /// Print the time left.
    Time,
    Flag,
    Skip,
    Back,
    List,
    Submit,
    Help,
    /// Go to the question at this index.
    GoTo(usize),
}

/// The lines that `help` prints.
pub(super) const HELP: &[&str] = &[
    "To answer, type letters (B, or A C), true or false, a number, or a short text",
    "To put items in order, type all letters (C A B). To match, type pairs (1=B 2=A).",
    "flag: flag this question to look at it again, or remove the flag",
    "skip: go to the next question. A saved answer stays.",
    "Ctrl+D: leave. Your saved answers stay, and you can resume.",
    "back: go to the previous question",
    "list: list all questions and their state",
    "a question's number: go to that question. If the question asks for a number, it is the answer.",
    "time: the time left",
    "In practice, end an answer with a space and ? for a guess, ~ for fairly sure or ! for certain",
    "submit: finish and see the result",
    "To answer with one of these words, type it in quotes: \"back\"",
];

/// Parses a command word, or the number of a question as a command to go to it. Returns `None` for any other line.
pub(super) fn parse_command(line: &str, question_count: usize) -> Option<TypedEntry> {
    match line.trim().to_lowercase().as_str() {
        "flag" => Some(TypedEntry::Flag),
        "skip" => Some(TypedEntry::Skip),
        "back" => Some(TypedEntry::Back),
        "list" => Some(TypedEntry::List),
        "time" => Some(TypedEntry::Time),
        "submit" => Some(TypedEntry::Submit),
        "help" => Some(TypedEntry::Help),
        number => {
            number.parse::<usize>().ok().filter(|n| (1..=question_count).contains(n)).map(|n| TypedEntry::GoTo(n - 1))
        }
    }
}

/// Parses a line that is typed at a question. Commands win, except that a number answers a question that asks for one.
///
/// # Errors
/// What was wrong, as the end of `Not understood: …`.
pub(super) fn parse_entry(line: &str, session: &Session, question_index: usize) -> Result<TypedEntry, String> {
    let line = line.trim();
    let loaded_question = &session.loaded_paper().questions[question_index];
    let question_count = session.question_count();
    let (answer, certainty) = split_certainty(line, session.loaded_paper().mode);
    let to_entry = |answer: Answer| TypedEntry::Answer(answer, certainty);
    let is_number_question = matches!(loaded_question.question.kind, QuestionKind::Number { .. });
    match parse_command(line, question_count) {
        Some(TypedEntry::GoTo(_)) if is_number_question => parse_answer(answer, loaded_question).map(to_entry),
        Some(entry) => Ok(entry),
        None => parse_answer(answer, loaded_question).map(to_entry),
    }
}

/// Splits a line of a practice into the answer and the certainty after it, such as `B !`.
fn split_certainty(line: &str, mode: Mode) -> (&str, Option<Certainty>) {
    let signs = [(" ?", Certainty::Guess), (" ~", Certainty::Fair), (" !", Certainty::Certain)];
    let split = |(sign, certainty): (&str, Certainty)| Some((line.strip_suffix(sign)?.trim_end(), certainty));
    match signs.into_iter().find_map(split).filter(|_| mode == Mode::Practice) {
        Some((answer, certainty)) => (answer, Some(certainty)),
        None => (line, None),
    }
}

fn parse_answer(line: &str, loaded_question: &LoadedQuestion) -> Result<Answer, String> {
    if line.is_empty() {
        return Err("type an answer, or help".to_owned());
    }
    match &loaded_question.question.kind {
        QuestionKind::Choice { .. } => {
            let mut selected = parse_letters(line, loaded_question)?;
            selected.sort_unstable();
            Ok(Answer::Choices(selected))
        }
        QuestionKind::TrueFalse { .. } => match line.to_lowercase().as_str() {
            "true" | "t" => Ok(Answer::Truth(true)),
            "false" | "f" => Ok(Answer::Truth(false)),
            _ => Err("type true or false".to_owned()),
        },
        QuestionKind::Number { .. } => {
            let number = strip_quotes(line);
            // A number such as 1,000 can mean two things. A guess could store an answer that the trainee did not give.
            Decimal::parse(number).map_err(|error| error.to_string())?;
            Ok(Answer::Number(number.to_owned()))
        }
        QuestionKind::Text { .. } => Ok(Answer::Text(strip_quotes(line).to_owned())),
        QuestionKind::Order { items } => {
            let order = parse_letters(line, loaded_question)?;
            if order.len() == items.len() {
                Ok(Answer::Order(order))
            } else {
                Err(format!("type all {} letters, each once", items.len()))
            }
        }
        QuestionKind::Match { pairs, .. } => parse_pairs(line, loaded_question, pairs.len()),
    }
}

fn strip_quotes(line: &str) -> &str {
    line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map_or(line, str::trim)
}

/// Parses letters, separated by spaces, commas or nothing, into indexes in the order of the bank. Each may occur once.
fn parse_letters(line: &str, loaded_question: &LoadedQuestion) -> Result<Vec<usize>, String> {
    let mut indexes = Vec::new();
    for typed_letter in line.chars().filter(|typed_letter| !typed_letter.is_whitespace() && *typed_letter != ',') {
        let index = parse_letter(typed_letter, loaded_question)?;
        if indexes.contains(&index) {
            return Err(format!("{} appears twice", typed_letter.to_ascii_uppercase()));
        }
        indexes.push(index);
    }
    if indexes.is_empty() { Err("type a letter".to_owned()) } else { Ok(indexes) }
}

/// Returns the index, in the order of the bank, of the choice with this letter on screen.
fn parse_letter(typed_letter: char, loaded_question: &LoadedQuestion) -> Result<usize, String> {
    let last_letter = crate::exam::loaded_paper::choice_letter(loaded_question.order.len().saturating_sub(1));
    let position =
        typed_letter.is_ascii_alphabetic().then(|| usize::from(typed_letter.to_ascii_uppercase() as u8 - b'A'));
    let index = position.and_then(|position| loaded_question.order.get(position).copied());
    index.ok_or_else(|| format!("type letters from A to {last_letter}, or help"))
}

/// Parses pairs such as `1=B 2=A`. Every left side must occur once.
fn parse_pairs(line: &str, loaded_question: &LoadedQuestion, pair_count: usize) -> Result<Answer, String> {
    let usage_hint = || format!("type every number from 1 to {pair_count} with a letter, such as 1=B 2=A");
    let mut right_indexes = vec![None; pair_count];
    for pair in line.split([' ', ',', ';']).filter(|pair| !pair.is_empty()) {
        let (left, right) = pair.split_once('=').ok_or_else(usage_hint)?;
        let left = left
            .parse::<usize>()
            .ok()
            .and_then(|n| n.checked_sub(1))
            .filter(|n| *n < pair_count)
            .ok_or_else(usage_hint)?;
        let mut letters = right.chars();
        let (Some(typed_letter), None) = (letters.next(), letters.next()) else { return Err(usage_hint()) };
        if right_indexes[left].replace(parse_letter(typed_letter, loaded_question)?).is_some() {
            return Err(format!("{} appears twice", left + 1));
        }
    }
    right_indexes.into_iter().collect::<Option<Vec<_>>>().map(Answer::Pairs).ok_or_else(usage_hint)
}
