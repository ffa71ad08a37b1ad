//! Nothing that is shown, printed, requested or exported about an exam tells a key, in no phase of it.

use needlewise::clock::Millis;
use serde_json::json;

use crate::stage::{Stage, assert_screen};
use crate::world::{Said, World, small_bank, small_exam};

/// What only keys and rationales say, in the small bank; nobody types any of it.
const TELLING: [&str; 7] = ["It is right", "It holds", "Barks", "Purrs", "North", "\"Right\"", "Because."];

/// How an exam may be looked back on.
const REVIEWS: [&str; 3] = ["none", "objectives-until-final", "full-after-final"];

/// A home whose bank serves exams alone, and whose exam is looked back on so and can be taken so often.
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

/// Sits the exam with nothing right but the statement that holds; returns what was printed.
fn fails(world: &World) -> Said {
    let script: String = (1..=7).map(|n| format!("{n}\ntrue\n")).collect();
    let begin = ["exam", "brief", "--plain", "--trainee", "Amira Okafor"];
    let said = world.typing(&(script + "submit\nyes\n")).run(begin);
    assert!(said.out.contains("Not passed"), "{}", said.all());
    said
}

/// Runs every command that says anything of an attempt, and looks at what is printed and at every file that is written.
/// Words that may be told in this phase are `told`; a request can be written where the exam was passed.
///
/// Each command must end as it should: one that is refused for another reason would tell nothing and prove nothing.
fn walk(world: &World, phase: &str, told: &[&str], passed: bool) {
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
        for word in TELLING.into_iter().filter(|word| !told.contains(word)) {
            assert!(!said.contains(word), "{phase}: {what} tells {word}: {said}");
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

/// The words that are looked for are those that keys and rationales have, so that a leak would be seen.
#[test]
fn an_open_bank_shows_every_word_that_is_looked_for() {
    let world = World::new().with_small_banks();
    let shown = [world.run(["bank", "show", "small"]), world.run(["bank", "show", "small", "--json"])];
    let shown: String = shown.iter().map(Said::all).collect();
    for word in TELLING {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn no_output_tells_a_key_while_an_exam_is_open() {
    for review in REVIEWS {
        let world = closed(review, 3);
        let said = world.typing("a\na\n").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
        assert!(said.out.contains("Suspended"), "{}", said.all());
        walk(&world, &format!("{review}, open"), &[], false);
    }
}

#[test]
fn no_output_tells_a_key_while_it_can_be_taken_again() {
    for review in REVIEWS {
        let world = closed(review, 3);
        let said = fails(&world);
        let result = &said.out[said.out.find("\nNot passed").expect("a result")..];
        assert!(!result.contains("Chosen") && !result.contains("Question "), "{result}");
        walk(&world, &format!("{review}, failed"), &[], false);
    }
}

#[test]
fn no_output_tells_a_key_once_it_is_passed_but_what_was_chosen_where_the_exam_allows_that() {
    for review in REVIEWS {
        let world = closed(review, 3);
        assert_eq!(world.passes().code, 0);
        // The right choices were chosen; what was ordered, matched or typed is not told even so.
        let chosen: &[&str] = if review == "full-after-final" { &["It is right", "It holds", "North"] } else { &[] };
        walk(&world, &format!("{review}, passed"), chosen, true);
    }
}

#[test]
fn after_the_last_attempt_full_review_tells_what_was_chosen_and_no_key() {
    for review in REVIEWS {
        let world = closed(review, 1);
        let said = fails(&world);
        let full = review == "full-after-final";
        assert_eq!(said.out.contains("Chosen: true. It holds"), full, "{}", said.all());
        walk(&world, &format!("{review}, final"), if full { &["It holds"] } else { &[] }, false);
        let shown = world.run(["record", "show", &id(&world)]);
        assert_eq!(shown.out.contains("Score: "), review != "none", "{}", shown.all());
        if full {
            let back = &said.out[said.out.find("Question 1: ").expect("a look back")..];
            assert!(shown.out.contains(back), "the records tell the same: {}", shown.all());
            assert_eq!(said.out.matches(": Not answered. What about").count(), 4, "{}", said.all());
        }
    }
}

#[test]
fn an_earlier_attempt_is_not_looked_back_on_while_another_is_open() {
    let world = closed("full-after-final", 2);
    fails(&world);
    let first = id(&world);
    world.pass(Millis::from_days(2));
    world.typing("a\n").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
    let shown = world.run(["record", "show", &first]);
    assert!(shown.out.contains("Score: ") && !shown.out.contains("Question 1"), "{}", shown.all());
    world.typing("submit\nyes\n").run(["exam", "--resume", "--plain"]);
    assert!(world.run(["record", "show", &first]).out.contains("Question 1"), "no attempt is left");
}

fn id(world: &World) -> String {
    world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an attempt").to_owned()
}

/// Opens such a home in full screen.
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
fn no_screen_tells_a_key_before_or_after() {
    // The quiz itself shows choices, and no more of them than that; its rationales are nowhere.
    let rationales = ["It is right", "It holds", "Because.", "✓", "✗ Wrong", "Chosen"];
    for review in REVIEWS {
        let mut stage = stage(review, 3, (120, 60));
        for keys in ["", "e", "enter", "s", "f", "y", "enter", "l", "enter", "esc", "esc", "c", "esc", "p"] {
            let text = stage.press(keys).text();
            let told = rationales.iter().find(|word| text.contains(**word));
            assert!(told.is_none(), "{review}: after {keys} the screen tells {told:?}: {text}");
        }
    }
}

#[test]
fn the_result_screen_after_the_last_attempt_looks_back_where_the_exam_allows_that() {
    for review in REVIEWS {
        let mut stage = stage(review, 1, (120, 60));
        for keys in ["e", "enter", "s", "f", "y"] {
            stage.press(keys);
        }
        let text = stage.text();
        assert!(text.contains("Not passed"), "{text}");
        assert_eq!(text.contains("Question 7: Not answered"), review == "full-after-final", "{review}: {text}");
        assert_eq!(text.contains("Objectives to go over"), review != "none", "{review}: {text}");
    }
}

#[test]
fn result_looked_back_on() {
    for columns in [40, 80, 120] {
        let mut stage = stage("full-after-final", 1, (columns, 50));
        for keys in ["e", "enter", "a", "enter", "s", "f", "y"] {
            stage.press(keys);
        }
        assert_screen!("result_looked_back_on", columns, stage);
    }
}
