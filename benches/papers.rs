//! Draws 10,000 papers of each built-in exam and counts how often a paper has a critical question on each safety rule.
//!
//! `cargo bench --bench papers` prints the share of papers for each exam and rule, as the README lists them. It stops if a
//! paper holds two questions of one exclusion group.

// A benchmark should stop when something it needs is missing.
#![allow(clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use needlewise::attempt::paper::{DrawVersion, Seed};
use needlewise::bank::catalog::Catalog;
use needlewise::bank::exam::Exam;
use needlewise::exam::draw;

const PAPERS: u32 = 10_000;

/// Returns for each safety rule on how many papers a critical question covers it.
fn gated_rules(catalog: &Catalog, exam: &Exam) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for number in 0..PAPERS {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_le_bytes());
        let (parts, _) = draw::select(catalog, exam, &[], Seed(seed), DrawVersion::NEWEST).expect("a paper");
        let questions: Vec<_> =
            parts.iter().flat_map(|part| &part.selection.sets).flat_map(|set| &set.questions).collect();
        let groups: Vec<_> = questions.iter().filter_map(|question| question.group.as_ref()).collect();
        assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), groups.len(), "two questions of one group");
        let critical = questions.iter().filter(|question| question.critical);
        let rules: BTreeSet<_> =
            critical.flat_map(|question| &question.covers).filter(|id| id.starts_with("SC-")).collect();
        rules.into_iter().for_each(|rule| *counts.entry(rule.clone()).or_insert(0) += 1);
    }
    counts
}

fn main() {
    let catalog = Catalog::built_in();
    let exams: Vec<_> = catalog.exams().map(|exam| (&exam.value, gated_rules(&catalog, &exam.value))).collect();
    let rules: BTreeSet<_> = exams.iter().flat_map(|(_, counts)| counts.keys()).collect();
    for rule in rules {
        let share = |counts: &BTreeMap<String, u32>| 100 * counts.get(rule).copied().unwrap_or(0) / PAPERS;
        let shares: Vec<_> = exams.iter().map(|(exam, counts)| format!("{} {} %", exam.id, share(counts))).collect();
        println!("{rule}: {}", shares.join(", "));
    }
}
