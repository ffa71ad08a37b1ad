//! The preview of a bank: what trainees will see, the findings of the checker, and updates while the file is edited.

use serde_json::{Value, json};

use crate::stage::{Stage, assert_screen};
#[cfg(unix)]
use crate::window::Window;
use crate::world::{World, small_bank};

const FILE: &str = "small.json";

/// Returns the small bank with a draft, and with one finding in its first question.
fn bank() -> Value {
    let mut bank = small_bank();
    bank["questions"][0]["choices"][1]["text"] = json!("What is usually wrong");
    bank["questions"][1]["status"] = json!("draft");
    bank
}

fn pretty(bank: &Value) -> String {
    serde_json::to_string_pretty(bank).expect("json")
}

fn preview(columns: u16, rows: u16) -> Stage {
    Stage::previewing(columns, rows, FILE, &pretty(&bank()))
}

/// Saves the file again and lets the preview notice the change.
fn save(stage: &mut Stage, text: &str) {
    std::fs::write(stage.home.path().join(FILE), text).expect("a file");
    stage.pass(500);
}

#[test]
fn a_question_is_shown_with_its_findings() {
    for (columns, rows) in [(40, 20), (80, 24), (120, 40)] {
        assert_screen!("preview", columns, preview(columns, rows));
        let explained = preview(columns, rows).press_and_take("a enter");
        assert_screen!("preview_answered", columns, explained);
        let broken = Stage::previewing(columns, rows, FILE, &pretty(&bank()).replace("\"stem\"", "\"stam\""));
        assert_screen!("preview_broken", columns, broken);
    }
}

#[test]
fn a_draft_is_named_and_a_clean_question_has_no_findings() {
    let mut stage = preview(80, 24);
    assert!(stage.text().contains("L04 warning: the choice says \"usually\""), "{}", stage.text());
    stage.press("right");
    assert!(stage.text().contains("Draft: not used in practice or exams"), "{}", stage.text());
}

#[test]
fn every_save_is_shown_at_the_question_that_is_being_edited() {
    let mut stage = preview(80, 24);
    stage.press("right right");
    assert!(stage.text().contains("What about holds?"), "{}", stage.text());
    let mut edited = bank();
    edited["questions"][2]["stem"] = json!("What about it when it holds?");
    save(&mut stage, &pretty(&edited));
    assert!(stage.text().contains("What about it when it holds?"), "{}", stage.text());
    edited["questions"].as_array_mut().expect("a list").remove(0);
    save(&mut stage, &pretty(&edited));
    assert!(stage.text().contains("What about it when it holds?"), "it moved up:\n{}", stage.text());
    assert!(stage.text().contains("question 2 of 6"), "{}", stage.text());
}

#[test]
fn a_file_broken_in_mid_edit_shows_its_problems_and_recovers() {
    let mut stage = preview(80, 24);
    stage.press("right right");
    let whole = pretty(&bank());
    save(&mut stage, &whole[..whole.len() / 2]);
    assert!(
        stage.text().contains("This file cannot be shown") && stage.text().contains("not JSON"),
        "{}",
        stage.text()
    );
    std::fs::remove_file(stage.home.path().join(FILE)).expect("a file");
    stage.pass(500);
    assert!(stage.text().contains("This file cannot be shown"), "{}", stage.text());
    save(&mut stage, &whole);
    assert!(stage.text().contains("What about holds?"), "{}", stage.text());
}

#[test]
fn questions_can_be_answered_and_reset_and_nothing_is_stored() {
    let mut stage = preview(80, 24);
    stage.press("right right t enter");
    assert!(stage.text().contains("✓ Correct"), "{}", stage.text());
    stage.press("r");
    assert!(stage.text().contains("Not answered yet."), "{}", stage.text());
    assert!(!stage.home.path().join("data").exists());
}

#[cfg(unix)]
#[test]
fn the_real_program_follows_the_real_file() {
    let world = World::new();
    let path = world.file(FILE, pretty(&bank()));
    let shown = path.to_string_lossy().into_owned();
    assert_eq!(world.run(["bank", "preview", &shown]).code, 2, "no terminal");
    assert_eq!(world.run(["bank", "preview", "/no/such/file"]).code, 3);
    let mut window = Window::open(world.home.path(), &["bank", "preview", &shown]);
    window.sees("What about one?");
    world.file(FILE, pretty(&bank()).replace("What about one?", "What about this one?"));
    window.sees("What about this one?").type_bytes("q");
    assert_eq!(window.ends(), 0);
    window.assert_as_found();
}
