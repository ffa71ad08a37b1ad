//! Slow work in the background of the interface, and a command that waits for a busy store.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use needlewise::clock::{Millis, Now, Zone};
use needlewise::service::ServiceError;
use needlewise::store::StoreError;
use needlewise::tui::app::App;
use needlewise::tui::command::{Command, Reply};
use needlewise::tui::execute::{CommandOutcome, Execute};
use needlewise::tui::input::Input;
use needlewise::tui::jobs::{JobEvent, JobReport, Jobs};
use needlewise::tui::perform::ServiceExecutor;
use needlewise::tui::screens::{Route, Screen};
use needlewise::tui::theme::Theme;

use crate::keys::{screen, with_small_banks};
use crate::reader::Reader;
use crate::stage::{START_EXAM, Stage};

/// The longest wait for a thread before a test fails.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn a_job_reports_progress_and_its_end() {
    let (sender, reports) = mpsc::channel();
    let mut jobs = Jobs::threaded(move |report| sender.send(report).expect("a listener"));
    jobs.start("Counting", |control| {
        control.report_progress("1 of 2");
        Ok(Some(Reply::Closed))
    });
    assert_eq!(jobs.status_line().as_deref(), Some("Counting …"));
    assert_eq!(jobs.take_in(reports.recv_timeout(PATIENCE).expect("progress")), None);
    assert_eq!(jobs.status_line().as_deref(), Some("Counting … 1 of 2"));
    let end = jobs.take_in(reports.recv_timeout(PATIENCE).expect("an end"));
    assert_eq!(end, Some(JobEvent::Done(Some(Reply::Closed))));
    assert_eq!(jobs.status_line(), None);
}

#[test]
fn a_cancelled_job_is_notified_and_its_reports_are_ignored() {
    let (sender, reports) = mpsc::channel();
    let mut jobs = Jobs::threaded(move |report| sender.send(report).expect("a listener"));
    let number = jobs.start("Waiting", |control| {
        while !control.is_cancelled() {
            std::thread::yield_now();
        }
        Err("It was cancelled.".to_owned())
    });
    jobs.cancel(number);
    assert_eq!(jobs.status_line(), None);
    assert_eq!(jobs.take_in(reports.recv_timeout(PATIENCE).expect("an end")), None);
    jobs.join();
}

#[test]
fn a_panic_in_a_job_is_reported_as_a_failure() {
    let mut jobs = Jobs::inline();
    jobs.start("Falling", |_| panic!("this panic is part of the test"));
    let reports = jobs.inline_reports();
    let [JobReport { event: JobEvent::Failed(message), .. }] = reports.as_slice() else { panic!("{reports:?}") };
    assert!(message.contains("crashed"), "{message}");
}

/// Answers every question of the small exam correctly and submits it.
fn pass_exam(stage: &mut Stage) {
    let reader = Reader::of(Some(&stage.home.path().join("data/question-banks")));
    stage.press(START_EXAM);
    for _ in 0..7 {
        let keys = reader.keys(&stage.text());
        stage.type_text(&keys).press("enter");
    }
    stage.press("f y");
}

fn certificate_count(stage: &Stage) -> usize {
    let mut folders = vec![stage.home.path().join("data/certificates")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { count += 1 }
        }
    }
    count
}

#[test]
fn a_pass_is_shown_at_once_and_the_pictures_follow() {
    let (sender, reports) = mpsc::channel();
    let mut stage = Stage::with_app(80, 24, with_small_banks, |service, person| {
        let jobs = Jobs::threaded(move |report| sender.send(report).expect("a listener"));
        App::new(ServiceExecutor::new(service, Some(person)), jobs, Theme::NONE, Route::Home)
    });
    pass_exam(&mut stage);
    let shown = stage.text();
    assert!(shown.contains("✓ Passed") && shown.contains("Your self-test record is ready"), "{shown}");
    assert!(shown.contains("Making the certificate's pictures …"), "{shown}");
    let report = reports.recv_timeout(PATIENCE).expect("the end of the job");
    stage.feed(&[Input::Job(report.clone())]);
    assert!(!stage.text().contains("Making the certificate's pictures"), "{}", stage.text());
    assert_eq!(certificate_count(&stage), 4, "JSON, SVG, PNG and PDF");
    stage.feed(&[Input::Job(JobReport { event: JobEvent::Failed("A report too late.".to_owned()), ..report })]);
    assert!(!stage.text().contains("A report too late."), "the job has ended: {}", stage.text());
}

/// An executor that starts a failing job whenever the choice of practice is opened.
struct FailingJob(ServiceExecutor);

impl Execute for FailingJob {
    fn now(&self) -> Now {
        self.0.now()
    }

    fn zone(&self) -> Zone {
        self.0.zone()
    }

    fn open(&mut self, route: Route, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
        if route == Route::PracticeChoice {
            jobs.start("Failing", |_| Err("The pictures cannot be written.".to_owned()));
        }
        self.0.open(route, jobs)
    }

    fn run(&mut self, command: Command, jobs: &mut Jobs) -> Result<CommandOutcome, ServiceError> {
        self.0.run(command, jobs)
    }
}

#[test]
fn a_failed_job_is_reported_on_the_current_screen() {
    let mut stage = screen("home", FailingJob);
    let shown = stage.press("p").text();
    assert!(
        shown.contains("The pictures cannot be written.") && shown.contains("Topics (none checked: all)"),
        "{shown}"
    );
    assert!(!stage.press("down").text().contains("The pictures"), "until the next key: {}", stage.text());
}

/// An executor whose store is busy for the next `remaining` answers.
struct Busy {
    inner: ServiceExecutor,
    remaining: Rc<Cell<u32>>,
}

impl Execute for Busy {
    fn now(&self) -> Now {
        self.inner.now()
    }

    fn zone(&self) -> Zone {
        self.inner.zone()
    }

    fn open(&mut self, route: Route, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
        self.inner.open(route, jobs)
    }

    fn run(&mut self, command: Command, jobs: &mut Jobs) -> Result<CommandOutcome, ServiceError> {
        match (&command, self.remaining.get().checked_sub(1)) {
            (Command::Record(..) | Command::RecordLate(..), Some(rest)) => {
                self.remaining.set(rest);
                Err(ServiceError::Store(StoreError::Busy))
            }
            _ => self.inner.run(command, jobs),
        }
    }
}

/// Returns the first question of an exam with its answer marked. The store is busy for the next `times` attempts to
/// record it.
fn marked_and_busy(times: u32) -> (Stage, Rc<Cell<u32>>) {
    let remaining = Rc::new(Cell::new(0));
    let shared = Rc::clone(&remaining);
    let mut stage = screen("quiz", |inner| Busy { inner, remaining: shared });
    let reader = Reader::of(Some(&stage.home.path().join("data/question-banks")));
    let keys = reader.keys(&stage.text());
    stage.type_text(&keys);
    remaining.set(times);
    (stage, remaining)
}

const DIALOG: &str = "This answer is not saved yet. Leave without it?";
const WAITING: &str = "Not saved yet. Another program has been using your data since 9:00 AM.";

#[test]
fn an_answer_waits_for_a_busy_store_and_is_stored_once_it_is_free() {
    let (mut stage, _) = marked_and_busy(3);
    let shown = stage.press("enter").text();
    assert!(shown.contains(WAITING) && shown.contains("question 1 of 7"), "{shown}");
    assert_eq!(stage.app().next_wake(), Some(Millis(100)));
    stage.press("m");
    for _ in 0..2 {
        assert!(stage.pass(100).text().contains(WAITING), "{}", stage.text());
    }
    let shown = stage.pass(100).text();
    assert!(shown.contains("question 2 of 7") && !shown.contains(WAITING), "{shown}");
    assert!(!shown.contains("flagged"), "other keys do nothing while it waits: {shown}");
    assert!(stage.press("alt-s").text().contains("1 answered"), "{}", stage.text());
}

#[test]
fn a_waiting_answer_can_be_abandoned() {
    let (mut stage, remaining) = marked_and_busy(u32::MAX);
    stage.press("enter ctrl-c");
    assert!(stage.text().contains(DIALOG), "{}", stage.text());
    let shown = stage.press("n").text();
    assert!(!shown.contains(DIALOG) && shown.contains(WAITING), "{shown}");
    assert!(stage.press("q").text().contains(DIALOG), "{}", stage.text());
    assert!(stage.press("y").text().contains("In progress"), "{}", stage.text());
    remaining.set(0);
    assert!(stage.press("enter").text().contains("question 1 of 7"), "{}", stage.text());
    assert!(stage.text().contains("Not answered yet."), "{}", stage.text());
}

#[test]
fn the_dialog_about_a_waiting_answer_closes_once_it_is_stored() {
    let (mut stage, remaining) = marked_and_busy(u32::MAX);
    stage.press("enter ctrl-c");
    remaining.set(0);
    let shown = stage.pass(100).text();
    assert!(shown.contains("question 2 of 7") && !shown.contains("Leave without it?"), "{shown}");
}

/// Returns how many commits are only in the log of a store.
fn unmoved_commits(home: &std::path::Path) -> i64 {
    // While the interface is open, the main file alone shows what was moved.
    let path = home.join("data/needlewise.db");
    let main = rusqlite::Connection::open_with_flags(
        format!("file:{}?immutable=1", path.display()),
        rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_URI,
    );
    let whole = rusqlite::Connection::open(&path).expect("a store");
    let commits =
        |store: &rusqlite::Connection| store.query_row("SELECT commits FROM store", [], |row| row.get::<_, i64>(0));
    commits(&whole).expect("commits") - commits(&main.expect("the main file")).expect("commits")
}

#[test]
fn the_log_is_moved_into_the_store_once_no_key_comes_for_a_second() {
    let mut stage = Stage::with(80, 24, with_small_banks);
    stage.press(START_EXAM);
    let before = unmoved_commits(stage.home.path());
    stage.press("m");
    assert!(unmoved_commits(stage.home.path()) > before, "no commit moves it");
    stage.pass(900);
    stage.press("down").pass(900);
    assert!(unmoved_commits(stage.home.path()) > 0, "a key starts the second again");
    stage.pass(100);
    assert_eq!(unmoved_commits(stage.home.path()), 0);
}
