//! `doctor` detects every row that does not match the facts, and every lost fact. `--repair` keeps a copy of the store
//! and rebuilds the rows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use needlewise::attempt::Fact;
use needlewise::attempt::fact::RequestReceived;
use needlewise::clock::Millis;
use needlewise::credential::Assurance;
use needlewise::ids::Digest;
use needlewise::projections::attempts::ATTEMPTS;
use needlewise::projections::certificates::CERTIFICATES;
use needlewise::projections::people::PEOPLE;
use needlewise::projections::row::{Column, ColumnValue, Projection, row_digest};
use needlewise::projections::study::{PRACTICE_ANSWERS, QUESTION_PROGRESS};
use needlewise::projections::tables::PROJECTIONS;
use needlewise::store::{Batch, Store};
use needlewise::view::person::PersonView;
use rusqlite::Connection;
use serde_json::Value;

use crate::chain::{Chain, attempt, trainee};
use crate::pass::{Pass, key};
use crate::stage::open_store;
use crate::world::{World, stored_tables};

/// Returns a clinic where Amira has passed and practiced, Zoë's certificate is imported, and Ben has extra time.
fn clinic() -> World {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let practice = ["practice", "small", "--plain", "--count", "2"];
    world.finish_attempt(&practice, &["practice", "--resume", "--plain"], |reader, shown| reader.answer(shown)).done();
    world.pass(Millis::from_hours(1));
    let certificate = Pass { assurance: Assurance::Unsupervised, ..Pass::default() }.certificate();
    let file = world.file("handed.json", certificate).to_string_lossy().into_owned();
    world.run(["certificate", "import", &file]).done();
    world.run(["issuer", "trust", "--yes", &key().did(), "--name", "Northside", "--without-revocation"]).done();
    world.run(["trainee", "add", "Ben Okri", "--id", "17", "--license", "PT 2"]).done();
    world.run(["trainee", "set", "Ben Okri", "--time-factor", "1.5"]).done();
    world.run(["note", "write", "small/one", "Look it up", "--trainee", "Amira Okafor"]).done();
    world.run(["course", "screening", "--plain", "--trainee", "Amira Okafor"]).done();
    let received =
        Fact::RequestReceived(RequestReceived { request: Digest::of("a request"), trainee: trainee(1), trace: None });
    let facts = vec![Chain::of(attempt(9)).link(&received)];
    let mut store = open_store(&world.data().join("needlewise.db")).expect("a store");
    store.append(&Batch { facts, ..Batch::default() }).expect("the first ledger entry");
    world
}

/// Returns every table except `store`, which counts writes and so changes with a repair.
fn tables(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut tables = stored_tables(&world.database());
    tables.remove("store").expect("a table");
    tables
}

/// Returns what all lists and exports show.
fn lists(world: &World) -> String {
    let commands: [&[&str]; 7] = [
        &["trainee", "list", "--json"],
        &["record", "list", "--json"],
        &["record", "matrix", "--json"],
        &["certificate", "list", "--json"],
        &["record", "export", "--format", "csv"],
        &["record", "export", "--format", "json"],
        &["record", "export", "--format", "xapi"],
    ];
    let mut shown = String::new();
    for command in commands {
        let said = world.run(command);
        assert_eq!(said.code, 0, "{command:?}: {}", said.all());
        shown += &said.out;
    }
    let export = world.path("export.json");
    world.run(["trainee", "export", "Amira Okafor", "--to", &export]).done();
    shown + &std::fs::read_to_string(export).expect("a file")
}

/// A row of a projection as it is in the table, read without the program's checks.
struct RawRow {
    projection: &'static Projection,
    rowid: i64,
    columns: Vec<ColumnValue>,
}

impl RawRow {
    /// Reads the row that was written first.
    fn first(world: &World, projection: &'static Projection) -> Self {
        let (names, table) = (column_names(projection), projection.name);
        let sql = format!("SELECT rowid, {names} FROM {table} ORDER BY rowid LIMIT 1");
        let read = |row: &rusqlite::Row<'_>| {
            let columns = (0..projection.columns.len()).map(|at| row.get(at + 1)).collect::<Result<_, _>>()?;
            Ok(Self { projection, rowid: row.get(0)?, columns })
        };
        world.database().query_row(&sql, [], read).expect("a row")
    }

    /// Returns the start of the line in which `doctor` names the row.
    fn name(&self) -> String {
        let text = |value: &ColumnValue| match value {
            ColumnValue::Text(text) => text.clone(),
            ColumnValue::Integer(number) => number.to_string(),
            ColumnValue::Empty => panic!("a key has no empty column"),
        };
        let key: Vec<_> = self.columns[..self.projection.key_length].iter().map(text).collect();
        format!("{} {}: ", self.projection.name, key.join(" "))
    }

    /// Changes a column without updating the digest of the row, as a simple SQL edit would.
    fn update(&self, world: &World, column: &str, value: &ColumnValue) {
        let sql = format!("UPDATE {} SET {column} = ?1 WHERE rowid = ?2", self.projection.name);
        assert_eq!(world.database().execute(&sql, rusqlite::params![value, self.rowid]), Ok(1));
    }

    /// Writes the row with a matching digest, replacing a row with the same key, as a forger could.
    fn write_with_digest(&self, world: &World) {
        let places = vec!["?"; self.columns.len() + 1].join(", ");
        let (names, table) = (column_names(self.projection), self.projection.name);
        let sql = format!("INSERT OR REPLACE INTO {table} ({names}, digest) VALUES ({places})");
        let digest = ColumnValue::text(row_digest(self.projection, &self.columns));
        let values = rusqlite::params_from_iter(self.columns.iter().chain([&digest]));
        assert_eq!(world.database().execute(&sql, values), Ok(1));
    }
}

fn column_names(projection: &Projection) -> String {
    projection.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// Returns a different value for a column.
fn another(column: &Column, value: &ColumnValue) -> ColumnValue {
    match value {
        ColumnValue::Integer(number) => ColumnValue::Integer(number + 1_000),
        ColumnValue::Text(text) => ColumnValue::Text(format!("{text}x")),
        ColumnValue::Empty if column.is_integer => ColumnValue::Integer(1),
        ColumnValue::Empty => ColumnValue::Text("x".to_owned()),
    }
}

/// Runs `doctor` and returns the line that names a row.
#[track_caller]
fn fault(world: &World, row: &str) -> String {
    let said = world.run(["doctor"]);
    assert_eq!(said.code, 1, "{row}{}", said.all());
    assert!(said.out.contains("DAMAGE  records"), "{}", said.all());
    let line = said.out.lines().find(|line| line.contains(row));
    line.unwrap_or_else(|| panic!("{row}is not named: {}", said.all())).to_owned()
}

/// Returns the copies of the store that repairs have kept.
fn copies(world: &World) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(backups(world)) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    // The program also makes a backup after a command, if one is due.
    paths.filter(|path| path.to_string_lossy().ends_with("-before-repair.db")).collect()
}

fn backups(world: &World) -> PathBuf {
    world.home.path().join("data-state/backups")
}

fn open(file: &Path) -> Connection {
    Connection::open(file).expect("a store")
}

/// Repairs the store. Asserts that its tables equal `sound`, and that a copy of the damaged store is kept.
#[track_caller]
fn assert_repaired(world: &World, sound: &BTreeMap<String, Vec<String>>) {
    let damaged = stored_tables(&world.database());
    let said = world.run(["doctor", "--repair"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(!said.out.contains("DAMAGE"), "{}", said.all());
    let kept = copies(world);
    let [copy] = kept.as_slice() else { panic!("one copy is kept: {kept:?}") };
    assert_eq!(stored_tables(&open(copy)), damaged, "the copy equals the damaged store");
    std::fs::remove_dir_all(backups(world)).expect("deleted");
    // The tables include the facts, so a repair may not change a byte of them.
    assert_eq!(&tables(world), sound);
}

#[test]
fn every_changed_column_is_named_and_repaired() {
    let world = clinic();
    let (sound, shown) = (tables(&world), lists(&world));
    for projection in PROJECTIONS {
        for (at, column) in projection.columns.iter().enumerate() {
            let row = RawRow::first(&world, projection);
            row.update(&world, column.name, &another(column, &row.columns[at]));
            let line = fault(&world, &row.name());
            // With a changed key, the row that the facts describe is missing, and an unknown one is there.
            let is_key = at < projection.key_length;
            assert!(line.contains(if is_key { "missing" } else { column.name }), "{}: {line}", column.name);
            assert_repaired(&world, &sound);
        }
        let row = RawRow::first(&world, projection);
        row.update(&world, "digest", &ColumnValue::text("nonsense"));
        assert!(fault(&world, &row.name()).contains("digest"));
        assert_repaired(&world, &sound);
    }
    assert_eq!(lists(&world), shown);
}

#[test]
fn a_deleted_row_is_named_and_repaired() {
    let world = clinic();
    let (sound, shown) = (tables(&world), lists(&world));
    for projection in PROJECTIONS {
        let row = RawRow::first(&world, projection);
        world.run_sql(&format!("DELETE FROM {} WHERE rowid = {}", projection.name, row.rowid));
        assert!(fault(&world, &row.name()).contains("missing"));
        assert_repaired(&world, &sound);
    }
    assert_eq!(lists(&world), shown);
}

#[test]
fn a_row_without_facts_is_named_and_removed() {
    let world = clinic();
    let (sound, shown) = (tables(&world), lists(&world));
    for projection in PROJECTIONS {
        // The first column of every key is an ID, so another ID makes a row without facts.
        let mut row = RawRow::first(&world, projection);
        row.columns[0] = ColumnValue::text("0190b5f0-6f3c-7a10-8c00-0123456789ab");
        row.write_with_digest(&world);
        assert!(fault(&world, &row.name()).contains("does not follow from any fact"));
        assert_repaired(&world, &sound);
    }
    assert_eq!(lists(&world), shown);
}

#[test]
fn a_forged_row_with_a_matching_digest_is_named_and_repaired() {
    let world = clinic();
    let (sound, shown) = (tables(&world), lists(&world));
    for (projection, column) in [
        (&PEOPLE, "license"),
        (&ATTEMPTS, "finished"),
        (&CERTIFICATES, "valid_until"),
        (&PRACTICE_ANSWERS, "answered"),
        (&QUESTION_PROGRESS, "answer_count"),
    ] {
        let mut row = RawRow::first(&world, projection);
        let at = projection.columns.iter().position(|known| known.name == column).expect("a column");
        row.columns[at] = another(&projection.columns[at], &row.columns[at]);
        row.write_with_digest(&world);
        // Lists check only the digest of a row, so they accept it. Only a comparison with the facts detects it.
        for list in ["trainee", "record", "certificate"] {
            world.run([list, "list"]).done();
        }
        assert!(fault(&world, &row.name()).contains(column));
        assert_repaired(&world, &sound);
    }
    assert_eq!(lists(&world), shown);
}

#[test]
fn every_damaged_row_is_named_and_not_only_the_first() {
    let world = clinic();
    world.run_sql("UPDATE people SET license = 'PT 99'; UPDATE attempts SET mode = 'mock'; DELETE FROM certificates");
    let said = world.run(["doctor"]);
    assert_eq!(said.code, 1);
    let named = |table: &str, what: &str| {
        let is_fault = |line: &&str| line.trim_start().starts_with(&format!("{table} ")) && line.contains(what);
        said.out.lines().filter(is_fault).count()
    };
    assert_eq!((named("people", "license"), named("attempts", "mode")), (3, 2), "{}", said.all());
    assert_eq!(named("certificates", "missing"), 1, "{}", said.all());
    assert!(said.out.contains("needlewise doctor --repair"), "{}", said.all());
}

#[test]
fn the_json_of_doctor_has_every_fault() {
    let world = clinic();
    let members = |value: &Value| value.as_object().expect("a record").keys().cloned().collect::<Vec<_>>();
    let sound = world.run(["doctor", "--json"]);
    assert_eq!(sound.code, 0, "{}", sound.all());
    let sound = sound.json();
    assert_eq!(members(&sound), ["checks", "paths", "repairs", "store"]);
    assert_eq!(members(&sound["paths"]), ["banks", "certificates", "config", "data", "key", "state"]);
    assert_eq!(sound["paths"]["state"], "<home>/data-state");
    let names: Vec<_> = sound["checks"].as_array().expect("checks").iter().map(|check| &check["name"]).collect();
    assert_eq!(
        names,
        ["store", "history", "chains", "records", "attempts", "certificates", "banks", "keys", "backups", "space"]
    );
    for check in sound["checks"].as_array().expect("checks") {
        assert_eq!(members(check), ["faults", "message", "name", "ok"]);
        assert_eq!((&check["ok"], &check["faults"]), (&Value::Bool(true), &Value::Array(Vec::new())));
    }
    let row = RawRow::first(&world, &PEOPLE);
    world.run_sql("UPDATE people SET license = 'PT 99'");
    let damaged = world.run(["doctor", "--json"]);
    assert_eq!(damaged.code, 1);
    let damaged = damaged.json();
    let records = &damaged["checks"][3];
    assert_eq!((&records["ok"], records["faults"].as_array().map(Vec::len)), (&Value::Bool(false), Some(3)));
    let faults: Vec<_> = records["faults"].as_array().expect("faults").iter().filter_map(Value::as_str).collect();
    assert!(faults.iter().any(|fault| fault.starts_with(&row.name())), "{faults:?}");
    let repaired = world.run(["doctor", "--repair", "--json"]);
    assert_eq!(repaired.code, 0);
    assert!(repaired.json()["repairs"].as_array().is_some_and(|repairs| !repairs.is_empty()), "{}", repaired.all());
}

#[test]
fn a_missing_last_fact_of_any_chain_is_detected() {
    let world = clinic();
    let file = world.data().join("needlewise.db");
    let bytes = std::fs::read(&file).expect("a file");
    let streams: Vec<String> = {
        let store = world.database();
        let mut statement = store.prepare("SELECT DISTINCT stream FROM stored_fact").expect("chains");
        let rows = statement.query_map([], |row| row.get(0)).expect("chains");
        rows.map(|stream| stream.expect("an id")).collect()
    };
    assert_eq!(streams.len(), 6, "three people, an exam, a practice, a ledger");
    for stream in streams {
        let last = format!("SELECT id FROM stored_fact WHERE stream = '{stream}' ORDER BY seq DESC LIMIT 1");
        // The payload goes first, because it references the fact.
        world.run_sql(&format!(
            "CREATE TEMP TABLE lost AS {last}; DELETE FROM fact_payload WHERE fact IN (SELECT id FROM lost); \
             DELETE FROM stored_fact WHERE id IN (SELECT id FROM lost)"
        ));
        let said = world.run(["doctor"]);
        assert!(said.code == 1 && said.out.contains(&stream), "{stream}: {}", said.all());
        std::fs::write(&file, &bytes).expect("the undamaged store");
    }
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn repairing_a_sound_store_changes_nothing() {
    let world = clinic();
    let before = stored_tables(&world.database());
    let said = world.run(["doctor", "--repair"]);
    assert!(said.code == 0 && said.out.contains("Nothing to repair"), "{}", said.all());
    assert_eq!(stored_tables(&world.database()), before, "including the number of commits");
    assert_eq!(copies(&world), Vec::<PathBuf>::new());
}

#[cfg(unix)]
#[test]
fn only_this_user_can_read_the_copy() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    world.run_sql("DELETE FROM people");
    world.run(["doctor", "--repair"]).done();
    let kept = copies(&world);
    let [copy] = kept.as_slice() else { panic!("one copy is kept: {kept:?}") };
    let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode(copy), mode(&backups(&world))), (0o600, 0o700));
}

/// Returns a home in which a name and a time factor were edited by hand, and the person's ID.
fn tampered() -> (World, String) {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let id = world.run(["trainee", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    world.run_sql(r#"UPDATE people SET name = 'Mallory', time_grants = '[{"factor":"3.0"}]'"#);
    (world, id)
}

/// Returns the payloads of all facts.
fn payloads(world: &World) -> String {
    let store = world.database();
    let mut statement = store.prepare("SELECT payload FROM fact_payload ORDER BY fact").expect("facts");
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("facts");
    rows.map(|payload| payload.expect("a text") + "\n").collect()
}

#[test]
fn a_name_and_a_time_factor_edited_by_hand_are_detected_and_never_used() {
    let (world, id) = tampered();
    let line = fault(&world, &format!("people {id}: "));
    assert!(line.contains("name") && line.contains("time_grants"), "{line}");
    for who in ["Amira Okafor", &id] {
        let said = world.run(["exam", "brief", "--plain", "--yes", "--trainee", who]);
        assert!(said.code == 4 && said.err.contains("is damaged") && said.out.is_empty(), "{who}: {}", said.all());
    }
    assert!(!payloads(&world).contains("Mallory") && !world.data().join("certificates").exists());
    world.run(["doctor", "--repair"]).done();
    let said = world.pass_exam();
    assert_eq!(said.code, 0, "{}", said.all());
    let facts = payloads(&world);
    assert!(facts.contains(r#"\"name\": \"Amira Okafor\""#) && !facts.contains("Mallory"), "{facts}");
    assert!(facts.contains(r#""limit":600000"#), "the usual ten minutes: {facts}");
}

#[test]
fn a_forged_name_and_time_factor_with_a_matching_digest_are_never_used() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let id = world.run(["trainee", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    let mut row = RawRow::first(&world, &PEOPLE);
    for (name, value) in [("name", "Mallory"), ("name_key", "mallory"), ("time_grants", r#"[{"factor":"3.0"}]"#)] {
        let at = PEOPLE.columns.iter().position(|column| column.name == name).expect("a column");
        row.columns[at] = ColumnValue::text(value);
    }
    row.write_with_digest(&world);
    // Either the start fails as damaged, or it uses the values from the facts. Both are safe.
    let begin = ["exam", "brief", "--plain", "--yes", "--trainee", &id];
    world.finish_attempt(&begin, &["exam", "--resume", "--plain"], |reader, shown| reader.answer(shown));
    let facts = payloads(&world);
    assert!(!facts.contains("Mallory"), "the forged name was signed: {facts}");
    assert!(!facts.contains(r#""limit":1800000"#), "the forged time factor was applied: {facts}");
}

#[test]
fn a_digest_that_is_not_text_is_named_and_repaired() {
    let world = clinic();
    let sound = tables(&world);
    for projection in PROJECTIONS {
        let row = RawRow::first(&world, projection);
        world.run_sql(&format!("UPDATE {} SET digest = x'00ff' WHERE rowid = {}", projection.name, row.rowid));
        assert!(fault(&world, &row.name()).contains("digest"));
        assert_repaired(&world, &sound);
    }
}

#[test]
fn a_missing_last_ledger_entry_is_detected() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let secret = world.secret("passphrase", "correct horse battery staple").to_string_lossy().into_owned();
    world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret]).done();
    let attempt = world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    let request = world.path("request.json");
    world.run(["certificate", "request", &attempt, "--to", &request]).done();
    world
        .run(["certificate", "issue", "--accept", "--yes", "--request", &request, "--passphrase-file", &secret])
        .done();
    let listed = world.run(["certificate", "list", "--json"]).json();
    let mut certificates = listed.as_array().expect("certificates").iter();
    let issued = certificates.find(|certificate| certificate["assurance"] == "unsupervised").expect("the school's");
    world.run(["certificate", "revoke", issued["short_id"].as_str().expect("an id"), "--reason", "error"]).done();
    assert_eq!(world.run(["doctor"]).code, 0);
    // Without this fact, the revoked certificate would count again.
    world.run_sql(
        "CREATE TEMP TABLE lost AS SELECT id FROM stored_fact WHERE kind = 'issuer.revoked/1'; \
         DELETE FROM fact_payload WHERE fact IN (SELECT id FROM lost); \
         DELETE FROM stored_fact WHERE id IN (SELECT id FROM lost)",
    );
    let said = world.run(["doctor"]);
    assert_eq!(said.code, 1, "{}", said.all());
    let bundle = ["issuer", "bundle", "--to", &world.path("bundle.json"), "--passphrase-file", &secret];
    let said = world.run(bundle);
    assert!(said.code == 4 && said.err.contains("ledger"), "no bundle may leave out the revocation: {}", said.all());
    let said = world.run(["doctor", "--repair"]);
    assert!(said.code == 1 && said.out.contains("Facts are lost"), "{}", said.all());
}

/// Returns the chain of the first fact of a kind.
fn stream_of(world: &World, kind: &str) -> String {
    let sql = "SELECT stream FROM stored_fact WHERE kind = ?1 ORDER BY id LIMIT 1";
    world.database().query_row(sql, [kind], |row| row.get(0)).expect("a chain")
}

/// Deletes the payloads of all facts of a chain, but not the fact that would explain it as an erasure.
fn empty_chain(world: &World, stream: &str) {
    let facts = format!("SELECT id FROM stored_fact WHERE stream = '{stream}'");
    world.run_sql(&format!("DELETE FROM fact_payload WHERE fact IN ({facts})"));
}

#[test]
fn an_exam_with_lost_content_still_counts() {
    let world = clinic();
    let exam = world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    empty_chain(&world, &exam);
    let line = fault(&world, &format!("attempts {exam}: "));
    assert!(line.contains("content of its facts is lost"), "{line}");
    let said = world.run(["doctor", "--repair"]);
    assert!(said.code == 1 && said.out.contains("Facts are lost"), "{}", said.all());
    let rows = stored_tables(&world.database()).remove("attempts").expect("a table");
    assert!(rows.iter().any(|row| row.contains(&exam)), "the row is kept as the only trace of the exam");
    let said = world.run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    assert_ne!(said.code, 0, "a passed exam must not start again: {}", said.all());
}

#[test]
fn a_person_or_a_ledger_with_lost_content_is_not_treated_as_erased() {
    for kind in ["person.added/1", "issuer.request-received/1"] {
        let world = clinic();
        let stream = stream_of(&world, kind);
        empty_chain(&world, &stream);
        let said = world.run(["doctor", "--repair"]);
        let fault = format!("fact 0 of {stream}: its content is missing");
        assert!(said.code == 1 && said.out.contains(&fault), "{kind}: {}", said.all());
    }
}

#[test]
fn changing_a_person_with_lost_content_stores_nothing() {
    let world = clinic();
    let first = "SELECT id FROM stored_fact WHERE kind = 'person.added/1' AND stream IN \
                 (SELECT stream FROM stored_fact WHERE kind = 'person.time-granted/1')";
    world.run_sql(&format!("DELETE FROM fact_payload WHERE fact IN ({first})"));
    let before = stored_tables(&world.database());
    let said = world.run(["trainee", "set", "Ben Okri", "--license", "L 2"]);
    assert!(said.code != 0 && said.err.contains("content is missing"), "{}", said.all());
    assert_eq!(stored_tables(&world.database()), before);
}

#[test]
fn a_store_without_an_identity_is_detected_and_repaired() {
    for sql in ["DELETE FROM store", "DROP TABLE store"] {
        let world = clinic();
        world.run_sql(sql);
        let said = world.run(["doctor"]);
        assert_eq!(said.code, 1, "{}", said.all());
        let said = world.run(["doctor", "--repair"]);
        assert_eq!(said.code, 0, "{}", said.all());
        world.run(["trainee", "add", "Chloé Dubois"]).done();
    }
}

#[test]
fn lost_content_of_a_paper_is_detected() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let digests: Vec<String> = {
        let store = world.database();
        let mut statement = store.prepare("SELECT digest FROM stored_content").expect("content");
        let rows = statement.query_map([], |row| row.get(0)).expect("content");
        rows.map(|digest| digest.expect("a digest")).collect()
    };
    let file = world.data().join("needlewise.db");
    let bytes = std::fs::read(&file).expect("a file");
    for digest in digests {
        world.run_sql(&format!("DELETE FROM stored_content WHERE digest = '{digest}'"));
        let said = world.run(["doctor"]);
        assert!(said.code == 1 && said.out.contains(&digest[..8]), "{digest}: {}", said.all());
        std::fs::write(&file, &bytes).expect("the undamaged store");
    }
}

#[test]
fn a_damaged_record_hides_no_others() {
    let world = World::new().with_small_banks();
    for name in ["Amira Okafor", "Ben Kay", "Chloé Dubois"] {
        let begin = ["exam", "brief", "--plain", "--yes", "--trainee", name];
        let resume = ["exam", "--resume", "--plain", "--trainee", name];
        assert_eq!(world.finish_attempt(&begin, &resume, |reader, shown| reader.answer(shown)).code, 0);
    }
    let first = "SELECT stream FROM stored_fact WHERE kind = 'attempt.started/1' ORDER BY id LIMIT 1";
    world.run_sql(&format!("UPDATE stored_fact SET kind = 'attempt.flagged/1' WHERE stream = ({first}) AND seq = 1"));
    let listed = world.run(["certificate", "list"]);
    assert!(listed.out.contains("Ben Kay") && listed.out.contains("Chloé Dubois"), "{}", listed.all());
    assert!(
        listed.code == 1 && listed.err.contains("Damaged and left out: exam brief of Amira Okafor"),
        "{}",
        listed.all()
    );
    for (format, count) in [("json", 2), ("xapi", 4)] {
        let exported = world.run(["record", "export", "--format", format]);
        assert!(exported.code == 1 && exported.err.contains("Damaged and left out: "), "{}", exported.all());
        assert_eq!(exported.out.lines().count(), count, "{}", exported.all());
    }
    let csv = world.run(["record", "export", "--format", "csv"]);
    assert!(csv.code == 1 && csv.out.contains("Amira Okafor"), "{}", csv.all());
    let service = crate::stage::service(world.home.path(), &world.time);
    let amira = service.people().find("Amira Okafor").expect("a query").expect("a person");
    let shown = PersonView::load(&service, amira.id).expect("the screen of the person");
    assert!(shown.certificates.damaged[0].starts_with("exam brief of Amira Okafor: "));
}

#[test]
fn keys_and_a_trust_list_that_cannot_be_used_are_named() {
    let world = clinic();
    std::fs::write(world.data().join("computer.key"), "nonsense").expect("a key");
    world.file("config/trust.json", "{");
    world.file("config/issuer.key", "nonsense");
    let said = world.run(["doctor"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.out.contains("DAMAGE  keys: 3 faults"), "{}", said.all());
    for file in ["computer.key", "issuer.key", "trust.json"] {
        assert!(said.out.contains(file), "{file}: {}", said.all());
    }
}

#[test]
fn certificates_of_people_who_are_not_in_the_store_show_that_a_store_was_lost() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    for name in ["needlewise.db", "needlewise.mark"] {
        std::fs::remove_file(world.data().join(name)).expect("deleted");
    }
    world.run(["trainee", "add", "Ben Okri"]).done();
    world.run(["doctor", "--accept"]);
    let said = world.run(["doctor"]);
    assert!(
        said.code == 1 && said.out.contains("has certificates of a person who is not in the store"),
        "{}",
        said.all()
    );
}

#[test]
fn the_newest_backup_is_shown() {
    let world = World::new();
    let said = world.run(["doctor", "--json"]).json();
    let message = |said: &Value| said["checks"][8]["message"].as_str().expect("a message").to_owned();
    assert_eq!(message(&said), "none yet; make one with `needlewise backup`");
    world.run(["trainee", "add", "Ben Okri"]).done();
    assert!(message(&world.run(["doctor", "--json"]).json()).starts_with("1 backup, the newest from "));
}
