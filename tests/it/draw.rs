//! The draw: exact quotas, no repeats, uniform, and the same paper from the same seed.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use needlewise::attempt::fact::Started;
use needlewise::attempt::paper::Seed;
use needlewise::attempt::{Fact, Mode};
use needlewise::bank::catalog::{Catalog, Origin};
use needlewise::bank::exam::Exam;
use needlewise::clock::Timestamp;
use needlewise::ids::{BankId, Digest, TraineeId};
use needlewise::quiz::Sheet;
use needlewise::quiz::draw::chance::{Chance, Use};
use needlewise::quiz::draw::{self, Earlier, Infeasible, apportion};
use needlewise::quiz::replay::{Redrawn, replay};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{question, small_exam};

fn seed(n: u64) -> Seed {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    Seed(bytes)
}

fn choice(id: &str, critical: bool, more: Value) -> Value {
    let mut rest = json!({ "kind": "choice", "critical": critical, "choices": [
        { "text": "Right", "correct": true }, { "text": "Wrong", "harm": 2 }, { "text": "Odd", "harm": 0 }] });
    let members = rest.as_object_mut().expect("a record");
    members.extend(more.as_object().expect("a record").clone());
    question(id, rest)
}

/// A catalog with one bank `pool` of the questions given, beside the built-in ones.
fn pool(questions: &[Value]) -> (tempfile::TempDir, Catalog) {
    let home = tempfile::tempdir().expect("a folder");
    let bank = json!({
        "format": 1, "id": "pool", "title": "Pool", "version": "1", "language": "en", "license": "CC0-1.0",
        "objectives": [{ "id": "tell", "text": "Tell" }], "sources": [{ "id": "book", "type": "book", "title": "B" }],
        "cases": [{ "id": "case-1", "text": "A case" }, { "id": "case-2", "text": "Another" }],
        "questions": questions });
    std::fs::write(home.path().join("pool.json"), bank.to_string()).expect("a file");
    let catalog = with(home.path());
    assert!(catalog.problems().is_empty(), "{:?}", catalog.problems());
    (home, catalog)
}

fn with(folder: &Path) -> Catalog {
    let mut catalog = Catalog::built_in();
    catalog.add_folder(folder, &Origin::Data).expect("a folder");
    catalog
}

fn exam(questions: usize, critical: usize) -> Exam {
    let mut exam = small_exam();
    exam["sections"] = json!([{ "bank": "pool", "questions": questions, "critical": critical }]);
    serde_json::from_value(exam).expect("an exam")
}

fn plain(n: usize) -> Vec<Value> {
    (0..n).map(|at| choice(&format!("q{at}"), false, json!({}))).collect()
}

/// The ids that a seed draws, section by section, in the order they are asked.
fn ids(catalog: &Catalog, exam: &Exam, earlier: &[Earlier], seed: Seed) -> Vec<String> {
    let chosen = draw::select(catalog, exam, earlier, seed).expect("a paper").0;
    let units = chosen.iter().flat_map(|part| &part.picked.units);
    units.flat_map(|unit| &unit.questions).map(|question| question.id.to_string()).collect()
}

#[test]
fn weights_are_shared_out_by_largest_remainders() {
    assert_eq!(apportion(30, &[15, 25, 30, 20, 10]), [5, 7, 9, 6, 3]);
    assert_eq!(apportion(25, &[15, 25, 30, 20, 10]), [4, 6, 8, 5, 2]);
    assert_eq!(apportion(20, &[1, 1, 1]), [7, 7, 6]);
}

#[test]
fn every_paper_of_the_shipped_exams_meets_its_counts_without_a_repeat() {
    let catalog = Catalog::built_in();
    for exam in catalog.exams() {
        meets_its_counts(&catalog, &exam.value);
    }
}

#[track_caller]
fn meets_its_counts(catalog: &Catalog, exam: &Exam) {
    let wanted: u32 = exam.sections.iter().map(|section| section.critical).sum();
    assert_eq!(wanted, 10, "exactly ten critical questions");
    for n in 0..300 {
        let chosen = draw::select(catalog, exam, &[], seed(n)).expect("a paper").0;
        let mut seen = HashSet::new();
        let mut critical = 0;
        for (part, count) in chosen.iter().zip(draw::counts(exam)) {
            let questions: Vec<_> = part.picked.units.iter().flat_map(|unit| &unit.questions).collect();
            assert_eq!(questions.len(), count);
            let own = questions.iter().filter(|question| question.critical).count();
            assert_eq!(own, part.section.critical as usize);
            critical += own;
            let groups: Vec<_> = questions.iter().filter_map(|question| question.group.clone()).collect();
            assert_eq!(groups.iter().collect::<HashSet<_>>().len(), groups.len(), "at most one of a group");
            for question in questions {
                assert!(seen.insert((part.bank.value.id.clone(), question.id.clone())), "no repeat");
            }
        }
        assert_eq!((seen.len(), critical), (draw::counts(exam).iter().sum(), 10));
    }
}

#[test]
fn the_same_seed_gives_the_same_paper_and_another_seed_another() {
    let (_home, catalog) = pool(&plain(30));
    let paper = |n| draw::exam(&catalog, &exam(10, 0), &[], seed(n)).expect("a paper").paper;
    assert_eq!(paper(1), paper(1));
    assert_ne!(paper(1).items, paper(2).items);
}

/// Pins the streams of chance: should a library ever change them, papers of old attempts could not be drawn again.
#[test]
fn the_golden_stream_stays_as_it_is() {
    let mut chance = Chance::new(seed(42), Use::Selection);
    let numbers: Vec<_> = (0..10).map(|_| chance.below(1000)).collect();
    insta::assert_debug_snapshot!(numbers);
    let (_home, catalog) = pool(&plain(20));
    insta::assert_debug_snapshot!(ids(&catalog, &exam(8, 0), &[], seed(42)));
}

/// Chi-square of counts that should all be equal.
fn chi_square(counts: &[u32]) -> f64 {
    let expected = f64::from(counts.iter().sum::<u32>()) / f64::from(u32::try_from(counts.len()).expect("few"));
    counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

#[test]
fn every_order_of_choices_is_as_likely_as_any_other() {
    let mut orders: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
    for n in 0..12_000 {
        let mut items = vec![0, 1, 2, 3];
        Chance::new(seed(n), Use::Choices).shuffle(&mut items);
        *orders.entry(items).or_default() += 1;
    }
    assert_eq!(orders.len(), 24);
    // 23 degrees of freedom: 49.7 is passed by chance once in a thousand; the seeds are fixed.
    let counts: Vec<_> = orders.into_values().collect();
    assert!(chi_square(&counts) < 49.7, "{}", chi_square(&counts));
}

#[test]
fn a_hundred_thousand_papers_meet_every_count_and_draw_units_of_a_size_as_often_within_five_percent() {
    let mut questions: Vec<_> = (0..12).map(|at| choice(&format!("critical-{at}"), true, json!({}))).collect();
    questions.extend((0..12).map(|at| choice(&format!("plain-{at}"), false, json!({}))));
    questions
        .extend((0..4).map(|at| choice(&format!("grouped-{at}"), false, json!({ "group": format!("g{}", at / 2) }))));
    questions.extend(
        (0..4).map(|at| choice(&format!("case-{at}"), false, json!({ "case": format!("case-{}", at / 2 + 1) }))),
    );
    let (_home, catalog) = pool(&questions);
    let exam = exam(12, 6);
    let mut drawn: BTreeMap<String, u32> = BTreeMap::new();
    for n in 0..100_000 {
        let paper = ids(&catalog, &exam, &[], seed(n));
        let of = |kind: &str| paper.iter().filter(|id| id.starts_with(kind)).count();
        assert_eq!((paper.len(), of("critical")), (12, 6));
        assert_eq!(paper.iter().collect::<HashSet<_>>().len(), 12, "no repeat");
        for group in [["grouped-0", "grouped-1"], ["grouped-2", "grouped-3"]] {
            assert!(paper.iter().filter(|id| group.contains(&id.as_str())).count() < 2, "at most one of a group");
        }
        assert!(of("case") % 2 == 0, "cases whole");
        for id in paper {
            *drawn.entry(id).or_default() += 1;
        }
    }
    for kind in ["critical", "plain", "grouped", "case"] {
        let counts: Vec<_> = drawn.iter().filter(|(id, _)| id.starts_with(kind)).map(|(_, count)| *count).collect();
        let sum: u32 = counts.iter().sum();
        let expected = f64::from(sum) / f64::from(u32::try_from(counts.len()).expect("few"));
        let within = |count: &u32| (f64::from(*count) / expected - 1.0).abs() < 0.05;
        assert!(counts.len() >= 4 && counts.iter().all(within), "{kind}: {counts:?}, {expected} expected");
    }
}

#[test]
fn cases_come_whole_and_together_and_count_each_of_their_questions() {
    let mut questions = plain(6);
    for at in 0..3 {
        questions.push(choice(&format!("case-a{at}"), false, json!({ "case": "case-1" })));
        questions.push(choice(&format!("case-b{at}"), false, json!({ "case": "case-2" })));
    }
    let (_home, catalog) = pool(&questions);
    let mut with_case = 0;
    for n in 0..200 {
        let ids = ids(&catalog, &exam(5, 0), &[], seed(n));
        assert_eq!(ids.len(), 5);
        for prefix in ["case-a", "case-b"] {
            let places: Vec<_> = (0..5).filter(|at| ids[*at].starts_with(prefix)).collect();
            assert!(places.is_empty() || (places.len() == 3 && places[2] - places[0] == 2), "{ids:?}");
            with_case += usize::from(!places.is_empty());
        }
    }
    assert!(with_case > 0);
}

#[test]
fn sets_with_cases_and_groups_are_drawn_as_often_as_each_other() {
    let mut questions = plain(2);
    questions.push(choice("pair-a", false, json!({ "case": "case-1" })));
    questions.push(choice("pair-b", false, json!({ "case": "case-1" })));
    questions.push(choice("enemy-a", false, json!({ "group": "foes" })));
    questions.push(choice("enemy-b", false, json!({ "group": "foes" })));
    let (_home, catalog) = pool(&questions);
    let mut sets: BTreeMap<Vec<String>, u32> = BTreeMap::new();
    for n in 0..6_000 {
        let mut ids = ids(&catalog, &exam(2, 0), &[], seed(n));
        ids.sort();
        *sets.entry(ids).or_default() += 1;
    }
    // {q0,q1}, {pair}, and each of q0, q1 with each of the two enemies.
    assert_eq!(sets.len(), 6, "{sets:?}");
    let counts: Vec<_> = sets.into_values().collect();
    assert!(chi_square(&counts) < 20.5, "5 degrees of freedom: {}", chi_square(&counts));
}

#[test]
fn earlier_questions_are_passed_over_while_enough_remain_then_the_oldest_come_back() {
    let (_home, catalog) = pool(&plain(10));
    let exam = exam(4, 0);
    let met = |ids: &[String]| -> Earlier {
        ids.iter().map(|id| ("pool".parse().expect("an id"), id.parse().expect("an id"))).collect()
    };
    let first = ids(&catalog, &exam, &[], seed(1));
    let second = ids(&catalog, &exam, &[met(&first)], seed(2));
    assert!(second.iter().all(|id| !first.contains(id)));
    let third = ids(&catalog, &exam, &[met(&first), met(&second)], seed(3));
    assert!(third.iter().all(|id| !second.contains(id)), "two are new, the rest are of the oldest paper");
    let drawn = draw::exam(&catalog, &exam, &[met(&first)], seed(2)).expect("a paper");
    assert_eq!(drawn.paper.sections[0].passed_over.len(), 4, "what was passed over is stored");
}

#[test]
fn a_section_that_cannot_be_filled_is_an_error_that_names_it() {
    let (_home, catalog) = pool(&plain(3));
    let wants_more = draw::exam(&catalog, &exam(4, 0), &[], seed(1)).expect_err("too few");
    insta::assert_snapshot!(wants_more, @r#"section 1 ("pool") wants 4 questions, 0 of them critical; its pool has 3, 0 of them critical, and no set of them fits"#);
    assert!(matches!(draw::feasible(&catalog, &exam(2, 1)), Err(Infeasible::Short { .. })), "no critical ones there");
    let mut elsewhere = small_exam();
    elsewhere["sections"][0]["bank"] = json!("nowhere");
    let elsewhere: Exam = serde_json::from_value(elsewhere).expect("an exam");
    let missing = draw::feasible(&catalog, &elsewhere).expect_err("no bank");
    insta::assert_snapshot!(missing, @r#"section 1 draws from the bank "nowhere", which is not there"#);
}

#[test]
fn two_sections_of_one_bank_share_no_question() {
    let (_home, catalog) = pool(&plain(8));
    let mut both = small_exam();
    both["sections"] = json!([{ "bank": "pool", "questions": 4 }, { "bank": "pool", "questions": 4 }]);
    let both: Exam = serde_json::from_value(both).expect("an exam");
    for n in 0..50 {
        let ids = ids(&catalog, &both, &[], seed(n));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 8);
    }
}

#[test]
fn fixed_orders_are_kept_and_a_last_choice_stays_last() {
    let choices = |order: &str| {
        json!({ "order": order, "choices": [
            { "text": "a", "correct": true }, { "text": "z", "position": "last", "harm": 0 }, { "text": "b", "harm": 0 },
            { "text": "c", "harm": 0 }] })
    };
    let ask = |order| {
        let question: needlewise::bank::Question =
            serde_json::from_value(choice("q", false, choices(order))).expect("a question");
        question.ask
    };
    for n in 0..50 {
        let order = |kind| draw::arrange(&ask(kind), &mut Chance::new(seed(n), Use::Choices));
        assert_eq!(order("shuffled").last(), Some(&1));
        assert_eq!(order("numeric"), [0, 1, 2, 3]);
        assert_eq!(order("fixed"), [0, 1, 2, 3]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_pool_gives_its_quota_or_an_error(plain_count in 0_usize..12, critical in 0_usize..6, want in 1_usize..12, want_critical in 0_usize..5, n: u64) {
        let mut questions: Vec<_> = (0..critical).map(|at| choice(&format!("c{at}"), true, json!({}))).collect();
        questions.extend(plain(plain_count));
        prop_assume!(!questions.is_empty());
        let (_home, catalog) = pool(&questions);
        let exam = exam(want.max(want_critical), want_critical);
        let fits = want_critical <= critical && want.max(want_critical) - want_critical <= plain_count;
        let drawn = draw::select(&catalog, &exam, &[], seed(n)).map(|(chosen, _)| chosen);
        prop_assert_eq!(drawn.is_ok(), fits);
        if let Ok(chosen) = drawn {
            let questions: Vec<_> = chosen[0].picked.units.iter().flat_map(|unit| &unit.questions).collect();
            prop_assert_eq!(questions.len(), want.max(want_critical));
            prop_assert_eq!(questions.iter().filter(|q| q.critical).count(), want_critical);
            prop_assert_eq!(questions.iter().map(|q| &q.id).collect::<HashSet<_>>().len(), questions.len());
        }
    }
}

#[test]
fn sections_that_take_each_others_questions_are_drawn_anew_and_drawn_again_the_same() {
    // The first section must leave those three that the second needs, and passes over what an earlier paper had.
    let own = |at: usize, level: &str| choice(&format!("q{at}"), false, json!({ "level": level }));
    let questions: Vec<_> = (0..7).map(|at| own(at, if at < 3 { "analysis" } else { "recall" })).collect();
    let (_home, catalog) = pool(&questions);
    let mut both = small_exam();
    both["sections"] =
        json!([{ "bank": "pool", "questions": 3 }, { "bank": "pool", "level": "analysis", "questions": 3 }]);
    let both: Exam = serde_json::from_value(both).expect("an exam");
    let mut anew = 0;
    for n in 0..60 {
        let bank: BankId = "pool".parse().expect("an id");
        let had = (0..n % 3).map(|at| (bank.clone(), format!("q{}", at * 3).parse().expect("an id"))).collect();
        let drawn = draw::exam(&catalog, &both, &[had], seed(n)).expect("a paper");
        anew += drawn.paper.anew;
        let trainee = TraineeId::new(Timestamp::from_millis(0), [0; 10]);
        let started = Started { trainee, mode: Mode::Exam, limit: None, paper: drawn.paper, invigilated: None };
        let content = |digest: Digest| drawn.content.get(&digest).cloned();
        let sheet = Arc::new(Sheet::open(&started, content).expect("a sheet"));
        let replay = replay(&sheet, &[Fact::Started(started)], content).expect("a replay");
        assert_eq!(replay.paper, Redrawn::Same, "seed {n}");
    }
    assert!(anew > 60, "draws began anew {anew} times");
}
