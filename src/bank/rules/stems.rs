//! Rules about stems, and about how easy a question is to read.

use crate::bank::question::Question;
use crate::bank::rules::words::{count_words, lead_in, split_sentences, starts_with_capital, tokenize};
use crate::bank::rules::{ChoiceContext, QuestionContext, QuestionKind, RuleHit, error, warning};
use crate::text;

/// Words that make a question negative.
// A word such as "contraindicated" is not in this list. It is a topic, and the question about it is positive.
const NEGATIVE_WORDS: &[&str] = &["not", "except", "least", "incorrect", "false"];

/// Words after "false" that show that it belongs to the question, as in "Which is false about …".
const AFTER_FALSE: &[&str] =
    &["about", "concerning", "regarding", "statement", "statements", "answer", "option", "of", "for", "with"];

/// Words that begin a condition or a description inside a question, as in "if a container is not available".
const CONDITION_WORDS: &[&str] = &[
    "if", "when", "whenever", "unless", "because", "since", "while", "although", "whether", "who", "that", "after",
    "before",
];

/// Finds the word that makes a question negative, in its original spelling.
fn find_negation<'a>(context: &QuestionContext<'a>) -> Option<&'a str> {
    // Only the last sentence asks. A negation in the facts before it does no harm.
    lead_in(&context.question.stem).split([',', ';', ':']).find_map(find_negation_in_clause)
}

/// Finds a negative word that no condition word precedes.
fn find_negation_in_clause(clause: &str) -> Option<&str> {
    let words: Vec<_> =
        clause.split(|c: char| !(c.is_alphanumeric() || c == '*')).filter(|word| !word.is_empty()).collect();
    let lowercase = |word: &str| word.trim_matches('*').to_lowercase();
    let end = words.iter().position(|word| CONDITION_WORDS.contains(&lowercase(word).as_str())).unwrap_or(words.len());
    let as_negation = |(index, word): (usize, &&'_ str)| {
        // "At least" is an amount.
        let is_at_least = lowercase(word) == "least" && index > 0 && words[index - 1].eq_ignore_ascii_case("at");
        // "False ribs" and "a false positive" are terms.
        let next = words.get(index + 1).map(|next| lowercase(next));
        let is_term = matches!(lowercase(word).as_str(), "false" | "incorrect")
            && next.is_some_and(|next| !AFTER_FALSE.contains(&next.as_str()));
        NEGATIVE_WORDS.contains(&lowercase(word).as_str()) && !is_at_least && !is_term
    };
    words[..end].iter().enumerate().find(|(index, word)| as_negation((*index, word))).map(|(_, word)| *word)
}

/// L06: a stem that asks for the exception.
pub(super) fn negative_stem(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some(word) = find_negation(context) else { return Vec::new() };
    let message = format!("the question depends on the negative word \"{word}\"");
    vec![warning(
        "/stem",
        message,
        "Ask a positive question. If it must be negative, write the word in capitals and waive this rule.",
    )]
}

/// L07: a negative stem with a negative choice.
pub(super) fn double_negative(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    if find_negation(context).is_none() {
        return Vec::new();
    }
    let hit = |(index, option): (usize, &ChoiceContext<'_>)| {
        let is_negative = !option.words.intersection(&["not", "no", "never"]).is_empty();
        let message = "the stem and this choice are both negative".to_owned();
        is_negative.then(|| warning(format!("/choices/{index}/text"), message, "Make one of the two positive"))
    };
    context.options.iter().enumerate().filter_map(hit).collect()
}

/// Words that begin an instruction, such as "Put the steps in order".
const IMPERATIVES: &[&str] = &[
    "arrange",
    "calculate",
    "choose",
    "complete",
    "define",
    "describe",
    "determine",
    "explain",
    "fill",
    "find",
    "give",
    "identify",
    "indicate",
    "list",
    "mark",
    "match",
    "name",
    "order",
    "pick",
    "place",
    "put",
    "rank",
    "select",
    "sort",
    "state",
    "type",
    "write",
];

/// Words after which the choices complete the sentence, as in "The trapezius is supplied by".
const OPEN_ENDINGS: &[&str] = &[
    "a",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "by",
    "can",
    "cause",
    "causes",
    "for",
    "from",
    "has",
    "have",
    "in",
    "include",
    "includes",
    "indicates",
    "into",
    "is",
    "may",
    "mean",
    "means",
    "of",
    "on",
    "or",
    "require",
    "requires",
    "should",
    "suggests",
    "than",
    "that",
    "the",
    "to",
    "was",
    "were",
    "will",
    "with",
];

/// Returns whether a stem tells the trainee what to do: it asks, gives an instruction, or is a sentence to complete.
fn has_task(stem: &str) -> bool {
    let is_instruction = split_sentences(stem)
        .into_iter()
        .any(|sentence| tokenize(sentence).first().is_some_and(|first| IMPERATIVES.contains(&first.as_str())));
    let end = stem.trim_end();
    let is_open = end.ends_with([':', '…', '–', '—', '-'])
        || end.ends_with("...")
        || (end.ends_with(char::is_alphanumeric)
            && tokenize(end).last().is_some_and(|last| OPEN_ENDINGS.contains(&last.as_str())));
    stem.contains('?') || stem.contains("___") || is_instruction || is_open
}

/// L18: a stem that only asks what is true, or that asks nothing, or that is too short to answer without the choices.
pub(super) fn unfocused_stem(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let stem = context.question.stem.to_lowercase();
    let is_statement = matches!(context.question.kind, QuestionKind::TrueFalse { .. });
    // A topic may follow the phrase, as in "… is true of dry needling?". Then the question has a focus.
    let general = ["which of the following", "which of the following statements"].iter().any(|start| {
        let rest = stem.split_once(start).map(|(_, rest)| tokenize(rest)).unwrap_or_default();
        matches!(rest.as_slice(), [verb, word] if matches!(verb.as_str(), "is" | "are")
            && matches!(word.as_str(), "true" | "correct" | "false"))
    });
    // A true-false stem is a statement, and a case explains a short stem. So neither has to meet all conditions.
    let help = "Ask one thing that a trainee can answer before reading the choices";
    if general {
        vec![error("/stem", "the stem only asks what is true or false".to_owned(), help)]
    } else if !is_statement && !has_task(&context.question.stem) {
        let message = "the stem has no question, no instruction and no gap".to_owned();
        vec![warning("/stem", message, help)]
    } else if context.stem_words.len() < STEM_WORDS_MIN && context.question.case.is_none() && !is_short_task(&stem) {
        vec![warning(
            "/stem",
            format!("the stem has only {}", text::count_with_noun(context.stem_words.len(), "word")),
            help,
        )]
    } else {
        Vec::new()
    }
}

/// Returns whether a short stem, in lower case, asks or instructs with its first word, as "Who painted Guernica?" does.
fn is_short_task(stem: &str) -> bool {
    let tokens = tokenize(stem);
    let Some(first) = tokens.first() else { return false };
    let asks = ["who", "when", "where", "why", "how", "whose"].contains(&first.as_str()) && tokens.len() > 2;
    asks || (IMPERATIVES.contains(&first.as_str()) && tokens.len() > 1)
}

/// The fewest words with which a stem without a case can have a focus.
const STEM_WORDS_MIN: usize = 4;

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

/// The most words that a sentence of a critical question should have. A trainee must not fail an exam by misreading.
const CRITICAL_SENTENCE_WORDS_MAX: usize = 25;

/// L36: a sentence that is too long to remember.
pub(super) fn long_sentence(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(pointer, text): (String, &str)| {
        // A rationale is read after the answer, so it cannot make anybody fail.
        let is_read_first = !pointer.contains("rationale");
        let limit =
            if context.question.critical && is_read_first { CRITICAL_SENTENCE_WORDS_MAX } else { SENTENCE_WORDS_MAX };
        let longest = split_sentences(text).into_iter().map(count_words).max().filter(|words| *words > limit)?;
        Some(warning(
            pointer,
            format!("a sentence here has {longest} words, and {limit} are enough"),
            "Split the sentence into two",
        ))
    };
    question_texts(context).into_iter().filter_map(hit).collect()
}

/// Words that authors write in capitals to stress them.
const STRESSED_WORDS: &[&str] = &[
    "all", "always", "and", "any", "best", "both", "first", "last", "least", "main", "more", "most", "must", "never",
    "next", "no", "only", "or", "same", "true",
];

/// Abbreviations that everyone knows better than what they stand for, and blood types.
const EVERYDAY_ABBREVIATIONS: &[&str] = &[
    "AB", "AIDS", "AM", "CD", "DNA", "DVD", "EU", "FBI", "GPS", "HIV", "ID", "IQ", "LED", "NASA", "OK", "PDF", "PIN",
    "PM", "RNA", "SIM", "SMS", "TV", "UK", "UN", "US", "USA", "USB", "UV",
];

/// Returns whether a word in capitals is a roman numeral, as in "grade III".
fn is_roman_numeral(word: &str, stem: &str) -> bool {
    let is_small = word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'));
    // Large ones look like abbreviations, such as MD.
    let is_large = word.bytes().all(|b| b"IVXLCDM".contains(&b));
    is_small || (is_large && stem.contains("numeral"))
}

/// Returns whether the question is about what an abbreviation means. Explaining it would give the key away.
fn asks_meaning(short: &str, stem: &str) -> bool {
    let phrases = ["stand for", "stands for", "mean", "abbreviat", "acronym", "written up as", "written as"];
    let is_subject = stem.starts_with(&format!("{short} is "));
    is_subject || (stem.contains(short) && phrases.iter().any(|phrase| stem.contains(phrase)))
}

/// L37: an abbreviation that neither the glossary nor the question explains.
pub(super) fn unexplained_abbreviation(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let texts = question_texts(context);
    let stem = context.question.stem.as_str();
    let is_explained = |short: &str| {
        let definition = [format!("({short})"), format!("{short} ("), format!("{short} stands for")];
        let lower = short.to_lowercase();
        NEGATIVE_WORDS.contains(&lower.as_str())
            || STRESSED_WORDS.contains(&lower.as_str())
            || EVERYDAY_ABBREVIATIONS.contains(&short)
            || is_roman_numeral(short, stem)
            || asks_meaning(short, stem)
            || context.bank.glossary.contains_key(short)
            || texts.iter().any(|(_, text)| definition.iter().any(|definition| text.contains(definition.as_str())))
    };
    // A name such as HMG-CoA has no other form that people use.
    let is_name = |word: &str| {
        word.split('-').skip(1).any(|part| starts_with_capital(part) && part.chars().any(char::is_lowercase))
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut hits = Vec::new();
    for (pointer, text) in &texts {
        let words = text.split_whitespace().filter(|word| !is_name(word));
        for word in words.flat_map(|word| word.split(|c: char| !c.is_alphanumeric())) {
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
