//! Compares two versions of a bank: what an editor changed, and what should have changed with it.

use std::collections::{BTreeSet, HashMap};

use super::Bank;
use super::question::{Choice, Question, QuestionKind};
use super::rules::jaccard_of_texts;
use super::validate::Finding;
use crate::problem::Severity;

/// From this share of common words on, a stem counts as reworded, below it as another question.
const SAME_QUESTION_MIN: f64 = 0.3;

/// From this share of common words on, a key counts as the same one in other words.
const SAME_KEY_MIN: f64 = 0.5;

/// From this share of equal letters on, a text counts as the same one with another spelling.
const SAME_LETTERS_MIN: f64 = 0.75;

/// What happened to a question between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuestionChange {
    /// It is new.
    Added,
    /// It is no longer there.
    Removed,
    /// Its key is another one.
    KeyChanged,
    /// It has the ID of a question that asked something else.
    IdReused,
    /// Its stem, its choices or its explanations have other words.
    Reworded,
    /// Only its status, review or waivers changed.
    Metadata,
}

/// A question that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedQuestion {
    pub id: String,
    pub change: QuestionChange,
    /// The index in the new version; `None` if it was removed.
    pub index: Option<usize>,
    /// The revisions before and after; `None` where the question does not exist.
    pub revisions: (Option<u32>, Option<u32>),
    /// Whether it kept a clinician's review that was of the text before.
    pub has_stale_review: bool,
}

/// Returns the questions that differ, in the order of the new version, and then those that were removed.
pub fn compare(old: &Bank, new: &Bank) -> Vec<ChangedQuestion> {
    let old_questions: HashMap<_, _> = old.questions.iter().map(|question| (&question.id, &**question)).collect();
    let new_ids: BTreeSet<_> = new.questions.iter().map(|question| &question.id).collect();
    let mut changes = Vec::new();
    for (index, question) in new.questions.iter().enumerate() {
        let before = old_questions.get(&question.id).copied();
        let Some(change) = change_of(before, question) else { continue };
        let is_other_content =
            matches!(change, QuestionChange::KeyChanged | QuestionChange::IdReused | QuestionChange::Reworded);
        changes.push(ChangedQuestion {
            id: question.id.to_string(),
            change,
            index: Some(index),
            revisions: (before.map(|before| before.revision), Some(question.revision)),
            has_stale_review: is_other_content
                && question.reviewed.is_some()
                && before.is_some_and(|before| before.reviewed == question.reviewed),
        });
    }
    let removed = old.questions.iter().filter(|question| !new_ids.contains(&question.id));
    changes.extend(removed.map(|question| ChangedQuestion {
        id: question.id.to_string(),
        change: QuestionChange::Removed,
        index: None,
        revisions: (Some(question.revision), None),
        has_stale_review: false,
    }));
    changes
}

fn change_of(before: Option<&Question>, question: &Question) -> Option<QuestionChange> {
    let Some(before) = before else { return Some(QuestionChange::Added) };
    if before == question {
        None
    } else if has_other_key(before, question) {
        // With the key, another stem makes another question. A stem alone can be reworded.
        let has_other_stem = jaccard_of_texts(&before.stem, &question.stem) < SAME_QUESTION_MIN;
        Some(if has_other_stem { QuestionChange::IdReused } else { QuestionChange::KeyChanged })
    } else if before.content_json() != question.content_json() {
        Some(QuestionChange::Reworded)
    } else {
        Some(QuestionChange::Metadata)
    }
}

/// Returns whether another answer is correct now. A key that only has other words is still the same.
fn has_other_key(before: &Question, after: &Question) -> bool {
    match (&before.kind, &after.kind) {
        (
            QuestionKind::Choice { choices: old, select: old_select, .. },
            QuestionKind::Choice { choices: new, select: new_select, .. },
        ) => {
            let same_text = |choice: &Choice| old.iter().find(|old| old.text.eq_ignore_ascii_case(&choice.text));
            let is_flipped = |choice: &Choice| same_text(choice).is_some_and(|old| old.correct != choice.correct);
            let keys = |choices: &[Choice]| choices.iter().filter(|choice| choice.correct).cloned().collect::<Vec<_>>();
            let (old_keys, new_keys) = (keys(old), keys(new));
            let is_in = |key: &Choice, keys: &[Choice]| keys.iter().any(|other| is_same_text(&key.text, &other.text));
            old_select != new_select
                || new.iter().any(is_flipped)
                || !new_keys.iter().all(|key| is_in(key, &old_keys))
                || !old_keys.iter().all(|key| is_in(key, &new_keys))
        }
        (QuestionKind::TrueFalse { answer: old, .. }, QuestionKind::TrueFalse { answer: new, .. }) => old != new,
        (QuestionKind::Text { accept: old }, QuestionKind::Text { accept: new }) => {
            // One more accepted spelling makes no answer wrong.
            !old.iter().all(|text| new.contains(text))
        }
        (
            QuestionKind::Number { answer: old, tolerance: old_tolerance, unit: old_unit },
            QuestionKind::Number { answer: new, tolerance: new_tolerance, unit: new_unit },
        ) => (old, old_tolerance, old_unit) != (new, new_tolerance, new_unit),
        (QuestionKind::Order { items: old }, QuestionKind::Order { items: new }) => {
            let place = |text: &str| new.iter().position(|item| is_same_text(&item.text, text));
            let places: Vec<_> = old.iter().filter_map(|item| place(&item.text)).collect();
            places.len() != old.len() || old.len() != new.len() || !places.is_sorted()
        }
        (QuestionKind::Match { pairs: old, .. }, QuestionKind::Match { pairs: new, .. }) => {
            let partner = |left: &str| new.iter().find(|pair| is_same_text(&pair.left, left));
            old.iter().any(|pair| partner(&pair.left).is_none_or(|new| !is_same_text(&new.right, &pair.right)))
        }
        _ => true,
    }
}

/// Returns whether two texts are the same but for their words: most words, or most letters, are equal.
fn is_same_text(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    one == other
        || jaccard_of_texts(&one, &other) >= SAME_KEY_MIN
        || strsim::normalized_levenshtein(&one, &other) >= SAME_LETTERS_MIN
}

/// Returns what the author should have done with the changes: raise a revision, keep an ID, or renew a review. The pointers
/// are those of the new version.
pub fn check_changes(changes: &[ChangedQuestion]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |severity, pointer: String, message: String, help: &str| {
        findings.push(Finding { rule: "against", severity, pointer, message, help: help.to_owned() });
    };
    for ChangedQuestion { id, change, index, revisions, has_stale_review } in changes {
        let pointer = |member: &str| index.map_or_else(String::new, |index| format!("/questions/{index}/{member}"));
        let is_raised = matches!(revisions, (Some(before), Some(after)) if after > before);
        if let (Some(before), Some(after)) = revisions
            && after < before
        {
            report(
                Severity::Error,
                pointer("revision"),
                format!("the revision went back from {before} to {after}"),
                "Give it a number that is not lower than before: answers and reports name the revision",
            );
        }
        match change {
            QuestionChange::KeyChanged if !is_raised => report(
                Severity::Error,
                pointer("revision"),
                format!("the key changed, but the revision is still {}", revisions.1.unwrap_or(1)),
                "Raise \"revision\", so that answers to the old key do not count for the new one",
            ),
            QuestionChange::IdReused => report(
                Severity::Error,
                pointer("id"),
                format!("the ID \"{id}\" belonged to another question"),
                "Give the new question an ID of its own, and keep the old one as \"retired\"",
            ),
            QuestionChange::Removed => report(
                Severity::Warning,
                "/questions".to_owned(),
                format!("the question \"{id}\" was removed"),
                "Set its \"status\" to \"retired\" instead, so that its ID is never used again",
            ),
            _ => {}
        }
        if *has_stale_review {
            let help = "Ask for a new review, or delete \"reviewed\"";
            report(
                Severity::Warning,
                pointer("reviewed"),
                "the review is of the text before this change".to_owned(),
                help,
            );
        }
    }
    findings
}
