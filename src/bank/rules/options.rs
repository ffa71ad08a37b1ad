//! Rules about the choices of a choice question.

use crate::bank::question::ChoiceOrder;
use crate::bank::rules::number::Amount;
use crate::bank::rules::words::{OPPOSITES, Words, quoted_list, starts_with_capital};
use crate::bank::rules::{ChoiceContext, QuestionContext, QuestionKind, RuleHit, error, warning};
use crate::text;

pub(super) fn choice_text_pointer(index: usize) -> String {
    format!("/choices/{index}/text")
}

/// L01: the key is at least three words longer than the longest distractor, and 1.5 times as long as their mean.
pub(super) fn long_key(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((key_index, key)) = context.single_key() else { return Vec::new() };
    // Its length is not what is wrong with "all of the above".
    if refers_to_choices(&key.words) {
        return Vec::new();
    }
    let lengths: Vec<_> = context.distractors().map(|option| option.words.len()).collect();
    let (Some(longest), sum) = (lengths.iter().max(), lengths.iter().sum::<usize>()) else { return Vec::new() };
    // Whole numbers avoid a division: length ≥ 1.5 × (sum ÷ count).
    let is_too_long = 2 * key.words.len() * lengths.len() >= 3 * sum && key.words.len() >= longest + 3;
    let message = format!(
        "the key has {}, but the longest distractor has {longest}",
        text::count_with_noun(key.words.len(), "word")
    );
    one_hit(is_too_long.then(|| {
        warning(choice_text_pointer(key_index), message, "Shorten the key, or give the distractors as much detail")
    }))
}

pub(super) fn one_hit(hit: Option<RuleHit>) -> Vec<RuleHit> {
    hit.into_iter().collect()
}

/// Finds choices that contain one of these words. A choice that is only the word, or a title in which it has a capital
/// letter, uses it as a name.
fn word_hits(context: &QuestionContext<'_>, words: &[&str], help: &'static str) -> Vec<RuleHit> {
    let hit = |(index, option): (usize, &ChoiceContext<'_>)| {
        let later_words = option.choice.text.split_whitespace().skip(1);
        let is_title = later_words.filter(|word| starts_with_capital(word)).count() >= 2;
        let matched = option.words.intersection(words);
        (!matched.is_empty() && !is_title && option.words.len() > 1)
            .then(|| warning(choice_text_pointer(index), format!("the choice says {}", quoted_list(matched)), help))
    };
    context.options.iter().enumerate().filter_map(hit).collect()
}

/// L03: a choice with an absolute term.
pub(super) fn absolute_terms(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let words = ["always", "never", "none", "impossible", "completely", "absolutely", "guaranteed"];
    word_hits(context, &words, "Name the exceptions, or leave the word out")
}

/// L04: a choice with a vague frequency. "How often" asks for one.
pub(super) fn vague_frequencies(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let words = ["rarely", "usually", "often", "sometimes", "frequently", "occasionally", "commonly"];
    let hits = word_hits(context, &words, "Give a number with its source, or leave the word out");
    let asks_frequency = |option: &ChoiceContext<'_>| option.words.tokens.first().is_some_and(|first| first == "how");
    hits.into_iter()
        .filter(|hit| {
            !context
                .options
                .iter()
                .enumerate()
                .any(|(index, option)| asks_frequency(option) && hit.pointer == choice_text_pointer(index))
        })
        .collect()
}

/// Returns whether a choice means other choices, as in "all of the above".
fn refers_to_choices(words: &Words) -> bool {
    let tokens: Vec<_> = words.tokens.iter().map(String::as_str).collect();
    let begins = matches!(tokens.first(), Some(&("all" | "none" | "any" | "both")));
    let has_sequence = |pair: &[&str]| tokens.windows(pair.len()).any(|window| window == pair);
    begins
        && (words.contains("above")
            || words.contains("these")
            || has_sequence(&["of", "them"])
            || has_sequence(&["a", "and", "b"]))
}

/// L05: "all of the above", "both A and B", and other choices that refer to choices.
pub(super) fn all_of_the_above(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(index, option): (usize, &ChoiceContext<'_>)| {
        let is_reference = refers_to_choices(&option.words)
            || crate::bank::rules::keys::find_letter_reference(&option.choice.text).is_some();
        let message = "the choice refers to other choices".to_owned();
        is_reference.then(|| {
            warning(
                choice_text_pointer(index),
                message,
                "Write out what the choice means, or allow several keys with \"select\": \"all\"",
            )
        })
    };
    context.options.iter().enumerate().filter_map(hit).collect()
}

/// L08: the stem ends in "a" or "an", and the article fits only the key.
pub(super) fn article_cue(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((_, key)) = context.single_key() else { return Vec::new() };
    let article =
        context.stem_words.tokens.last().map(String::as_str).filter(|_| !context.question.stem.contains("a/an"));
    let Some(article @ ("a" | "an")) = article else { return Vec::new() };
    let fits = |option: &ChoiceContext<'_>| begins_with_vowel(&option.words) == (article == "an");
    let fits_key_only = fits(key) && !context.distractors().any(fits);
    one_hit(fits_key_only.then(|| {
        warning(
            "/stem",
            format!("the article \"{article}\" fits only the key"),
            "End the stem before the article, or write \"a/an\"",
        )
    }))
}

/// Returns whether the first word begins with a vowel sound, as in "hour" but not in "unit".
fn begins_with_vowel(words: &Words) -> bool {
    let Some(first) = words.tokens.first() else { return false };
    let silent = ["hour", "honest", "heir", "honor"].iter().any(|word| first.starts_with(word));
    let spoken = ["uni", "use", "usu", "eu", "one"].iter().any(|word| first.starts_with(word));
    silent || (first.starts_with(['a', 'e', 'i', 'o', 'u']) && !spoken)
}

/// L10: a word of the lead-in is in a key and in no distractor.
pub(super) fn clang_association(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(index, key): (usize, &ChoiceContext<'_>)| {
        let is_in_key_only = |word_stem: &&String| {
            word_stem.chars().count() >= 5
                && context.lead_in_words.content_stems.contains(*word_stem)
                && !context.distractors().any(|option| option.words.content_stems.contains(*word_stem))
        };
        let echoes: Vec<_> = key.words.content_stems.iter().filter(is_in_key_only).map(String::as_str).collect();
        let message = format!("only the key repeats {} from the question", quoted_list(echoes.iter().copied()));
        (!echoes.is_empty()).then(|| {
            warning(
                choice_text_pointer(index),
                message,
                "Reword the key or the question, or use the word in a distractor",
            )
        })
    };
    context.keys().filter_map(hit).collect()
}

/// L11: the key shares at least two more words with the other choices than any distractor does.
pub(super) fn convergence(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((key_index, _)) = context.single_key().filter(|_| context.options.len() >= 4) else { return Vec::new() };
    let shared_count = |at: usize| {
        let is_in_another = |stem: &&String| {
            context
                .options
                .iter()
                .enumerate()
                .any(|(other, option)| other != at && option.words.content_stems.contains(*stem))
        };
        context.options[at].words.content_stems.iter().filter(is_in_another).count()
    };
    let counts: Vec<_> = (0..context.options.len()).map(shared_count).collect();
    let runner_up = counts.iter().enumerate().filter(|(at, _)| *at != key_index).map(|(_, count)| *count).max();
    let is_convergent = runner_up.is_some_and(|runner_up| counts[key_index] >= runner_up + 2);
    let message = format!(
        "the key shares {} words with the other choices, and no distractor shares more than {}",
        counts[key_index],
        runner_up.unwrap_or(0)
    );
    one_hit(is_convergent.then(|| {
        warning(
            choice_text_pointer(key_index),
            message,
            "Make the distractors differ from each other as much as from the key",
        )
    }))
}

/// L12: two choices differ only by opposite words or a negation, and the key is in the only such pair.
pub(super) fn opposites(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    // With two choices, there are no others to rule out.
    let Some((key_index, _)) = context.single_key().filter(|_| context.options.len() > 2) else { return Vec::new() };
    // "Rises", "falls" and "stays the same" are all there is, so nothing can be ruled out.
    let is_no_change = |option: &ChoiceContext<'_>| {
        !option.words.intersection(&["same", "unchanged", "change", "equal", "constant"]).is_empty()
    };
    if context.options.len() == 3 && context.options.iter().any(is_no_change) {
        return Vec::new();
    }
    let count = context.options.len();
    let pairs: Vec<_> = (0..count)
        .flat_map(|one| (one + 1..count).map(move |other| (one, other)))
        .filter(|(one, other)| {
            are_opposites(&context.options[*one].words.tokens, &context.options[*other].words.tokens)
        })
        .collect();
    // If there are two pairs, neither of them stands out.
    let [(one, other)] = pairs.as_slice() else { return Vec::new() };
    one_hit((*one == key_index || *other == key_index).then(|| {
        let message = "the key and one distractor are the only pair of opposites".to_owned();
        warning(choice_text_pointer(key_index), message, "Add a second pair of opposites, or reword the distractor")
    }))
}

fn are_opposites(one: &[String], other: &[String]) -> bool {
    let without_negations = |words: &[String]| -> Vec<String> {
        words.iter().filter(|word| !matches!(word.as_str(), "not" | "no" | "never")).cloned().collect()
    };
    if one.len() != other.len() {
        return one.len().abs_diff(other.len()) == 1 && without_negations(one) == without_negations(other);
    }
    let differing: Vec<_> = one.iter().zip(other).filter(|(a, b)| a != b).collect();
    let [(a, b)] = differing.as_slice() else { return false };
    let is_pair = |(x, y): &(&str, &str)| (*a == x && *b == y) || (*a == y && *b == x);
    OPPOSITES.iter().any(is_pair)
}

/// Returns all pairs of choices that are amounts of the same unit, with the index of the later one.
pub(super) fn comparable_amounts<'a>(
    context: &'a QuestionContext<'_>,
) -> impl Iterator<Item = (usize, &'a Amount, &'a Amount)> {
    let options = &context.options;
    (0..options.len()).flat_map(move |second| (0..second).map(move |first| (first, second))).filter_map(
        move |(first_index, second_index)| {
            let (first, second) = (options[first_index].amount.as_ref()?, options[second_index].amount.as_ref()?);
            (first.unit == second.unit).then_some((second_index, first, second))
        },
    )
}

/// L13: ranges that share more than one end.
pub(super) fn overlapping_ranges(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let overlap = comparable_amounts(context).find(|(_, one, other)| one.overlaps(other));
    let hit = |(index, ..): (usize, &Amount, &Amount)| {
        warning(
            choice_text_pointer(index),
            "this range overlaps another choice".to_owned(),
            "Let each range begin where the one before it ends",
        )
    };
    overlap.map(hit).into_iter().collect()
}

/// L14: numbers in a fixed order that is neither ascending nor descending.
pub(super) fn unordered_numbers(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let is_fixed_order = matches!(context.question.kind, QuestionKind::Choice { order: ChoiceOrder::Fixed, .. });
    let numbers: Vec<_> = context.options.iter().filter_map(|option| option.amount.as_ref()).collect();
    let is_same_unit = numbers.windows(2).all(|pair| pair[0].unit == pair[1].unit);
    let is_ascending = numbers.windows(2).all(|pair| pair[0].range.0 <= pair[1].range.0);
    let is_descending = numbers.windows(2).all(|pair| pair[0].range.0 >= pair[1].range.0);
    one_hit((is_fixed_order && numbers.len() >= 3 && is_same_unit && !is_ascending && !is_descending).then(|| {
        warning(
            "/choices",
            "the numbers are not in order of size".to_owned(),
            "Sort them by size, and set \"order\": \"numeric\"",
        )
    }))
}

/// L15: quantities with different units, or with decimal places that differ by two or more.
pub(super) fn mixed_numbers(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    if !context.is_numeric() {
        return Vec::new();
    }
    let amounts: Vec<_> = context.options.iter().filter_map(|option| option.amount.as_ref()).collect();
    // "20 % higher" and "3 treatments" are statements with a number, and each may have its own form.
    let are_quantities = amounts.iter().all(|amount| amount.has_known_unit());
    // People give short times in seconds and long ones in hours.
    let are_durations = amounts.iter().all(|amount| amount.is_duration());
    let has_mixed_units =
        are_quantities && !are_durations && amounts.windows(2).any(|pair| pair[0].unit != pair[1].unit);
    let decimal_places = || amounts.iter().map(|amount| amount.decimal_places);
    let (min_places, max_places) = (decimal_places().min(), decimal_places().max());
    let has_mixed_decimals = are_quantities
        && !are_evenly_spaced(&amounts)
        && max_places.zip(min_places).is_some_and(|(max_places, min_places)| max_places > min_places + 1);
    let message = if has_mixed_units {
        "the choices have different units"
    } else {
        "the choices differ in the number of decimal places"
    };
    one_hit(
        (has_mixed_units || has_mixed_decimals)
            .then(|| warning("/choices", message.to_owned(), "Give all choices the same unit and form")),
    )
}

/// Returns whether the numbers have equal steps, such as 0.25, 0.5, 0.75 and 1. Their forms are natural then.
fn are_evenly_spaced(amounts: &[&Amount]) -> bool {
    let mut values: Vec<_> = amounts.iter().map(|amount| amount.range.0).collect();
    values.sort_by(f64::total_cmp);
    let steps: Vec<_> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1e-9)
}

/// L19: choices that are combinations of labels, such as "1 and 3".
pub(super) fn combinations(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let is_label = |token: &String| {
        matches!(token.as_str(), "and" | "only" | "i" | "ii" | "iii" | "iv" | "v" | "a" | "b" | "c" | "d" | "e")
            || token.parse::<u8>().is_ok_and(|number| number < 10)
    };
    let is_combination =
        |option: &&ChoiceContext<'_>| option.words.len() > 1 && option.words.tokens.iter().all(is_label);
    let combination_count = context.options.iter().filter(is_combination).count();
    // Without a list in the stem, "III and IV" are names, such as those of nerves.
    let is_list_marker = |word: &str| {
        let label = word.trim_start_matches('(').trim_end_matches(['.', ')', ':']);
        word.len() > label.len() && is_label(&label.to_lowercase())
    };
    let has_list = context.question.stem.split_whitespace().filter(|word| is_list_marker(word)).count() >= 2;
    one_hit((combination_count >= 2 && has_list).then(|| {
        warning(
            "/choices",
            "the choices are combinations of labels".to_owned(),
            "Make each part a choice, and set \"select\": \"all\"",
        )
    }))
}

/// L23: fewer than three or more than six choices in a question with one key.
pub(super) fn option_count(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let count = context.options.len();
    one_hit(
        (context.is_single_select() && !(3..=6).contains(&count))
            .then(|| error("/choices", format!("there are {count} choices"), "Write three to six; four work best")),
    )
}
