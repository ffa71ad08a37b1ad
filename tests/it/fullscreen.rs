//! The real program in a real pseudo-terminal: the main path of a new trainee, and every way to leave it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use needlewise::attempt::{Answer, Mode};
use needlewise::projections::attempts::AttemptQuery;
use rustix::process::Signal;

use crate::reader::{Reader, Talk};
use crate::stage::service;
use crate::window::Window;
use crate::world::{World, small_bank};

/// Returns a home with the small banks.
fn home() -> World {
    World::new().with_small_banks()
}

fn own_banks(world: &World) -> PathBuf {
    world.data().join("question-banks")
}

/// Returns the outcome of the newest exam, and the answer to each question by its ID.
fn facts(home: &Path) -> (String, BTreeMap<String, Option<Answer>>) {
    let time = std::rc::Rc::new(std::cell::Cell::new(crate::world::MONDAY));
    let service = service(home, &time);
    let query = AttemptQuery { mode: Some(Mode::Exam), ..AttemptQuery::default() };
    let rows = service.attempts().list(&query).expect("attempts");
    let active = service.attempts().load(rows[0].id).expect("the attempt");
    let session = &active.session;
    let items = session.loaded_paper().questions.iter().enumerate();
    let given = items
        .map(|(at, item)| (item.question.id.to_string(), session.stored_answer(at).map(|given| given.answer.clone())));
    let outcome = &session.finished().expect("an end").outcome;
    (format!("{} of {}, {:?}", outcome.earned, outcome.possible, outcome.result), given.collect())
}

#[test]
fn a_new_trainee_practices_passes_the_exam_and_finds_the_certificate() {
    let world = home();
    let reader = Reader::of(Some(&own_banks(&world)));
    let mut window = Window::open(world.home.path(), &[]);
    window.sees("What is your name?").type_bytes("Amira Okafor\r").sees("Practice by choice");
    window
        .type_bytes("p")
        .sees("Topics (none checked: all)")
        .type_bytes(&"\x1b[B".repeat(8))
        .type_bytes(" \r")
        .sees("question 1 of 7");
    let keys = reader.keys(&window.screen());
    window.type_bytes(&keys).type_bytes("\r").sees("✓ Correct").type_bytes("\r").sees("question 2 of 7");
    window.type_bytes("\x03").sees("Resume practice: Small").sees("1 of 7 answered");
    window.type_bytes("e").sees("Available now").type_bytes("\r").sees("Name on your certificate").sees("Amira Okafor");
    window.type_bytes("\r").sees("Start now? This uses attempt 1 of 3.").type_bytes("y");
    for question in 1..=7 {
        window.sees(&format!("question {question} of 7"));
        let keys = reader.keys(&window.screen());
        window.type_bytes(&keys).sees("Not saved yet").type_bytes("\r");
    }
    window.sees("7 answered, 0 unanswered").type_bytes("f").sees("y submit").type_bytes("y");
    window.sees("✓ Passed").sees("Your self-test record is ready");
    window.type_bytes("\r").sees("Practice by choice").type_bytes("c").sees("1 certificate");
    window.type_bytes("\r").sees("Self-test record: Brief").type_bytes("qqq");
    assert_eq!(window.ends(), 0);
    window.assert_as_found();

    let files: Vec<_> = walk(&world.data().join("certificates"));
    assert_eq!(files.len(), 4, "JSON, SVG, PNG and PDF: {files:?}");
    let mut verify = Talk::open(world.home.path(), &["certificate", "verify", &files[0].to_string_lossy()]);
    let verified = verify.hear();
    assert_eq!(verify.ends(), Some(1));
    assert!(verified.contains("Verdict: untrusted"), "{verified}");

    let plain = home();
    let mut talk = Talk::open(plain.home.path(), &["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    for _ in 1..=7 {
        let shown = talk.hear();
        talk.say(&reader.answer(&shown));
    }
    talk.hear();
    assert!(talk.say("submit").hear().contains("\nPassed\n"));
    assert_eq!(talk.ends(), Some(0));
    assert_eq!(facts(world.home.path()), facts(plain.home.path()), "full screen and plain mode store the same");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// Opens a window in the small exam, with the first question answered.
fn window_in_exam(world: &World) -> Window {
    let reader = Reader::of(Some(&own_banks(world)));
    let mut window = Window::open(world.home.path(), &["exam", "brief", "--trainee", "Amira Okafor"]);
    window
        .sees("Press Enter when you are ready")
        .type_bytes("\r")
        .sees("Start now?")
        .type_bytes("y")
        .sees("question 1 of 7");
    let keys = reader.keys(&window.screen());
    window.type_bytes(&keys).sees("Not saved yet").type_bytes("\r").sees("question 2 of 7");
    window
}

fn is_answer_kept(world: &World) -> bool {
    world.run(["trainee", "list"]);
    let time = std::rc::Rc::new(std::cell::Cell::new(crate::world::MONDAY));
    let service = service(world.home.path(), &time);
    let open = AttemptQuery { open_only: true, ..AttemptQuery::default() };
    let rows = service.attempts().list(&open).expect("attempts");
    service.attempts().load(rows[0].id).expect("the attempt").session.resume_index() == 1
}

#[test]
fn every_signal_restores_the_terminal_and_keeps_every_answer() {
    // By convention, the exit code is 128 plus the number of the signal.
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let world = home();
        let mut window = window_in_exam(&world);
        window.signal(signal);
        assert_eq!(window.ends(), code);
        window.assert_as_found();
        assert!(is_answer_kept(&world));
    }
}

#[test]
fn ctrl_c_asks_in_an_exam_and_leaving_suspends_it() {
    let world = home();
    let mut window = window_in_exam(&world);
    window.type_bytes("\x03").sees("Leave the exam?").type_bytes("x").no_longer_sees("Leave the exam?");
    window.type_bytes("\x03").sees("Leave the exam?").type_bytes("\r");
    assert_eq!(window.ends(), 1, "suspended");
    window.assert_as_found();
    assert!(is_answer_kept(&world));
    let mut again = Window::open(world.home.path(), &["exam", "--resume"]);
    again.sees("question 2 of 7");
}

#[test]
fn ctrl_c_leaves_cleanly_elsewhere() {
    let world = home();
    let mut window = Window::open(world.home.path(), &["--trainee", "Amira Okafor"]);
    assert_eq!(window.ends(), 2, "only practice and exam add a name");
    world.run(["trainee", "add", "Amira Okafor"]);
    let mut window = Window::open(world.home.path(), &[]);
    window.sees("Practice by choice").type_bytes("\x03");
    assert_eq!(window.ends(), 0);
    window.assert_as_found();
}

#[test]
fn a_closed_terminal_ends_the_program_with_every_answer_kept() {
    let world = home();
    let mut window = window_in_exam(&world);
    window.vanish();
    assert_eq!(window.ends(), 129);
    assert!(is_answer_kept(&world));
}

#[cfg(target_os = "linux")]
#[test]
fn a_stopped_program_restores_the_terminal_and_redraws_when_continued() {
    let world = home();
    let mut window = window_in_exam(&world);
    // By a signal of another program, and by Ctrl+Z.
    for is_key in [false, true] {
        if is_key {
            window.type_bytes("\x1a");
        } else {
            window.signal(Signal::TSTP);
        }
        window.wait_until_stopped();
        window.assert_as_found();
        // Wait until earlier output has arrived. Until the program is back, keys would go to the shell.
        window.no_longer_sees("question 2 of 7");
        window.signal(Signal::CONT);
        window.sees("question 2 of 7");
    }
    window.type_bytes("\x03").sees("Leave the exam?");
}

#[test]
fn a_loss_is_told_before_anything_else() {
    let world = home();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let store = world.data().join("needlewise.db");
    let older = std::fs::read(&store).expect("a store");
    world.run(["trainee", "add", "Ben Okri"]).done();
    std::fs::write(&store, older).expect("an older store");
    let mut window = Window::open(world.home.path(), &[]);
    window.sees("Stored answers or records may be missing").sees("The store is older than it was.");
    window.type_bytes("\r").sees("Practice by choice");
}

#[test]
fn resizing_loses_nothing_and_a_small_window_says_so() {
    let world = home();
    let mut window = window_in_exam(&world);
    window.resize(30, 8).sees("This window is too");
    window.resize(120, 40).sees("question 2 of 7");
    for (columns, rows) in [(1, 1), (300, 1), (1, 200), (40, 12), (500, 200), (80, 24)] {
        window.resize(columns, rows);
    }
    window.sees("question 2 of 7").type_bytes("\x03").sees("Leave the exam?");
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let world = home();
    world.run(["trainee", "add", "Amira Okafor"]);
    let mut window = Window::open(world.home.path(), &[]);
    window.sees("Practice by choice").type_bytes("?").sees("Keys on this").type_bytes("x").sees("Practice by choice");
    let before = window.written();
    // A key without a binding draws a frame without differences, so it writes almost nothing.
    window.type_bytes("z").type_bytes("?").sees("Keys on this");
    let frame = window.written() - before;
    // The last part of the frame before may arrive only now, so two frames are allowed.
    assert!(frame < 8000, "at most two frames, not a stream of them: {frame} bytes");
}

#[test]
fn hostile_text_never_controls_the_terminal() {
    let world = World::new();
    let mut bank = small_bank();
    bank["questions"][0]["stem"] = serde_json::json!("\u{1b}]52;c;aGFjaw==\u{7}What?");
    world.file("data/question-banks/small.json", bank.to_string());
    let mut window = Window::open(world.home.path(), &["practice", "--trainee", "a\u{202e}b"]);
    assert_eq!(window.ends(), 2);
    let mut window = Window::open(world.home.path(), &["practice", "--trainee", "Amira"]);
    window.sees("question 1 of 10").type_bytes("\x03");
    window.ends();
    let raw = String::from_utf8_lossy(&window.raw()).into_owned();
    assert!(!raw.contains("]52;") && !raw.contains('\u{202e}'), "nothing hostile was written");
}

#[test]
fn an_exam_by_command_starts_at_its_briefing_and_not_before() {
    let world = home();
    let mut window = Window::open(world.home.path(), &["exam", "brief", "--trainee", "Amira Okafor"]);
    window.sees("Press Enter when you are ready").sees("3 of 3 attempts left").type_bytes("\x1b");
    assert_eq!(window.ends(), 1, "an exam that was not started is not passed");
    window.assert_as_found();
    assert_eq!(world.run(["record", "list", "--json"]).json(), serde_json::json!([]), "no attempt was used");
}

#[test]
fn the_full_screen_without_a_terminal_is_refused_with_a_hint() {
    let world = home();
    let mut talk = Talk::open(world.home.path(), &["exam", "brief", "--trainee", "Amira"]);
    assert_eq!(talk.ends(), Some(2));
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_plain_mode() {
    let world = home();
    let mut window = Window::open_with(world.home.path(), &["study", "--trainee", "Amira"], &[("TERM", "dumb")]);
    window.sees("so plain mode is used.").sees("Question 1 of 10").type_bytes("\x04");
    assert_eq!(window.ends(), 1, "suspended");
    assert!(!window.raw().contains(&0x1b), "no escape sequence is written");
    let mut window = Window::open_with(world.home.path(), &[], &[("TERM", "dumb")]);
    window.sees("needlewise study");
    assert_eq!(window.ends(), 2);
}
