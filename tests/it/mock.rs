//! A mock exam: the same blueprint and rules as the exam, without a limit of attempts. It never counts, and is
//! never called passed or not passed.

use crate::reader::Reader;
use crate::stage::{Stage, assert_screen};
use crate::world::{CommandOutput, World, small_bank, small_exam};

const BEGIN: [&str; 7] = ["exam", "brief", "--mock", "--plain", "--yes", "--trainee", "Amira Okafor"];
const RESUME: [&str; 4] = ["exam", "--mock", "--resume", "--plain"];

fn mock(world: &World, answer: impl Fn(&Reader, &str) -> String) -> CommandOutput {
    world.finish_attempt(&BEGIN, &RESUME, answer)
}

#[test]
fn a_mock_exam_never_counts_and_issues_no_certificate() {
    let world = World::new().with_small_banks();
    for _ in 0..5 {
        let said = mock(&world, |reader, shown| reader.answer(shown));
        assert!(said.code == 0 && said.out.contains("Mock exam: it does not count"), "{}", said.all());
    }
    assert_eq!(world.run(["certificate", "list", "--json"]).json(), serde_json::json!([]));
    let rows = world.run(["record", "list", "--json"]).json();
    assert_eq!((rows.as_array().map(Vec::len), rows[0]["mode"].as_str()), (Some(5), Some("mock")));
    let id = rows[0]["id"].as_str().expect("an id");
    let request = world.run(["certificate", "request", id, "--to", &world.path("request.json")]);
    assert!(request.code == 1 && request.err.contains("Only a passed exam"), "{}", request.all());
    assert_eq!(world.run(["record", "void", id, "--reason", "x"]).code, 1);
    assert_eq!(world.run(["record", "replay", "--all"]).code, 0);
    assert_eq!(world.run(["doctor"]).code, 0);
    assert_eq!(world.run(["record", "export", "--format", "xapi"]).out, "");
    assert_eq!(world.pass_exam().code, 0, "mock exams use up none of the three attempts");
}

#[test]
fn a_mock_exam_says_whether_it_is_above_the_pass_mark_and_shows_no_key() {
    let world = World::new().with_small_banks();
    let said = world.typing("submit\nyes\n").run(BEGIN);
    assert_eq!(said.code, 0, "a low score in training is no failure");
    let result = said.out.split("(yes/no): ").last().expect("a result");
    insta::assert_snapshot!(result);
    assert!(!result.contains("pneumothorax") && !result.contains("Barks"));
}

#[test]
fn a_mock_exam_is_refused_while_an_exam_is_open() {
    let world = World::new().with_small_banks();
    world.typing("").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    let said = world.typing("").run(BEGIN);
    assert!(said.code == 1 && said.err.contains("An exam is in progress"), "{}", said.all());
}

#[test]
fn mock_result() {
    for columns in [40, 80, 120] {
        let mut stage = Stage::with(columns, 30, |home| {
            let banks = home.join("data/question-banks");
            std::fs::create_dir_all(banks.join("exams")).expect("folders");
            std::fs::write(banks.join("small.json"), small_bank().to_string()).expect("a bank");
            std::fs::write(banks.join("exams/brief.json"), small_exam().to_string()).expect("an exam");
        });
        stage.press("e enter m y s f y");
        assert_screen!("mock_result", columns, stage);
    }
}

#[test]
fn a_mock_is_never_called_passed_or_not_passed_in_the_records() {
    let world = World::new().with_small_banks();
    world.typing("submit\nyes\n").run(["exam", "brief", "--mock", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    let listed = world.run(["record", "list"]).out;
    assert!(listed.contains("brief (mock exam)") && listed.contains("Below the pass mark"), "{listed}");
    assert!(!listed.contains("Not passed"), "{listed}");
    assert_eq!(world.run(["record", "list", "--json"]).json()[0]["state"], "failed", "the code of scripts stays");
}
