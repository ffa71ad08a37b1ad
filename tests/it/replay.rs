//! Replaying an attempt from its facts: the same paper, the same score, and every changed byte is detected.

use needlewise::clock::Millis;
use rusqlite::types::Value as Cell;

use crate::stage::service;
use crate::world::{World, small_bank};

fn attempt(world: &World) -> String {
    world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an attempt").to_owned()
}

#[test]
fn a_replay_redraws_and_rescores_a_passed_exam() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let said = world.run(["record", "replay", &attempt(&world)]);
    let text: Vec<_> =
        said.out.lines().map(|line| if line.contains("(attempt") { "Brief (attempt …)" } else { line }).collect();
    assert_eq!(said.code, 0);
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn editing_or_deleting_a_bank_changes_no_replay() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let mut bank = small_bank();
    bank["questions"][0]["choices"][0]["text"] = "Something else".into();
    bank["questions"].as_array_mut().expect("questions").reverse();
    world.file("data/question-banks/small.json", bank.to_string());
    assert_eq!(world.run(["record", "replay", "--all"]).code, 0);
    std::fs::remove_dir_all(world.data().join("question-banks")).expect("gone");
    let said = world.run(["record", "replay", "--all", "--json"]);
    assert_eq!((said.code, said.json()[0]["holds"].as_bool()), (0, Some(true)), "{}", said.all());
}

#[test]
fn a_second_paper_that_avoids_the_first_is_redrawn_too() {
    let world = World::new();
    // Fourteen questions for a paper of seven, so the second paper can avoid the first.
    let mut bank = small_bank();
    let questions = bank["questions"].as_array().expect("questions").clone();
    let twice = questions.iter().cloned().chain(questions.iter().cloned().map(|mut question| {
        let id = format!("{}-two", question["id"].as_str().expect("an id"));
        question["stem"] = format!("What about {id}?").into();
        question["id"] = id.into();
        question
    }));
    bank["questions"] = twice.collect();
    world.file("data/question-banks/small.json", bank.to_string());
    world.file("data/question-banks/exams/brief.json", crate::world::small_exam().to_string());
    for _ in 0..2 {
        let said =
            world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
        assert!(said.out.contains("Not passed"), "{}", said.all());
        world.pass(Millis::from_days(8));
    }
    let said = world.run(["record", "replay", "--all", "--json"]).json();
    for replay in said.as_array().expect("a list") {
        assert_eq!(replay["paper"], "drawn again, the same");
    }
    assert_eq!(said.as_array().map(Vec::len), Some(2));
}

#[test]
fn an_open_practice_is_replayed_as_far_as_it_went() {
    let world = World::new().with_small_banks();
    world.typing("").run(["practice", "small", "--plain", "--trainee", "Amira Okafor"]);
    let said = world.run(["record", "replay", "--all"]);
    assert!(said.code == 0 && said.out.contains("a practice is not drawn again"), "{}", said.all());
    assert!(said.out.contains("still in progress"), "{}", said.all());
    assert_eq!(world.run(["record", "replay", "nonsense"]).code, 2);
}

#[test]
fn a_timeline_reveals_no_key_and_no_answer() {
    let world = World::new().with_small_banks();
    let said = world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    assert!(said.out.contains("Not passed"));
    for args in [&["record", "replay", &attempt(&world)][..], &["record", "show", &attempt(&world)]] {
        for json in [false, true] {
            let json = if json { vec!["--json"] } else { Vec::new() };
            let said = world.run(args.iter().chain(&json));
            for told in ["Right", "North", "Barks", "pneumothorax", "0.01", "First"] {
                assert!(!said.out.contains(told), "{told}: {}", said.all());
            }
        }
    }
}

/// The table columns whose bytes a replay or a list depends on.
const CELLS: &[(&str, &str)] = &[
    ("stored_fact", "stream"),
    ("stored_fact", "seq"),
    ("stored_fact", "kind"),
    ("stored_fact", "at"),
    ("stored_fact", "body"),
    ("stored_fact", "prev"),
    ("stored_fact", "digest"),
    ("fact_payload", "salt"),
    ("fact_payload", "payload"),
    ("stored_content", "digest"),
    ("stored_content", "text"),
    ("attempts", "trainee"),
    ("attempts", "exam"),
    ("attempts", "mode"),
    ("attempts", "started"),
    ("attempts", "finished"),
    ("attempts", "result"),
    ("attempts", "time_limit"),
    ("attempts", "earned"),
    ("attempts", "possible"),
    ("attempts", "certificate"),
    ("attempts", "valid_until"),
    ("attempts", "decisions"),
    ("attempts", "head_seq"),
    ("attempts", "head_digest"),
    ("attempts", "digest"),
];

#[test]
fn every_changed_byte_in_a_store_is_detected() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let store = rusqlite::Connection::open(world.data().join("needlewise.db")).expect("a store");
    store.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;").expect("fast");
    let service = service(world.home.path(), &world.time);
    let attempt = attempt(&world).parse().expect("an id");
    let sound = || {
        let rows = service.attempts().list(&needlewise::projections::attempts::AttemptQuery::default());
        let listed = rows.is_ok_and(|rows| rows.len() == 1 && rows[0].id == attempt);
        let row = service.attempts().load(attempt).map(|active| active.row);
        let stored = service
            .attempts()
            .list(&needlewise::projections::attempts::AttemptQuery::default())
            .ok()
            .and_then(|mut rows| rows.pop());
        listed
            && row.ok() == stored
            && service.attempts().replay(attempt).is_ok_and(|(_, _, replay)| replay.is_consistent())
    };
    assert!(sound());
    let mut tried = 0;
    for (table, column) in CELLS {
        let person = "stream <> (SELECT trainee FROM attempts)";
        // The person's chain is left out. It contains only the name, and `doctor` checks it.
        let only = match *table {
            "stored_fact" => format!("WHERE {person}"),
            "fact_payload" => format!("WHERE fact IN (SELECT id FROM stored_fact WHERE {person})"),
            _ => String::new(),
        };
        let sql = format!("SELECT rowid, {column} FROM {table} {only}");
        let mut statement = store.prepare(&sql).expect("a query");
        let cells = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Cell>(1)?))).expect("rows");
        let cells: Vec<_> = cells.collect::<Result<_, _>>().expect("rows");
        for (rowid, cell) in cells {
            for changed in changes(&cell) {
                let update = format!("UPDATE OR IGNORE {table} SET {column} = ?1 WHERE rowid = ?2");
                let done = store.execute(&update, rusqlite::params![changed, rowid]).expect("changed");
                // A change that collides with a unique key is ignored.
                if done == 1 {
                    assert!(!sound(), "{table}.{column} of row {rowid}: {changed:?}");
                    tried += 1;
                }
                store.execute(&update, rusqlite::params![cell, rowid]).expect("changed back");
            }
        }
    }
    assert!(sound(), "the store is unchanged at the end");
    // Guards against queries that silently select nothing.
    assert!(tried > 10_000, "{tried}");
}

/// Returns a cell with one byte changed, for every byte of it.
fn changes(cell: &Cell) -> Vec<Cell> {
    match cell {
        Cell::Integer(number) => (0..16).map(|bit| Cell::Integer(number ^ (1 << bit))).collect(),
        Cell::Text(text) => {
            let places = text.char_indices().filter(|(_, c)| c.is_ascii());
            let changed = |(at, c): (usize, char)| {
                let other = if c == 'a' { 'b' } else { 'a' };
                Cell::Text(format!("{}{other}{}", &text[..at], &text[at + 1..]))
            };
            places.map(changed).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_certificate_request_can_be_replayed_on_any_machine() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let file = world.path("request.json");
    world.run(["certificate", "request", &attempt(&world), "--to", &file]).done();
    let elsewhere = World::new();
    let said = elsewhere.run(["record", "replay", "--request", &file]);
    assert!(said.code == 0 && said.out.contains("Paper: drawn again, the same"), "{}", said.all());
    assert!(said.out.contains("Result: marked again, same result\nPassed"), "{}", said.all());
    let here = world.run(["record", "replay", &attempt(&world)]);
    let told =
        |text: &str| text[text.find("Paper: ").expect("a paper")..text.find("finished").expect("an end")].to_owned();
    assert_eq!(told(&said.out), told(&here.out), "the same as on the computer of the attempt");
    let text = std::fs::read_to_string(&file).expect("a request");
    let changed = elsewhere.file("changed.json", text.replacen("\"attempt.answered/1\"", "\"attempt.flagged/1\"", 1));
    let said = elsewhere.run(["record", "replay", "--request", &changed.to_string_lossy()]);
    assert!(said.code == 1 && said.err.contains("It contradicts itself: fact 1"), "{}", said.all());
    let none = elsewhere.file("none.json", "{}");
    assert_eq!(elsewhere.run(["record", "replay", "--request", &none.to_string_lossy()]).code, 1);
}
