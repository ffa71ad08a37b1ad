//! Backups, going back to one, and repairing a store that is damaged or cannot be opened.

use std::path::{Path, PathBuf};

use needlewise::clock::{Millis, Timestamp};
use needlewise::service::backups::{Backup, surplus_backups};
use rusqlite::Connection;

use crate::losses::killed;
use crate::world::{MONDAY, World, stored_tables};

fn backups(world: &World) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(world.home.path().join("data-state/backups")) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn store(world: &World) -> PathBuf {
    world.data().join("needlewise.db")
}

/// Returns the tables of facts and content. The rows of lists follow from them.
fn facts(path: &Path) -> Vec<Vec<String>> {
    let mut tables = stored_tables(&Connection::open(path).expect("a store"));
    ["stored_fact", "fact_payload", "stored_content"].map(|name| tables.remove(name).expect("a table")).into()
}

/// Returns a clinic with two people, a passed exam and a practice.
fn clinic() -> World {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    world.run(["trainee", "add", "Ben Okri", "--id", "17"]).done();
    world
}

#[test]
fn a_backup_has_everything_and_names_what_it_leaves_out() {
    let world = clinic();
    let target = world.path("copy.db");
    let said = world.run(["backup", "--to", &target]);
    assert_eq!(said.code, 0, "{}", said.all());
    insta::assert_snapshot!("backup", crate::world::masked(&said.all(), world.home.path()));
    assert_eq!(facts(Path::new(&target)), facts(&store(&world)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&target).expect("a file").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn backups_are_listed_newest_first() {
    let world = clinic();
    world.pass(Millis::from_hours(1));
    world.run(["backup"]).done();
    let listed = world.run(["backup", "list", "--json"]).json();
    let listed: Vec<_> =
        listed.as_array().expect("rows").iter().map(|row| row["made"].as_str().expect("a time").to_owned()).collect();
    assert_eq!(listed, ["2026-11-23T10:00:00Z", "2026-11-23T09:00:00Z"]);
    let text = world.run(["backup", "list"]);
    assert!(
        text.out.lines().next().is_some_and(|line| line.ends_with("needlewise-20261123T100000Z.db")),
        "{}",
        text.all()
    );
}

#[test]
fn a_backup_is_made_by_itself_when_something_changed_and_the_last_one_is_old() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "list"]).done();
    assert_eq!(backups(&world).len(), 0, "an empty store has nothing to back up");
    world.run(["trainee", "add", "Amira Okafor"]).done();
    assert_eq!(backups(&world).len(), 1);
    world.pass(Millis::from_minutes(29)).run(["trainee", "add", "Ben Okri"]).done();
    assert_eq!(backups(&world).len(), 1, "29 minutes are too early");
    world.pass(Millis::from_minutes(1)).run(["trainee", "list"]).done();
    let made = backups(&world);
    // Only the newest one of a day is kept.
    assert_eq!(made.len(), 1);
    assert_eq!(facts(&made[0]), facts(&store(&world)));
    world.pass(Millis::from_days(1)).run(["trainee", "list"]).done();
    assert_eq!(backups(&world), made, "nothing changed since");
}

#[test]
fn the_settings_choose_a_second_folder_or_no_backups() {
    let world = World::new();
    let second = world.path("usb");
    world.file("config/config.toml", format!("[backups]\nfolder = {second:?}\n"));
    let missing = world.run(["trainee", "add", "Ben Okri"]);
    assert!(
        missing.code == 0 && missing.err.contains("The second folder for backups, <home>/usb, is missing"),
        "{}",
        missing.all()
    );
    std::fs::create_dir(&second).expect("a folder");
    world.pass(Millis::from_hours(1));
    world.run(["trainee", "add", "Amira Okafor"]).done();
    assert_eq!((backups(&world).len(), std::fs::read_dir(&second).expect("a folder").count()), (1, 1));
    world.run(["trainee", "erase", "Amira Okafor", "--yes"]).done();
    assert_eq!(std::fs::read_dir(&second).expect("a folder").count(), 1, "only the copy from after the erasure");
    let off = World::new();
    off.file("config/config.toml", "[backups]\nautomatic = false\n");
    off.run(["trainee", "add", "Amira Okafor"]).done();
    assert_eq!(backups(&off).len(), 0);
}

#[test]
fn a_settings_file_with_an_error_is_named_and_stops_nothing() {
    let world = World::new();
    world.file("config/config.toml", "[backups]\nautomatic = maybe\n");
    let said = world.run(["trainee", "add", "Amira Okafor"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(said.err.matches("config.toml are not used: line 2: ").count(), 1, "{}", said.all());
    world.file("config/config.toml", "[backup]\n");
    let said = world.run(["trainee", "list"]);
    assert!(said.code == 0 && said.err.contains("unknown field `backup`"), "{}", said.all());
}

#[test]
fn the_newest_backups_of_days_weeks_and_months_are_kept() {
    let at = |days: u64, hours: u64| {
        let made_at = Timestamp::from_millis(MONDAY).saturating_sub(Millis::from_hours(days * 24 + hours));
        Backup { path: format!("{days}-{hours}").into(), made_at, size: 1, is_regular: true }
    };
    // Monday, November 23, 09:00, and one backup every 12 hours before that for 500 days.
    let all: Vec<Backup> = (0..500).flat_map(|days| [at(days, 0), at(days, 12)]).collect();
    let surplus = surplus_backups(&all, 1000);
    let kept: Vec<_> =
        all.iter().filter(|backup| !surplus.contains(backup)).map(|backup| backup.made_at.day().to_string()).collect();
    let days = ["2026-11-23", "2026-11-22", "2026-11-21", "2026-11-20", "2026-11-19", "2026-11-18", "2026-11-17"];
    // The weeks of November 23, 16, 9 and 2: the first two have their newest day above.
    let weeks = ["2026-11-15", "2026-11-08"];
    let months = [
        "2026-10-31",
        "2026-09-30",
        "2026-08-31",
        "2026-07-31",
        "2026-06-30",
        "2026-05-31",
        "2026-04-30",
        "2026-03-31",
        "2026-02-28",
        "2026-01-31",
        "2025-12-31",
    ];
    assert_eq!(kept, [&days[..], &weeks, &months].concat());
    // All together may be ten times as large as the store.
    assert_eq!(all.len() - surplus_backups(&all, 1).len(), 10);
    // The newest one stays, however small the store is.
    assert_eq!(all.len() - surplus_backups(&all, 0).len(), 1);
}

#[test]
fn restore_says_what_would_be_lost_and_keeps_the_old_store() {
    let world = clinic();
    let backup = world.path("copy.db");
    world.run(["backup", "--to", &backup]).done();
    let before = facts(&store(&world));
    world.run(["trainee", "add", "Chloé Dubois"]).done();
    world.run(["trainee", "set", "Ben Okri", "--license", "PT 2"]).done();
    let later = facts(&store(&world));
    let asked = world.run(["restore", &backup]);
    assert_eq!(asked.code, 1, "{}", asked.all());
    assert_eq!(facts(&store(&world)), later, "nothing changes without a yes");
    let said = world.run(["restore", &backup, "--yes"]);
    assert_eq!(said.code, 0, "{}", said.all());
    insta::assert_snapshot!("restore", crate::world::masked(&said.all(), world.home.path()));
    assert_eq!(facts(&store(&world)), before);
    let kept = world.data().join("set-aside/20261123T090000Z-before-restore/needlewise.db");
    assert_eq!(facts(&kept), later, "the old store is kept");
    let doctor = world.run(["doctor"]);
    assert!(doctor.code == 0 && doctor.err.is_empty(), "{}", doctor.all());
}

#[test]
fn a_backup_that_cannot_be_written_can_be_restored() {
    let world = clinic();
    let backup = world.path("copy.db");
    world.run(["backup", "--to", &backup]).done();
    let mut permissions = std::fs::metadata(&backup).expect("a file").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&backup, permissions).expect("permissions");
    world.run(["restore", &backup, "--yes"]).done();
    // An administrator may write everything, so the permissions themselves are checked too.
    let restored = std::fs::metadata(store(&world)).expect("a file").permissions();
    assert!(!restored.readonly(), "the store can be written again");
    world.run(["trainee", "add", "Cleo Adu"]).done();
}

#[test]
fn restore_works_beside_the_log_of_a_killed_program() {
    for seed in 1..=6 {
        let world = killed(seed);
        let backup = world.path("copy.db");
        // The remedy that every message names, with a log still there.
        std::fs::copy(store(&killed(seed)), &backup).expect("an older copy");
        let said = world.run(["restore", &backup, "--yes"]);
        assert!(said.code == 0 && said.out.contains("Amira Okafor: 1 attempt"), "{}", said.all());
        let doctor = world.run(["doctor"]);
        assert!(doctor.code == 0 && doctor.err.is_empty(), "{}", doctor.all());
    }
}

#[test]
fn an_erased_person_stays_erased_after_a_restore() {
    let world = clinic();
    let backup = world.path("copy.db");
    world.run(["backup", "--to", &backup]).done();
    world.run(["trainee", "erase", "Amira Okafor", "--yes"]).done();
    let said = world.run(["restore", &backup, "--yes"]);
    assert!(said.code == 0 && said.out.contains("Erased the data of 1 person again"), "{}", said.all());
    let people = world.run(["trainee", "list"]);
    assert!(!people.out.contains("Amira"), "{}", people.all());
    let bytes = std::fs::read(store(&world)).expect("a store");
    assert!(!bytes.windows(5).any(|part| part == b"Amira"));
    world.run(["doctor"]).done();
}

#[test]
fn restore_refuses_what_is_no_backup_and_changes_nothing() {
    let world = clinic();
    let before = facts(&store(&world));
    let text = world.file("text.db", "not a store");
    let other = world.path("other.db");
    Connection::open(&other)
        .expect("a file")
        .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        .expect("a table");
    let newer = world.path("newer.db");
    std::fs::copy(store(&world), &newer).expect("a copy");
    Connection::open(&newer).expect("a file").execute_batch("PRAGMA user_version = 99").expect("a version");
    for (file, reason) in [
        (text.to_string_lossy().into_owned(), "it is not a needlewise store"),
        (other, "it is not a needlewise store"),
        (newer, "a newer version of needlewise wrote it"),
        (world.home.path().to_string_lossy().into_owned(), "it is not a regular file"),
    ] {
        let said = world.run(["restore", &file, "--yes"]);
        assert!(said.code == 1 && said.err.contains(reason), "{}", said.all());
        assert_eq!(facts(&store(&world)), before);
    }
    let said = world.run(["restore", &world.path("missing.db"), "--yes"]);
    assert_eq!(said.code, 2, "{}", said.all());
}

#[test]
fn a_store_in_use_is_neither_restored_nor_repaired() {
    let world = clinic();
    let backup = world.path("copy.db");
    world.run(["backup", "--to", &backup]).done();
    let _open = crate::stage::open_store(&store(&world)).expect("a store");
    for command in [&["restore", &backup, "--yes"][..], &["doctor", "--repair"]] {
        let said = world.run(command);
        assert!(said.code == 4 && said.err.contains("needlewise is open"), "{}", said.all());
    }
}

/// Zeroes a part of the store's file.
fn zero(world: &World, range: std::ops::Range<usize>) {
    let mut bytes = std::fs::read(store(world)).expect("a store");
    bytes[range].fill(0);
    std::fs::write(store(world), bytes).expect("a store");
}

#[test]
fn a_store_that_cannot_be_opened_is_repaired_from_its_pages() {
    let sound = clinic();
    let shown = |world: &World| {
        ["trainee list", "record list", "certificate list"].map(|command| world.run(command.split(' ')).out)
    };
    let expected = (facts(&store(&sound)), shown(&sound));
    let page = 4096;
    // The header, the tables of the schema, and inner pages. Leaves with facts cannot be made up again.
    for damage in [0..100, 0..page, page..2 * page] {
        let world = clinic();
        zero(&world, damage.clone());
        let repaired = world.run(["doctor", "--repair"]);
        assert!(repaired.out.contains("Rebuilt the store"), "{damage:?}: {}", repaired.all());
        assert_eq!((facts(&store(&world)), shown(&world)), expected, "{damage:?}");
        world.run(["doctor"]).done();
    }
}

#[test]
fn a_repair_takes_answers_from_a_damaged_log() {
    let world = killed(1);
    let log = world.data().join("needlewise.db-wal");
    let mut bytes = std::fs::read(&log).expect("a log");
    // The first frame: SQLite uses nothing of this log.
    bytes[40] ^= 4;
    std::fs::write(&log, bytes).expect("a log");
    assert!(!world.run(["record", "list"]).out.contains("In progress"), "the loss shows");
    let repaired = world.run(["doctor", "--repair"]);
    assert_eq!(repaired.code, 0, "{}", repaired.all());
    let listed = world.run(["record", "list"]);
    assert!(listed.err.is_empty() && listed.out.contains("In progress"), "{}", listed.all());
    let resumed = world.run(["exam", "--resume", "--plain", "--trainee", "Amira Okafor"]);
    assert!(resumed.out.contains("Question 1 of"), "{}", resumed.all());
}

#[test]
fn a_repair_says_what_is_still_missing_by_person_and_attempt() {
    let world = killed(1);
    let log = world.data().join("needlewise.db-wal");
    std::fs::remove_file(log).expect("deleted");
    let repaired = world.run(["doctor", "--repair"]);
    assert_eq!(repaired.code, 1, "{}", repaired.all());
    assert!(repaired.out.contains("of Amira Okafor: 0 of 5 facts are left"), "{}", repaired.all());
    assert_eq!(world.run(["doctor"]).code, 1, "until it is accepted");
    world.run(["doctor", "--accept"]).done();
    world.run(["doctor"]).done();
}

#[test]
fn a_repair_does_not_take_facts_from_the_log_of_another_store() {
    let (world, other) = (killed(1), killed(2));
    std::fs::copy(other.data().join("needlewise.db-wal"), world.data().join("needlewise.db-wal")).expect("a log");
    let repaired = world.run(["doctor", "--repair"]);
    assert_eq!(repaired.code, 1, "{}", repaired.all());
    let listed = world.run(["record", "list"]);
    assert!(!listed.out.contains("In progress"), "{}", listed.all());
}

#[test]
fn a_repair_does_not_bring_back_what_was_erased() {
    let world = clinic();
    let bytes = std::fs::read(store(&world)).expect("a store");
    world.run(["trainee", "erase", "Amira Okafor", "--yes"]).done();
    // A copy from before the erasure, as a loss keeps it.
    let folder = world.data().join("set-aside/20261101T000000Z");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("needlewise.db"), bytes).expect("a copy");
    let loss = serde_json::json!({ "noticed_at": MONDAY, "cause": "store-older", "missing_commits": 1, "attempts": [],
        "is_log_ours": true });
    std::fs::write(folder.join("loss.json"), loss.to_string()).expect("a loss");
    world.run(["doctor", "--repair"]);
    assert!(!world.run(["trainee", "list"]).out.contains("Amira"));
    assert!(!std::fs::read(store(&world)).expect("a store").windows(5).any(|part| part == b"Amira"));
}

#[test]
fn lost_content_is_taken_again_from_the_banks_in_use() {
    let world = clinic();
    let expected = facts(&store(&world));
    world.run_sql("DELETE FROM stored_content");
    assert_eq!(world.run(["doctor"]).code, 1);
    let repaired = world.run(["doctor", "--repair"]);
    assert!(repaired.code == 0 && repaired.out.contains("again from the banks in use"), "{}", repaired.all());
    assert_eq!(facts(&store(&world)), expected);
}

#[test]
fn a_backup_never_goes_into_the_data_folder() {
    let world = clinic();
    for name in ["data/needlewise.db", "data/needlewise.db-wal", "data/needlewise.mark", "data/copy.db", "-"] {
        let target = if name == "-" { name.to_owned() } else { world.path(name) };
        let before = facts(&store(&world));
        let said = world.run(["backup", "--to", &target]);
        assert_eq!(said.code, 2, "{name}: {}", said.all());
        assert_eq!(facts(&store(&world)), before);
    }
}

#[test]
fn the_backups_of_a_store_that_was_lost_stay() {
    let world = clinic();
    let kept = backups(&world);
    assert_eq!(kept.len(), 1);
    for name in ["needlewise.db", "needlewise.mark"] {
        std::fs::remove_file(world.data().join(name)).expect("deleted");
    }
    for hours in 1..=3 {
        world.pass(Millis::from_hours(hours)).run(["trainee", "add", &format!("Person {hours}")]).done();
    }
    assert_eq!(backups(&world), kept, "no backup of the new store pushes it out");
    world.run(["restore", &kept[0].to_string_lossy(), "--yes"]).done();
    assert!(world.run(["trainee", "list"]).out.contains("Amira Okafor"));
}

#[test]
fn erasing_leaves_the_copies_of_other_stores() {
    let (world, other) = (clinic(), World::new().with_rng_seed(40));
    let second = world.path("usb");
    std::fs::create_dir(&second).expect("a folder");
    for home in [&world, &other] {
        home.file("config/config.toml", format!("[backups]\nfolder = {second:?}\n"));
        home.run(["trainee", "add", "Eva Novak", "--id", "20"]).done();
        home.pass(Millis::from_hours(1)).run(["backup"]).done();
    }
    let own_file = world.file("usb/needlewise-audit.db", "a file of the user");
    world.run(["trainee", "erase", "Eva Novak", "--yes"]).done();
    let ids: Vec<String> = std::fs::read_dir(&second)
        .expect("a folder")
        .filter_map(|entry| {
            let store = Connection::open(entry.expect("an entry").path()).expect("a file");
            store.query_row("SELECT id FROM store", [], |row| row.get(0)).ok()
        })
        .collect();
    let other_id: String =
        other.database().query_row("SELECT id FROM store", [], |row| row.get(0)).expect("an identity");
    assert!(own_file.is_file() && ids.contains(&other_id), "{ids:?}");
}

#[test]
fn a_backup_that_went_on_differently_is_not_said_to_have_everything() {
    let world = clinic();
    let other = World::new().with_rng_seed(60);
    crate::world::copy_folder(&world.data(), &other.data());
    world.run(["trainee", "set", "Ben Okri", "--license", "PT 2"]).done();
    other.run(["trainee", "set", "Ben Okri", "--license", "PT 3"]).done();
    let backup = other.path("copy.db");
    other.run(["backup", "--to", &backup]).done();
    let said = world.run(["restore", &backup]);
    assert!(said.code == 1 && said.out.contains("Ben Okri: "), "{}", said.all());
}
