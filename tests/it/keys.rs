//! The key table: on every screen, a key, its label in the footer and a click on it do the same. Overlays and small
//! windows hide what is behind them.

use std::collections::HashSet;

use needlewise::clock::Timestamp;
use needlewise::projections::people::PersonRow;
use needlewise::service::Services;
use needlewise::tui::app::{App, InterfaceEnd};
use needlewise::tui::binding::{BindingPlace, find_binding};
use needlewise::tui::execute::Execute;
use needlewise::tui::file_preview::preview_content;
use needlewise::tui::input::{Input, MouseInput, MouseInputKind};
use needlewise::tui::jobs::Jobs;
use needlewise::tui::key::Key;
use needlewise::tui::perform::ServiceExecutor;
use needlewise::tui::screens::Route;
use needlewise::tui::theme::Theme;

use crate::source::files;
use crate::stage::{START_EXAM, Stage};
use crate::world::{MONDAY, small_bank, small_exam};

/// Every screen by the name of its file, with the keys that open it from the first screen.
pub const SCREENS: [(&str, &str); 18] = [
    ("answer_sheet", "e enter enter y s"),
    ("briefing", "e enter"),
    ("certificates", "c"),
    ("course", "r"),
    ("exams", "e"),
    ("history", "o h"),
    ("home", ""),
    ("person", "enter"),
    ("practice_choice", "p"),
    ("preview", ""),
    ("progress", "o"),
    ("quiz", START_EXAM),
    ("reading", "r enter"),
    ("records", ""),
    ("result", "e enter enter y s f y"),
    ("search", "/ p"),
    ("settings", ","),
    ("welcome", ""),
];

/// Installs the small bank and its exam in a home.
pub fn with_small_banks(home: &std::path::Path) {
    let banks = home.join("data/question-banks");
    std::fs::create_dir_all(banks.join("exams")).expect("folders");
    std::fs::write(banks.join("small.json"), small_bank().to_string()).expect("a bank");
    std::fs::write(banks.join("exams/brief.json"), small_exam().to_string()).expect("an exam");
}

/// Opens a screen of [`SCREENS`] with an executor that wraps the real one.
pub fn screen<E: Execute + 'static>(name: &str, wrap: impl FnOnce(ServiceExecutor) -> E) -> Stage {
    let (_, way) = SCREENS.iter().find(|(known, _)| *known == name).expect("a screen of the table");
    let first = match name {
        "preview" => {
            let today = Timestamp::from_millis(MONDAY).day();
            let content = preview_content("small.json", small_bank().to_string().as_bytes(), today, None);
            Route::Preview { file_name: "small.json".to_owned(), content: Box::new(content) }
        }
        "records" | "person" => Route::Records,
        _ => Route::Home,
    };
    let make_app = |service: Services, person: PersonRow| {
        let executor = ServiceExecutor::new(service, Some(person).filter(|_| name != "welcome"));
        App::new(wrap(executor), Jobs::inline(), Theme::NONE, first)
    };
    Stage::with_app(120, 40, with_small_banks, make_app).press_and_take(way)
}

fn small(columns: u16, rows: u16) -> Stage {
    Stage::with(columns, rows, with_small_banks)
}

/// Asserts that no key has two meanings, that each of its keys finds a row, and that every listed row has a label.
#[track_caller]
pub fn assert_keys_are_unambiguous(screen: &str, stage: &Stage) {
    let rows = stage.app().bindings();
    let mut seen = HashSet::new();
    for row in rows.iter().filter(|row| row.disabled_reason.is_none()) {
        assert!(!row.keys.is_empty(), "{screen}: no key for {:?}", row.action);
        assert!(
            row.place == BindingPlace::Unlisted || !row.label.is_empty(),
            "{screen}: no label for {:?}",
            row.action
        );
        for key in &row.keys {
            assert!(seen.insert(*key), "{screen}: {key} has two meanings");
            let found = find_binding(&rows, *key).expect("its row");
            assert_eq!(found.action, row.action, "{screen}: {key}");
        }
    }
}

#[test]
fn every_screen_is_in_the_table_and_no_key_has_two_meanings() {
    let listed: Vec<_> = SCREENS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let own_file = |name: String| name.strip_prefix("src/tui/screens/")?.strip_suffix(".rs").map(str::to_owned);
    let on_disk: Vec<_> =
        files("src/tui/screens", &["rs"]).into_iter().filter_map(|(name, _)| own_file(name)).collect();
    let on_disk: Vec<_> = on_disk.into_iter().filter(|name| !name.contains('/')).collect();
    assert_eq!(listed, on_disk, "add the new screen to SCREENS, so that the tests drive it");
    for (name, _) in SCREENS {
        let mut stage = screen(name, |executor| executor);
        assert_keys_are_unambiguous(name, &stage);
        stage.press("?");
        assert_keys_are_unambiguous(&format!("help of {name}"), &stage);
    }
    let mut stage = small(80, 24);
    stage.press(START_EXAM).press("ctrl-c");
    assert_keys_are_unambiguous("a dialog", &stage);
    stage.press("x s f");
    assert_keys_are_unambiguous("the dialog before an exam is submitted", &stage);
}

#[test]
fn a_disabled_row_says_why() {
    let mut stage = small(80, 24);
    stage.press(START_EXAM).press("s f y enter e enter");
    let before = stage.text().matches("You can retake").count();
    assert!(!stage.text().contains("Enter start"), "{}", stage.text());
    let after = stage.press("enter").text();
    assert_eq!(after.matches("You can retake").count(), before + 1, "{after}");
    assert_eq!(
        stage.press("up").text().matches("You can retake").count(),
        before,
        "the message stays until the next key"
    );
}

#[test]
fn a_click_does_what_the_key_does() {
    let mut stage = small(80, 24);
    assert!(stage.click("Progress").text().contains("Last 30 days"), "a row of the menu: {}", stage.text());
    assert!(stage.click("Esc back").text().contains("Practice by choice"), "a key of the footer: {}", stage.text());
    stage.click("Exams");
    assert!(stage.click("Brief").text().contains("Pass mark: 6 of 7"), "a row of a list: {}", stage.text());
    let mut stage = Stage::records(80, 24, 0, with_small_banks);
    assert!(stage.click("Amira Okafor").text().contains("Timeline"), "a person: {}", stage.text());
}

#[test]
fn a_click_on_a_scrolled_line_hits_what_is_drawn_there() {
    let mut stage = small(40, 14);
    stage.press("p end");
    assert!(!stage.text().contains("Topics (none checked: all)"), "the list is scrolled: {}", stage.text());
    assert!(stage.click("safety-critical").text().contains("[x] safety-critical"), "{}", stage.text());
}

#[test]
fn a_click_on_a_choice_marks_it_and_stores_nothing() {
    let mut stage = small(80, 24);
    stage.press(START_EXAM);
    for _ in 0..7 {
        if !stage.text().contains("What about one?") {
            stage.press("tab right");
        }
    }
    let number = stage.text().split("question ").nth(1).and_then(|rest| rest.chars().next()).expect("a number");
    stage.click("Wrong");
    let line = stage.lines().into_iter().find(|line| line.contains("Wrong")).expect("the choice");
    assert!(line.contains('●'), "{line}");
    assert!(stage.text().contains("Not saved yet"), "{}", stage.text());
    stage.press("s");
    assert!(stage.text().contains("1 answered"), "moving on stores it, as after a key: {}", stage.text());
    assert!(stage.click(&format!("{number} ●")).text().contains("Saved:"), "a cell of the sheet: {}", stage.text());
}

#[test]
fn an_overlay_hides_what_is_behind_it() {
    let mut stage = small(80, 24);
    let row = stage.lines().iter().position(|line| line.contains("Progress")).expect("the menu");
    let row = u16::try_from(row).expect("a row");
    stage.press("?").mouse(MouseInputKind::Click, 4, row);
    assert!(stage.text().contains("Keys on this screen"), "a click behind help does nothing: {}", stage.text());
    let closed = stage.press("p").text();
    assert!(
        closed.contains("Practice by choice") && !closed.contains("Topics (none checked: all)"),
        "a key closes help: {closed}"
    );
    stage.press(START_EXAM).press("ctrl-c").click("question 1 of 7");
    assert!(stage.text().contains("Leave the exam?"), "{}", stage.text());
    let answered = stage.press("s").text();
    assert!(!answered.contains("Leave the exam?") && answered.contains("question 1 of 7"), "{answered}");
    let end = stage.feed(&[Input::Key(Key::CtrlC), Input::Key(Key::CtrlC)]);
    assert_eq!(end, None, "the second Ctrl-C leaves the exam, not the program");
    stage.press("?");
    let end = stage.feed(&[Input::Key(Key::CtrlC)]);
    assert_eq!(end, Some(InterfaceEnd::ExitCode(0)), "Ctrl-C passes through help");
}

#[test]
fn a_window_that_is_too_small_accepts_only_ctrl_c() {
    let mut stage = small(30, 8);
    stage.press("p").mouse(MouseInputKind::Click, 1, 1);
    let mut stage = stage.resized(80, 24);
    assert!(stage.text().contains("Practice by choice"), "{}", stage.text());
    let mut stage = stage.resized(30, 8);
    stage.text();
    assert_eq!(stage.feed(&[Input::Key(Key::CtrlC)]), Some(InterfaceEnd::ExitCode(0)));
}

#[test]
fn the_wheel_scrolls_and_the_mouse_is_off_by_default() {
    let mut stage = small(40, 20);
    assert!(!stage.is_mouse_captured());
    stage.press("%");
    assert!(stage.is_mouse_captured() && stage.text().contains("The mouse is on."), "{}", stage.text());
    stage.press("?").mouse(MouseInputKind::ScrollDown, 5, 5);
    assert!(!stage.text().contains("Keys on this screen"), "{}", stage.text());
    stage.mouse(MouseInputKind::ScrollUp, 5, 5);
    assert!(stage.text().contains("Keys on this screen"), "{}", stage.text());
    stage.press("esc %");
    assert!(!stage.is_mouse_captured());
}

#[test]
fn the_mouse_is_read_as_terminals_send_it() {
    let mut parser = termina::Parser::default();
    // SGR mouse reports: left button, wheel up, wheel down, a move, left button released, right button.
    parser.parse(b"\x1b[<0;5;3M\x1b[<64;1;1M\x1b[<65;2;9M\x1b[<35;2;2M\x1b[<0;5;3m\x1b[<2;5;3M", false);
    let inputs: Vec<_> = std::iter::from_fn(|| parser.pop()).filter_map(|event| Input::from_event(&event)).collect();
    let mouse = |kind, column, row| Input::Mouse(MouseInput { kind, column, row });
    assert_eq!(
        inputs,
        [
            mouse(MouseInputKind::Click, 4, 2),
            mouse(MouseInputKind::ScrollUp, 0, 0),
            mouse(MouseInputKind::ScrollDown, 1, 8)
        ]
    );
}

#[test]
fn a_letter_works_in_either_case() {
    let mut stage = small(80, 24);
    assert!(stage.press("P").text().contains("Topics (none checked: all)"), "{}", stage.text());
}
