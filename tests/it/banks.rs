//! Reading banks and exams: every problem is reported once with its place, and no input causes a panic.

use needlewise::bank::format::json;
use needlewise::problem::{Problem, ReportStyle, Severity};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{question, shipped, small_bank, small_exam};

fn problems(text: impl AsRef<[u8]>) -> Vec<Problem> {
    json::parse_bank("bank.json", text.as_ref()).problems
}

/// Returns the rule, line, column and JSON pointer of each problem.
fn places(text: impl AsRef<[u8]>) -> Vec<String> {
    let place = |problem: &Problem| {
        let (line, column) = problem.location.line_column();
        format!("{} {line}:{column} {}", problem.rule, problem.location.pointer)
    };
    problems(text).iter().map(place).collect()
}

fn drawn(text: &str) -> String {
    let drawn: Vec<_> = problems(text).iter().map(|problem| problem.render(ReportStyle::Plain)).collect();
    drawn.join("\n\n")
}

fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut bank = small_bank();
    change(&mut bank);
    serde_json::to_string_pretty(&bank).expect("json")
}

#[test]
fn every_shipped_bank_and_exam_is_clean_and_read_in_one_pass() {
    for folder in ["", "exams"] {
        for entry in std::fs::read_dir(shipped().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "json") {
                let reading = json::parse_any(&path.to_string_lossy(), &std::fs::read(&path).expect("a file"));
                assert!(reading.problems().is_empty(), "{}", reading.problems()[0].render(ReportStyle::Plain));
            }
        }
    }
}

#[test]
fn an_exam_with_errors_hides_the_built_in_one_from_any_folder() {
    use needlewise::bank::catalog::{BankOrigin, Catalog, CatalogMiss};
    let id = "foundations".parse().expect("an id");
    let broken = std::fs::read_to_string(shipped().join("exams/foundations.json")).expect("an exam");
    let broken = broken.replace("\"sections\"", "\"attempt\": 0, \"sections\"");
    for (place, text) in [("", broken.as_str()), ("exams", &broken), ("", "{ not JSON"), ("exams", "{ not JSON")] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join(place)).expect("a folder");
        std::fs::write(folder.path().join(place).join("foundations.json"), text).expect("a file");
        let mut catalog = Catalog::built_in();
        catalog.add_folder(folder.path(), &BankOrigin::DataDirectory).expect("readable");
        assert_eq!(catalog.exam(&id).err(), Some(CatalogMiss::Broken), "{place}: {text:.12}");
        assert!(!catalog.problems().is_empty());
    }
}

#[test]
fn the_summary_of_a_shipped_bank_matches_its_full_text() {
    let catalog = needlewise::bank::catalog::Catalog::built_in();
    assert_eq!(catalog.banks().count(), 8);
    for entry in catalog.banks() {
        let bytes = std::fs::read(shipped().join(format!("{}.json", entry.value.summary().id))).expect("a bank");
        let whole = json::parse_bank("bank", &bytes).value.expect("a sound bank");
        let again = needlewise::bank::lazy::LazyBank::with_images(whole, |file| {
            needlewise::bank::built_in::image(file).map(str::to_owned)
        });
        assert_eq!(entry.value.summary(), again.summary());
        assert_eq!(entry.value.digest(), again.digest());
    }
}

#[test]
fn each_topic_has_at_least_45_ready_questions_with_rationales_and_sources() {
    let catalog = needlewise::bank::catalog::Catalog::built_in();
    let all: usize = catalog.banks().map(|bank| bank.value.ready_questions().count()).sum();
    assert!(all >= 400, "{all}");
    for entry in catalog.banks() {
        let (id, bank) = (&entry.value.id, &entry.value);
        assert!(bank.ready_questions().count() >= 45, "{id}");
        for question in bank.ready_questions() {
            assert!(!question.rationale.is_empty() && !question.sources.is_empty(), "{}", question.id);
            assert!(question.sources.iter().all(|source| source.locator.is_some()), "{}", question.id);
            for choice in question.choices() {
                assert!(!choice.rationale.is_empty(), "{}: {}", question.id, choice.text);
                assert!(choice.correct || choice.harm.is_some(), "{}: {}", question.id, choice.text);
            }
        }
    }
}

#[test]
fn a_bank_with_every_question_kind_is_read() {
    assert_eq!(places(small_bank().to_string()), Vec::<String>::new());
}

#[test]
fn all_problems_are_reported_at_once_with_their_places() {
    let text = with(|bank| {
        bank["licence"] = bank["license"].take();
        bank.as_object_mut().expect("a record").remove("license");
        bank["questions"][0]["choices"][0]["corect"] = json!(true);
        bank["questions"][0]["choices"][1]["harm"] = json!(7);
        bank["questions"][1]["select"] = json!("some");
        bank["questions"][2]["level"] = json!(3);
        bank["questions"][3]["answer"] = json!(0.01);
        bank["questions"][4]["objective"] = json!("none-such");
        bank["questions"][5]["id"] = json!("one");
        bank["questions"][6]["sources"][0]["id"] = json!("no-book");
    });
    insta::assert_snapshot!(drawn(&text));
}

#[test]
fn unusable_keys_are_found() {
    let choices = |keys: [bool; 3]| -> Value {
        keys.iter().enumerate().map(|(at, key)| json!({ "text": format!("c{at}"), "correct": key })).collect()
    };
    let ask = |id: &str, more: Value| question(id, more);
    let text = with(|bank| {
        bank["questions"] = json!([
            ask("no-key", json!({ "kind": "choice", "choices": choices([false, false, false]) })),
            ask("all-keys", json!({ "kind": "choice", "select": "all", "choices": choices([true, true, true]) })),
            ask("two-keys", json!({ "kind": "choice", "choices": choices([true, true, false]) })),
            ask("lone-all", json!({ "kind": "choice", "select": "all", "choices": choices([true, false, false]) })),
            ask("wrong-number", json!({ "kind": "choice", "select": 2, "choices": choices([true, false, false]) })),
            ask("critical-text", json!({ "kind": "text", "accept": ["a"], "critical": true })),
            ask(
                "critical-part",
                json!({ "kind": "choice", "select": "all", "scoring": "balanced", "critical": true,
                "choices": choices([true, true, false]) })
            ),
            ask("below-zero", json!({ "kind": "number", "answer": "1", "tolerance": "-1" })),
            ask("alike", json!({ "kind": "order", "items": [{ "text": "same" }, { "text": "SAME" }] })),
        ]);
    });
    let found: Vec<_> =
        problems(&text).iter().map(|p| format!("{} {}: {}", p.rule, p.location.pointer, p.message)).collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn an_unreadable_bank_gets_exactly_one_problem() {
    let unreadable = |bytes: &[u8]| {
        let problems = problems(bytes);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].severity, Severity::Unreadable);
        format!("{}: {}", problems[0].rule, problems[0].message)
    };
    let newer = with(|bank| {
        bank["format"] = json!(2);
        bank["later"] = json!("a member of the future");
    });
    let deep = "[".repeat(100_000);
    let all = [
        unreadable(b""),
        unreadable(b"{\"id\": \"\xff\"}"),
        unreadable(b"\xff\xfe{\x00}\x00"),
        unreadable(b"{ \"a\": 1, }"),
        unreadable(b"{ // no\n}"),
        unreadable(b"{ 'a': 1 }"),
        unreadable(b"{ \"a\": \"\\ud800\" }"),
        unreadable(b"nonsense"),
        unreadable(deep.as_bytes()),
        unreadable(newer.as_bytes()),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn hostile_text_is_a_problem_and_never_reaches_the_report() {
    let text = with(|bank| {
        bank["title"] = json!("\u{1b}[2J\u{1b}]52;c;aGk=\u{7}");
        bank["questions"][0]["stem"] = json!("turn \u{202e}around");
        bank["questions"][0]["choices"][1]["text"] = json!("zero\u{200b}width");
    });
    assert_eq!(problems(&text).iter().filter(|problem| problem.rule == "L39").count(), 3);
    let report = drawn(&text);
    assert!(report.chars().all(|c| c == '\n' || needlewise::text::is_harmless(c)), "{report:?}");
}

#[test]
fn huge_values_are_each_reported_once() {
    let text = with(|bank| {
        bank["questions"][0]["revision"] = serde_json::from_str("99999999999999999999").expect("a number");
        bank["questions"][3]["answer"] = json!("9".repeat(400));
        let many: Vec<_> = (0..100_000).map(|at| json!({ "text": format!("c{at}") })).collect();
        bank["questions"][1]["choices"] = json!(many);
        bank["title"] = json!("x".repeat(10_000_000));
    });
    let found: Vec<_> = problems(&text).iter().map(|p| format!("{} {}", p.rule, p.location.pointer)).collect();
    assert_eq!(found.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>().len(), found.len());
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn a_duplicate_member_is_reported_once() {
    let text = with(|_| {}).replacen("\"title\": \"Small\"", "\"title\": \"Small\", \"title\": \"Again\"", 1);
    let found = places(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("duplicate-member") && found[0].ends_with("/title"), "{found:?}");
}

#[test]
fn custom_notes_are_ignored() {
    let text = with(|bank| {
        bank["x-note"] = json!({ "anything": [1, 2.5, null] });
        bank["questions"][0]["x-confirm"] = json!(true);
        bank["$schema"] = json!("schema/bank.schema.json");
    });
    assert_eq!(places(&text), Vec::<String>::new());
    let with_note = json::parse_bank("bank.json", text.as_bytes()).value.expect("a bank");
    let without = json::parse_bank("bank.json", small_bank().to_string().as_bytes()).value.expect("a bank");
    assert_eq!(with_note.digest(), without.digest(), "a note changes no digest");
}

#[test]
fn carriage_returns_do_not_shift_lines_or_columns() {
    let text = with(|bank| bank["format"] = json!("one")).replace('\n', "\r\n");
    let line = text.lines().position(|line| line.contains("\"format\"")).expect("a line") + 1;
    assert_eq!(places(&text), [format!("type {line}:13 /format")]);
}

#[test]
fn a_bank_truncated_at_any_byte_is_refused_without_a_panic() {
    let whole = serde_json::to_vec(&small_bank()).expect("json");
    for end in 0..whole.len() {
        let reading = json::parse_bank("bank.json", &whole[..end]);
        assert!(reading.value.is_none() && !reading.problems.is_empty(), "cut at {end}");
    }
}

#[test]
fn exams_are_read_and_their_problems_reported() {
    let read = |exam: &Value| json::parse_exam("exam.json", exam.to_string().as_bytes()).problems;
    assert!(read(&small_exam()).is_empty());
    let mut exam = small_exam();
    exam["pass"] = json!(120);
    exam["sections"][0]["critical"] = json!(9);
    exam["certificate"]["valid_months"] = json!(0);
    let found: Vec<_> = read(&exam).iter().map(|p| format!("{} {}", p.rule, p.location.pointer)).collect();
    assert_eq!(
        found,
        ["value /certificate/valid_months", "value /pass"],
        "values that cannot be read hide later problems"
    );
    let mut exam = small_exam();
    exam["sections"] = json!([{ "bank": "small", "questions": 2, "critical": 3 }, { "bank": "small", "weight": 1 }]);
    let found: Vec<_> = read(&exam).iter().map(|p| format!("{} {}", p.rule, p.location.pointer)).collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn contact_hours_are_a_positive_number_with_at_most_two_places() {
    let problems = |hours: Value| {
        let mut exam = small_exam();
        exam["certificate"]["contact_hours"] = hours;
        json::parse_exam("exam.json", exam.to_string().as_bytes()).problems.len()
    };
    for good in ["1", "1.5", "0.25", "0.05", "999.75", "10"] {
        assert_eq!(problems(json!(good)), 0, "{good}");
    }
    for bad in ["", "0", "0.0", "0.00", "1.555", "1000", "01", "1,5", "-1", "+1", "1.", ".5", "1 h", "1.5.1", "١"] {
        assert_eq!(problems(json!(bad)), 1, "{bad}");
    }
    assert_eq!(problems(json!(1.5)), 1, "a number without quotes");
}

#[test]
fn the_digest_covers_content_and_not_editorial_marks() {
    let read = |bank: &Value| json::parse_bank("b", bank.to_string().as_bytes()).value.expect("a bank");
    let plain = read(&small_bank());
    let mut marked = small_bank();
    marked["questions"][0]["status"] = json!("retired");
    marked["questions"][0]["review_by"] = json!("2020-01-01");
    marked["questions"][0]["reviewed"] = json!({ "on": "2026-01-01", "by": "Dr. A", "role": "physician" });
    marked["questions"][0]["lint"] = json!([{ "rule": "L01", "reason": "r", "by": "b", "on": "2026-01-01" }]);
    assert_eq!(read(&marked).digest(), plain.digest());
    let mut changed = small_bank();
    changed["questions"][0]["stem"] = json!("Another stem?");
    assert_ne!(read(&changed).digest(), plain.digest());
    for question in &plain.questions {
        let again = needlewise::bank::Question::from_content_json(&question.content_json()).expect("a question");
        assert_eq!((again.digest(), &again.stem), (question.digest(), &question.stem), "content reads back");
    }
}

proptest! {
    #[test]
    fn any_bytes_give_problems_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let reading = json::parse_any("any.json", &bytes);
        prop_assert!(!reading.problems().is_empty());
        reading.problems().iter().for_each(|problem| { problem.render(ReportStyle::Colored); });
    }

    #[test]
    fn any_value_at_any_place_gives_no_panic(at in 0_usize..7, member in "[a-z_]{1,9}", value in prop_oneof![
        Just(Value::Null), any::<i64>().prop_map(Value::from), ".{0,20}".prop_map(Value::from), any::<bool>().prop_map(Value::from),
        Just(json!([])), Just(json!({}))]) {
        let mut bank = small_bank();
        bank["questions"][at][&member] = value.clone();
        bank[&member] = value;
        for problem in json::parse_bank("bank.json", bank.to_string().as_bytes()).problems {
            problem.render(ReportStyle::Plain);
        }
    }
}
