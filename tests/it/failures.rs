//! A failure is reported on the current screen. Without a screen it is printed, and the program exits with a code.

use std::cell::Cell;
use std::rc::Rc;

use needlewise::clock::{Now, Zone};
use needlewise::service::ServiceError;
use needlewise::tui::command::Command;
use needlewise::tui::execute::{CommandOutcome, Execute};
use needlewise::tui::input::Input;
use needlewise::tui::jobs::Jobs;
use needlewise::tui::key::Key;
use needlewise::tui::perform::ServiceExecutor;
use needlewise::tui::screens::{Route, Screen};
use rusqlite::Connection;

use crate::keys::{SCREENS, screen, with_small_banks};
use crate::reader::Reader;
use crate::stage::{START_EXAM, Stage, assert_screen};
#[cfg(unix)]
use crate::window::Window;
use crate::world::World;

fn run_sql(home: &std::path::Path, sql: &str) {
    Connection::open(home.join("data/needlewise.db")).expect("a store").execute_batch(sql).expect("a change");
}

/// SQL that makes the store fail by hiding two of its tables, and SQL that makes it work again.
const HIDE: &str = "ALTER TABLE attempts RENAME TO hidden_attempts; ALTER TABLE fact_payload RENAME TO hidden_payload";
const SHOW: &str = "ALTER TABLE hidden_attempts RENAME TO attempts; ALTER TABLE hidden_payload RENAME TO fact_payload";

fn small(columns: u16, rows: u16) -> Stage {
    Stage::with(columns, rows, with_small_banks)
}

#[cfg(unix)]
#[test]
fn a_damaged_record_at_startup_ends_with_the_reason_and_exit_code_4() {
    let world = World::new().with_small_banks();
    let begin = ["practice", "small", "--plain", "--trainee", "Amira Okafor"];
    world
        .finish_attempt(&begin, &["practice", "--resume", "--plain"], |reader: &Reader, shown| reader.answer(shown))
        .done();
    run_sql(world.home.path(), "UPDATE question_progress SET answer_count = answer_count + 1");
    let mut window = Window::open(world.home.path(), &[]);
    window.sees("is damaged");
    assert_eq!(window.ends(), 4);
    assert!(window.screen().contains("needlewise doctor"), "{}", window.screen());
    // The same for an attempt that cannot be shown: the program exits instead of waiting on an empty screen.
    run_sql(
        world.home.path(),
        "UPDATE question_progress SET answer_count = answer_count - 1; DELETE FROM stored_content",
    );
    let begin = ["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"];
    world.typing("a\n").run(begin);
    run_sql(world.home.path(), "DELETE FROM stored_content");
    let mut window = Window::open(world.home.path(), &["exam", "--resume"]);
    window.sees("is missing");
    assert_eq!(window.ends(), 4);
}

#[test]
fn every_screen_reports_a_failure_and_recovers() {
    // The keys that lead to a screen, then those that need the store there.
    let screens = [
        ("home", "", "e"),
        ("practice choice", "p", "enter"),
        ("exams", "e", "enter"),
        ("briefing", "e enter", "enter y"),
        ("mock from the briefing", "e enter", "m y"),
        ("quiz", START_EXAM, "m"),
        ("answer sheet", "e enter enter y s", "f y"),
        ("result of an exam", "e enter enter y s f y", "enter"),
        ("records", "", "enter"),
        ("home, after a screen was closed", "c", "esc"),
    ];
    for (screen, way, keys) in screens {
        let mut stage = match screen {
            "records" => Stage::records(120, 40, 0, with_small_banks),
            _ => small(120, 40),
        };
        stage.press(way);
        run_sql(stage.home.path(), HIDE);
        let before = stage.text();
        let failed = stage.press(keys).text();
        assert!(failed.contains("is damaged: a table or a column is missing"), "{screen}: {failed}");
        run_sql(stage.home.path(), SHOW);
        let after = stage.press("up").text();
        assert!(!after.contains("is damaged"), "{screen}: the next key hides the message: {after}");
        let done = stage.press(keys).text();
        assert!(done != before && !done.contains("is damaged"), "{screen}: {done}");
    }
}

/// An executor that fails every request while `is_failing` is set.
struct Failing {
    inner: ServiceExecutor,
    is_failing: Rc<Cell<bool>>,
}

const REASON: &str = "The test makes this fail.";

impl Failing {
    fn check(&self) -> Result<(), ServiceError> {
        if self.is_failing.get() { Err(ServiceError::Rejected(REASON.to_owned())) } else { Ok(()) }
    }
}

impl Execute for Failing {
    fn now(&self) -> Now {
        self.inner.now()
    }

    fn zone(&self) -> Zone {
        self.inner.zone()
    }

    fn open(&mut self, route: Route, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
        self.check()?;
        self.inner.open(route, jobs)
    }

    fn run(&mut self, command: Command, jobs: &mut Jobs) -> Result<CommandOutcome, ServiceError> {
        self.check()?;
        self.inner.run(command, jobs)
    }
}

/// Presses a key on a screen while every request fails. If a dialog opens, presses its first key too. Returns whether
/// the failure was shown, and asserts that the next key hides it.
fn fails_visibly(name: &str, key: Key) -> bool {
    let is_failing = Rc::new(Cell::new(false));
    let shared = Rc::clone(&is_failing);
    let mut stage = screen(name, |inner| Failing { inner, is_failing: shared });
    is_failing.set(true);
    let before = stage.app().bindings();
    stage.feed(&[Input::Key(key)]);
    let was_shown = stage.text().contains(REASON);
    let after = stage.app().bindings();
    if let Some(answer) = after.first().filter(|_| after != before).map(|row| row.keys[0]) {
        stage.feed(&[Input::Key(answer)]);
    }
    if stage.app().end().is_some() {
        return false;
    }
    let is_shown = was_shown || stage.text().contains(REASON);
    stage.pass(100);
    is_failing.set(false);
    assert!(!stage.press("up").text().contains(REASON), "{name}, {key}: {}", stage.text());
    is_shown
}

#[test]
fn no_screen_panics_or_stays_silent_when_every_effect_fails() {
    for (name, _) in SCREENS {
        let rows = screen(name, |executor| executor).app().bindings();
        let keys = rows.iter().filter(|row| row.disabled_reason.is_none()).map(|row| row.keys[0]);
        let shown_count = keys.filter(|key| fails_visibly(name, *key)).count();
        // The person screen makes no request except to close it.
        assert_eq!(shown_count > 0, name != "person", "{name}");
    }
}

#[test]
fn failure() {
    for (columns, rows) in [(40, 20), (80, 24), (120, 40)] {
        let mut stage = small(columns, rows);
        run_sql(stage.home.path(), HIDE);
        stage.press("e");
        assert_screen!("failure", columns, stage);
    }
}

#[test]
fn a_store_without_a_table_or_a_column_is_damaged_and_never_empty() {
    // The second change would make the next start compute all rows again, from facts that cannot be read.
    for (lost, exit_codes) in [
        ("ALTER TABLE attempts RENAME COLUMN mode TO other", [4, 1]),
        ("ALTER TABLE fact_payload RENAME TO hidden_payload; UPDATE projection SET version = version - 1", [4, 4]),
    ] {
        let world = World::new().with_small_banks();
        assert_eq!(world.pass_exam().code, 0);
        run_sql(world.home.path(), lost);
        for (command, code) in [["record", "list"].as_slice(), &["doctor"]].into_iter().zip(exit_codes) {
            let said = world.run(command.iter().copied());
            assert!(
                said.code == code && said.all().contains("a table or a column is missing"),
                "{lost}: {}",
                said.all()
            );
            assert!(!said.all().contains("no such"), "a text of the database: {}", said.all());
            let advises_itself =
                command == ["doctor"] && code == 1 && said.all().contains("then run `needlewise doctor`");
            assert!(!advises_itself, "{}", said.all());
        }
    }
}
