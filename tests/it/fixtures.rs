//! Files of the first version are read, verified and replayed as before: stores, certificates, requests, bundles and
//! banks.
//!
//! `tests/fixtures/README.md` explains how they were made. They are never made again, because their bytes are the
//! contract with people who already use the program.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::Value;

use needlewise::ids::Digest;

use crate::world::{World, copy_folder};

/// Tuesday, 2026-12-01T09:00:00Z, after everything in the fixtures.
const TUESDAY: i64 = 1_796_115_600_000;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Masks the project folder in an output that names fixture files.
fn mask_root(said: &str) -> String {
    said.replace(env!("CARGO_MANIFEST_DIR"), "<root>")
}

/// Returns a home with a copy of a fixture store and the banks it was made with.
pub fn home(store: &str) -> World {
    let world = World::new();
    world.time.set(TUESDAY);
    copy_folder(&folder("banks"), &world.data().join("question-banks"));
    let from = folder(store);
    for name in ["needlewise.db", "needlewise.db-wal", "needlewise.db-shm"] {
        if let Ok(bytes) = std::fs::read(from.join(name)) {
            world.file(&format!("data/{name}"), bytes);
        }
    }
    for name in ["issuer.key", "trust.json"] {
        if let Ok(text) = std::fs::read_to_string(from.join(name)) {
            world.secret(&format!("config/{name}"), &text);
        }
    }
    world
}

/// Returns every stored fact with its salt and payload, one line each.
fn facts(world: &World) -> Vec<String> {
    let store = Connection::open(world.data().join("needlewise.db")).expect("a store");
    let version: u32 = store.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
    // Schema 4 renamed these tables.
    let (facts, payloads) = if version < 4 { ("fact", "secret") } else { ("stored_fact", "fact_payload") };
    let sql = format!(
        "SELECT f.id, f.stream, f.seq, f.kind, f.at, f.body, f.prev, f.digest, s.salt, s.payload \
         FROM {facts} f LEFT JOIN {payloads} s ON s.fact = f.id ORDER BY f.id"
    );
    let mut rows = store.prepare(&sql).expect("the tables of facts");
    let line = |row: &rusqlite::Row<'_>| {
        let column = |at: usize| row.get::<_, rusqlite::types::Value>(at).map(|value| format!("{value:?}"));
        (0..10).map(column).collect::<Result<Vec<_>, _>>().map(|columns| columns.join(" "))
    };
    rows.query_map([], line).expect("facts").collect::<Result<_, _>>().expect("facts")
}

/// Runs every command that reads a store and returns their outputs.
fn command_outputs(world: &World) -> String {
    let commands: [&[&str]; 9] = [
        &["doctor"],
        &["trainee", "list", "--json"],
        &["record", "list", "--json"],
        &["record", "replay", "--all"],
        &["record", "matrix", "--json"],
        &["certificate", "list", "--json"],
        &["record", "export", "--format", "csv"],
        &["record", "export", "--format", "json"],
        &["record", "export", "--format", "xapi"],
    ];
    let mut said = String::new();
    for command in commands {
        said += &format!("$ needlewise {}\n{}\n", command.join(" "), world.run(command).all());
    }
    for row in world.run(["record", "list", "--json"]).json().as_array().expect("attempts") {
        let id = row["id"].as_str().expect("an id");
        said += &format!("$ needlewise record show {id}\n{}\n", world.run(["record", "show", id]).all());
    }
    said
}

/// Opens a fixture store, which upgrades it, and compares all outputs. Asserts that no stored fact changed.
fn assert_reads_as_before(store: &str) {
    let world = home(store);
    let before = facts(&world);
    let outputs = command_outputs(&world);
    let digest = Digest::of(before.join("\n"));
    insta::assert_snapshot!(store, format!("{} facts, {digest}\n\n{outputs}", before.len()));
    assert_eq!(facts(&world), before);
}

#[test]
fn a_trainees_store_reads_as_before() {
    assert_reads_as_before("trainee");
}

#[test]
fn a_store_with_an_erased_person_reads_as_before() {
    assert_reads_as_before("erased");
}

#[test]
fn a_store_with_an_open_exam_reads_as_before() {
    assert_reads_as_before("open");
}

#[test]
fn a_killed_store_with_its_data_in_the_log_reads_as_before() {
    assert_reads_as_before("killed");
}

#[test]
fn a_schools_store_reads_as_before() {
    assert_reads_as_before("school");
}

#[test]
fn a_clinics_store_reads_as_before() {
    assert_reads_as_before("clinic");
}

#[test]
fn a_store_of_the_first_schema_reads_as_before() {
    assert_reads_as_before("schema-1");
}

#[test]
fn a_store_of_the_second_schema_reads_as_before() {
    assert_reads_as_before("schema-2");
}

#[test]
fn a_first_version_open_exam_can_be_resumed_and_passed() {
    for store in ["open", "killed"] {
        let world = home(store);
        // A time within the ten hours of that exam.
        world.time.set(1_795_955_000_000);
        let begin = ["exam", "--resume", "--plain"];
        let done = world.finish_attempt(&begin, &begin, |reader, shown| reader.answer(shown));
        assert!(done.code == 0 && done.out.contains("\nPassed\n"), "{}", done.all());
        assert_eq!(world.run(["doctor"]).code, 0);
    }
}

/// A certificate signs the digest of the last fact of its attempt, so an upgrade must not change that digest.
#[test]
fn every_certificate_still_names_the_head_of_its_chain() {
    let mut count = 0;
    for store in ["trainee", "school", "schema-1", "schema-2"] {
        let world = home(store);
        world.run(["record", "list"]).done();
        let store = Connection::open(world.data().join("needlewise.db")).expect("a store");
        let sql = "SELECT f.prev, p.payload FROM stored_fact f JOIN fact_payload p ON p.fact = f.id \
                   JOIN attempts a ON a.id = f.stream WHERE f.kind = 'issued'";
        let mut rows = store.prepare(sql).expect("the tables of facts");
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        for row in rows.query_map([], read).expect("facts") {
            let (head, payload) = row.expect("a fact");
            let payload: Value = serde_json::from_str(&payload).expect("a payload");
            let credential: Value =
                serde_json::from_str(payload["credential"].as_str().expect("a text")).expect("JSON");
            assert_eq!(credential["evidence"][0]["id"], format!("urn:sha256:{head}"));
            count += 1;
        }
    }
    assert!(count >= 6, "{count}");
}

#[test]
fn first_version_certificates_verify_as_before() {
    let world = home("clinic");
    let verified = world.run(["certificate", "verify", "--json", &folder("certificates").to_string_lossy()]);
    insta::assert_snapshot!("certificates", mask_root(&verified.all()));
}

#[test]
fn first_version_bundles_are_imported_as_before() {
    let world = World::new();
    world.time.set(TUESDAY);
    let bundle = |name: &str| folder("bundles").join(name).to_string_lossy().into_owned();
    let fresh: Value =
        serde_json::from_str(&std::fs::read_to_string(bundle("fresh.json")).expect("a file")).expect("JSON");
    let did = fresh["keys"][0]["did"].as_str().expect("a did:key");
    world.run(["issuer", "trust", "--yes", did, "--name", "Northside"]).done();
    let mut said = String::new();
    for name in ["revoked.json", "fresh.json", "rotated.json", "compromised.json"] {
        said += &format!("{name}: {}\n", world.run(["issuer", "trust", "--bundle", &bundle(name)]).all());
    }
    said += &world.run(["issuer", "list", "--json"]).all();
    insta::assert_snapshot!("bundles", mask_root(&said));
}

#[test]
fn first_version_requests_are_replayed_and_granted_as_before() {
    let world = World::new();
    world.time.set(TUESDAY);
    copy_folder(&folder("banks"), &world.data().join("question-banks"));
    let secret = world.secret("passphrase", "correct horse battery staple").to_string_lossy().into_owned();
    world.run(["issuer", "init", "--name", "Southside School", "--passphrase-file", &secret]).done();
    for name in ["request-brief.json", "request-chained.json"] {
        let request = folder("requests").join(name).to_string_lossy().into_owned();
        let replayed = world.run(["record", "replay", "--request", &request]);
        assert!(replayed.code == 0 && replayed.out.contains("drawn again, the same"), "{}", replayed.all());
        assert!(replayed.out.contains("marked again, same result"), "{}", replayed.all());
        world
            .run(["certificate", "issue", "--accept", "--yes", "--request", &request, "--passphrase-file", &secret])
            .done();
    }
}

#[test]
fn first_version_banks_keep_their_digests() {
    let world = home("trainee");
    let listed = world.run(["bank", "list", "--json"]).json();
    let own = listed.as_array().expect("banks").iter().filter(|bank| bank["origin"] == "data directory");
    let lines = own.map(|bank| format!("{} {} {} {}", bank["id"], bank["version"], bank["ready"], bank["digest"]));
    insta::assert_snapshot!("banks", lines.collect::<Vec<_>>().join("\n"));
}
