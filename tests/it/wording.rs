//! Tests whether a test-wise candidate, who knows nothing about needling, can guess the shipped questions. Each test tries a
//! trick that such candidates use: they look at the length of choices, at absolute and vague words, and at words that the
//! key shares with the stem or with the other choices.
//!
//! Whether a key is easy to guess because it is safe, such as "call 911", is no question of wording, so no test looks at it.

use std::collections::BTreeSet;

use needlewise::bank::catalog::Catalog;
use needlewise::bank::question::{QuestionKind, SelectCount};

/// How much more often than by chance a trick may find the key, in percentage points.
const TOLERANCE: f64 = 10.0;

/// Words that leave no exception.
const ABSOLUTE: &[&str] =
    &["always", "never", "none", "impossible", "completely", "absolutely", "guaranteed", "all", "every", "only"];

/// Words that leave room.
const VAGUE: &[&str] = &["may", "might", "can", "could", "usually", "often", "sometimes", "likely", "possible", "some"];

/// A question as a candidate sees it, and its key.
struct Seen {
    bank: String,
    stem: String,
    choices: Vec<String>,
    key: usize,
}

/// Returns every ready question with exactly one key.
fn shipped() -> Vec<Seen> {
    let catalog = Catalog::built_in();
    let mut seen = Vec::new();
    for bank in catalog.banks() {
        for question in bank.value.ready_questions() {
            let QuestionKind::Choice { choices, select: SelectCount::One, .. } = &question.kind else { continue };
            seen.push(Seen {
                bank: bank.value.id.to_string(),
                stem: question.stem.clone(),
                choices: choices.iter().map(|choice| choice.text.clone()).collect(),
                key: choices.iter().position(|choice| choice.correct).expect("a key"),
            });
        }
    }
    seen
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Returns the longer words of a text without their endings. They carry its meaning.
fn content(text: &str) -> BTreeSet<String> {
    let root = |word: String| {
        ["ing", "ed", "es", "s"].iter().find_map(|end| word.strip_suffix(end).map(str::to_owned)).unwrap_or(word)
    };
    words(text).into_iter().filter(|word| word.chars().count() >= 5).map(root).collect()
}

/// A trick: how attractive a choice of a question is. The candidate takes the most attractive choice, or guesses among
/// those that are equally attractive.
type Trick = fn(&Seen, usize) -> usize;

/// Returns how often a trick finds the key, and how often chance does, in percent.
fn success(questions: &[&Seen], trick: Trick) -> (f64, f64) {
    let percent = |sum: f64| 100.0 * sum / f64::from(u32::try_from(questions.len()).expect("few"));
    let share = |count: usize| 1.0 / f64::from(u32::try_from(count).expect("few"));
    let hit = |seen: &&Seen| {
        let values: Vec<_> = (0..seen.choices.len()).map(|choice| trick(seen, choice)).collect();
        let best = values.iter().max().copied().unwrap_or(0);
        let tied = values.iter().filter(|value| **value == best).count();
        if values[seen.key] == best { share(tied) } else { 0.0 }
    };
    let chance: f64 = questions.iter().map(|seen| share(seen.choices.len())).sum();
    (percent(questions.iter().map(hit).sum()), percent(chance))
}

fn count_of(list: &[&str], seen: &Seen, choice: usize) -> usize {
    words(&seen.choices[choice]).iter().filter(|word| list.contains(&word.as_str())).count()
}

/// How many words the choice shares with the stem.
fn echoes(seen: &Seen, choice: usize) -> usize {
    content(&seen.choices[choice]).intersection(&content(&seen.stem)).count()
}

/// How many words the choice shares with the other choices.
fn convergence(seen: &Seen, choice: usize) -> usize {
    let own = content(&seen.choices[choice]);
    let others = seen.choices.iter().enumerate().filter(|(other, _)| *other != choice);
    others.map(|(_, text)| own.intersection(&content(text)).count()).sum()
}

const TRICKS: &[(&str, Trick)] = &[
    ("the longest choice", |seen, choice| seen.choices[choice].chars().count()),
    ("the shortest choice", |seen, choice| usize::MAX - seen.choices[choice].chars().count()),
    ("the choice without absolute words", |seen, choice| usize::MAX - count_of(ABSOLUTE, seen, choice)),
    ("the choice with vague words", |seen, choice| count_of(VAGUE, seen, choice)),
    ("the choice that repeats the stem", echoes),
    ("the choice that has the most in common with the others", convergence),
];

#[test]
fn no_trick_finds_the_keys_of_the_shipped_questions() {
    let all = shipped();
    for (name, trick) in TRICKS {
        let (found, chance) = success(&all.iter().collect::<Vec<_>>(), *trick);
        assert!(
            found <= chance + TOLERANCE,
            "{name} is the key in {found:.0} % of all questions, by chance in {chance:.0} %"
        );
    }
}

#[test]
fn in_no_bank_is_the_key_too_often_the_longest_or_the_shortest_choice() {
    let all = shipped();
    let banks: BTreeSet<_> = all.iter().map(|seen| seen.bank.as_str()).collect();
    for bank in banks {
        let questions: Vec<_> = all.iter().filter(|seen| seen.bank == bank).collect();
        for (name, trick) in &TRICKS[..2] {
            let (found, chance) = success(&questions, *trick);
            assert!(
                (found - chance).abs() <= TOLERANCE,
                "{bank}: {name} is the key in {found:.0} %, by chance in {chance:.0} %"
            );
        }
    }
}

#[test]
fn lengths_of_choices_are_close() {
    let all = shipped();
    let banks: BTreeSet<_> = all.iter().map(|seen| seen.bank.as_str()).collect();
    let is_close = |seen: &&&Seen| {
        let lengths = || seen.choices.iter().map(|choice| choice.chars().count());
        let (least, most) = (lengths().min().unwrap_or(0), lengths().max().unwrap_or(0));
        // A difference of a short word is no cue, even between very short choices.
        10 * most <= 13 * least || most - least <= 6
    };
    for bank in banks {
        let questions: Vec<_> = all.iter().filter(|seen| seen.bank == bank).collect();
        let close = questions.iter().filter(is_close).count();
        assert!(100 * close >= 80 * questions.len(), "{bank}: {close} of {} questions", questions.len());
    }
}

#[test]
fn a_planted_cue_is_found() {
    let mut all = shipped();
    for seen in &mut all {
        seen.choices[seen.key].push_str(" and that may be so in some of these patients");
    }
    let questions: Vec<_> = all.iter().collect();
    for name in ["the longest choice", "the choice with vague words"] {
        let (_, trick) = TRICKS.iter().find(|(known, _)| *known == name).expect("a trick");
        let (found, chance) = success(&questions, *trick);
        assert!(found > chance + TOLERANCE, "{name}: {found:.0} %");
    }
}

#[test]
fn no_stem_speaks_of_a_document_that_nobody_can_open() {
    let phrases = ["the article", "the sources", "this course", "the leaflet"];
    for seen in shipped() {
        let stem = seen.stem.to_lowercase();
        let found = phrases.iter().find(|phrase| stem.contains(**phrase));
        assert!(found.is_none(), "{}: {}", seen.bank, seen.stem);
    }
}
