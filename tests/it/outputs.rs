//! Outputs and inputs of the command line: what is not a regular file is written through and never read, and commands that
//! only read leave nothing behind.

use needlewise::ids::Digest;
use needlewise::projections::attempts::AttemptQuery;
use needlewise::store::{Batch, SqliteStore, Store, StoreError};

use crate::stage::store_options;
use crate::world::{World, all_files};

fn clinic() -> World {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    world
}

#[test]
fn a_dash_is_standard_output() {
    let world = clinic();
    let said = world.run(["record", "export", "--format", "csv", "--to", "-"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.starts_with("person,name,") && said.out.contains("Amira Okafor"), "{}", said.all());
    let said = world.run(["trainee", "export", "Amira Okafor", "--to", "-"]);
    assert!(said.code == 0 && said.json()["attempts"] == serde_json::json!([]), "{}", said.all());
    assert!(said.err.contains("Exported the data of Amira Okafor"), "{}", said.all());
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_its_target_is_written() {
    let world = clinic();
    let target = world.file("real.csv", "old");
    let link = world.home.path().join("link.csv");
    std::os::unix::fs::symlink("real.csv", &link).expect("a link");
    world.run(["record", "export", "--format", "csv", "--to", &link.to_string_lossy()]).done();
    assert!(link.symlink_metadata().expect("a link").is_symlink());
    assert!(std::fs::read_to_string(target).expect("a file").starts_with("person,name,"));
}

#[cfg(unix)]
#[test]
fn a_pipe_stays_a_pipe_and_its_reader_gets_everything() {
    use std::os::unix::fs::FileTypeExt;
    let world = clinic();
    let pipe = world.home.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::from(0o600), 0)
        .expect("a pipe");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).expect("an export")
    });
    world.run(["record", "export", "--format", "csv", "--to", &pipe.to_string_lossy()]).done();
    assert!(reader.join().expect("a reader").starts_with("person,name,"));
    assert!(pipe.symlink_metadata().expect("a pipe").file_type().is_fifo());
}

#[test]
fn a_reading_command_makes_no_store_in_a_wrong_folder() {
    let world = World::new();
    for command in [
        &["record", "list"][..],
        &["record", "matrix"],
        &["trainee", "list"],
        &["certificate", "list"],
        &["record", "export", "--format", "csv"],
        &["bank", "reports"],
        &["doctor"],
    ] {
        let said = world.run(command);
        assert!(said.err.contains("There is no store in <home>/data yet."), "{}", said.all());
        assert!(!world.data().exists(), "{command:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_is_listed_verified_and_exported() {
    use std::os::unix::fs::PermissionsExt;
    for is_killed in [false, true] {
        let world = if is_killed { crate::losses::killed(1) } else { World::new().with_small_banks() };
        if !is_killed {
            assert_eq!(world.pass_exam().code, 0);
        }
        let expected = world.run(["record", "list"]).out;
        let set_mode = |mode: u32| {
            for entry in std::fs::read_dir(world.data()).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_file() {
                    std::fs::set_permissions(path, PermissionsExt::from_mode(mode & 0o666)).expect("permissions");
                }
            }
            std::fs::set_permissions(world.data(), PermissionsExt::from_mode(mode)).expect("permissions");
        };
        set_mode(0o555);
        // An administrator can write everything, so there is nothing to test.
        if std::fs::write(world.data().join("probe"), "").is_ok() {
            return;
        }
        let listed = world.run(["record", "list"]);
        assert!(listed.code == 0 && listed.out == expected, "{}", listed.all());
        world.run(["doctor"]).done();
        world.run(["record", "export", "--format", "csv"]).done();
        let added = world.run(["trainee", "add", "Ben Okri"]);
        assert_eq!(added.code, 4, "{}", added.all());
        set_mode(0o755);
        world.run(["trainee", "add", "Ben Okri"]).done();
    }
}

#[test]
fn a_read_only_store_shows_everything_and_leaves_no_trace() {
    let closed = World::new().with_small_banks();
    assert_eq!(closed.pass_exam().code, 0);
    // Its log has content, so a private copy is read.
    let killed = crate::losses::killed(1);
    for (world, count) in [(closed, 1), (killed, 1)] {
        let path = world.data().join("needlewise.db");
        let before = all_files(&world.data());
        let mut store = SqliteStore::open_read_only(&path, &store_options()).expect("a store");
        assert_eq!(store.attempts(&AttemptQuery::default()).expect("attempts").len(), count);
        let batch = Batch { content: [(Digest::of("text"), "text".to_owned())].into(), ..Batch::default() };
        assert_eq!(store.append(&batch), Err(StoreError::ReadOnly));
        drop(store);
        assert!(all_files(&world.data()) == before, "a file was made or changed");
    }
}

#[test]
fn a_damaged_trust_list_stops_neither_practice_nor_lists() {
    let world = clinic();
    world.file("config/trust.json", "{");
    world.run(["record", "list"]).done();
    let practice = world.typing("").run(["practice", "small", "--plain"]);
    assert!(practice.out.contains("Question 1 of"), "{}", practice.all());
    // What rests on trust is refused and not shown as untrusted.
    let matrix = world.run(["record", "matrix"]);
    assert!(matrix.code == 4 && matrix.err.contains("trust.json cannot be read"), "{}", matrix.all());
}

#[test]
fn checking_a_folder_without_banks_is_not_a_success() {
    let world = World::new();
    std::fs::create_dir(world.path("empty")).expect("a folder");
    let said = world.run(["bank", "check", &world.path("empty")]);
    assert!(said.code == 1 && said.out.contains("0 files checked"), "{}", said.all());
}

#[test]
fn no_output_replaces_an_input_or_a_file_of_the_program() {
    let world = clinic();
    let before = all_files(&world.data());
    let store = world.data().join("needlewise.db").to_string_lossy().into_owned();
    for command in [
        vec!["record", "export", "--format", "csv", "--to", &store],
        vec!["trainee", "export", "Amira Okafor", "--to", &store],
    ] {
        let said = world.run(command);
        assert!(said.code == 2 && said.err.contains("belongs to needlewise itself"), "{}", said.all());
    }
    let file = world.file("certificate.json", "{}").to_string_lossy().into_owned();
    let said = world.run(["certificate", "verify", &file, "--receipt", &file, "--by", "Amira"]);
    assert!(said.code == 2 && said.err.contains("is read by this command"), "{}", said.all());
    let folder = world.home.path().to_string_lossy().into_owned();
    let said = world.run(["certificate", "verify", &folder, "--receipt", &file, "--by", "Amira"]);
    assert!(said.code == 2 && said.err.contains("is read by this command"), "{}", said.all());
    assert_eq!(std::fs::read_to_string(&file).expect("the input"), "{}");
    assert!(all_files(&world.data()) == before, "nothing changed");
    // An older export is replaced, so that a script can write the same file every night.
    let export = world.file("export.csv", "old").to_string_lossy().into_owned();
    world.run(["record", "export", "--format", "csv", "--to", &export]).done();
    assert!(std::fs::read_to_string(&export).expect("an export").starts_with("person,name,"));
}
