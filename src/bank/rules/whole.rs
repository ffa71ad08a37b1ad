//! Rules about a bank as a whole. Each hit is charged to a question, where it can be waived.

use std::collections::{BTreeSet, HashMap};

use crate::bank::question::ChoiceOrder;
use crate::bank::rules::words::jaccard;
use crate::bank::rules::{BankContext, QuestionContext, QuestionKind, RuleHit, error, warn};

/// The fewest questions of which a share says anything.
const ENOUGH: usize = 20;

/// L02: the key is the longest option more often than chance and two standard deviations allow.
///
/// With p the chance of a key to be the longest (one in the average number of options) and n questions, the bound is
/// p + 2·√(p(1−p)/n). A question that waives the rule is not counted.
pub(super) fn length_bias(book: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let counted = |(_, view): &(usize, &QuestionContext<'_>)| view.key().is_some() && !view.waives("L02");
    let single: Vec<_> = book.views.iter().enumerate().filter(counted).collect();
    let longest = |(_, view): &&(usize, &QuestionContext<'_>)| {
        let key = view.key().map_or(0, |(_, key)| key.words.len());
        view.wrong().all(|option| option.words.len() < key)
    };
    let long: Vec<_> = single.iter().filter(longest).collect();
    let (n, hits) = (single.len(), long.len());
    let options: usize = single.iter().map(|(_, view)| view.options.len()).sum();
    if n < ENOUGH || options == 0 {
        return Vec::new();
    }
    let p = n as f64 / options as f64;
    let bound = p + 2.0 * (p * (1.0 - p) / n as f64).sqrt();
    let Some((at, _)) = long.first().filter(|_| hits as f64 / n as f64 > bound) else { return Vec::new() };
    let message =
        format!("the key is the longest option in {hits} of {n} questions; chance allows {:.0}", bound * n as f64);
    vec![(*at, error("/choices", message, "Shorten keys and lengthen wrong options, here and elsewhere."))]
}

/// L23: more than 15 % of the questions are true or false.
pub(super) fn true_false_share(book: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let counted: Vec<_> = book.views.iter().enumerate().filter(|(_, view)| !view.waives("L23")).collect();
    let truths = || counted.iter().filter(|(_, view)| matches!(view.question.ask, QuestionKind::TrueFalse { .. }));
    let (n, all) = (truths().count(), counted.len());
    let first = truths().next().filter(|_| all >= ENOUGH && 100 * n > 15 * all);
    let message = format!("{n} of {all} questions are true or false");
    let hit = |(at, _): &(usize, &QuestionContext<'_>)| (*at, warn("/kind", message, "Ask some of them as a choice."));
    first.map(hit).into_iter().collect()
}

/// The value that chi-square passes by chance once in a hundred, for one to nine degrees of freedom.
const CHI_SQUARE_1_PERCENT: [f64; 9] = [6.635, 9.210, 11.345, 13.277, 15.086, 16.812, 18.475, 20.090, 21.666];

/// The fewest questions of a fixed order of which places say anything.
const PLACES: usize = 40;

/// L24: among questions whose choices are not shuffled, keys stand in some places too often, or six times in a row.
pub(super) fn key_position(book: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let fixed = |view: &QuestionContext<'_>| {
        matches!(view.question.ask, QuestionKind::Choice { order: ChoiceOrder::Fixed, .. })
    };
    let counted: Vec<(usize, usize, usize)> = book
        .views
        .iter()
        .enumerate()
        .filter(|(_, view)| fixed(view) && !view.waives("L24"))
        .filter_map(|(at, view)| view.key().map(|(place, _)| (at, place, view.options.len())))
        .collect();
    let help = "Let the choices be shuffled, or vary where the key stands.";
    if let Some(run) = counted.windows(6).find(|run| run.iter().all(|(_, place, _)| *place == run[0].1)) {
        return vec![(
            run[5].0,
            warn("/choices", "the key stands in the same place six times in a row".to_owned(), help),
        )];
    }
    let places = counted.iter().map(|(.., options)| *options).max().unwrap_or(0);
    let Some(bound) = places.checked_sub(2).and_then(|at| CHI_SQUARE_1_PERCENT.get(at)) else { return Vec::new() };
    let expected = |place: usize| {
        let chance = |options: &usize| if place < *options { 1.0 / *options as f64 } else { 0.0 };
        counted.iter().map(|(.., options)| chance(options)).sum::<f64>()
    };
    let found = |place: usize| counted.iter().filter(|(_, key, _)| *key == place).count() as f64;
    let chi: f64 = (0..places).map(|place| (found(place) - expected(place)).powi(2) / expected(place)).sum();
    match counted.last() {
        Some((at, ..)) if counted.len() >= PLACES && chi > *bound => {
            vec![(*at, warn("/choices", format!("keys favor some places (chi-square {chi:.1})"), help))]
        }
        _ => Vec::new(),
    }
}

/// Finds the questions whose set of words holds each word; shortest lists lead to few comparisons.
fn index<'a>(sets: impl Iterator<Item = &'a BTreeSet<String>>) -> HashMap<&'a str, Vec<usize>> {
    let mut index: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, set) in sets.enumerate() {
        for stem in set {
            index.entry(stem).or_default().push(at);
        }
    }
    index
}

/// L25: all words of a key that say something stand in the stem of another question, and not in its own.
///
/// Questions of one group are never on one paper.
pub(super) fn cueing(book: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let stems = index(book.views.iter().map(|view| &view.stem.content));
    let mut hits = Vec::new();
    for (at, view) in book.views.iter().enumerate() {
        for (place, key) in view.keys() {
            let words: Vec<_> = key.words.content.iter().filter(|stem| stem.chars().count() >= 5).collect();
            if words.len() < 2 || words.iter().all(|stem| view.stem.content.contains(*stem)) {
                continue;
            }
            let empty = Vec::new();
            let lists: Vec<_> = words.iter().map(|stem| stems.get(stem.as_str()).unwrap_or(&empty)).collect();
            let Some(shortest) = lists.iter().min_by_key(|list| list.len()) else { continue };
            let grouped = |other: &QuestionContext<'_>| {
                view.question.group.is_some() && view.question.group == other.question.group
            };
            let told = shortest.iter().copied().find(|other| {
                *other != at
                    && lists.iter().all(|list| list.binary_search(other).is_ok())
                    && !grouped(&book.views[*other])
            });
            if let Some(other) = told {
                let message = format!("the stem of \"{}\" says this key", book.views[other].question.id);
                hits.push((
                    at,
                    warn(format!("/choices/{place}/text"), message, "Put both into one group, or reword one of them."),
                ));
            }
        }
    }
    hits
}

/// How alike two stems are that say the same.
const ALIKE: f64 = 0.85;

/// L45: a stem that shares 85 % of its words with an earlier one.
///
/// Two such sets share one of their rarest words (the rarest n − ⌈0.85·n⌉ + 1), so only those are looked up.
pub(super) fn near_duplicates(book: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let stems = index(book.views.iter().map(|view| &view.stem.content));
    let how_many = |stem: &str| stems.get(stem).map_or(0, Vec::len);
    let mut rare: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut hits = Vec::new();
    for (at, view) in book.views.iter().enumerate() {
        let own = &view.stem.content;
        let mut words: Vec<_> = own.iter().map(String::as_str).collect();
        words.sort_by_key(|stem| (how_many(stem), *stem));
        // Whole numbers keep the rounding up exact: 85 % of n.
        words.truncate(own.len() - (own.len() * 85).div_ceil(100) + 1);
        let mut earlier = words.iter().filter_map(|stem| rare.get(stem)).flatten().copied();
        // Two cases may ask the same of two patients.
        let alike = |other: &usize| {
            let other = &book.views[*other];
            view.question.case == other.question.case && jaccard(own, &other.stem.content) >= ALIKE
        };
        if let Some(other) = earlier.find(alike) {
            let message = format!("the stem says what that of \"{}\" says", book.views[other].question.id);
            hits.push((at, warn("/stem", message, "Delete or reword one of the two.")));
        }
        for stem in words {
            rare.entry(stem).or_default().push(at);
        }
    }
    hits
}
