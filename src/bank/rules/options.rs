//! Rules about the options of a choice question.

use crate::bank::question::ChoiceOrder;
use crate::bank::rules::number::Amount;
use crate::bank::rules::words::{Words, quoted};
use crate::bank::rules::{ChoiceContext, QuestionContext, QuestionKind, RuleHit, error, warn};

fn at(option: usize) -> String {
    format!("/choices/{option}/text")
}

/// L01: the key has three words more than any other, and half as many again as they have on average.
pub(super) fn long_key(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((place, key)) = view.key() else { return Vec::new() };
    let lengths: Vec<_> = view.wrong().map(|option| option.words.len()).collect();
    let (Some(longest), sum) = (lengths.iter().max(), lengths.iter().sum::<usize>()) else { return Vec::new() };
    let long = 2 * key.words.len() * lengths.len() >= 3 * sum && key.words.len() >= longest + 3;
    let message = format!("the key has {} words, the longest other option {longest}", key.words.len());
    hit_if(long, || warn(at(place), message, "Shorten the key, or give the other options as much detail."))
}

fn hit_if(found: bool, hit: impl FnOnce() -> RuleHit) -> Vec<RuleHit> {
    if found { vec![hit()] } else { Vec::new() }
}

/// Finds options that hold one of some words.
fn worded(view: &QuestionContext<'_>, words: &[&str], help: &'static str) -> Vec<RuleHit> {
    let hit = |(place, option): (usize, &ChoiceContext<'_>)| {
        let found = option.words.among(words);
        (!found.is_empty()).then(|| warn(at(place), format!("the option says {}", quoted(found)), help))
    };
    view.options.iter().enumerate().filter_map(hit).collect()
}

/// L03: absolute terms.
pub(super) fn absolute(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let words = ["always", "never", "none", "impossible", "completely", "absolutely", "guaranteed"];
    worded(view, &words, "Say how far it goes, or leave the word out.")
}

/// L04: vague frequencies.
pub(super) fn vague(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let words = ["rarely", "usually", "often", "sometimes", "frequently", "occasionally", "commonly"];
    worded(view, &words, "Give a number with its source, or leave the word out.")
}

/// L05: "all of the above", "both A and B", and options that speak of letters.
pub(super) fn all_of_the_above(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let sums_up = |words: &Words| {
        let tokens: Vec<_> = words.tokens.iter().map(String::as_str).collect();
        let begins = matches!(tokens.first(), Some(&("all" | "none" | "any" | "both")));
        let follows = |pair: &[&str]| tokens.windows(pair.len()).any(|window| window == pair);
        begins && (words.has("above") || words.has("these") || follows(&["of", "them"]) || follows(&["a", "and", "b"]))
    };
    let hit = |(place, option): (usize, &ChoiceContext<'_>)| {
        let found = sums_up(&option.words) || crate::bank::rules::keys::named_letter(&option.choice.text).is_some();
        let message = "the option speaks of other options".to_owned();
        found.then(|| error(at(place), message, "Say what it means, or make the question one of several keys."))
    };
    view.options.iter().enumerate().filter_map(hit).collect()
}

/// L08: the stem ends in "a" or "an", which fits the key alone.
pub(super) fn article_cue(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((_, key)) = view.key() else { return Vec::new() };
    let article = view.stem.tokens.last().map(String::as_str).filter(|_| !view.question.stem.contains("a/an"));
    let Some(article @ ("a" | "an")) = article else { return Vec::new() };
    let fits = |option: &ChoiceContext<'_>| begins_with_vowel(&option.words) == (article == "an");
    let alone = fits(key) && !view.wrong().any(fits);
    hit_if(alone, || {
        error(
            "/stem",
            format!("\"{article}\" fits the key alone"),
            "End the stem before the article, or write \"a/an\".",
        )
    })
}

/// Returns whether the first word begins with the sound of a vowel.
fn begins_with_vowel(words: &Words) -> bool {
    let Some(first) = words.tokens.first() else { return false };
    let silent = ["hour", "honest", "heir", "honor"].iter().any(|word| first.starts_with(word));
    let spoken = ["uni", "use", "usu", "eu", "one"].iter().any(|word| first.starts_with(word));
    silent || (first.starts_with(['a', 'e', 'i', 'o', 'u']) && !spoken)
}

/// L10: a word of the lead-in stands in a key and in no other option.
pub(super) fn clang(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(place, key): (usize, &ChoiceContext<'_>)| {
        let alone = |stem: &&String| {
            stem.chars().count() >= 5
                && view.lead.content.contains(*stem)
                && !view.wrong().any(|option| option.words.content.contains(*stem))
        };
        let echoes: Vec<_> = key.words.content.iter().filter(alone).map(String::as_str).collect();
        let message = format!("the key alone repeats {} of the question", quoted(echoes.iter().copied()));
        (!echoes.is_empty())
            .then(|| warn(at(place), message, "Reword one of the two, or use the word in a wrong option."))
    };
    view.keys().filter_map(hit).collect()
}

/// L11: the key shares by two words more with other options than any of these.
pub(super) fn convergence(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((place, _)) = view.key().filter(|_| view.options.len() >= 4) else { return Vec::new() };
    let shared = |at: usize| {
        let others = |stem: &&String| {
            view.options.iter().enumerate().any(|(other, option)| other != at && option.words.content.contains(*stem))
        };
        view.options[at].words.content.iter().filter(others).count()
    };
    let counts: Vec<_> = (0..view.options.len()).map(shared).collect();
    let next = counts.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, count)| *count).max();
    let found = next.is_some_and(|next| counts[place] >= next + 2);
    let message = format!(
        "the key shares {} words with the other options, no other more than {}",
        counts[place],
        next.unwrap_or(0)
    );
    hit_if(found, || warn(at(place), message, "Vary the wrong options among themselves as much as from the key."))
}

/// Pairs of words of which one is the opposite of the other.
const OPPOSITES: &[(&str, &str)] = &[
    ("increase", "decrease"),
    ("increases", "decreases"),
    ("increased", "decreased"),
    ("higher", "lower"),
    ("high", "low"),
    ("more", "less"),
    ("superficial", "deep"),
    ("before", "after"),
    ("hot", "cold"),
    ("heat", "cold"),
    ("medial", "lateral"),
    ("proximal", "distal"),
    ("anterior", "posterior"),
    ("left", "right"),
    ("acute", "chronic"),
    ("active", "latent"),
    ("active", "passive"),
    ("absolute", "relative"),
    ("true", "false"),
    ("rise", "fall"),
    ("rises", "falls"),
    ("safe", "unsafe"),
    ("sterile", "unsterile"),
    ("tightens", "relaxes"),
    ("contracts", "relaxes"),
    ("faster", "slower"),
    ("longer", "shorter"),
    ("above", "below"),
    ("with", "without"),
];

/// L12: two options differ by an opposite or a negation alone, and the key is one of the only such pair.
pub(super) fn opposites(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some((place, _)) = view.key().filter(|_| view.options.len() > 2) else { return Vec::new() };
    let count = view.options.len();
    let pairs: Vec<_> = (0..count)
        .flat_map(|one| (one + 1..count).map(move |other| (one, other)))
        .filter(|(one, other)| opposed(&view.options[*one].words.tokens, &view.options[*other].words.tokens))
        .collect();
    let [(one, other)] = pairs.as_slice() else { return Vec::new() };
    hit_if(*one == place || *other == place, || {
        let message = "the key and one other option are opposites, and no other two are".to_owned();
        warn(at(place), message, "Add a second pair of opposites, or reword the other option.")
    })
}

fn opposed(one: &[String], other: &[String]) -> bool {
    let plain = |words: &[String]| -> Vec<String> {
        words.iter().filter(|word| !matches!(word.as_str(), "not" | "no" | "never")).cloned().collect()
    };
    if one.len() != other.len() {
        return one.len().abs_diff(other.len()) == 1 && plain(one) == plain(other);
    }
    let differing: Vec<_> = one.iter().zip(other).filter(|(a, b)| a != b).collect();
    let [(a, b)] = differing.as_slice() else { return false };
    let is = |(x, y): &(&str, &str)| (*a == x && *b == y) || (*a == y && *b == x);
    OPPOSITES.iter().any(is)
}

/// All pairs of options that are amounts of one unit.
fn amounts<'a>(view: &'a QuestionContext<'_>) -> impl Iterator<Item = (usize, &'a Amount, &'a Amount)> {
    let list = &view.options;
    (0..list.len()).flat_map(move |other| (0..other).map(move |one| (one, other))).filter_map(move |(one, other)| {
        let (first, second) = (list[one].amount.as_ref()?, list[other].amount.as_ref()?);
        (first.unit == second.unit).then_some((other, first, second))
    })
}

/// L13: ranges that share more than an end.
pub(super) fn overlapping(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let overlap = amounts(view).find(|(_, one, other)| one.overlaps(other));
    let hit = |(place, ..): (usize, &Amount, &Amount)| {
        error(at(place), "this range overlaps another".to_owned(), "Let each range begin where the one before ends.")
    };
    overlap.map(hit).into_iter().collect()
}

/// L14: numbers of a fixed order that neither rise nor fall.
pub(super) fn unordered(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let fixed = matches!(view.question.ask, QuestionKind::Choice { order: ChoiceOrder::Fixed, .. });
    let numbers: Vec<_> = view.options.iter().filter_map(|option| option.amount.as_ref()).collect();
    let alike = numbers.windows(2).all(|pair| pair[0].unit == pair[1].unit);
    let rises = numbers.windows(2).all(|pair| pair[0].range.0 <= pair[1].range.0);
    let falls = numbers.windows(2).all(|pair| pair[0].range.0 >= pair[1].range.0);
    hit_if(fixed && numbers.len() >= 3 && alike && !rises && !falls, || {
        warn(
            "/choices",
            "the numbers neither rise nor fall".to_owned(),
            "Put them in order of size, with \"order\": \"numeric\".",
        )
    })
}

/// L15: different units, or one number with more decimals than another by two or more.
pub(super) fn mixed_numbers(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    if !view.is_numeric() {
        return Vec::new();
    }
    let amounts: Vec<_> = view.options.iter().filter_map(|option| option.amount.as_ref()).collect();
    let units = amounts.windows(2).any(|pair| pair[0].unit != pair[1].unit);
    let percent = amounts.iter().any(|amount| amount.unit.starts_with('%'));
    let places = || amounts.iter().map(|amount| amount.places);
    let (least, most) = (places().min(), places().max());
    let decimals = !percent && most.zip(least).is_some_and(|(most, least)| most > least + 1);
    let message = if units { "the options count in different units" } else { "the options differ in their decimals" };
    hit_if(units || decimals, || warn("/choices", message.to_owned(), "Give all options the same unit and form."))
}

/// L17: options that are the same but for case and punctuation, or nearly so in their words.
pub(super) fn duplicates(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let count = view.options.len();
    let mut pairs = (0..count).flat_map(|other| (0..other).map(move |one| (one, other)));
    let alike = |one: &ChoiceContext<'_>, other: &ChoiceContext<'_>| {
        let numbers = |option: &ChoiceContext<'_>| {
            option.words.tokens.iter().any(|token| token.starts_with(|c: char| c.is_ascii_digit()))
        };
        let near = crate::bank::rules::words::jaccard(&one.words.content, &other.words.content) >= 0.9;
        one.words.tokens == other.words.tokens || (near && !numbers(one) && !numbers(other))
    };
    let found = pairs.find(|(one, other)| alike(&view.options[*one], &view.options[*other]));
    let hit = |(one, other): (usize, usize)| {
        let said = crate::text::cut(&view.options[one].choice.text, 60).into_owned();
        error(at(other), format!("this option says what \"{said}\" says"), "Delete or reword one of the two.")
    };
    found.map(hit).into_iter().collect()
}

/// L19: options made of labels of other options.
pub(super) fn combinations(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let label = |token: &String| {
        matches!(token.as_str(), "and" | "only" | "i" | "ii" | "iii" | "iv" | "v" | "a" | "b" | "c" | "d" | "e")
            || token.parse::<u8>().is_ok_and(|n| n < 10)
    };
    let combines = |option: &&ChoiceContext<'_>| {
        option.amount.is_none() && option.words.len() > 1 && option.words.tokens.iter().all(label)
    };
    let found = view.options.iter().filter(combines).count();
    hit_if(found >= 2, || {
        error(
            "/choices",
            "the options are combinations of labels".to_owned(),
            "Ask with several keys instead: \"select\": \"all\".",
        )
    })
}

/// L22: all options begin with the same three words.
pub(super) fn repeated_start(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some(first) = view.options.first() else { return Vec::new() };
    let common = (0..first.words.len())
        .take_while(|at| view.options.iter().all(|option| option.words.tokens.get(*at) == first.words.tokens.get(*at)))
        .count();
    let said = first.words.tokens[..common].join(" ");
    hit_if(common >= 3 && view.options.len() > 1, || {
        warn("/choices", format!("every option begins with \"{said}\""), "Move these words into the stem.")
    })
}

/// L23: fewer than three options or more than six, where one is chosen.
pub(super) fn few_or_many(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let count = view.options.len();
    hit_if(view.takes_one() && !(3..=6).contains(&count), || {
        error("/choices", format!("there are {count} options"), "Give three to six; four serve best.")
    })
}

/// L38: numbers less than five percent apart, or texts one letter apart.
pub(super) fn hair_splitting(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let close = amounts(view).find(|(_, one, other)| {
        let (a, b) = (one.range.0, other.range.0);
        one.is_point() && other.is_point() && a != b && (a - b).abs() < 0.05 * a.abs().max(b.abs())
    });
    let count = view.options.len();
    let mut pairs = (0..count).flat_map(|other| (0..other).map(move |one| (one, other)));
    let letter = pairs.find(|(one, other)| {
        let (one, other) = (&view.options[*one], &view.options[*other]);
        let words = one.amount.is_none() && other.amount.is_none();
        // One letter is at most four bytes.
        let near = one.choice.text.len().abs_diff(other.choice.text.len()) <= 4;
        words && near && strsim::levenshtein(&one.choice.text, &other.choice.text) == 1
    });
    let place = close.map(|(place, ..)| place).or(letter.map(|(_, other)| other));
    let hit =
        |place| warn(at(place), "this option differs from another by a hair".to_owned(), "Set them further apart.");
    place.map(hit).into_iter().collect()
}
