//! What authors of banks work with: the new-bank skeleton, the JSON schemas, the guide and the coverage report.

use std::path::Path;

use needlewise::bank::exam::Exam;
use needlewise::bank::format::json as reader;
use needlewise::bank::rules::check;
use needlewise::bank::schema;
use needlewise::clock::Day;
use serde_json::{Value, json};

use crate::world::{World, shipped, small_bank, small_exam};

fn today() -> Day {
    "2026-11-24".parse().expect("a day")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("json")
}

/// Returns a validator for a schema. It is independent software, as in the editors that authors use.
fn validator(file: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&read(&shipped().join("schema").join(file))).expect("a schema")
}

#[test]
fn the_shipped_schemas_match_the_program() {
    for (file, title, make) in schema::SCHEMAS {
        let shipped = std::fs::read_to_string(shipped().join("schema").join(file)).expect("a schema");
        let made = schema::file_text(title, make).expect("json");
        assert!(shipped == made, "{file} is outdated: write it again with `needlewise bank new`");
    }
}

#[test]
fn the_schemas_accept_every_shipped_file() {
    for (folder, file) in [("", "bank.schema.json"), ("exams", "exam.schema.json")] {
        let validator = validator(file);
        for entry in std::fs::read_dir(shipped().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let is_bank = path.extension().is_some_and(|ending| ending == "json") && !path.ends_with("syllabus.json");
            if is_bank {
                let errors: Vec<_> = validator.iter_errors(&read(&path)).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{}: {}", path.display(), errors[0]);
            }
        }
    }
    assert!(validator("syllabus.schema.json").is_valid(&read(&shipped().join("syllabus.json"))));
    assert!(validator("bank.schema.json").is_valid(&small_bank()), "every kind");
    assert!(validator("exam.schema.json").is_valid(&small_exam()));
}

#[test]
fn the_schemas_reject_what_the_reader_rejects() {
    let bank = validator("bank.schema.json");
    let changes: &[fn(&mut Value)] = &[
        |bank| bank["extra"] = json!(1),
        |bank| bank["format"] = json!(2),
        |bank| bank["id"] = json!("Not A Slug"),
        |bank| bank["title"] = json!(" "),
        |bank| bank["questions"] = json!([]),
        |bank| drop(bank.as_object_mut().expect("a record").remove("license")),
        |bank| bank["questions"][0]["kind"] = json!("essay"),
        |bank| bank["questions"][0]["choices"][0]["corect"] = json!(true),
        |bank| bank["questions"][0]["choices"][1]["harm"] = json!(4),
        |bank| bank["questions"][0]["accept"] = json!(["another kind's member"]),
        |bank| bank["questions"][1]["select"] = json!("some"),
        |bank| bank["questions"][3]["answer"] = json!(0.01),
        |bank| bank["questions"][0]["review_by"] = json!("soon"),
        |bank| bank["questions"][0]["lint"] = json!([{ "rule": "L01" }]),
    ];
    for (at, change) in changes.iter().enumerate() {
        let mut changed = small_bank();
        change(&mut changed);
        assert!(!bank.is_valid(&changed), "the schema accepts change {at}");
        assert!(
            reader::parse_bank("bank.json", changed.to_string().as_bytes()).value.is_none(),
            "the reader accepts change {at}"
        );
    }
    let mut noted = small_bank();
    noted["x-note"] = json!("mine");
    noted["questions"][0]["x-note"] = json!({ "any": "thing" });
    assert!(bank.is_valid(&noted) && reader::parse_bank("bank.json", noted.to_string().as_bytes()).value.is_some());
}

#[test]
fn a_new_bank_passes_the_check_except_for_empty_texts() {
    let world = World::new();
    let folder = world.home.path().join("mine");
    let folder = folder.to_string_lossy();
    let said = world.run(["bank", "new", "shoulder", "--to", &folder]);
    insta::assert_snapshot!(said.all());
    let path = format!("{folder}/shoulder.json");
    let checked = world.run(["bank", "check", &path, "--json"]).json();
    let problems = checked["problems"].as_array().expect("a list");
    assert!(problems.iter().all(|problem| problem["message"] == "the text is empty"), "{checked}");
    let text = std::fs::read_to_string(&path).expect("a file");
    let mut n = 0;
    let filled: String = text
        .split("\"\"")
        .map(|part| {
            n += 1;
            format!("{part}\"Where does filled-in text number {n} of this new bank, said in many words, stand?\"")
        })
        .collect();
    let filled = filled.trim_end_matches(|c| c != '}');
    let bank: needlewise::bank::Bank = serde_json::from_str(filled).expect("a bank once it is filled in");
    assert!(!check(&bank, today(), None).iter().any(|finding| finding.rule == "L31"), "the review is not due at once");
    assert_eq!(world.run(["bank", "new", "shoulder", "--to", &folder]).code, 2, "nothing is overwritten");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), text);
    assert_eq!(world.run(["bank", "new", "../shoulder", "--to", &folder]).code, 2);
    for (file, title, make) in schema::SCHEMAS {
        let written = std::fs::read_to_string(format!("{folder}/schema/{file}")).expect("a schema");
        assert_eq!(written, schema::file_text(title, make).expect("json"));
    }
}

/// Returns the JSON examples of the author's guide.
fn examples() -> Vec<Value> {
    let guide = std::fs::read_to_string(shipped().join("README.md")).expect("the guide");
    let blocks = guide.split("```json\n").skip(1).map(|rest| rest.split("```").next().expect("a block"));
    blocks.map(|block| serde_json::from_str(block).expect("json")).collect()
}

#[test]
fn every_example_in_the_guide_passes_the_check() {
    let (exams, questions): (Vec<_>, Vec<_>) =
        examples().into_iter().partition(|example| example.get("sections").is_some());
    let kinds: std::collections::BTreeSet<_> = questions.iter().map(|question| question["kind"].to_string()).collect();
    assert_eq!(kinds.len(), 6, "one example of each kind");
    let mut bank = small_bank();
    bank["id"] = json!("guide");
    bank["objectives"] = json!([{ "id": "expected", "text": "Say what happens after a session" }]);
    bank["sources"] =
        json!([{ "id": "course-article", "type": "article", "title": "What Is Dry Needling in Physical Therapy?" }]);
    bank["questions"] = json!(questions);
    let world = World::new();
    let path = world.file("guide.json", serde_json::to_string_pretty(&bank).expect("json"));
    let said = world.run(["bank", "check", "--deny-warnings", &path.to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.all());
    for exam in exams {
        let id = exam["id"].as_str().expect("an id").to_owned();
        let _: Exam = serde_json::from_value(exam.clone()).expect("an exam");
        let path = world.file(&format!("{id}.json"), exam.to_string());
        let said = world.run(["bank", "check", "--deny-warnings", &path.to_string_lossy()]);
        assert_eq!(said.code, 0, "{}", said.all());
    }
}

#[test]
fn the_shipped_banks_cover_the_syllabus() {
    // The syllabus has 85 statements of the article and 24 safety items.
    let world = World::new();
    let said = world.run(["bank", "coverage"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(
        said.out.ends_with(
            "109 statements in \"What a dry-needling practitioner should know\", 0 with too few questions\n"
        )
    );
    let covered = world.run(["bank", "coverage", "--json"]).json();
    for objective in covered["objectives"].as_array().expect("a list") {
        assert!(objective["questions"].as_u64() > Some(0), "{objective}");
    }
}

#[test]
fn a_custom_syllabus_replaces_the_shipped_one() {
    let world = World::new().with_small_banks();
    let statement =
        |id: &str, weight: &str| json!({ "id": id, "statement": "So it is.", "topic": "T", "weight": weight });
    let own = json!({ "format": 1, "id": "syllabus", "title": "Mine", "statements": [statement("x-1", "core"), statement("x-2", "minor")] });
    world.file("data/question-banks/syllabus.json", own.to_string());
    let mut bank = small_bank();
    bank["questions"][0]["covers"] = json!(["x-2"]);
    world.file("data/question-banks/small.json", bank.to_string());
    let said = world.run(["bank", "coverage"]);
    assert_eq!(said.code, 1);
    let end: Vec<_> = said.out.lines().rev().take(5).collect();
    insta::assert_snapshot!(end.into_iter().rev().collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_shipped_questions_match_the_planned_mix() {
    let catalog = needlewise::bank::catalog::Catalog::built_in();
    let all: Vec<_> = catalog.banks().flat_map(|bank| bank.value.ready_questions()).cloned().collect();
    let share =
        |of: &dyn Fn(&needlewise::bank::Question) -> bool| 100 * all.iter().filter(|q| of(q)).count() / all.len();
    assert!(share(&|q| q.level.name() == "recall") <= 50, "at most half recall");
    assert!(share(&|q| matches!(q.level.name(), "application" | "analysis")) >= 34, "at least a third");
    assert!(share(&|q| q.kind.kind_name().name() == "true-false") < 10);
    assert!(all.iter().all(|q| q.reviewed.is_none()), "no clinician has reviewed them yet");
    assert!(all.iter().all(|q| q.review_by.is_some() && !q.covers.is_empty()));
}
