//! What fails is said on whatever screen is shown; where there is no screen, on the terminal, with an exit code.

use rusqlite::Connection;

use crate::reader::Reader;
use crate::stage::Stage;
use crate::window::Window;
use crate::world::{World, small_bank, small_exam};

fn run_sql(home: &std::path::Path, sql: &str) {
    Connection::open(home.join("data/needlewise.db")).expect("a store").execute_batch(sql).expect("a change");
}

/// Hides two tables from the program, and shows them again.
const HIDE: &str = "ALTER TABLE attempt RENAME TO attempt_hidden; ALTER TABLE secret RENAME TO secret_hidden";
const SHOW: &str = "ALTER TABLE attempt_hidden RENAME TO attempt; ALTER TABLE secret_hidden RENAME TO secret";

fn small(columns: u16, rows: u16) -> Stage {
    Stage::with(columns, rows, |home| {
        let banks = home.join("data/question-banks");
        std::fs::create_dir_all(banks.join("exams")).expect("folders");
        std::fs::write(banks.join("small.json"), small_bank().to_string()).expect("a bank");
        std::fs::write(banks.join("exams/brief.json"), small_exam().to_string()).expect("an exam");
    })
}

#[test]
fn a_damaged_record_at_the_start_ends_with_the_reason_and_exit_code_4() {
    let world = World::new().with_small_banks();
    let begin = ["practice", "small", "--plain", "--trainee", "Amira Okafor"];
    world.sits(&begin, &["practice", "--resume", "--plain"], |reader: &Reader, shown| reader.answer(shown)).done();
    run_sql(world.home.path(), "UPDATE learned SET seen = seen + 1");
    let mut window = Window::open(world.home.path(), &[]);
    window.sees("is damaged");
    assert_eq!(window.ends(), 4);
    assert!(window.screen().contains("needlewise doctor"), "{}", window.screen());
    // The same for an attempt that cannot be shown: the program never waits on an empty screen.
    run_sql(world.home.path(), "UPDATE learned SET seen = seen - 1; DELETE FROM content");
    let begin = ["exam", "brief", "--plain", "--trainee", "Amira Okafor"];
    world.typing("a\n").run(begin);
    run_sql(world.home.path(), "DELETE FROM content");
    let mut window = Window::open(world.home.path(), &["exam", "--resume"]);
    window.sees("is missing");
    assert_eq!(window.ends(), 4);
}

#[test]
fn every_screen_says_what_failed_and_goes_on_once_it_works_again() {
    // The keys that lead to a screen, then those that need the store there.
    let screens = [
        ("home", "", "p"),
        ("topics", "p", "enter"),
        ("briefing", "e", "enter"),
        ("mock from the briefing", "e", "m"),
        ("quiz", "e enter", "m"),
        ("answer sheet", "e enter s", "f y"),
        ("result of an exam", "e enter s f y", "enter"),
        ("records", "l", "enter"),
        ("home, after a screen was closed", "c", "esc"),
        ("home, after help", "?", "esc"),
    ];
    for (screen, way, keys) in screens {
        let mut stage = small(120, 40);
        stage.press(way);
        run_sql(stage.home.path(), HIDE);
        let before = stage.text();
        let failed = stage.press(keys).text();
        assert!(failed.contains("cannot be used: no such table: "), "{screen}: {failed}");
        run_sql(stage.home.path(), SHOW);
        let after = stage.press("up").text();
        assert!(!after.contains("cannot be used"), "{screen}: the next key takes it away: {after}");
        let done = stage.press(keys).text();
        assert!(done != before && !done.contains("cannot be used"), "{screen}: {done}");
    }
}

#[test]
fn failure() {
    for (columns, rows) in [(40, 20), (80, 24), (120, 40)] {
        let mut stage = small(columns, rows);
        run_sql(stage.home.path(), HIDE);
        insta::assert_snapshot!(format!("failure@{columns}"), stage.press("p").text());
    }
}
