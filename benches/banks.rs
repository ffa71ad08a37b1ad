//! Measures how long it takes to read and check a bank of 10,000 questions.
//!
//! The reading time is a ratio to serde_json in the same run, because absolute times depend on the computer.
//! `cargo bench` prints one line per result. The two sides of a pair run alternately, and the median ratio counts.

// A benchmark should stop when something it needs is missing.
#![allow(clippy::expect_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use needlewise::bank::Question;
use needlewise::bank::catalog::Catalog;
use needlewise::bank::format::json;
use needlewise::bank::rules::check;

/// The number of pairs to measure.
const PAIRS: usize = 21;

/// The part of the file that serde_json parses for comparison. The rest of the file is small.
#[derive(serde::Deserialize)]
struct Plain {
    questions: Vec<Arc<Question>>,
}

/// Returns a bank file with copies of the built-in questions, each with its own ID and stem.
fn large(count: usize) -> String {
    let catalog = Catalog::built_in();
    let mut bank = (**catalog.banks().next().expect("a bank").value).clone();
    bank.cases.clear();
    for entry in catalog.banks().skip(1) {
        bank.objectives.extend(entry.value.objectives.iter().cloned());
        bank.sources.extend(entry.value.sources.iter().cloned());
    }
    bank.objectives.sort_by(|a, b| a.id.cmp(&b.id));
    bank.objectives.dedup_by(|a, b| a.id == b.id);
    bank.sources.sort_by(|a, b| a.id.cmp(&b.id));
    bank.sources.dedup_by(|a, b| a.id == b.id);
    let all: Vec<_> = catalog.banks().flat_map(|entry| entry.value.questions.clone()).collect();
    let copy = |n: usize| {
        let mut question = (*all[n % all.len()]).clone();
        question.id = format!("q{n}").parse().expect("an id");
        question.case = None;
        question.stem = format!("In ward {} on day {}: {}", n / all.len(), n % 365, question.stem);
        Arc::new(question)
    };
    bank.questions = (0..count).map(copy).collect();
    serde_json::to_string_pretty(&bank).expect("json")
}

fn time<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let value = run();
    (start.elapsed(), value)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let text = large(10_000);
    println!("a bank of 10,000 questions, {} MB", text.len() / 1_000_000);
    let mut ratios = Vec::new();
    for _ in 0..PAIRS {
        let (plain, parsed) = time(|| serde_json::from_str::<Plain>(&text).expect("a bank"));
        assert_eq!(parsed.questions.len(), 10_000);
        drop(parsed);
        let (ours, reading) = time(|| json::parse_bank("large.json", text.as_bytes()));
        assert!(reading.value.is_some(), "{}", reading.problems[0].render(needlewise::problem::ReportStyle::Plain));
        ratios.push(ours.as_secs_f64() / plain.as_secs_f64());
    }
    println!("reading / serde_json's typed parse: {:.2} (goal: at most 1.5)", median(ratios));

    let bank = json::parse_bank("large.json", text.as_bytes()).value.expect("a bank");
    let syllabus = Catalog::built_in().syllabus();
    let today = "2026-11-24".parse().expect("a day");
    let times = (0..5).map(|_| time(|| check(&bank, today, syllabus.as_deref())).0.as_secs_f64()).collect();
    println!("checking: {:.2} s (goal: under 1 s)", median(times));
}
