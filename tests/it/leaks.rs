//! Nothing that is shown, printed, requested or exported about an exam tells a key, in no phase of it.

use crate::stage::Stage;
use crate::world::{World, small_bank, small_exam};

/// What only keys and rationales say, in the small bank; nobody types any of it.
const TELLING: [&str; 7] = ["It is right", "It holds", "Barks", "Purrs", "North", "\"Right\"", "Because."];

/// A home whose bank serves exams alone.
fn closed() -> World {
    let world = World::new();
    let mut bank = small_bank();
    bank["practice"] = false.into();
    world.file("data/question-banks/small.json", bank.to_string());
    world.file("data/question-banks/exams/brief.json", small_exam().to_string());
    world
}

/// Runs every command that says anything of an attempt, and looks at what is printed and at every file that is written.
fn walk(world: &World, phase: &str) {
    let rows = world.run(["record", "list", "--json"]).json();
    let id = rows[0]["id"].as_str().expect("an attempt").to_owned();
    let to = |name: &str| world.path(&format!("out/{name}"));
    std::fs::create_dir_all(world.path("out")).expect("a folder");
    let (request, archive) = (to("request.json"), to("archive.json"));
    let commands: Vec<Vec<&str>> = vec![
        vec!["record", "list"],
        vec!["record", "list", "--json"],
        vec!["record", "show", &id],
        vec!["record", "show", &id, "--json"],
        vec!["record", "replay", &id],
        vec!["record", "replay", "--all", "--json"],
        vec!["record", "matrix"],
        vec!["record", "matrix", "--json"],
        vec!["record", "export", "--format", "csv"],
        vec!["record", "export", "--format", "json"],
        vec!["record", "export", "--format", "xapi"],
        vec!["trainee", "list", "--json"],
        vec!["trainee", "export", "Amira Okafor", "--to", &archive],
        vec!["certificate", "list", "--json"],
        vec!["certificate", "request", &id, "--to", &request],
        vec!["bank", "show", "small"],
        vec!["bank", "show", "small", "--keys"],
        vec!["doctor"],
        vec!["doctor", "--json"],
    ];
    let clean = |what: &str, said: &str| {
        for word in TELLING {
            assert!(!said.contains(word), "{phase}: {what} tells {word}: {said}");
        }
    };
    for args in commands {
        clean(&args.join(" "), &world.run(&args).all());
    }
    for file in [request, archive] {
        clean(&file, &std::fs::read_to_string(&file).unwrap_or_default());
    }
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

#[test]
fn no_output_tells_a_key_while_an_exam_is_open() {
    let world = closed();
    let said = world.typing("a\na\n").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
    assert!(said.out.contains("Suspended"), "{}", said.all());
    walk(&world, "open");
}

#[test]
fn no_output_tells_a_key_while_it_can_be_taken_again() {
    let world = closed();
    let script: String = (1..=7).map(|n| format!("{n}\ntrue\n")).collect();
    let said = world.typing(&(script + "submit\nyes\n")).run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
    assert!(said.out.contains("Not passed"), "{}", said.all());
    walk(&world, "failed");
}

#[test]
fn no_output_tells_a_key_once_it_is_passed() {
    let world = closed();
    assert_eq!(world.passes().code, 0);
    walk(&world, "passed");
}

#[test]
fn no_screen_tells_a_key_before_or_after() {
    let mut stage = Stage::with(120, 60, |home| {
        let banks = home.join("data/question-banks");
        std::fs::create_dir_all(banks.join("exams")).expect("folders");
        let mut bank = small_bank();
        bank["practice"] = false.into();
        std::fs::write(banks.join("small.json"), bank.to_string()).expect("a bank");
        std::fs::write(banks.join("exams/brief.json"), small_exam().to_string()).expect("an exam");
    });
    // The quiz itself shows choices, and no more of them than that; its rationales are nowhere.
    let rationales = ["It is right", "It holds", "Because.", "✓", "✗ Wrong"];
    let mut screens = 0;
    for keys in ["", "e", "enter", "s", "f", "y", "enter", "l", "enter", "esc", "esc", "c", "esc", "p"] {
        let text = stage.press(keys).text();
        let told = rationales.iter().find(|word| text.contains(**word));
        assert!(told.is_none(), "after {keys} the screen tells {told:?}: {text}");
        screens += 1;
    }
    assert_eq!(screens, 14);
}
