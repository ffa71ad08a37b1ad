//! Rules about stems, and about how easy a question is to read.

use crate::bank::question::Question;
use crate::bank::rules::words::{count_words, lead_in, split_sentences};
use crate::bank::rules::{ChoiceContext, QuestionContext, QuestionKind, RuleHit, error, warning};
use crate::text;

/// Words that make a question negative.
// A word such as "contraindicated" is not in this list. It is a topic, and the question about it is positive.
const NEGATIVE_WORDS: &[&str] = &["not", "except", "least", "incorrect", "false"];

/// Finds the word that makes a stem negative, in its original spelling.
fn find_negation<'a>(context: &QuestionContext<'a>) -> Option<&'a str> {
    // Only the last sentence asks. A negation in the facts before it does no harm.
    let lead = lead_in(&context.question.stem);
    let words: Vec<_> =
        lead.split(|c: char| !(c.is_alphanumeric() || c == '*')).filter(|word| !word.is_empty()).collect();
    let as_negation = |(index, word): (usize, &&'a str)| {
        let lowercase = word.trim_matches('*').to_lowercase();
        // "At least" is an amount.
        let is_at_least = lowercase == "least" && index > 0 && words[index - 1].eq_ignore_ascii_case("at");
        (NEGATIVE_WORDS.contains(&lowercase.as_str()) && !is_at_least).then_some(*word)
    };
    words.iter().enumerate().find_map(as_negation)
}

/// L06: a stem that asks for the exception. A word in capitals or in asterisks is only a warning.
pub(super) fn negative_stem(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some(word) = find_negation(context) else { return Vec::new() };
    let is_emphasized = word.starts_with('*') || word.chars().all(char::is_uppercase);
    let message = format!("the question depends on the negative word \"{word}\"");
    let help = "Ask a positive question. If it must be negative, write the word in capitals.";
    vec![if is_emphasized { warning("/stem", message, help) } else { error("/stem", message, help) }]
}

/// L07: a negative stem with a negative choice.
pub(super) fn double_negative(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    if find_negation(context).is_none() {
        return Vec::new();
    }
    let hit = |(index, option): (usize, &ChoiceContext<'_>)| {
        let is_negative = !option.words.intersection(&["not", "no", "never"]).is_empty();
        let message = "the stem and this choice are both negative".to_owned();
        is_negative.then(|| error(format!("/choices/{index}/text"), message, "Make one of the two positive"))
    };
    context.options.iter().enumerate().filter_map(hit).collect()
}

/// L18: a stem that asks nothing, asks only what is true, or is too short to answer without the choices.
pub(super) fn unfocused_stem(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let stem = context.question.stem.to_lowercase();
    let is_statement = matches!(context.question.kind, QuestionKind::TrueFalse { .. });
    let general = [
        "which of the following is",
        "which of the following are",
        "which of the following statements is",
        "which of the following statements are",
    ];
    let general = general.iter().any(|start| {
        let rest = stem.split_once(start).map(|(_, rest)| rest.trim_start());
        rest.is_some_and(|rest| ["true", "correct", "false"].iter().any(|word| rest.starts_with(word)))
    });
    // A true-false stem is a statement, and a case explains a short stem. So neither has to meet all conditions.
    let help = "Ask one thing that a trainee can answer before reading the choices";
    if general {
        vec![error("/stem", "the stem only asks what is true or false".to_owned(), help)]
    } else if !is_statement && !stem.contains('?') && !stem.contains("___") {
        vec![error("/stem", "the stem asks nothing: it has no question mark and no gap".to_owned(), help)]
    } else if context.stem_words.len() < 6 && context.question.case.is_none() {
        vec![warning(
            "/stem",
            format!("the stem has only {}", text::count_with_noun(context.stem_words.len(), "word")),
            help,
        )]
    } else {
        Vec::new()
    }
}

/// L20: a gap in the first 60 % of the stem.
pub(super) fn early_gap(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((before, after)) = context.question.stem.split_once("___") else { return Vec::new() };
    let (before, after) = (count_words(before), count_words(after));
    let is_early = 10 * before < 6 * (before + after);
    let message = format!("the gap comes early: {} before it, {after} after it", text::count_with_noun(before, "word"));
    if is_early { vec![warning("/stem", message, "Move the gap to the end, or ask a question")] } else { Vec::new() }
}

/// L26: a stem that refers to another question.
pub(super) fn linked_question(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let stem = context.question.stem.to_lowercase();
    let phrases = [
        "previous question",
        "last question",
        "question above",
        "preceding question",
        "above case",
        "case above",
        "previous case",
        "same patient as",
    ];
    // Questions of one case are drawn together, so they may refer to each other.
    let phrase = phrases.iter().find(|words| stem.contains(*words)).filter(|_| context.question.case.is_none());
    let hit = |words: &&str| {
        error(
            "/stem",
            format!("the stem refers to another question: \"{words}\""),
            "Repeat the facts in this stem, or put both questions into one case",
        )
    };
    phrase.map(hit).into_iter().collect()
}

/// Returns all texts of a question with their pointers.
fn question_texts<'a>(context: &QuestionContext<'a>) -> Vec<(String, &'a str)> {
    let question: &Question = context.question;
    let mut texts =
        vec![("/stem".to_owned(), question.stem.as_str()), ("/rationale".to_owned(), question.rationale.as_str())];
    for (index, choice) in question.choices().iter().enumerate() {
        texts.push((format!("/choices/{index}/text"), &choice.text));
        texts.push((format!("/choices/{index}/rationale"), &choice.rationale));
    }
    match &question.kind {
        QuestionKind::TrueFalse { rationales, .. } => {
            texts.push(("/rationales/true".to_owned(), &rationales.if_true));
            texts.push(("/rationales/false".to_owned(), &rationales.if_false));
        }
        QuestionKind::Order { items } => {
            for (index, item) in items.iter().enumerate() {
                texts.push((format!("/items/{index}/text"), &item.text));
                texts.push((format!("/items/{index}/rationale"), &item.rationale));
            }
        }
        QuestionKind::Match { pairs, extra_right } => {
            for (index, pair) in pairs.iter().enumerate() {
                texts.push((format!("/pairs/{index}/left"), &pair.left));
                texts.push((format!("/pairs/{index}/right"), &pair.right));
                texts.push((format!("/pairs/{index}/rationale"), &pair.rationale));
            }
            texts.extend(
                extra_right
                    .iter()
                    .enumerate()
                    .map(|(index, extra)| (format!("/extra_right/{index}/text"), extra.text.as_str())),
            );
        }
        QuestionKind::Choice { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => {}
    }
    // The text of a case is in a list of the bank, but its hits are reported on each of its questions.
    texts.extend(
        question.case.as_ref().and_then(|case| context.bank.case_text(case)).map(|case| ("/case".to_owned(), case)),
    );
    texts
}

/// The most words that a sentence should have.
const SENTENCE_WORDS_MAX: usize = 35;

/// L36: a sentence that is too long to remember.
pub(super) fn long_sentence(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(pointer, text): (String, &str)| {
        let longest =
            split_sentences(text).into_iter().map(count_words).max().filter(|words| *words > SENTENCE_WORDS_MAX)?;
        Some(warning(pointer, format!("a sentence here has {longest} words"), "Split the sentence into two"))
    };
    question_texts(context).into_iter().filter_map(hit).collect()
}

/// L37: an abbreviation that neither the glossary nor the question explains.
pub(super) fn unexplained_abbreviation(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let texts = question_texts(context);
    let is_explained = |short: &str| {
        let definition = [format!("({short})"), format!("{short} (")];
        // "NOT" in capitals is the emphasis that L06 asks for.
        let is_emphasis = NEGATIVE_WORDS.contains(&short.to_lowercase().as_str());
        is_emphasis
            || context.bank.glossary.contains_key(short)
            || texts.iter().any(|(_, text)| definition.iter().any(|definition| text.contains(definition.as_str())))
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut hits = Vec::new();
    for (pointer, text) in &texts {
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            let short = (2..=6).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase());
            if short && !is_explained(word) && seen.insert(word) {
                hits.push(warning(
                    pointer.clone(),
                    format!("the abbreviation \"{word}\" is not explained"),
                    "Write out the abbreviation once, or add it to the bank's \"glossary\"",
                ));
            }
        }
    }
    hits
}

/// L46: a case question that asks what to do, but not when.
pub(super) fn open_case(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let asks_for_action = context.lead_in_words.contains("should")
        || context.lead_in_words.contains("do")
        || context.lead_in_words.contains("step")
        || context.lead_in_words.contains("action");
    let asks_for_action = asks_for_action && !context.lead_in_words.intersection(&["what", "which", "how"]).is_empty();
    let has_timing = !context.lead_in_words.intersection(&["first", "next", "now", "best"]).is_empty();
    if context.question.case.is_some() && asks_for_action && !has_timing {
        vec![warning(
            "/stem",
            "the question asks what to do, but not when".to_owned(),
            "Ask what to do first, next or now, or what is best",
        )]
    } else {
        Vec::new()
    }
}
