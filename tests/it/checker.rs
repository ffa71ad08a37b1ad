//! What authors need of the checker: it is right about other people's questions, one error hides nothing, and its output
//! fits into their tools.

use std::collections::BTreeSet;
use std::path::Path;

use needlewise::bank::Bank;
use needlewise::bank::compare::{QuestionChange, compare};
use needlewise::bank::fix::fix;
use needlewise::bank::format::json::parse_bank;
use needlewise::bank::rules::{RULES, check, example};
use serde_json::{Value, json};

use crate::source::root;
use crate::world::World;

/// Findings of the corpus about which the editors and the checker disagree, each with the reason why it stays.
const DISAGREEMENTS: &[(&str, &str, &str)] = &[
    // The key has two content words, and so few are in many stems by chance.
    ("critical-care", "shock-rhythm", "L25"),
    // The other stem names the key, but says nothing of what is asked.
    ("anatomy", "levator-origin", "L25"),
    // Three words are enough here, and without grammar no rule can tell.
    ("infection-control", "hiv-cells", "L18"),
    // The range is the answer, not a class of values.
    ("nursing", "adult-pulse", "L13"),
    // "Never smoker" is a term.
    ("nursing", "smoking-record", "L03"),
    // A paraphrase shares too few words.
    ("nursing", "scurvy-lack", "L45"),
];

/// Returns the question and the rule of each finding that the editors expect.
fn expected_findings(name: &str) -> BTreeSet<(String, String)> {
    let path = root().join(format!("tests/fixtures/check-corpus/{name}.findings.txt"));
    let text = std::fs::read_to_string(path).expect("findings");
    let line = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let question = words.next().unwrap_or_default();
        words.map(|rule| (question.clone(), rule)).collect::<Vec<_>>()
    };
    text.lines().flat_map(line).collect()
}

#[test]
fn the_checker_agrees_with_editors_about_questions_in_other_styles() {
    let today = "2026-11-24".parse().expect("a day");
    let (mut question_count, mut reported, mut disagreements) = (0, 0, BTreeSet::new());
    for (path, text) in crate::source::files("tests/fixtures/check-corpus", &["json"]) {
        let name = Path::new(&path).file_stem().expect("a name").to_string_lossy().into_owned();
        let parsed = parse_bank(&path, text.as_bytes());
        let bank = parsed.value.unwrap_or_else(|| panic!("{:?}", parsed.problems));
        question_count += bank.questions.len();
        let question_of = |pointer: &str| {
            let index: usize = pointer.strip_prefix("/questions/")?.split('/').next()?.parse().ok()?;
            Some(bank.questions[index].id.to_string())
        };
        let findings = check(&bank, today, None);
        let found: BTreeSet<_> = findings
            .iter()
            .map(|finding| (question_of(&finding.pointer).unwrap_or_default(), finding.rule.to_owned()))
            .collect();
        reported += found.len();
        disagreements.extend(
            found
                .symmetric_difference(&expected_findings(&name))
                .map(|(id, rule)| (name.clone(), id.clone(), rule.clone())),
        );
    }
    let known: BTreeSet<_> = DISAGREEMENTS
        .iter()
        .map(|(name, id, rule)| ((*name).to_owned(), (*id).to_owned(), (*rule).to_owned()))
        .collect();
    assert_eq!(disagreements, known);
    assert!(question_count >= 150 && reported >= 60, "{question_count} questions, {reported} findings");
}

/// A change to a bank.
type Change = fn(&mut Value);

/// Returns a choice question with a style flaw of its own: a choice that says "all of the above".
fn question(id: &str) -> Value {
    let choice = |text: &str, correct: bool| {
        let rationale = "The reference explains this in its second chapter, with an example.";
        if correct {
            json!({ "text": text, "correct": true, "rationale": rationale })
        } else {
            json!({ "text": text, "rationale": rationale })
        }
    };
    json!({
        "id": id, "kind": "choice", "status": "ready", "revision": 1, "objective": "tell", "level": "recall",
        "stem": format!("Which color does the indicator {id} show when it is done?"),
        "choices": [choice("Green", true), choice("Red", false), choice("Blue", false), choice("All of the above", false)],
        "rationale": "The indicator turns green after the last step, and only then.",
        "sources": [{ "id": "book", "locator": "p. 3" }],
    })
}

fn bank(questions: &[Value]) -> Value {
    json!({
        "format": 1, "id": "own", "title": "Own", "version": "1.0.0", "language": "en", "license": "CC0-1.0",
        "objectives": [{ "id": "tell", "text": "Tell colors apart" }],
        "sources": [{ "id": "book", "type": "book", "title": "A book" }],
        "questions": questions,
    })
}

/// Returns the report of the checker about a bank, as JSON.
fn report(text: &str) -> Value {
    let world = World::new();
    let file = world.file("own.json", text);
    world.run(["bank", "check", "--json", &file.to_string_lossy()]).json()
}

fn rules_of(report: &Value) -> Vec<(String, String)> {
    let problem = |problem: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&problem["question"]), text(&problem["rule"]))
    };
    report["problems"].as_array().expect("a list").iter().map(problem).collect()
}

#[test]
fn one_error_hides_no_finding_about_the_other_questions() {
    let whole = rules_of(&report(&bank(&[question("one"), question("two")]).to_string()));
    assert_eq!(whole, [("one".into(), "L05".into()), ("two".into(), "L05".into())]);
    // Each breaks the first question, or the head, in another way.
    let broken = |change: fn(&mut Value)| {
        let mut bank = bank(&[question("one"), question("two")]);
        change(&mut bank);
        report(&bank.to_string())
    };
    let cases: [(Change, &str, usize); 7] = [
        (|bank| bank["questions"][0]["choices"][1]["rationale"] = json!(""), "value", 1),
        (|bank| bank["questions"][0]["explanation"] = json!("x"), "member", 1),
        (|bank| bank["questions"][0]["choices"][0]["correct"] = json!(false), "L27", 1),
        (|bank| bank["questions"][0]["stem"] = json!("Which\u{202e} color is the indicator?"), "L39", 0),
        (|bank| bank["questions"][0]["sources"][0]["id"] = json!("bok"), "reference", 0),
        (|bank| bank["title"] = json!(7), "type", 0),
        (|bank| bank["id"] = json!("other"), "file-name", 0),
    ];
    for (change, error, unread) in cases {
        let report = broken(change);
        let found = rules_of(&report);
        assert!(found.iter().any(|(_, rule)| rule == error), "{error}: {found:?}");
        assert!(found.contains(&("two".into(), "L05".into())), "{error}: {found:?}");
        assert_eq!(found.contains(&("one".into(), "L05".into())), unread == 0, "{error}: {found:?}");
        assert_eq!(report["summary"]["unread_questions"].as_array().expect("a list").len(), unread, "{error}");
    }
    let world = World::new();
    let mut two = bank(&[question("one"), question("two")]);
    two["questions"][0]["level"] = json!("x");
    let said = world.run(["bank", "check", &world.file("own.json", two.to_string()).to_string_lossy()]);
    assert!(
        said.out.contains("The rules were not applied to 1 question: one. Fix the errors there first."),
        "{}",
        said.all()
    );
}

#[test]
fn an_exam_with_weights_is_an_exam() {
    let world = World::new();
    let exam = json!({
        "format": 1, "id": "w", "title": "W", "version": "1.0.0", "questions": 8,
        "sections": [{ "bank": "risks", "weight": 1 }, { "bank": "aftercare", "weight": 1 }],
        "pass": 75, "minutes": 10, "attempts": { "max": 3, "within_days": 365, "wait_hours": [24] },
        "certificate": { "valid_months": 12, "statement": "Written knowledge test only." },
    });
    let said = world.run(["bank", "check", &world.file("w.json", exam.to_string()).to_string_lossy()]);
    assert_eq!(said.out, "1 file checked: 0 errors, 0 warnings\n", "{}", said.all());
}

#[test]
fn only_json_is_json_and_a_byte_order_mark_is_none_of_its_business() {
    let text = bank(&[question("one")]).to_string();
    for (place, with) in [
        ("Which color", "Which\ncolor"),
        ("\"questions\":", "\"questions\":\u{a0}"),
        ("\"questions\":", "\"questions\":\u{c}"),
    ] {
        let world = World::new();
        let file = world.file("own.json", text.replacen(place, with, 1));
        let said = world.run(["bank", "check", &file.to_string_lossy()]);
        assert!(said.code == 3 && said.out.contains("error[json]: this is not JSON"), "{with:?}: {}", said.all());
    }
    assert_eq!(rules_of(&report(&format!("\u{feff}{text}"))), [("one".into(), "L05".into())]);
}

#[test]
fn every_rule_has_an_explanation_with_examples() {
    let world = World::new();
    for rule in RULES {
        assert!(example(rule.id).is_some(), "{}", rule.id);
    }
    let said = world.run(["bank", "check", "--explain", "l17"]);
    assert_eq!(
        said.out,
        "L17: choices that say the same\nWhy:  Two equal choices cannot both be the key, so a trainee rules both out\nBad:  \
         Clean the skin · Clean the skin.\nGood: Clean the skin · Clean the table\nWaive it in a question: \"lint\": [{ \
         \"rule\": \"L17\", \"reason\": \"why\", \"by\": \"your name\", \"on\": \"2026-11-23\" }]\n"
    );
    let word = world.run(["bank", "check", "--explain", "unused"]);
    assert!(
        word.out.starts_with("unused: a check that is no rule\nWhy:  ") && !word.out.contains("Waive"),
        "{}",
        word.all()
    );
    let unknown = world.run(["bank", "check", "--explain", "L99"]);
    assert!(unknown.code == 2 && unknown.err.contains("There is no rule \"L99\""), "{}", unknown.all());
}

#[test]
fn findings_are_written_for_code_hosts() {
    let world = World::new();
    let file = world.file("own.json", bank(&[question("one")]).to_string()).to_string_lossy().into_owned();
    let sarif = world.run(["bank", "check", "--format", "sarif", &file]).json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(
        (&sarif["version"], &result["ruleId"], &result["level"]),
        (&json!("2.1.0"), &json!("L05"), &json!("warning"))
    );
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"], "L05");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    let github = world.run(["bank", "check", "--format", "github", &file]).out;
    assert!(
        github.starts_with("::warning file=") && github.contains("title=L05::Question \"one\": the choice"),
        "{github}"
    );
}

#[test]
fn a_repair_changes_blanks_and_labels_and_nothing_else() {
    let mut flawed = question("one");
    flawed["stem"] = json!(" Which  color does it show? ");
    for (label, choice) in ["A) ", "B) ", "C) ", "D) "].iter().zip(flawed["choices"].as_array_mut().expect("choices")) {
        choice["text"] = json!(format!("{label}{}", choice["text"].as_str().expect("a text")));
    }
    let text = format!("\u{feff}{:#}\n", bank(&[flawed.clone()]));
    let fixed = fix(text.as_bytes()).expect("a repair");
    assert_eq!(fixed.change_count, 6, "a mark, a stem and four choices");
    let mut expected = flawed;
    expected["stem"] = json!("Which color does it show?");
    expected["choices"] = question("one")["choices"].clone();
    assert_eq!(fixed.text, format!("{:#}\n", bank(&[expected])), "the layout stays");
    assert_eq!(fix(fixed.text.as_bytes()), None, "a second repair finds nothing");
    // One choice that begins with an initial is no label.
    let mut initial = question("one");
    initial["choices"][1]["text"] = json!("B. Yeats");
    assert_eq!(fix(bank(&[initial]).to_string().as_bytes()), None);

    let world = World::new();
    let file = world.file("own.json", text).to_string_lossy().into_owned();
    let said = world.run(["bank", "check", "--fix", &file]);
    assert!(said.err.contains("Repaired 6 texts in "), "{}", said.all());
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), fixed.text);
}

fn parsed(value: &Value) -> Bank {
    serde_json::from_value(value.clone()).expect("a bank")
}

#[test]
fn a_comparison_tells_a_new_key_from_new_words() {
    let old = bank(&[question("one"), question("two")]);
    let changed = |change: fn(&mut Value)| {
        let mut new = old.clone();
        change(&mut new["questions"]);
        compare(&parsed(&old), &parsed(&new))
            .into_iter()
            .map(|changed| (changed.id, changed.change))
            .collect::<Vec<_>>()
    };
    let one = |change| vec![("one".to_owned(), change)];
    assert_eq!(changed(|_| {}), []);
    let flip = |questions: &mut Value| {
        questions[0]["choices"][0]["correct"] = json!(false);
        questions[0]["choices"][1]["correct"] = json!(true);
    };
    assert_eq!(changed(flip), one(QuestionChange::KeyChanged));
    assert_eq!(
        changed(|questions| questions[0]["choices"][0]["text"] = json!("Deep violet")),
        one(QuestionChange::KeyChanged)
    );
    assert_eq!(
        changed(|questions| questions[0]["choices"].as_array_mut().expect("choices").swap(0, 2)),
        one(QuestionChange::Reworded),
        "another order is no other key"
    );
    let other_stem = |questions: &mut Value| {
        questions[0]["stem"] = json!("How many lamps does the north wall need at night?");
    };
    assert_eq!(changed(other_stem), one(QuestionChange::Reworded), "with the same key it is the same question");
    assert_eq!(
        changed(|questions| {
            questions[0]["stem"] = json!("How many lamps does the north wall need at night?");
            questions[0]["choices"][0]["text"] = json!("Twelve");
        }),
        one(QuestionChange::IdReused)
    );
    assert_eq!(
        changed(|questions| questions[0]["choices"][0]["text"] = json!("Greeen")),
        one(QuestionChange::Reworded),
        "a spelling is no other key"
    );
    assert_eq!(
        changed(|questions| {
            questions[0]["choices"][0]["correct"] = json!(false);
            questions[0]["choices"][0]["text"] = json!("Violet");
            questions[0]["choices"][1]["correct"] = json!(true);
        }),
        one(QuestionChange::KeyChanged)
    );
    assert_eq!(changed(|questions| questions[0]["status"] = json!("draft")), one(QuestionChange::Metadata));
    assert_eq!(
        changed(|questions| *questions = json!([question("two"), question("three")])),
        [("three".to_owned(), QuestionChange::Added), ("one".to_owned(), QuestionChange::Removed)]
    );
}

#[test]
fn a_changed_key_needs_a_new_revision_and_a_new_review() {
    let world = World::new();
    let mut old = bank(&[question("one")]);
    old["questions"][0]["reviewed"] = json!({ "on": "2026-01-01", "by": "A. Reviewer", "role": "PT" });
    let old_file = world.file("old.json", old.to_string()).to_string_lossy().into_owned();
    let mut new = old.clone();
    new["questions"][0]["choices"][0]["text"] = json!("Deep violet");
    let against = |new: &Value| {
        let file = world.file("own.json", new.to_string()).to_string_lossy().into_owned();
        rules_of(&world.run(["bank", "check", "--json", "--against", &old_file, &file]).json())
    };
    let count = |found: &[(String, String)]| found.iter().filter(|(_, rule)| rule == "against").count();
    assert_eq!(count(&against(&new)), 2, "the revision and the review");
    new["questions"][0]["revision"] = json!(2);
    assert_eq!(count(&against(&new)), 1, "the review");
    new["questions"][0].as_object_mut().expect("a question").remove("reviewed");
    assert_eq!(count(&against(&new)), 0);
    let (mut older, mut lowered) = (old.clone(), new.clone());
    (older["questions"][0]["revision"], lowered["questions"][0]["revision"]) = (json!(5), json!(4));
    let older = world.file("older.json", older.to_string()).to_string_lossy().into_owned();
    let file = world.file("own.json", lowered.to_string()).to_string_lossy().into_owned();
    let said = world.run(["bank", "check", "--against", &older, &file]);
    assert!(said.code == 1 && said.all().contains("the revision went back from 5 to 4"), "{}", said.all());
    let file = world.file("own.json", new.to_string()).to_string_lossy().into_owned();
    let diff = world.run(["bank", "diff", &old_file, &file]);
    assert!(diff.code == 1 && diff.out.contains("another key"), "{}", diff.all());
    let revision = world.run(["bank", "diff", "git:HEAD", "git:HEAD"]);
    assert!(revision.code == 2 && revision.err.contains("NEW must be a file."), "{}", revision.all());
}

#[test]
fn each_mistake_of_form_has_a_finding_of_its_own() {
    let cases: [(Change, &str); 16] = [
        (
            |bank| {
                bank["questions"][0]["sources"] = json!([]);
                bank["sources"] = json!([]);
            },
            "L60",
        ),
        (|bank| bank["questions"][0]["sources"] = json!([{ "id": "book" }]), "L60"),
        (|bank| bank["questions"][0]["rationale"] = json!("Yes."), "L61"),
        (|bank| bank["questions"][0]["choices"][0]["harm"] = json!(2), "L62"),
        (|bank| bank["questions"][0]["stem"] = json!("Which **color** does the indicator show then?"), "L63"),
        (|bank| bank["questions"][0]["stem"] = json!("What is \\alpha in this old formula of the book?"), "L63"),
        (|bank| bank["questions"][0]["stem"] = json!("Which color does the lamp in the figure below show?"), "L65"),
        (|bank| bank["questions"][0]["stem"] = json!("Which two colors does the indicator show then?"), "L66"),
        (|bank| bank["questions"][0]["stem"] = json!("Which color  does the indicator show then?"), "L67"),
        (
            |bank| {
                bank["objectives"].as_array_mut().expect("a list").push(json!({ "id": "more", "text": "Know more" }));
            },
            "unused",
        ),
        (
            |bank| {
                let more = json!({ "id": "more", "type": "book", "title": "More" });
                bank["sources"].as_array_mut().expect("a list").push(more);
            },
            "unused",
        ),
        (|bank| bank["sources"][0]["type"] = json!("Book"), "source"),
        (|bank| bank["sources"][0]["DOI"] = json!("https://doi.org/10.1000/xyz"), "source"),
        (|bank| bank["sources"][0]["URL"] = json!("www.who.int"), "source"),
        (|bank| bank["sources"][0]["issued"] = json!({ "date-parts": [[2024, 13, 1]] }), "source"),
        (|bank| bank["language"] = json!("English"), "language"),
    ];
    for (change, rule) in cases {
        let mut bank = bank(&[question("one")]);
        change(&mut bank);
        let found = rules_of(&report(&bank.to_string()));
        assert_eq!(
            found.iter().filter(|(_, found)| found != "L05").map(|(_, found)| found.as_str()).collect::<Vec<_>>(),
            [rule]
        );
    }
    let mut typed = question("one");
    typed["kind"] = json!("text");
    typed["accept"] = json!(["deltoid\nmuscle"]);
    typed.as_object_mut().expect("a question").remove("choices");
    assert_eq!(rules_of(&report(&bank(&[typed]).to_string())), [("one".into(), "L64".into())]);
}

#[test]
fn a_path_that_is_missing_hides_no_findings_about_the_others() {
    let world = World::new();
    let mut bad = bank(&[question("one")]);
    bad["questions"][0]["stem"] = json!("");
    let file = world.file("own.json", bad.to_string()).to_string_lossy().into_owned();
    let alone = world.run(["bank", "check", &file]);
    let said = world.run(["bank", "check", "no such file", &file]);
    assert_eq!(said.code, 3, "{}", said.all());
    assert!(said.err.contains("no such file"), "{}", said.err);
    assert_eq!(said.out, alone.out, "the same findings");
}

#[test]
fn a_repair_needs_a_file_and_finds_exams_too() {
    let world = World::new();
    let said = world.run(["bank", "check", "--fix", "-"]);
    assert!(said.code == 2 && said.err.contains("Name a file."), "{}", said.all());
    let exam = format!("\u{feff}{}", crate::world::small_exam());
    let file = world.file("folder/exams/brief.json", exam);
    world.file("folder/small.json", crate::world::small_bank().to_string());
    let folder = world.home.path().join("folder").to_string_lossy().into_owned();
    let said = world.run(["bank", "check", "--fix", &folder]);
    assert!(said.err.contains("Repaired 1 text in ") && said.err.contains("brief.json"), "{}", said.all());
    assert!(!std::fs::read_to_string(file).expect("an exam").contains('\u{feff}'));
}
