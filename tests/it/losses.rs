//! A store that lost something never looks as if nothing had happened: the loss is said, what is left is kept aside, and
//! no one is locked out. An answer that went to moved or replaced files does not count as stored.

use std::path::{Path, PathBuf};

use needlewise::attempt::Mode;
use needlewise::exam::session::AttemptAction;
use needlewise::service::{ActiveAttempt, ServiceError, Services};
use needlewise::store::StoreError;

use crate::stage::{add_person, service};
use crate::world::{World, copy_folder};

/// How many answers of the exam are stored before the program ends.
const ANSWER_COUNT: usize = 4;

fn begin(world: &World) -> (Services, ActiveAttempt) {
    let mut service = service(world.home.path(), &world.time);
    let person = match service.people().find("Amira Okafor").expect("a query") {
        Some(known) => known,
        None => add_person(&mut service, "Amira Okafor"),
    };
    let exam = service.catalog().exam(&"brief".parse().expect("an id")).expect("the exam").value.clone();
    let active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    (service, active)
}

fn mark_question(service: &mut Services, active: &mut ActiveAttempt, index: usize) -> Result<(), ServiceError> {
    service.attempts_mut().record_action(active, AttemptAction::ToggleFlag { question_index: index })
}

/// Returns a home as a killed program leaves it: a person with a finished practice in the main file, and an exam that is
/// only in the log. The ID of the store depends on the seed.
pub fn killed(seed: u64) -> World {
    let world = World::new().with_small_banks().with_rng_seed(seed);
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let (mut service, mut active) = begin(&world);
    for index in 0..ANSWER_COUNT {
        mark_question(&mut service, &mut active, index).expect("stored");
    }
    // The files as they are while the program runs. Without the program, the locks are gone too.
    let after = World::new().with_rng_seed(seed + 100);
    copy_folder(&world.data(), &after.data());
    let _ = std::fs::remove_file(after.data().join("needlewise.db-shm"));
    after
}

fn log(world: &World) -> PathBuf {
    world.data().join("needlewise.db-wal")
}

fn store(world: &World) -> PathBuf {
    world.data().join("needlewise.db")
}

/// Returns the folders in which something was set aside.
fn set_aside(world: &World) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(world.data().join("set-aside")) else { return Vec::new() };
    let mut folders: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    folders
}

/// Asserts that every command says the loss, that `doctor` fails until it is accepted, and that work can go on.
#[track_caller]
fn assert_noticed(world: &World, sentence: &str) {
    let listed = world.run(["record", "list"]);
    assert!(listed.code == 0 && listed.err.contains(sentence), "{}", listed.all());
    let doctor = world.run(["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains("DAMAGE  history: "), "{}", doctor.all());
    assert!(doctor.out.contains(sentence), "{}", doctor.all());
    assert_eq!(set_aside(world).len(), 1, "one loss, one folder");
    world.run(["trainee", "add", "Ben Okri"]).done();
    let accepted = world.run(["doctor", "--accept"]);
    assert!(accepted.code == 0 && accepted.out.contains("Accepted the loss"), "{}", accepted.all());
    let listed = world.run(["record", "list"]);
    assert!(listed.code == 0 && listed.err.is_empty(), "{}", listed.all());
}

#[test]
fn a_killed_store_has_lost_nothing() {
    let world = killed(1);
    let listed = world.run(["record", "list"]);
    assert!(listed.code == 0 && listed.err.is_empty() && listed.out.contains("In progress"), "{}", listed.all());
    assert_eq!(set_aside(&world), Vec::<PathBuf>::new());
}

#[test]
fn a_deleted_log_is_noticed() {
    let world = killed(1);
    std::fs::remove_file(log(&world)).expect("deleted");
    assert_noticed(&world, "The store is older than it was. The last 5 changes may be missing.");
}

#[test]
fn a_log_cut_in_half_is_noticed_and_kept() {
    let world = killed(1);
    let bytes = std::fs::read(log(&world)).expect("a log");
    std::fs::write(log(&world), &bytes[..bytes.len() / 2]).expect("cut");
    assert_noticed(&world, "The store is older than it was.");
    let kept = std::fs::read(set_aside(&world)[0].join("needlewise.db-wal")).expect("the log");
    assert_eq!(kept, bytes[..bytes.len() / 2]);
}

#[test]
fn one_wrong_bit_in_the_log_is_noticed_and_kept() {
    let world = killed(1);
    let mut bytes = std::fs::read(log(&world)).expect("a log");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(log(&world), &bytes).expect("a log");
    assert_noticed(&world, "The log beside the store is damaged.");
    assert_eq!(std::fs::read(set_aside(&world)[0].join("needlewise.db-wal")).expect("the log"), bytes);
}

#[test]
fn the_log_of_another_store_is_not_used() {
    let (world, other) = (killed(1), killed(2));
    std::fs::copy(log(&other), log(&world)).expect("a log");
    assert_noticed(&world, "The log beside the store belongs to another store, so it was not used.");
}

#[test]
fn a_store_that_was_replaced_under_its_log_is_noticed() {
    let (world, other) = (killed(1), killed(2));
    std::fs::copy(store(&other), store(&world)).expect("a store");
    assert_noticed(&world, "The log beside the store belongs to another store, so it was not used.");
}

#[test]
fn an_older_store_under_a_newer_log_is_noticed() {
    let world = killed(1);
    let older = std::fs::read(store(&world)).expect("a store");
    for name in ["Ben Okri", "Chloé Dubois", "Dai Jones"] {
        world.run(["trainee", "add", name]).done();
    }
    let running = service(world.home.path(), &world.time);
    let mut service_of_amira = running;
    let _ = add_person(&mut service_of_amira, "Eva Novak");
    let after = World::new();
    copy_folder(&world.data(), &after.data());
    let _ = std::fs::remove_file(after.data().join("needlewise.db-shm"));
    std::fs::write(store(&after), older).expect("an older store");
    assert_noticed(&after, "The log beside the store does not fit it, so it was not used.");
}

#[test]
fn a_store_that_vanished_is_noticed() {
    for is_emptied in [false, true] {
        let world = killed(1);
        if is_emptied {
            std::fs::write(store(&world), "").expect("emptied");
        } else {
            std::fs::remove_file(store(&world)).expect("deleted");
        }
        assert_noticed(&world, "The store was missing or empty, so a new one was made.");
        assert!(set_aside(&world)[0].join("needlewise.db-wal").is_file());
    }
}

#[test]
fn a_store_that_vanished_beside_certificates_is_noticed() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    for name in ["needlewise.db", "needlewise.mark"] {
        std::fs::remove_file(world.data().join(name)).expect("deleted");
    }
    let doctor = world.run(["doctor"]);
    assert!(doctor.out.contains("has certificates of a person who is not in the store"), "{}", doctor.all());
    std::fs::rename(world.data().join("certificates"), world.path("certificates")).expect("moved away");
    assert_noticed(&world, "The store was missing or empty, so a new one was made.");
}

#[test]
fn an_older_copy_in_the_place_of_the_store_is_noticed() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let older = std::fs::read(store(&world)).expect("a store");
    world.run(["trainee", "add", "Ben Kay"]).done();
    world.run(["trainee", "add", "Chloé Dubois"]).done();
    std::fs::write(store(&world), older).expect("an older store");
    assert_noticed(&world, "The store is older than it was. The last 2 changes may be missing.");
}

#[test]
fn another_store_in_the_place_of_the_store_is_noticed() {
    let world = World::new();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let other = World::new().with_rng_seed(9);
    other.run(["trainee", "add", "Eva Novak"]).done();
    std::fs::copy(store(&other), store(&world)).expect("another store");
    assert_noticed(&world, "The store was replaced by another one.");
}

#[test]
fn a_mark_that_is_missing_or_damaged_is_no_loss() {
    for content in [None, Some("nonsense")] {
        let world = World::new();
        world.run(["trainee", "add", "Amira Okafor"]).done();
        let mark = world.data().join("needlewise.mark");
        match content {
            Some(text) => std::fs::write(&mark, text).expect("a mark"),
            None => std::fs::remove_file(&mark).expect("deleted"),
        }
        world.run(["trainee", "add", "Ben Okri"]).done();
        let doctor = world.run(["doctor"]);
        assert!(doctor.code == 0 && doctor.err.is_empty(), "{}", doctor.all());
    }
}

/// Lets `change` happen to the data folder while an exam is open. Asserts that the next answer does not count, and that a
/// file beside the data folder has everything that was stored.
#[cfg(unix)]
fn assert_rescued(change: impl FnOnce(&Path)) {
    let home = tempfile::tempdir().expect("a folder");
    let world = World::new().with_small_banks();
    let data = home.path().join("data");
    copy_folder(&world.data(), &data);
    let mut service = service(home.path(), &world.time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = service.catalog().exam(&"brief".parse().expect("an id")).expect("the exam").value.clone();
    let mut active = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    mark_question(&mut service, &mut active, 0).expect("stored");
    change(&data);
    for _ in 0..2 {
        let refused = mark_question(&mut service, &mut active, 1);
        let Err(ServiceError::Store(StoreError::Replaced { rescued: Some(rescued) })) = refused else {
            panic!("the answer does not count: {refused:?}");
        };
        assert_eq!(rescued.parent(), Some(home.path()), "beside the data folder");
        let kept = World::new().with_small_banks();
        kept.run(["restore", &rescued.to_string_lossy(), "--yes"]).done();
        let mut kept_service = crate::stage::service(kept.home.path(), &kept.time);
        let open = kept_service.attempts().open_attempt(person.id, Mode::Exam).expect("a query").expect("the exam");
        let facts = kept_service.attempts().facts(open.id).expect("its facts");
        assert!(facts.len() >= 2, "the stored answer is there");
        let _ = kept_service.attempts_mut().end_timed_out(person.id);
    }
}

#[cfg(unix)]
#[test]
fn an_answer_does_not_count_after_the_data_folder_was_moved_or_removed() {
    assert_rescued(|data| std::fs::rename(data, data.with_file_name("moved")).expect("moved"));
    assert_rescued(|data| std::fs::remove_dir_all(data).expect("removed"));
    assert_rescued(|data| std::fs::remove_file(data.join("needlewise.db")).expect("removed"));
}

#[cfg(unix)]
#[test]
fn an_answer_does_not_count_after_another_store_took_the_place() {
    let other = World::new().with_rng_seed(9);
    other.run(["trainee", "add", "Eva Novak"]).done();
    assert_rescued(|data| {
        std::fs::copy(store(&other), data.join("new")).expect("a copy");
        std::fs::rename(data.join("new"), data.join("needlewise.db")).expect("replaced");
    });
}

#[cfg(unix)]
#[test]
fn an_answer_does_not_count_after_another_file_was_copied_over_the_store() {
    let other = World::new().with_rng_seed(9);
    other.run(["trainee", "add", "Eva Novak"]).done();
    let world = World::new().with_small_banks();
    let (mut service, mut active) = begin(&world);
    mark_question(&mut service, &mut active, 0).expect("stored");
    std::fs::copy(store(&other), store(&world)).expect("copied over");
    let refused = mark_question(&mut service, &mut active, 1);
    assert!(matches!(refused, Err(ServiceError::Store(StoreError::Replaced { .. }))), "{refused:?}");
    drop(service);
    // The other store was not damaged by the log, and the log is kept.
    assert_eq!(std::fs::read(store(&world)).expect("a store"), std::fs::read(store(&other)).expect("a store"));
    assert_noticed(&world, "The log beside the store belongs to another store, so it was not used.");
}

#[test]
fn a_copy_that_went_on_differently_is_noticed_in_the_place_of_the_store() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let other = World::new().with_rng_seed(50);
    copy_folder(&world.data(), &other.data());
    // Both copies are used, and the other one more often.
    {
        let (mut service, mut active) = begin(&world);
        mark_question(&mut service, &mut active, 0).expect("stored");
    }
    for name in ["Ben Kay", "Chloé Dubois", "Dai Jones", "Eva Novak"] {
        other.run(["trainee", "add", name]).done();
    }
    std::fs::copy(store(&other), store(&world)).expect("another version");
    assert_noticed(&world, "The store was replaced by another one.");
}

#[test]
fn nobody_is_erased_while_a_loss_is_not_settled() {
    let world = killed(1);
    std::fs::remove_file(log(&world)).expect("deleted");
    let refused = world.run(["trainee", "erase", "Amira Okafor", "--yes"]);
    assert!(refused.code == 1 && refused.err.contains("First settle the loss"), "{}", refused.all());
    assert_eq!(set_aside(&world).len(), 1);
    world.run(["doctor", "--accept"]).done();
    world.run(["trainee", "erase", "Amira Okafor", "--yes"]).done();
    assert_eq!(set_aside(&world), Vec::<PathBuf>::new());
}
