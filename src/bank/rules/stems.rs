//! Rules about what is asked, and about reading it.

use crate::bank::question::Question;
use crate::bank::rules::words::{count, lead_in, sentences};
use crate::bank::rules::{ChoiceContext, QuestionContext, QuestionKind, RuleHit, error, warn};

/// Words that turn a question round.
const NEGATIVE: &[&str] = &["not", "except", "least", "incorrect", "false"];

/// Finds the word that makes a stem negative, as it is written.
fn negation<'a>(view: &QuestionContext<'a>) -> Option<&'a str> {
    let lead = lead_in(&view.question.stem);
    let words: Vec<_> =
        lead.split(|c: char| !(c.is_alphanumeric() || c == '*')).filter(|word| !word.is_empty()).collect();
    let negates = |(at, word): (usize, &&'a str)| {
        let plain = word.trim_matches('*').to_lowercase();
        let at_least = plain == "least" && at > 0 && words[at - 1].eq_ignore_ascii_case("at");
        (NEGATIVE.contains(&plain.as_str()) && !at_least).then_some(*word)
    };
    words.iter().enumerate().find_map(negates)
}

/// L06: a stem that asks for what is not so.
pub(super) fn negative(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some(word) = negation(view) else { return Vec::new() };
    let marked = word.starts_with('*') || word.chars().all(char::is_uppercase);
    let message = format!("the question turns on \"{word}\"");
    let help = "Ask for what is so; where it must be negative, write the word in capitals.";
    vec![if marked { warn("/stem", message, help) } else { error("/stem", message, help) }]
}

/// L07: a negative stem with a negative option.
pub(super) fn double_negative(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    if negation(view).is_none() {
        return Vec::new();
    }
    let hit = |(at, option): (usize, &ChoiceContext<'_>)| {
        let found = !option.words.among(&["not", "no", "never"]).is_empty();
        let message = "stem and option are both negative".to_owned();
        found.then(|| error(format!("/choices/{at}/text"), message, "Make one of the two positive."))
    };
    view.options.iter().enumerate().filter_map(hit).collect()
}

/// L18: no question, a question about truth in general, or one too short to be answered without its options.
pub(super) fn unfocused(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let stem = view.question.stem.to_lowercase();
    let states = matches!(view.question.ask, QuestionKind::TrueFalse { .. });
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
    let help = "Ask one thing that can be answered before the options are read.";
    if general {
        vec![error("/stem", "the stem asks what is true in general".to_owned(), help)]
    } else if !states && !stem.contains('?') && !stem.contains("___") {
        vec![error("/stem", "the stem asks nothing: it has no question mark and no gap".to_owned(), help)]
    } else if view.stem.len() < 6 && view.question.case.is_none() {
        vec![warn("/stem", format!("the stem has {} words", view.stem.len()), help)]
    } else {
        Vec::new()
    }
}

/// L20: a gap in the first part of the stem.
pub(super) fn early_gap(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((before, after)) = view.question.stem.split_once("___") else { return Vec::new() };
    let (before, after) = (count(before), count(after));
    let early = 10 * before < 6 * (before + after);
    let message = format!("{before} words stand before the gap, {after} behind it");
    if early { vec![warn("/stem", message, "Move the gap to the end, or ask a question.")] } else { Vec::new() }
}

/// L26: a stem that speaks of another question.
pub(super) fn hinged(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let stem = view.question.stem.to_lowercase();
    let others = [
        "previous question",
        "last question",
        "question above",
        "preceding question",
        "above case",
        "case above",
        "previous case",
        "same patient as",
    ];
    let found = others.iter().find(|words| stem.contains(*words)).filter(|_| view.question.case.is_none());
    let hit = |words: &&str| {
        error(
            "/stem",
            format!("the stem speaks of \"{words}\""),
            "Tell what it needs here, or make both questions of one case.",
        )
    };
    found.map(hit).into_iter().collect()
}

/// All texts of a question with their pointers.
fn texts<'a>(view: &QuestionContext<'a>) -> Vec<(String, &'a str)> {
    let question: &Question = view.question;
    let mut all =
        vec![("/stem".to_owned(), question.stem.as_str()), ("/rationale".to_owned(), question.rationale.as_str())];
    for (at, choice) in question.choices().iter().enumerate() {
        all.push((format!("/choices/{at}/text"), &choice.text));
        all.push((format!("/choices/{at}/rationale"), &choice.rationale));
    }
    match &question.ask {
        QuestionKind::TrueFalse { rationales, .. } => {
            all.push(("/rationales/true".to_owned(), &rationales.holds));
            all.push(("/rationales/false".to_owned(), &rationales.fails));
        }
        QuestionKind::Order { items } => {
            for (at, item) in items.iter().enumerate() {
                all.push((format!("/items/{at}/text"), &item.text));
                all.push((format!("/items/{at}/rationale"), &item.rationale));
            }
        }
        QuestionKind::Match { pairs, extra_right } => {
            for (at, pair) in pairs.iter().enumerate() {
                all.push((format!("/pairs/{at}/left"), &pair.left));
                all.push((format!("/pairs/{at}/right"), &pair.right));
                all.push((format!("/pairs/{at}/rationale"), &pair.rationale));
            }
            all.extend(
                extra_right
                    .iter()
                    .enumerate()
                    .map(|(at, extra)| (format!("/extra_right/{at}/text"), extra.text.as_str())),
            );
        }
        QuestionKind::Choice { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => {}
    }
    // The case is charged to each of its questions; it stands in the bank's own list.
    all.extend(question.case.as_ref().and_then(|case| view.bank.case(case)).map(|case| ("/case".to_owned(), case)));
    all
}

/// The most words a sentence should have.
const SENTENCE: usize = 35;

/// L36: a sentence of more words than can be held in mind.
pub(super) fn long_sentence(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(at, text): (String, &str)| {
        let longest = sentences(text).into_iter().map(count).max().filter(|words| *words > SENTENCE)?;
        Some(warn(at, format!("a sentence has {longest} words"), "Make two of it."))
    };
    texts(view).into_iter().filter_map(hit).collect()
}

/// L37: an abbreviation that neither the glossary nor the question explains.
pub(super) fn abbreviation(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let texts = texts(view);
    let explained = |short: &str| {
        let shown = [format!("({short})"), format!("{short} (")];
        let emphasis = NEGATIVE.contains(&short.to_lowercase().as_str());
        emphasis
            || view.bank.glossary.contains_key(short)
            || texts.iter().any(|(_, text)| shown.iter().any(|shown| text.contains(shown.as_str())))
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut hits = Vec::new();
    for (at, text) in &texts {
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            let short = (2..=6).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase());
            if short && !explained(word) && seen.insert(word) {
                hits.push(warn(
                    at.clone(),
                    format!("\"{word}\" is not explained"),
                    "Write it out once, or add it to the glossary.",
                ));
            }
        }
    }
    hits
}

/// L46: a case question that asks what to do, and not when.
pub(super) fn open_case(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let asks = view.lead.has("should") || view.lead.has("do") || view.lead.has("step") || view.lead.has("action");
    let asks = asks && !view.lead.among(&["what", "which", "how"]).is_empty();
    let bound = !view.lead.among(&["first", "next", "now", "best"]).is_empty();
    if view.question.case.is_some() && asks && !bound {
        vec![warn(
            "/stem",
            "the question asks what to do, and not when".to_owned(),
            "Ask what to do first, next or now, or what is best.",
        )]
    } else {
        Vec::new()
    }
}
