//! Measures how long it takes to draw a paper from a large bank in which every two questions share a group.
//!
//! The result is a ratio to writing and reading the bank in the same run, because absolute times depend on the computer.
//! `cargo bench --bench draw` prints one line per bank size, with the median of the drawing times.

// A benchmark should stop when something it needs is missing.
#![allow(clippy::expect_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use needlewise::attempt::paper::{DrawVersion, Seed};
use needlewise::bank::catalog::{BankOrigin, Catalog};
use needlewise::bank::exam::Exam;
use needlewise::exam::draw;
use serde_json::json;

/// How often each draw is measured.
const TIMES: u8 = 5;

/// Writes a bank in which every two questions share a group, and reads it.
fn paired(folder: &Path, count: usize) -> Catalog {
    let question = |at: usize| {
        json!({
            "id": format!("q{at}"), "status": "ready", "revision": 1, "objective": "tell", "level": "recall", "kind": "choice",
            "group": format!("g{}", at / 2), "stem": format!("What about {at}?"), "rationale": "Because.",
            "sources": [{ "id": "book" }],
            "choices": [{ "text": "Right", "correct": true }, { "text": "Wrong", "harm": 1 }, { "text": "Odd", "harm": 0 }],
        })
    };
    let bank = json!({
        "format": 1, "id": "large", "title": "Large", "version": "1", "language": "en", "license": "CC0-1.0",
        "objectives": [{ "id": "tell", "text": "Tell" }], "sources": [{ "id": "book", "type": "book", "title": "A book" }],
        "questions": (0..count).map(question).collect::<Vec<_>>(),
    });
    std::fs::write(folder.join("large.json"), bank.to_string()).expect("a file");
    let mut catalog = Catalog::built_in();
    catalog.add_folder(folder, &BankOrigin::DataDirectory).expect("a folder");
    assert!(catalog.problems().is_empty());
    catalog
}

fn exam() -> Exam {
    let exam = json!({
        "format": 1, "id": "long", "title": "Long", "version": "1", "pass": 80, "minutes": 60,
        "sections": [{ "bank": "large", "questions": 50 }], "attempts": { "max": 3, "wait_hours": [24] },
        "certificate": { "valid_months": 24, "statement": "Written test only." },
    });
    serde_json::from_value(exam).expect("an exam")
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    let exam = exam();
    for count in [10_000, 40_000, 120_000] {
        let folder = tempfile::tempdir().expect("a folder");
        let start = Instant::now();
        let catalog = paired(folder.path(), count);
        let reading = start.elapsed();
        let times = (0..TIMES).map(|n| {
            let start = Instant::now();
            let (parts, _) = draw::select(&catalog, &exam, &[], Seed([n; 32]), DrawVersion::NEWEST).expect("a paper");
            assert_eq!(parts[0].selection.sets.len(), 50);
            start.elapsed()
        });
        let drawing = median(times.collect());
        let ratio = drawing.as_secs_f64() / reading.as_secs_f64();
        println!(
            "{count} paired questions: drawn in {} ms, {ratio:.2} of writing and reading them",
            drawing.as_millis()
        );
    }
}
