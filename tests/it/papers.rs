//! The first version of the draw still gives the same papers: a thousand of them, compared by their digests.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use needlewise::attempt::paper::{DrawVersion, Seed};
use needlewise::bank::catalog::{BankOrigin, Catalog};
use needlewise::bank::exam::Exam;
use needlewise::canonical;
use needlewise::exam::draw::{self, EarlierPaper};
use needlewise::ids::Digest;

/// Returns a path in the fixtures, which the first version made.
fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn seed(n: u64) -> Seed {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    Seed(bytes)
}

/// Returns the questions of none, one or two earlier papers of a trainee.
fn earlier(catalog: &Catalog, exam: &Exam, n: u64) -> Vec<EarlierPaper> {
    let paper = |n: u64| -> EarlierPaper {
        let chosen = draw::select(catalog, exam, &[], seed(n), DrawVersion::V1).expect("a paper").0;
        let names = chosen.iter().flat_map(|part| {
            let questions = part.selection.sets.iter().flat_map(|set| &set.questions);
            questions.map(|question| (part.section.bank.clone(), question.id.clone())).collect::<Vec<_>>()
        });
        names.collect::<HashSet<_>>()
    };
    (0..n % 3).map(|back| paper(1000 + n + back)).collect()
}

#[test]
fn a_thousand_papers_are_drawn_as_the_first_version_drew_them() {
    let mut catalog = Catalog::built_in();
    catalog.add_folder(&fixtures("banks"), &BankOrigin::DataDirectory).expect("the banks");
    assert!(catalog.problems().is_empty(), "{:?}", catalog.problems());
    let exams = ["chained", "mixed", "brief"].map(|id| catalog.exam(&id.parse().expect("an id")).expect("an exam"));
    let mut lines = String::new();
    for n in 0..1000 {
        let exam = &exams[usize::try_from(n % 3).expect("a place")].value;
        let before = earlier(&catalog, exam, n / 3);
        let paper = draw::exam(&catalog, exam, &before, seed(n), DrawVersion::V1).expect("a paper").paper;
        lines += &format!("{n} {} {} {}\n", exam.id, before.len(), Digest::of(canonical::bytes(&paper)));
    }
    let stored = std::fs::read_to_string(fixtures("papers.txt")).expect("the papers");
    for (drawn, stored) in lines.lines().zip(stored.lines()) {
        assert_eq!(drawn, stored);
    }
    assert_eq!(lines.lines().count(), stored.lines().count());
}
