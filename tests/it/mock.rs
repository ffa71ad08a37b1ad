//! A mock exam: the same blueprint and rules as the exam, without a limit of attempts. It never counts and estimates
//! readiness.

use needlewise::attempt::{ExamResult, Outcome};
use needlewise::study::readiness::{Readiness, estimates};

use crate::reader::Reader;
use crate::stage::{Stage, assert_screen};
use crate::world::{CommandOutput, World, small_bank, small_exam};

const BEGIN: [&str; 6] = ["exam", "brief", "--mock", "--plain", "--trainee", "Amira Okafor"];
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
fn a_mock_exam_shows_readiness_and_no_key() {
    let world = World::new().with_small_banks();
    let said = world.typing("submit\nyes\n").run(BEGIN);
    assert_eq!(said.code, 1);
    let result = said.out.split("(yes/no): ").last().expect("a result");
    insta::assert_snapshot!(result);
    assert!(!result.contains("pneumothorax") && !result.contains("Barks"));
}

#[test]
fn a_mock_exam_is_refused_while_an_exam_is_open() {
    let world = World::new().with_small_banks();
    world.typing("").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
    let said = world.typing("").run(BEGIN);
    assert!(said.code == 1 && said.err.contains("An exam is in progress"), "{}", said.all());
}

#[test]
fn readiness_needs_enough_questions_and_a_narrow_interval() {
    let outcome = |right: usize, possible: usize| Outcome {
        earned: needlewise::attempt::Points::from_whole(right),
        possible,
        pass_mark: Some(80.try_into().expect("a percent")),
        sections: Vec::new(),
        missed_critical_objectives: Vec::new(),
        missed_objectives: Vec::new(),
        unanswered: 0,
        result: ExamResult::Passed,
    };
    let one = |right, possible| {
        let part = estimates(&outcome(right, possible)).remove(0);
        (part.readiness, part.interval_percent)
    };
    // Wilson's 95 % interval, computed by hand: 10 of 10 is 72.25 to 100 %, 54 of 60 is 79.85 to 95.34 %, 57 of 60 is
    // 86.30 to 98.29 %, 30 of 60 is 37.74 to 62.26 %.
    assert_eq!(one(10, 10), (Readiness::TooFewQuestions, (72, 100)));
    assert_eq!(one(54, 60), (Readiness::TooFewQuestions, (79, 96)));
    assert_eq!(one(57, 60), (Readiness::Ready, (86, 99)));
    assert_eq!(one(30, 60), (Readiness::NotReady, (37, 63)));
    assert_eq!(one(0, 0), (Readiness::TooFewQuestions, (0, 100)));
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
        stage.press("e m s f y");
        assert_screen!("mock_result", columns, stage);
    }
}

#[test]
fn a_mock_is_never_called_passed_or_not_passed_in_the_records() {
    let world = World::new().with_small_banks();
    world.typing("submit\nyes\n").run(["exam", "brief", "--mock", "--plain", "--trainee", "Amira Okafor"]);
    let listed = world.run(["record", "list"]).out;
    assert!(listed.contains("brief (mock exam)") && listed.contains("Would not be a pass"), "{listed}");
    assert!(!listed.contains("Not passed"), "{listed}");
    assert_eq!(world.run(["record", "list", "--json"]).json()[0]["state"], "failed", "the code of scripts stays");
}
