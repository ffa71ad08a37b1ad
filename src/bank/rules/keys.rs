//! Rules about keys, rationales and sources.

use crate::bank::question::Harm;
use crate::bank::rules::words::{Words, count_words, quoted_list};
use crate::bank::rules::{QuestionContext, QuestionKind, RuleHit, error, warning};
use crate::ids::SourceId;
use crate::text;

/// The fewest words in which a key's rationale can give a reason.
const KEY_RATIONALE_WORDS_MIN: usize = 8;

/// L29: a critical question with a harmless wrong answer, or with fewer than two sources.
pub(super) fn critical_question(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let question = context.question;
    if !question.critical {
        return Vec::new();
    }
    // From 2 on, a wrong belief can injure. One wrong answer fails the exam, so every wrong answer must be dangerous.
    let is_dangerous = |harm: Option<Harm>| harm.is_some_and(|harm| u8::from(harm) >= 2);
    let help =
        "Only a dangerous answer may fail an exam. Replace it by one with \"harm\" 2 or 3, or remove \"critical\".";
    let harmless =
        |pointer: String| error(pointer, "this wrong answer to a critical question is not dangerous".to_owned(), help);
    let mut hits = Vec::new();
    match &question.kind {
        QuestionKind::TrueFalse { harm, .. } if !is_dangerous(*harm) => hits.push(harmless("/harm".to_owned())),
        QuestionKind::TrueFalse { .. } => {}
        _ => hits.extend(context.options.iter().enumerate().filter_map(|(index, option)| {
            let choice = option.choice;
            (!choice.correct && !is_dangerous(choice.harm)).then(|| harmless(format!("/choices/{index}/harm")))
        })),
    }
    // Two places in one work are still one source.
    let source_ids: std::collections::BTreeSet<_> = question.sources.iter().map(|citation| &citation.id).collect();
    match source_ids.len() {
        0 => hits.push(error(
            "/critical",
            "this critical question has no source".to_owned(),
            "Name two works that support it",
        )),
        1 => hits.push(warning("/critical", "this critical question has one source".to_owned(), "Name a second work")),
        _ => {}
    }
    hits
}

/// L30: a rate in the key without a source, or with a source that has no locator.
pub(super) fn unsourced_rate(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    // The key of a number question is only a number. Its unit tells whether it is a rate.
    let is_number_rate = match &context.question.kind {
        QuestionKind::Number { unit, .. } => {
            unit.as_deref().is_some_and(|unit| unit.contains('%') || unit.contains("per "))
        }
        _ => false,
    };
    let has_rate = is_number_rate || context.keys().any(|(_, key)| is_rate(&key.choice.text));
    let has_locators =
        !context.question.sources.is_empty() && context.question.sources.iter().all(|source| source.locator.is_some());
    let message = "the key is a rate, but a source or its \"locator\" is missing".to_owned();
    if has_rate && !has_locators {
        vec![error("/sources", message, "Name the work and the place in it")]
    } else {
        Vec::new()
    }
}

/// Returns whether a text contains a rate: a number and `%`, a number and "per", or "1 in 100".
fn is_rate(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let pair =
        |pair: &[&str]| is_number(pair[0]) && (pair[0].ends_with('%') || pair[1].starts_with('%') || pair[1] == "per");
    let is_one_in_many = |window: &[&str]| is_number(window[0]) && window[1] == "in" && is_number(window[2]);
    words.windows(2).any(pair)
        || words.windows(3).any(is_one_in_many)
        || words.iter().any(|word| is_number(word) && word.contains('%'))
}

/// L31: the review date has passed.
pub(super) fn review_due(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let due_day = context.question.review_by.filter(|day| *day < context.today);
    let hit = |day| warning("/review_by", format!("the review was due on {day}"), "Check the facts and set a new date");
    due_day.map(hit).into_iter().collect()
}

/// L34: a rationale that is missing, is too short for a key, or only repeats the choice.
pub(super) fn weak_rationale(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let mut hits = Vec::new();
    let mut check = |at: String, is_key: bool, option_text: Option<&str>, rationale: &str| {
        let words = count_words(rationale);
        let help = "Say why this is correct, or why someone may believe it and what is true";
        if words == 0 {
            hits.push(error(at, "the rationale is missing".to_owned(), help));
        } else if is_key && words < KEY_RATIONALE_WORDS_MIN {
            hits.push(error(
                at,
                format!("the rationale of the key has only {}", text::count_with_noun(words, "word")),
                help,
            ));
        } else if option_text.is_some_and(|option_text| is_repetition(option_text, rationale)) {
            hits.push(error(at, "the rationale only repeats the choice".to_owned(), help));
        }
    };
    for (at, option) in context.options.iter().enumerate() {
        let choice = option.choice;
        check(format!("/choices/{at}/rationale"), choice.correct, Some(&choice.text), &choice.rationale);
    }
    if let QuestionKind::TrueFalse { answer, rationales, .. } = &context.question.kind {
        check("/rationales/true".to_owned(), *answer, None, &rationales.if_true);
        check("/rationales/false".to_owned(), !*answer, None, &rationales.if_false);
    }
    hits
}

/// Returns whether at least four fifths of the rationale's content words are in the choice.
fn is_repetition(option: &str, rationale: &str) -> bool {
    let (option, rationale) = (Words::from_text(option).content_stems, Words::from_text(rationale).content_stems);
    let common = rationale.intersection(&option).count();
    !rationale.is_empty() && 5 * common >= 4 * rationale.len()
}

/// Finds a reference to a choice by letter or number: `option B`, `answer 2`.
pub(super) fn find_letter_reference(text: &str) -> Option<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let is_reference = |pair: &&[&str]| {
        let noun = pair[0].trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let noun = noun.strip_suffix('s').unwrap_or(&noun);
        // The noun keeps its punctuation, so "The best option. A cold wrist …" is not a reference.
        let label = pair[1].trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_letter = label.len() == 1 && label.starts_with(|c: char| matches!(c, 'A'..='H' | '1'..='8'));
        matches!(noun, "option" | "answer" | "choice") && is_letter
    };
    words.windows(2).find(is_reference).map(|pair| pair.join(" "))
}

/// L35: a rationale that names a choice by its letter or number.
pub(super) fn letter_in_rationale(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let question_rationale = std::iter::once(("/rationale".to_owned(), context.question.rationale.as_str()));
    let choices = context.options.iter().enumerate();
    let choices = choices.map(|(at, option)| (format!("/choices/{at}/rationale"), option.choice.rationale.as_str()));
    let truths = match &context.question.kind {
        QuestionKind::TrueFalse { rationales, .. } => vec![
            ("/rationales/true".to_owned(), rationales.if_true.as_str()),
            ("/rationales/false".to_owned(), rationales.if_false.as_str()),
        ],
        _ => Vec::new(),
    };
    let hit = |(at, rationale): (String, &str)| {
        find_letter_reference(rationale)
            .map(|reference| error(at, format!("the rationale says \"{reference}\""), "Use the choice's words"))
    };
    question_rationale.chain(choices).chain(truths).filter_map(hit).collect()
}

/// L43: a question that covers a contested statement of the syllabus, but cites no work except the one that the
/// statements come from.
pub(super) fn contested_as_fact(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some(syllabus) = context.syllabus else { return Vec::new() };
    let is_of_syllabus = |id: &SourceId| syllabus.source.as_ref() == Some(id);
    // A second work says what is known about the statement, so the question can teach it.
    if context.question.sources.iter().any(|citation| !is_of_syllabus(&citation.id)) {
        return Vec::new();
    }
    let contested = |(index, id): (usize, &String)| {
        let statement = syllabus.statement(id).filter(|statement| statement.verdict != "ok")?;
        let message = format!(
            "the syllabus marks {} as contested ({}), but the question cites no other work",
            statement.id,
            crate::text::single_line(&statement.verdict)
        );
        Some(error(
            format!("/covers/{index}"),
            message,
            "Cite a work that says what is known, or delete the statement from \"covers\"",
        ))
    };
    context.question.covers.iter().enumerate().filter_map(contested).collect()
}

/// L44: the objective shares two content words with a key, and no distractor has them.
pub(super) fn objective_cue(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let objective = Words::from_text(context.bank.objective_text(&context.question.objective).unwrap_or_default());
    let hit = |(_, key): (usize, &crate::bank::rules::ChoiceContext<'_>)| {
        let is_in_key_only = |word_stem: &&String| {
            objective.content_stems.contains(*word_stem)
                && !context.distractors().any(|option| option.words.content_stems.contains(*word_stem))
        };
        let words: Vec<_> = key.words.content_stems.iter().filter(is_in_key_only).map(String::as_str).collect();
        let message = format!("only the key shares {} with the objective", quoted_list(words.iter().copied()));
        let help = "Reword the objective so that it does not use the words of the key";
        (words.len() >= 2).then(|| warning("/objective", message, help))
    };
    context.keys().filter_map(hit).collect()
}
