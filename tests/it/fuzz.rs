//! Replays the corpora of the fuzzer, and mutated copies of real files, through every target.

use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::source::root;
use crate::targets::{SLOW, TARGETS};

/// How many mutated copies of its seeds a target gets in a test run.
const MUTATIONS: usize = 400;
const SLOW_MUTATIONS: usize = 12;

/// Real files from which the mutations of a target start.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = |path: &str, endings: &[&str]| -> Vec<Vec<u8>> {
        let mut files: Vec<_> = std::fs::read_dir(root().join(path))
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| {
                path.is_file() && endings.iter().any(|ending| path.extension().is_some_and(|it| it == *ending))
            })
            .collect();
        files.sort();
        files.iter().take(8).map(|path| std::fs::read(path).expect("a file")).collect()
    };
    let text = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    match target {
        "bank" => {
            [folder("tests/fixtures/check-corpus", &["json"]), folder("question-banks/exams", &["json"])].concat()
        }
        "reading" => folder("question-banks/course", &["md"]),
        "roster" => text(&[
            "name,staff_id,license\n\"Okafor, Amira\",17,PT 1\nZoë,,\n",
            "sep=;\r\nNachname;Vorname;Personal-Nr.\r\nMüller;Jürgen;007\r\n",
            "PK\u{3}\u{4}",
        ]),
        "facts" => text(&[
            "person.added/1\n{\"name\":\"A\"}",
            "attempt.answered/1\n{\"item\":0,\"answer\":null,\"elapsed\":1}",
            "renamed\n{\"name\":\"B\",\"time_factor\":\"1.5\"}",
            "issued\n{}",
        ]),
        "credential" => folder("tests/fixtures/certificates", &["json", "svg", "png", "pdf"]),
        "bundle" => folder("tests/fixtures/bundles", &["json"]),
        "request" => folder("tests/fixtures/requests", &["json"]),
        "trust" => folder("tests/fixtures/clinic", &["json"]),
        "store" => folder("tests/fixtures/open", &["db"]),
        "plain" => text(&["a\nb\n\nsubmit\nyes\n", "time\nflag\n1,5\nclear\nq\n", "a ?\n2 !\n\u{1b}[A\n"]),
        _ => text(&["e enter enter y", "\u{1b}[200~paste\u{1b}[201~", "NCFOXN70$9GVV3K%RM7G6/8Z"]),
    }
}

/// Returns a copy of a seed with a few changes: bytes flipped, cut out, repeated, or taken from another seed.
fn mutated(seeds: &[Vec<u8>], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut pick = |count: usize| usize::try_from(rng.next_u64() % (count.max(1) as u64)).expect("small");
    let mut bytes = seeds[pick(seeds.len())].clone();
    for _ in 0..=pick(4) {
        let (start, length) = (pick(bytes.len() + 1), pick(20));
        let end = (start + length).min(bytes.len());
        match pick(5) {
            0 if start < bytes.len() => bytes[start] ^= 1 << pick(8),
            1 => drop(bytes.drain(start..end)),
            2 => {
                let part = bytes[start..end].to_vec();
                bytes.splice(start..start, part);
            }
            3 => bytes.truncate(start),
            _ => {
                let other = &seeds[pick(seeds.len())];
                let from = pick(other.len() + 1);
                bytes.splice(start..end, other[from..(from + length).min(other.len())].iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn no_input_makes_a_target_panic() {
    for (index, (name, target)) in TARGETS.iter().enumerate() {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let corpus = root().join("tests/fuzz/corpus").join(name);
        let known = std::fs::read_dir(&corpus).into_iter().flatten().map(|entry| entry.expect("an entry").path());
        for path in known.filter(|path| path.is_file()) {
            run(name, *target, &std::fs::read(&path).expect("a file"), &path);
        }
        let mut rng = ChaCha20Rng::seed_from_u64(index as u64);
        let count = if SLOW.contains(name) { SLOW_MUTATIONS } else { MUTATIONS };
        for _ in 0..count {
            run(name, *target, &mutated(&seeds, &mut rng), Path::new("a mutation"));
        }
    }
}

/// Runs a target. A panic prints the input, so that it can be added to the corpus.
fn run(name: &str, target: fn(&[u8]), bytes: &[u8], origin: &Path) {
    let outcome = std::panic::catch_unwind(|| target(bytes));
    assert!(outcome.is_ok(), "{name}, {}: {}", origin.display(), String::from_utf8_lossy(bytes));
}

#[test]
fn every_corpus_belongs_to_a_target() {
    let folders = std::fs::read_dir(root().join("tests/fuzz/corpus")).into_iter().flatten();
    for folder in folders.map(|entry| entry.expect("an entry")).filter(|entry| entry.path().is_dir()) {
        let name = folder.file_name().to_string_lossy().into_owned();
        assert!(TARGETS.iter().any(|(target, _)| *target == name), "{name}");
    }
}
