//! Rules about choices that are alike.

use crate::bank::rules::options::{choice_text_pointer, comparable_amounts, mixed_numbers, one_hit};
use crate::bank::rules::words::{OPPOSITES, distinguishing_words, jaccard, starts_with_capital};
use crate::bank::rules::{QuestionContext, RuleHit, error, warning};

/// Words that say that the order of things is what matters.
const ORDER_WORDS: &[&str] = &["order", "sequence", "followed"];

/// L17: choices that differ only in case and punctuation, or that have nearly the same words.
pub(super) fn duplicate_options(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let count = context.options.len();
    let mut pairs = (0..count).flat_map(|other| (0..other).map(move |one| (one, other)));
    let words = |index: usize| &context.options[index].words;
    let is_equal = |(one, other): &(usize, usize)| words(*one).tokens == words(*other).tokens;
    let is_about_order = ORDER_WORDS.iter().any(|word| context.stem_words.contains(word));
    let is_similar = |(one, other): &(usize, usize)| {
        jaccard(&words(*one).content_stems, &words(*other).content_stems) >= 0.9
            && distinguishing_words(words(*one)) == distinguishing_words(words(*other))
            && !is_about_order
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
    // Titles and other names cannot be split.
    let is_name = first.choice.text.split_whitespace().take(common_count).skip(1).any(starts_with_capital);
    one_hit((common_count >= REPEATED_WORDS_MIN && context.options.len() > 1 && !is_name).then(|| {
        warning(
            "/choices",
            format!("every choice begins with \"{common_words}\""),
            "Consider moving these words into the stem, if it stays a natural sentence",
        )
    }))
}

/// L38: numbers that differ by less than five percent, or texts that differ in one letter. Years, and temperatures, of
/// which half a degree matters, are no such numbers.
pub(super) fn nearly_equal_options(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let close_numbers = comparable_amounts(context).find(|(_, one, other)| {
        let (a, b) = (one.range.0, other.range.0);
        let can_compare = one.is_point() && other.is_point() && !one.is_year() && !one.is_temperature();
        can_compare && a != b && (a - b).abs() < 0.05 * a.abs().max(b.abs())
    });
    // Numbers in different forms have their own rule.
    let close_numbers = close_numbers.filter(|_| mixed_numbers(context).is_empty());
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

/// Returns whether two texts differ in one letter inside one word, as a wrong spelling does. Singular and plural,
/// abbreviations, levels such as C5, roman numerals, opposites, and words that begin or end with another letter mean other
/// things, so they do not count.
fn differ_in_one_letter(one: &str, other: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (one.split_whitespace().collect(), other.split_whitespace().collect());
    let differing: Vec<_> = one.iter().zip(&other).filter(|(a, b)| a != b).collect();
    let [(a, b)] = differing.as_slice() else { return false };
    let is_word =
        |word: &str| word.chars().skip(1).any(char::is_lowercase) && word.chars().all(|c| !c.is_ascii_digit());
    let are_words = is_word(a) && is_word(b);
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let have_same_ends = a.chars().next() == b.chars().next() && a.chars().last() == b.chars().last();
    let is_opposite = OPPOSITES.iter().any(|(x, y)| (a == *x && b == *y) || (a == *y && b == *x));
    one.len() == other.len() && are_words && have_same_ends && !is_opposite && strsim::levenshtein(&a, &b) == 1
}
