//! The store loses nothing that it acknowledged, shows nothing damaged, and never touches files of other programs.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use needlewise::attempt::chain::{self, ChainFault, ChainHead, StoredFact};
use needlewise::attempt::fact::{Fact, PersonErased};
use needlewise::attempt::person::PersonAdded;
use needlewise::attempt::{Answer, Mode};
use needlewise::clock::{Countdown, Millis, Now, Timestamp};
use needlewise::exam::anomalies::find_anomalies;
use needlewise::exam::session::AttemptAction;
use needlewise::ids::{FactId, StreamId, TraineeId};
use needlewise::projections::attempts::AttemptQuery;
use needlewise::projections::people::PersonQuery;
use needlewise::projections::tables::PROJECTIONS;
use needlewise::service::{ActiveAttempt, ServiceError, Services};
use needlewise::store::sqlite::SqliteOptions;
use needlewise::store::{Batch, Conflict, SqliteStore, Store, StoreError};
use rusqlite::Connection;

use crate::chain::{Chain, added, renamed, trainee};
use crate::fixtures::home;
use crate::stage::{add_person, open_store, service, store_options};
use crate::world::{MONDAY, World, small_bank, small_exam, stored_tables};

/// Opens the services of a home with the small bank and its exam.
fn small_service(home: &Path, time: &Rc<Cell<i64>>) -> Services {
    let banks = home.join("data/question-banks");
    std::fs::create_dir_all(banks.join("exams")).expect("folders");
    std::fs::write(banks.join("small.json"), small_bank().to_string()).expect("a bank");
    std::fs::write(banks.join("exams/brief.json"), small_exam().to_string()).expect("an exam");
    service(home, time)
}

fn exam_of(service: &Services) -> needlewise::bank::exam::Exam {
    let brief = "brief".parse().expect("an id");
    (*service.catalog().exam(&brief).expect("the exam").value).clone()
}

fn answer(active: &ActiveAttempt, item: usize) -> AttemptAction {
    use needlewise::bank::question::QuestionKind;
    let answer = match &active.session.loaded_paper().questions[item].question.kind {
        QuestionKind::Choice { .. } => Answer::Choices(vec![0]),
        QuestionKind::TrueFalse { .. } => Answer::Truth(true),
        QuestionKind::Number { .. } => Answer::Number("0.01".to_owned()),
        QuestionKind::Text { .. } => Answer::Text("pneumothorax".to_owned()),
        QuestionKind::Order { items } => Answer::Order((0..items.len()).collect()),
        QuestionKind::Match { pairs, .. } => Answer::Pairs((0..pairs.len()).collect()),
    };
    AttemptAction::Answer { question_index: item, answer, certainty: None }
}

fn clock() -> Rc<Cell<i64>> {
    Rc::new(Cell::new(MONDAY))
}

#[test]
fn a_reopened_attempt_resumes_where_it_stopped_and_its_clock_kept_running() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let attempt = {
        let mut service = small_service(home.path(), &time);
        let person = add_person(&mut service, "Amira Okafor");
        let exam = exam_of(&service);
        let mut active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
        time.set(MONDAY + 60_000);
        for item in 0..3 {
            let action = answer(&active, item);
            service.attempts_mut().record_action(&mut active, action).expect("stored");
        }
        active.row.id
    };
    // Three of the ten minutes have passed, one of them while the program ran.
    time.set(MONDAY + 180_000);
    let service = small_service(home.path(), &time);
    let active = service.attempts().load(attempt).expect("the attempt");
    assert_eq!(active.session.resume_index(), 3);
    assert_eq!(active.time_left(service.now()).expect("a limit").0, 600_000 - 180_000);
}

#[test]
fn a_clock_set_back_never_gives_extra_time() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = exam_of(&service);
    let mut active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    time.set(MONDAY + 300_000);
    let action = answer(&active, 0);
    service.attempts_mut().record_action(&mut active, action).expect("stored");
    time.set(MONDAY - 3_600_000);
    assert_eq!(active.time_left(service.now()).expect("a limit").0, 300_000);
    let again = service.attempts().load(active.row.id).expect("the attempt");
    assert_eq!(again.time_left(service.now()).expect("a limit").0, 300_000);
}

#[test]
fn a_wall_clock_that_is_set_during_an_exam_neither_costs_nor_gains_time() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = exam_of(&service);
    let active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    let start = service.now();
    for step in [7_200_000, -7_200_000] {
        let wall = Timestamp::from_millis(start.wall.as_millis() + step);
        let now = Now { wall, uptime: start.uptime.saturating_add(Millis(1000)) };
        assert_eq!(active.time_left(now).expect("a limit").0, 600_000 - 1000);
        let countdown = Countdown { read_at: start, remaining: Millis(600_000) };
        assert_eq!(countdown.remaining(now).0, 600_000 - 1000);
    }
}

#[test]
fn a_wall_clock_that_was_set_during_an_exam_is_an_anomaly() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = exam_of(&service);
    let mut active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    for item in 0..3 {
        time.set(time.get() + 10_000);
        let action = answer(&active, item);
        service.attempts_mut().record_action(&mut active, action).expect("stored");
    }
    let facts = service.attempts().facts(active.row.id).expect("the chain holds");
    let paper = active.session.loaded_paper();
    assert_eq!(find_anomalies(paper, &facts), Vec::<String>::new());
    for (step, sentence) in
        [(7_200_000, "The clock was set forward 1 time"), (-7_200_000, "The clock was set back 1 time")]
    {
        let mut stepped = facts.clone();
        for fact in &mut stepped[2..] {
            fact.stored_at = Timestamp::from_millis(fact.stored_at.as_millis() + step);
        }
        assert_eq!(find_anomalies(paper, &stepped)[0], sentence);
    }
}

#[test]
fn an_exam_left_past_its_deadline_ends_and_counts() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = exam_of(&service);
    let active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    let again = service.attempts_mut().begin_exam(person.id, &exam).expect_err("one is open");
    assert_eq!(again, ServiceError::ExamOpen(active.row.id));
    time.set(MONDAY + 700_000);
    assert!(service.attempts().open_attempt(person.id, Mode::Exam).expect("a query").is_none());
    assert!(
        matches!(service.attempts_mut().begin_exam(person.id, &exam), Err(ServiceError::Ineligible(..))),
        "the wait applies"
    );
}

#[test]
fn an_exam_with_a_lost_fact_does_not_block_its_trainee() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = exam_of(&service);
    let mut active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    let action = answer(&active, 0);
    service.attempts_mut().record_action(&mut active, action).expect("stored");
    let last = format!("SELECT id FROM stored_fact WHERE stream = '{}' AND seq = 1", active.row.id);
    let store = Connection::open(home.path().join("data/needlewise.db")).expect("a store");
    store
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF; DELETE FROM fact_payload WHERE fact IN ({last}); \
             DELETE FROM stored_fact WHERE stream = '{}' AND seq = 1",
            active.row.id
        ))
        .expect("a loss");
    time.set(MONDAY + 700_000);
    let timed_out = service.attempts_mut().end_timed_out(person.id).expect("a query");
    assert!(
        timed_out.ended_count == 0
            && matches!(timed_out.unreadable.as_slice(), [ServiceError::Store(StoreError::Damaged(_))]),
        "{timed_out:?}"
    );
}

#[test]
fn a_second_process_on_the_same_attempt_is_refused_and_nothing_is_mixed() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut one = small_service(home.path(), &time);
    let person = add_person(&mut one, "Amira Okafor");
    let exam = exam_of(&one);
    let mut first = one.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    let mut two = small_service(home.path(), &time);
    let mut second = two.attempts().load(first.row.id).expect("the attempt");
    let action = answer(&first, 0);
    one.attempts_mut().record_action(&mut first, action.clone()).expect("stored");
    assert_eq!(
        two.attempts_mut().record_action(&mut second, action),
        Err(ServiceError::Store(StoreError::Conflict(Conflict::ChainContinued)))
    );
    assert_eq!(one.attempts().facts(first.row.id).expect("the chain holds").len(), 2);
}

#[test]
fn names_are_unique_after_nfc_and_case_folding() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    add_person(&mut service, "Zoë Ångström");
    let twin = PersonAdded::from_name("ZOE\u{308} a\u{30a}ngstro\u{308}m");
    assert_eq!(service.people_mut().add(twin), Err(ServiceError::Store(StoreError::Conflict(Conflict::NameTaken))));
    assert!(service.people().find("zoë ångström").expect("a query").is_some());
}

#[test]
fn a_store_from_a_newer_version_is_refused_and_left_untouched() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("needlewise.db");
    drop(open_store(&path).expect("a store"));
    let newer = rusqlite::Connection::open(&path).expect("a file");
    newer.execute_batch("PRAGMA application_id = 0x4E444C57; PRAGMA user_version = 99").expect("a version");
    newer.close().expect("closed");
    let before = std::fs::read(&path).expect("a file");
    let refused = open_store(&path).expect_err("refused");
    assert_eq!(refused, StoreError::NewerVersion);
    assert_eq!(std::fs::read(&path).expect("a file"), before);
}

/// Returns every file of a folder except the `-shm` index, which SQLite creates for any reader of a log.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let kept = paths.filter(|path| !path.to_string_lossy().ends_with("-shm"));
    kept.map(|path| (path.clone(), std::fs::read(path).expect("a file"))).collect()
}

#[test]
fn a_file_of_another_program_is_refused_and_left_untouched() {
    let tables = "CREATE TABLE person (id TEXT, name TEXT); CREATE TABLE attempt (id TEXT); INSERT INTO person VALUES ('1', 'Ann');";
    let files = [
        ("plain.db", "CREATE TABLE other (a TEXT)".to_owned()),
        ("like ours.db", format!("PRAGMA user_version = 1; {tables}")),
        ("of our version.db", format!("PRAGMA user_version = 3; {tables}")),
        ("newer than ours.db", format!("PRAGMA user_version = 99; {tables}")),
        ("named.db", format!("PRAGMA application_id = 0x47504B47; PRAGMA user_version = 1; {tables}")),
        ("named and empty.db", "PRAGMA application_id = 0x47504B47; PRAGMA user_version = 1;".to_owned()),
        ("what? 100% #1.db", format!("PRAGMA journal_mode = WAL; PRAGMA user_version = 2; {tables}")),
    ];
    for (name, sql) in files {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join(name);
        let other = rusqlite::Connection::open(&path).expect("a file");
        other.execute_batch(&sql).expect("tables");
        other.close().expect("closed");
        let before = contents(home.path());
        assert_eq!(open_store(&path).expect_err("refused"), StoreError::Foreign, "{name}");
        assert_eq!(contents(home.path()), before, "{name}");
    }
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("text.db");
    std::fs::write(&path, b"not a database, but long enough to have been one".repeat(40)).expect("a file");
    let before = contents(home.path());
    assert_eq!(open_store(&path).expect_err("refused"), StoreError::Foreign);
    assert_eq!(contents(home.path()), before);
}

#[test]
fn a_file_of_another_program_with_its_data_in_the_log_is_refused_and_left_untouched() {
    let made = tempfile::tempdir().expect("a folder");
    let other = rusqlite::Connection::open(made.path().join("other.db")).expect("a file");
    other
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE person (id TEXT); PRAGMA user_version = 1;")
        .expect("a table");
    // As after a kill: the file is empty, and all data is in the log.
    let home = tempfile::tempdir().expect("a folder");
    for name in ["other.db", "other.db-wal"] {
        std::fs::copy(made.path().join(name), home.path().join(name)).expect("a copy");
    }
    let before = contents(home.path());
    let path = home.path().join("other.db");
    assert_eq!(open_store(&path).expect_err("refused"), StoreError::Foreign);
    assert_eq!(contents(home.path()), before);
}

#[test]
fn ten_writers_can_create_the_store_at_once() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("needlewise.db");
    let open = || open_store(&path).map(|store| store.people(&PersonQuery::default()).map(|people| people.len()));
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(opened.iter().all(|people| people == &Ok(Ok(0))), "{opened:?}");
}

fn chain_of(facts: &[Fact]) -> (StreamId, Vec<StoredFact>) {
    let at = Timestamp::from_millis(MONDAY);
    let stream = StreamId::from(TraineeId::new(at, [1; 10]));
    let mut head = ChainHead::START;
    let link = |(n, fact): (usize, &Fact)| {
        let n = u8::try_from(n).expect("few");
        let row = StoredFact::link(FactId::new(at, [n; 10]), stream, head, at, fact, [n; 32]);
        head = ChainHead::after_fact(&row);
        row
    };
    (stream, facts.iter().enumerate().map(link).collect())
}

fn person(name: &str) -> Fact {
    Fact::PersonAdded(PersonAdded::from_name(name))
}

/// A change to a chain, and the expected fault with its fact number.
type Tampering = (fn(&mut Vec<StoredFact>), ChainFault, u32);

#[test]
fn every_change_to_a_chain_is_found_at_its_fact() {
    let (stream, rows) = chain_of(&[person("A"), person("B"), person("C")]);
    assert_eq!(chain::verify_chain(stream, &rows).map(|head| head.next_seq), Ok(3));
    let tamperings: &[Tampering] = &[
        (|rows| drop(rows.remove(1)), ChainFault::Gap, 2),
        (|rows| rows.swap(0, 1), ChainFault::Gap, 1),
        (|rows| rows[1].kind = "renamed".to_owned(), ChainFault::DigestMismatch, 1),
        (|rows| rows[1].stored_at = Timestamp::from_millis(0), ChainFault::DigestMismatch, 1),
        (|rows| rows[1].payload_digest = rows[0].payload_digest, ChainFault::DigestMismatch, 1),
        (|rows| rows[1].previous_digest = rows[1].digest, ChainFault::WrongPrevious, 1),
        (|rows| rows[1].digest = rows[0].digest, ChainFault::DigestMismatch, 1),
        (|rows| rows[2].salted_payload.as_mut().expect("a payload").payload.push(' '), ChainFault::PayloadMismatch, 2),
        (|rows| rows[2].salted_payload.as_mut().expect("a payload").salt[0] ^= 1, ChainFault::PayloadMismatch, 2),
    ];
    for (tamper, fault, seq) in tamperings {
        let mut changed = rows.clone();
        tamper(&mut changed);
        let broken = chain::verify_chain(stream, &changed).expect_err("found");
        assert_eq!((broken.fault, broken.seq), (*fault, *seq));
    }
    let mut erased = rows;
    erased[1].salted_payload = None;
    let broken = chain::verify_chain(stream, &erased).expect_err("a payload is missing without an erasure");
    assert_eq!((broken.fault, broken.seq), (ChainFault::PayloadMissing, 1));
    erased.iter_mut().for_each(|fact| fact.salted_payload = None);
    let broken = chain::verify_chain(stream, &erased).expect_err("no fact records an erasure");
    assert_eq!((broken.fault, broken.seq), (ChainFault::PayloadMissing, 0));
}

#[test]
fn an_erased_chain_stays_whole() {
    let (stream, mut rows) = chain_of(&[person("A"), person("B"), Fact::Erased(PersonErased { trainee: trainee(1) })]);
    rows[..2].iter_mut().for_each(|fact| fact.salted_payload = None);
    assert_eq!(chain::verify_chain(stream, &rows).map(|head| head.next_seq), Ok(3), "an erased person");
    rows[2].salted_payload = None;
    let broken = chain::verify_chain(stream, &rows).expect_err("the erasure itself must keep its payload");
    assert_eq!((broken.fault, broken.seq), (ChainFault::PayloadMissing, 2));
}

/// Golden value: the digest of a fact can be computed from the specification of the stored format alone.
#[test]
fn the_digest_of_a_fact_follows_the_format() {
    let (_, rows) = chain_of(&[person("Amira")]);
    let row = &rows[0];
    let salted = row.salted_payload.as_ref().expect("a payload");
    assert_eq!(salted.payload, r#"{"name":"Amira"}"#);
    let canonical = format!(
        r#"{{"at":{},"body":"{}","kind":"person.added/1","prev":"{}","seq":0,"stream":"{}"}}"#,
        row.stored_at.as_millis(),
        row.payload_digest,
        "0".repeat(64),
        row.stream
    );
    assert_eq!(needlewise::ids::Digest::of(canonical), row.digest);
}

#[test]
fn damaged_data_is_never_shown_as_true() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = exam_of(&service);
    let mut active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    for item in 0..7 {
        let action = answer(&active, item);
        service.attempts_mut().record_action(&mut active, action).expect("stored");
    }
    service.attempts_mut().record_action(&mut active, AttemptAction::Submit).expect("stored");
    let attempt = active.row.id;
    let path = service.paths().store_file();
    let tamper = |sql: &str| {
        rusqlite::Connection::open(&path).expect("a file").execute_batch(sql).expect("a change");
    };
    tamper("UPDATE attempts SET result = 'passed', earned = '7'");
    let listed = service.attempts().list(&AttemptQuery::default());
    assert!(matches!(listed, Err(ServiceError::Store(StoreError::Damaged(_)))), "{listed:?}");
    tamper("UPDATE fact_payload SET payload = replace(payload, '0.01', '0.02')");
    assert!(matches!(service.attempts().facts(attempt), Err(ServiceError::BrokenChain(_))));
    assert!(matches!(service.attempts().load(attempt), Err(ServiceError::BrokenChain(_))));
}

#[test]
fn changed_content_is_detected_before_a_question_is_shown() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut service = small_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = exam_of(&service);
    let active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    let file = rusqlite::Connection::open(service.paths().store_file()).expect("a file");
    file.execute_batch("UPDATE stored_content SET text = replace(text, 'Wrong', 'Right!')").expect("a change");
    assert!(matches!(service.attempts().load(active.row.id), Err(ServiceError::MissingContent(..))));
}

#[test]
fn a_later_edit_of_a_bank_changes_no_attempt() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), clock());
    let mut before = small_service(home.path(), &time);
    let person = add_person(&mut before, "Amira Okafor");
    let exam = exam_of(&before);
    let attempt = before.attempts_mut().begin_exam(person.id, &exam).expect("an exam").row.id;
    let mut edited = small_bank();
    edited["questions"][0]["stem"] = serde_json::json!("Something else?");
    std::fs::write(home.path().join("data/question-banks/small.json"), edited.to_string()).expect("a bank");
    let after = service(home.path(), &time);
    let active = after.attempts().load(attempt).expect("the attempt");
    let stems: Vec<_> = active.session.loaded_paper().questions.iter().map(|item| item.question.stem.clone()).collect();
    assert!(stems.contains(&"What about one?".to_owned()) && !stems.contains(&"Something else?".to_owned()));
}

#[test]
fn fixing_a_typo_keeps_progress_and_raising_the_revision_resets_it() {
    let world = World::new();
    let file = "data/question-banks/small.json";
    world.file(file, small_bank().to_string());
    let practiced =
        world.typing("true\n").run(["practice", "small", "--plain", "--trainee", "A", "--count", "1", "--seed", "x"]);
    assert_ne!(practiced.code, 2, "{}", practiced.all());
    let (time, person) = (Rc::clone(&world.time), "A");
    let seen = || {
        let service = service(world.home.path(), &time);
        let row = service.people().find(person).expect("a query").expect("a person");
        let data = needlewise::view::home::HomeView::load(&service, &row).expect("home");
        data.study.topics.iter().map(|topic| topic.mastery.seen).sum::<usize>()
    };
    let mut all = small_bank();
    for question in all["questions"].as_array_mut().expect("a list") {
        question["stem"] = serde_json::json!(format!("{} (corrected)", question["stem"]));
    }
    let before = seen();
    world.file(file, all.to_string());
    assert_eq!(seen(), before, "a corrected typo keeps the progress");
    for question in all["questions"].as_array_mut().expect("a list") {
        question["revision"] = serde_json::json!(2);
    }
    world.file(file, all.to_string());
    assert_eq!(seen(), 0, "a new revision resets the progress");
}

#[cfg(unix)]
#[test]
fn a_pipe_instead_of_the_store_is_refused_without_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("needlewise.db");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    let (sender, receiver) = std::sync::mpsc::channel();
    // Opening a pipe would block forever, so another thread tries it. It ends with the tests.
    std::thread::spawn(move || sender.send(open_store(&path).err()));
    let error = receiver.recv_timeout(std::time::Duration::from_secs(30)).expect("an answer");
    assert!(matches!(error, Some(StoreError::Unreachable(_))), "{error:?}");
}

#[test]
fn a_data_folder_that_cannot_be_created_is_reported() {
    let world = World::new();
    world.file("data", "a file where the folder should be");
    insta::assert_snapshot!(world.run(["trainee", "list"]).all());
}

#[test]
fn an_older_version_left_open_stores_nothing_after_an_upgrade() {
    for store in ["schema-1", "schema-2", "trainee"] {
        let world = home(store);
        let older = world.database();
        older.execute_batch("PRAGMA journal_mode = WAL").expect("a log");
        // A statement that the older version prepared before the upgrade.
        let sql = "INSERT INTO fact (id, stream, seq, kind, at, body, prev, digest) \
                   VALUES ('1', '1', 0, 'added', 0, '', '', '')";
        let mut ready = older.prepare(sql).expect("the tables of the first version");
        drop(open_store(&world.data().join("needlewise.db")).expect("an upgrade"));
        let after_upgrade = stored_tables(&world.database());
        for refused in [ready.execute([]), older.execute(sql, [])] {
            let error = refused.expect_err("refused").to_string();
            assert!(error.contains("no such table: fact"), "{store}: {error}");
        }
        older.execute("DELETE FROM secret", []).expect_err("refused");
        assert_eq!(stored_tables(&world.database()), after_upgrade, "{store}");
    }
}

/// Returns the copies of the store that upgrades have kept.
fn copies(world: &World) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(world.home.path().join("data-state/backups"));
    let paths = entries.into_iter().flatten().map(|entry| entry.expect("an entry").path());
    // The program also makes a backup after a command, if one is due.
    paths.filter(|path| path.to_string_lossy().contains("-schema-")).collect()
}

fn schema_version(store: &Connection) -> i64 {
    store.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version")
}

#[test]
fn an_upgrade_keeps_a_copy_of_the_old_store() {
    for (store, version) in [("schema-1", 1), ("schema-2", 2), ("trainee", 3)] {
        let world = home(store);
        let before = stored_tables(&world.database());
        world.run(["trainee", "list"]).done();
        let kept = copies(&world);
        let [copy] = kept.as_slice() else { panic!("{store}: one copy is kept: {kept:?}") };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(copy).expect("a file").permissions().mode() & 0o777, 0o600, "{store}");
        }
        {
            let copy = Connection::open(copy).expect("a store");
            assert_eq!((stored_tables(&copy), schema_version(&copy)), (before, version), "{store}");
        }
        assert!(schema_version(&world.database()) > version, "{store}: it was upgraded");
        world.run(["trainee", "list"]).done();
        assert_eq!(copies(&world).len(), 1, "{store}: one upgrade, one copy");
    }
    let new = World::new();
    new.run(["trainee", "list"]).done();
    assert_eq!(copies(&new), Vec::<PathBuf>::new(), "a new store has nothing to keep");
}

#[test]
fn rows_of_another_version_are_rebuilt_when_the_store_is_opened() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let sound = stored_tables(&world.database());
    let without_count = |mut tables: BTreeMap<String, Vec<String>>| {
        tables.remove("store").expect("a table");
        tables
    };
    for projection in PROJECTIONS {
        let name = projection.name;
        for change in [
            format!("UPDATE projection SET version = 'x' WHERE name = '{name}'; DELETE FROM {name}"),
            "DROP TABLE projection".to_owned(),
            format!("DELETE FROM projection WHERE name = '{name}'; DROP TABLE {name}"),
            format!("UPDATE projection SET version = 0 WHERE name = '{name}'; ALTER TABLE {name} ADD COLUMN old TEXT"),
            "INSERT INTO projection VALUES ('gone', 1); CREATE TABLE gone (a TEXT)".to_owned(),
        ] {
            world.run_sql(&change);
            world.run(["record", "list"]).done();
            let opened = stored_tables(&world.database());
            assert_eq!(without_count(opened), without_count(sound.clone()), "{change}");
        }
    }
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn a_store_keeps_its_original_id() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("needlewise.db");
    let made = open_store(&path).expect("a store").identity().expect("an identity");
    let other = SqliteOptions { new_store_id: [8; 16], ..store_options() };
    let opened = SqliteStore::open(&path, &other).expect("the store").identity().expect("an identity");
    assert_eq!(opened, made, "opening writes nothing");
}

#[test]
fn a_writer_that_waits_too_long_is_told_the_store_is_busy_and_can_try_again() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("needlewise.db");
    let impatient = SqliteOptions { patience: Duration::from_millis(40), ..store_options() };
    let mut store = SqliteStore::open(&path, &impatient).expect("a store");
    let mut chain = Chain::of(trainee(1));
    let mut batch = |fact: &Fact| Batch { facts: vec![chain.link(fact)], ..Batch::default() };
    store.append(&batch(&added("Amira"))).expect("stored");
    let other = Connection::open(&path).expect("the store");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let rename = batch(&renamed("Amira Okafor"));
    assert_eq!(store.append(&rename), Err(StoreError::Busy));
    assert_eq!(store.people(&PersonQuery::default()).expect("reads still work")[0].person.name, "Amira");
    other.execute_batch("COMMIT").expect("the end");
    store.append(&rename).expect("stored");
    assert_eq!(store.people(&PersonQuery::default()).expect("people")[0].person.name, "Amira Okafor");
    assert_eq!(store.stream(trainee(1).into()).expect("a chain").len(), 2, "stored once");
}

#[test]
fn ten_writers_can_append_to_ten_chains_at_once() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("needlewise.db");
    let before = open_store(&path).expect("a store").identity().expect("an identity").commits;
    // Long enough that no writer gives up, even on a slow disk.
    let patient = SqliteOptions { patience: Duration::from_mins(2), ..store_options() };
    let append = |number: u8| -> Result<(), StoreError> {
        let mut store = SqliteStore::open(&path, &patient)?;
        let mut chain = Chain::of(trainee(number));
        store.append(&Batch { facts: vec![chain.link(&added("Somebody"))], ..Batch::default() })?;
        for name in ["A", "B", "C", "D"] {
            store.append(&Batch { facts: vec![chain.link(&renamed(name))], ..Batch::default() })?;
        }
        Ok(())
    };
    let results: Vec<Result<(), StoreError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (1..=10).map(|number| scope.spawn(move || append(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(results, vec![Ok(()); 10]);
    let store = open_store(&path).expect("the store");
    for number in 1..=10 {
        let facts = store.stream(trainee(number).into()).expect("a chain");
        assert_eq!(chain::verify_chain(trainee(number).into(), &facts).map(|head| head.next_seq), Ok(5));
    }
    assert_eq!(store.people(&PersonQuery::default()).map(|people| people.len()), Ok(10));
    assert!(store.row_differences().expect("rows").is_empty());
    assert_eq!(store.identity().expect("an identity").commits, before + 50);
}

#[cfg(unix)]
#[test]
fn only_this_user_can_read_a_new_store() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    std::fs::create_dir_all(world.data()).expect("a folder");
    world.run(["trainee", "add", "Amira Okafor"]).done();
    for entry in std::fs::read_dir(world.data()).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("needlewise.db") && !name.ends_with("queue") {
            let mode = entry.metadata().expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
