//! Rules about choices that are alike.

use crate::bank::rules::options::{OPPOSITES, choice_text_pointer, comparable_amounts, one_hit};
use crate::bank::rules::words::{Words, jaccard};
use crate::bank::rules::{QuestionContext, RuleHit, error, warning};

/// Numbers in words, from which two choices may differ.
const NUMBER_WORDS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "half", "once",
    "twice", "first", "second", "third", "fourth", "fifth", "both",
];

/// Words that turn a statement into its opposite.
const NEGATIONS: &[&str] = &["not", "no", "never", "neither", "nor", "without", "none", "cannot"];

/// Returns the words of a choice that can make it differ from a similar one: numbers, levels such as C5, directions and
/// negations.
fn distinguishing_words(words: &Words) -> Vec<&str> {
    let is_opposite = |token: &str| OPPOSITES.iter().any(|(one, other)| token == *one || token == *other);
    let is_distinguishing = |token: &&str| {
        token.contains(|c: char| c.is_ascii_digit())
            || token.len() == 1
            || NUMBER_WORDS.contains(token)
            || NEGATIONS.contains(token)
            || is_opposite(token)
    };
    words.tokens.iter().map(String::as_str).filter(is_distinguishing).collect()
}

/// L17: choices that differ only in case and punctuation, or that have nearly the same words.
pub(super) fn duplicate_options(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let count = context.options.len();
    let mut pairs = (0..count).flat_map(|other| (0..other).map(move |one| (one, other)));
    let words = |index: usize| &context.options[index].words;
    let is_equal = |(one, other): &(usize, usize)| words(*one).tokens == words(*other).tokens;
    let is_similar = |(one, other): &(usize, usize)| {
        jaccard(&words(*one).content_stems, &words(*other).content_stems) >= 0.9
            && distinguishing_words(words(*one)) == distinguishing_words(words(*other))
    };
    let excerpt = |(one, _): (usize, usize)| crate::text::truncate(&context.options[one].choice.text, 60).into_owned();
    let help = "Delete or reword one of the two";
    one_hit(if let Some(pair) = pairs.clone().find(is_equal) {
        let message = format!("this choice says the same as \"{}\"", excerpt(pair));
        Some(error(choice_text_pointer(pair.1), message, help))
    } else {
        let message = |pair| format!("this choice has nearly the same words as \"{}\"", excerpt(pair));
        pairs.find(is_similar).map(|pair| warning(choice_text_pointer(pair.1), message(pair), help))
    })
}

/// How many words must be the same at the start of all choices before moving them into the stem is worth a thought.
const REPEATED_WORDS_MIN: usize = 4;

/// L22: all choices begin with the same four words.
pub(super) fn repeated_start(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some(first) = context.options.first() else { return Vec::new() };
    let common_count = (0..first.words.len())
        .take_while(|index| {
            context.options.iter().all(|option| option.words.tokens.get(*index) == first.words.tokens.get(*index))
        })
        .count();
    let common_words = first.words.tokens[..common_count].join(" ");
    one_hit((common_count >= REPEATED_WORDS_MIN && context.options.len() > 1).then(|| {
        warning(
            "/choices",
            format!("every choice begins with \"{common_words}\""),
            "Consider moving these words into the stem, if it stays a natural sentence",
        )
    }))
}

/// L38: numbers that differ by less than five percent, or texts that differ in one letter.
pub(super) fn nearly_equal_options(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let close_numbers = comparable_amounts(context).find(|(_, one, other)| {
        let (a, b) = (one.range.0, other.range.0);
        one.is_point() && other.is_point() && a != b && (a - b).abs() < 0.05 * a.abs().max(b.abs())
    });
    let count = context.options.len();
    let mut pairs = (0..count).flat_map(|other| (0..other).map(move |one| (one, other)));
    let close_texts = pairs.find(|(one, other)| {
        let (one, other) = (&context.options[*one], &context.options[*other]);
        one.amount.is_none() && other.amount.is_none() && differ_in_one_letter(&one.choice.text, &other.choice.text)
    });
    let index = close_numbers.map(|(index, ..)| index).or(close_texts.map(|(_, other)| other));
    let hit = |index| {
        warning(
            choice_text_pointer(index),
            "this choice is almost the same as another".to_owned(),
            "Make the two clearly different",
        )
    };
    index.map(hit).into_iter().collect()
}

/// Returns whether two texts differ in one letter of one word. Singular and plural, abbreviations, levels such as C5 and
/// roman numerals may differ in one letter and mean other things, so they do not count.
fn differ_in_one_letter(one: &str, other: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (one.split_whitespace().collect(), other.split_whitespace().collect());
    let differing: Vec<_> = one.iter().zip(&other).filter(|(a, b)| a != b).collect();
    let [(a, b)] = differing.as_slice() else { return false };
    let is_word =
        |word: &str| word.chars().skip(1).any(char::is_lowercase) && word.chars().all(|c| !c.is_ascii_digit());
    let is_plural = |short: &str, long: &str| long.strip_suffix('s') == Some(short);
    one.len() == other.len()
        && is_word(a)
        && is_word(b)
        && !is_plural(a, b)
        && !is_plural(b, a)
        && strsim::levenshtein(a, b) == 1
}
