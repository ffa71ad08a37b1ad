//! No screen, output, request or export reveals a key of an exam in any phase, except what the exam allows.

use needlewise::clock::Millis;
use serde_json::json;

use crate::stage::{START_EXAM, Stage, assert_screen};
use crate::world::{CommandOutput, World, small_bank, small_exam};

/// Texts of keys and rationales in the small bank. No test types one, so an output that contains one leaks it.
const KEY_TEXTS: [&str; 7] = ["It is right", "It holds", "Barks", "Purrs", "North", "\"Right\"", "Because."];

/// The review settings of an exam.
const REVIEWS: [&str; 3] = ["none", "objectives-until-final", "full-after-final"];

/// Returns a home with an exam-only bank, and an exam with these settings.
fn closed(review: &str, attempts: u32) -> World {
    let world = World::new();
    let mut bank = small_bank();
    bank["practice"] = false.into();
    world.file("data/question-banks/small.json", bank.to_string());
    let mut exam = small_exam();
    exam["review"] = review.into();
    exam["attempts"] = json!({ "max": attempts, "wait_hours": [24] });
    world.file("data/question-banks/exams/brief.json", exam.to_string());
    world
}

/// Takes the exam with only the true-or-false question correct. Returns the output.
fn fails(world: &World) -> CommandOutput {
    let script: String = (1..=7).map(|n| format!("{n}\ntrue\n")).collect();
    let begin = ["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"];
    let said = world.typing(&(script + "submit\nyes\n")).run(begin);
    assert!(said.out.contains("Not passed"), "{}", said.all());
    said
}

/// Runs every command that shows anything about an attempt. Asserts that no output and no written file contains a text
/// of [`KEY_TEXTS`], except those in `allowed`. A certificate can be requested only if the exam was passed.
///
/// Each command must exit as expected: one that fails for another reason would print nothing, and the test would pass.
fn assert_no_leak(world: &World, phase: &str, allowed: &[&str], passed: bool) {
    let id = id(world);
    let to = |name: &str| world.path(&format!("out/{name}"));
    std::fs::create_dir_all(world.path("out")).expect("a folder");
    let (request, archive) = (to("request.json"), to("archive.json"));
    let commands: Vec<(u8, Vec<&str>)> = vec![
        (0, vec!["record", "list"]),
        (0, vec!["record", "list", "--json"]),
        (0, vec!["record", "show", &id]),
        (0, vec!["record", "show", &id, "--json"]),
        (0, vec!["record", "replay", &id]),
        (0, vec!["record", "replay", "--all", "--json"]),
        (0, vec!["record", "matrix"]),
        (0, vec!["record", "matrix", "--json"]),
        (0, vec!["record", "export", "--format", "csv"]),
        (0, vec!["record", "export", "--format", "json"]),
        (0, vec!["record", "export", "--format", "xapi"]),
        (0, vec!["trainee", "list", "--json"]),
        (0, vec!["trainee", "export", "Amira Okafor", "--to", &archive]),
        (0, vec!["certificate", "list", "--json"]),
        (u8::from(!passed), vec!["certificate", "request", &id, "--to", &request]),
        (1, vec!["bank", "show", "small"]),
        (1, vec!["bank", "show", "small", "--no-keys"]),
        (1, vec!["bank", "show", "small", "--json"]),
        (0, vec!["bank", "list", "--json"]),
        (0, vec!["doctor"]),
        (0, vec!["doctor", "--json"]),
    ];
    let clean = |what: &str, said: &str| {
        for word in KEY_TEXTS.into_iter().filter(|word| !allowed.contains(word)) {
            assert!(!said.contains(word), "{phase}: {what} reveals {word}: {said}");
        }
    };
    for (code, args) in commands {
        let said = world.run(&args);
        assert_eq!(said.code, code, "{phase}: {args:?}: {}", said.all());
        clean(&args.join(" "), &said.all());
    }
    assert_eq!(std::fs::exists(&request).expect("a folder"), passed, "{phase}: a request is written for a passed exam");
    assert!(std::fs::exists(&archive).expect("a folder"), "{phase}: the archive is written");
    let certificates = world.run(["certificate", "list", "--json"]).json();
    for certificate in certificates.as_array().expect("a list") {
        let id = certificate["short_id"].as_str().expect("an id");
        clean("a certificate", &world.run(["certificate", "show", id]).all());
        world.run(["certificate", "export", id, "--format", "svg", "--format", "json", "--to", &to("")]).done();
    }
    for entry in std::fs::read_dir(world.path("out")).expect("a folder") {
        let path = entry.expect("an entry").path();
        clean(&path.to_string_lossy(), &String::from_utf8_lossy(&std::fs::read(&path).expect("a file")));
    }
}

/// Proves that [`KEY_TEXTS`] are spelled as the program prints them. Otherwise no test could find a leak.
#[test]
fn an_open_bank_shows_every_text_that_would_reveal_a_key() {
    let world = World::new().with_small_banks();
    let shown = [world.run(["bank", "show", "small"]), world.run(["bank", "show", "small", "--json"])];
    let shown: String = shown.iter().map(CommandOutput::all).collect();
    for word in KEY_TEXTS {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn no_output_reveals_a_key_while_an_exam_is_open() {
    for review in REVIEWS {
        let world = closed(review, 3);
        let said = world.typing("a\na\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
        assert!(said.out.contains("Suspended"), "{}", said.all());
        assert_no_leak(&world, &format!("{review}, open"), &[], false);
    }
}

#[test]
fn no_output_reveals_a_key_while_a_retake_is_possible() {
    for review in REVIEWS {
        let world = closed(review, 3);
        let said = fails(&world);
        let result = &said.out[said.out.find("\nNot passed").expect("a result")..];
        assert!(!result.contains("Chosen") && !result.contains("Question "), "{result}");
        assert_no_leak(&world, &format!("{review}, failed"), &[], false);
    }
}

#[test]
fn after_a_pass_only_full_review_shows_what_was_chosen() {
    for review in REVIEWS {
        let world = closed(review, 3);
        assert_eq!(world.pass_exam().code, 0);
        // The correct choices were chosen, so full review shows them. It never shows ordered, matched or typed answers.
        let chosen: &[&str] = if review == "full-after-final" { &["It is right", "It holds", "North"] } else { &[] };
        assert_no_leak(&world, &format!("{review}, passed"), chosen, true);
    }
}

#[test]
fn after_the_last_attempt_full_review_shows_what_was_chosen_and_no_key() {
    for review in REVIEWS {
        let world = closed(review, 1);
        let said = fails(&world);
        let full = review == "full-after-final";
        assert_eq!(said.out.contains("Chosen: true. It holds"), full, "{}", said.all());
        assert_no_leak(&world, &format!("{review}, final"), if full { &["It holds"] } else { &[] }, false);
        let shown = world.run(["record", "show", &id(&world)]);
        assert_eq!(shown.out.contains("Score: "), review != "none", "{}", shown.all());
        if full {
            let back = &said.out[said.out.find("Question 1: ").expect("a review")..];
            assert!(shown.out.contains(back), "the record shows the same: {}", shown.all());
            assert_eq!(said.out.matches(": Not answered. What about").count(), 4, "{}", said.all());
        }
    }
}

#[test]
fn an_earlier_attempt_cannot_be_reviewed_while_another_is_open() {
    let world = closed("full-after-final", 2);
    fails(&world);
    let first = id(&world);
    world.pass(Millis::from_days(2));
    world.typing("a\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    let shown = world.run(["record", "show", &first]);
    assert!(shown.out.contains("Score: ") && !shown.out.contains("Question 1"), "{}", shown.all());
    world.typing("submit\nyes\n").run(["exam", "--resume", "--plain"]);
    assert!(world.run(["record", "show", &first]).out.contains("Question 1"), "no attempt is left");
}

fn id(world: &World) -> String {
    world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an attempt").to_owned()
}

/// Shows such a home in full screen.
fn stage(review: &str, attempts: u32, (columns, rows): (u16, u16)) -> Stage {
    let like = closed(review, attempts);
    Stage::with(columns, rows, |home| {
        let banks = home.join("data/question-banks");
        std::fs::create_dir_all(banks.join("exams")).expect("folders");
        for name in ["small.json", "exams/brief.json"] {
            let from = like.data().join("question-banks").join(name);
            std::fs::copy(from, banks.join(name)).expect("a copy");
        }
    })
}

#[test]
fn no_screen_reveals_a_key_before_during_or_after_an_exam() {
    // The quiz itself shows choice texts, so only rationales and marks of correctness count as a leak.
    let rationales = ["It is right", "It holds", "Because.", "✓", "✗ Incorrect", "Chosen"];
    for review in REVIEWS {
        let mut stage = stage(review, 3, (120, 60));
        for keys in ["", "e", "enter", "enter", "y", "s", "f", "y", "enter", "o", "esc", "c", "esc", "p"] {
            let text = stage.press(keys).text();
            let told = rationales.iter().find(|word| text.contains(**word));
            assert!(told.is_none(), "{review}: after {keys} the screen reveals {told:?}: {text}");
        }
    }
}

#[test]
fn the_result_screen_shows_a_review_after_the_last_attempt_if_the_exam_allows_it() {
    for review in REVIEWS {
        let mut stage = stage(review, 1, (120, 60));
        stage.press(START_EXAM).press("s f y");
        let text = stage.text();
        assert!(text.contains("Not passed"), "{text}");
        assert_eq!(text.contains("Question 7: Not answered"), review == "full-after-final", "{review}: {text}");
        assert_eq!(text.contains("Objectives to review"), review != "none", "{review}: {text}");
    }
}

#[test]
fn result_with_review() {
    for columns in [40, 80, 120] {
        let mut stage = stage("full-after-final", 1, (columns, 50));
        stage.press(START_EXAM).press("a enter s f y");
        assert_screen!("result_with_review", columns, stage);
    }
}
