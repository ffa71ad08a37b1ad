//! Damage and kills at random places. The short form is a part of the tests. `tests/faults/run` has the long one, with more
//! places and more kills.

use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::losses::killed;
use crate::reader::{Reader, Talk};
use crate::world::{World, copy_folder};

/// Returns how often something is tried: `short`, or `long` if the environment asks for it.
fn count(short: u64, long: u64) -> u64 {
    if std::env::var("NEEDLEWISE_FAULTS").is_ok_and(|value| value == "long") { long } else { short }
}

fn below(rng: &mut ChaCha20Rng, limit: usize) -> usize {
    usize::try_from(rng.next_u64()).expect("64 bits") % limit
}

/// Everything that shows what the store has.
const SHOWING: [&[&str]; 6] = [
    &["record", "list", "--json"],
    &["trainee", "list", "--json"],
    &["certificate", "list", "--json"],
    &["record", "matrix", "--json"],
    &["progress", "--json", "--trainee", "Amira Okafor"],
    &["record", "export", "--format", "csv"],
];

/// Changes one bit in a copy of the file and runs all commands. Returns the commands that show something else without a
/// word: no message, and exit code 0.
fn silent_changes(sound: &World, expected: &[String], file: &str, rng: &mut ChaCha20Rng) -> Vec<String> {
    let world = World::new();
    copy_folder(&sound.data(), &world.data());
    let path = world.data().join(file);
    let mut bytes = std::fs::read(&path).expect("a file");
    let (place, bit) = (below(rng, bytes.len()), below(rng, 8));
    bytes[place] ^= 1 << bit;
    std::fs::write(&path, bytes).expect("a file");
    let mut silent = Vec::new();
    for (command, expected) in SHOWING.iter().zip(expected) {
        let said = world.run(*command);
        if said.out != *expected && said.code == 0 && said.err.is_empty() {
            silent.push(format!("bit {bit} of byte {place} of {file}: {command:?}: {}", said.out));
        }
    }
    silent
}

fn assert_no_silent_change(sound: &World, file: &str, tries: u64) {
    let expected: Vec<String> = {
        let copy = World::new();
        copy_folder(&sound.data(), &copy.data());
        SHOWING.iter().map(|command| copy.run(*command).out).collect()
    };
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let silent: Vec<String> = (0..tries).flat_map(|_| silent_changes(sound, &expected, file, &mut rng)).collect();
    assert!(silent.is_empty(), "{} of {tries}:\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn one_wrong_bit_in_the_store_never_shows_something_else_without_a_word() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let practice = ["practice", "small", "--plain", "--count", "5"];
    world.finish_attempt(&practice, &["practice", "--resume", "--plain"], |reader, shown| reader.answer(shown)).done();
    world.run(["trainee", "add", "Ben Okri", "--id", "17"]).done();
    assert_no_silent_change(&world, "needlewise.db", count(60, 2000));
}

#[test]
fn one_wrong_bit_in_the_log_never_shows_something_else_without_a_word() {
    assert_no_silent_change(&killed(1), "needlewise.db-wal", count(40, 1000));
}

/// Answers some questions, then kills the program, perhaps while it stores an answer. Returns how many answers it
/// acknowledged, or `None` if the attempt has ended.
fn answer_and_kill(home: &Path, args: &[&str], reader: &Reader, rng: &mut ChaCha20Rng) -> Option<usize> {
    let mut talk = Talk::open(home, args);
    let mut acknowledged = 0;
    let mut shown = talk.hear();
    for _ in 0..below(rng, 5) {
        if !shown.ends_with("Answer: ") {
            break;
        }
        shown = talk.say(&reader.answer(&shown)).hear();
        acknowledged += 1;
    }
    let is_over = !shown.ends_with("Answer: ");
    if !is_over {
        // This answer may or may not be stored. It is not acknowledged.
        talk.say(&reader.answer(&shown));
        for _ in 0..below(rng, 20_000) {
            std::hint::spin_loop();
        }
    }
    talk.child.kill().expect("killed");
    talk.child.wait().expect("ended");
    (!is_over).then_some(acknowledged)
}

#[test]
fn a_kill_at_any_moment_loses_no_acknowledged_answer_and_raises_no_alarm() {
    let reader = Reader::of(None);
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let (mut kills, wanted) = (0, count(60, 10_000));
    while kills < wanted {
        let home = tempfile::tempdir().expect("a temporary folder");
        let (mut args, mut answered) =
            (vec!["exam", "foundations", "--plain", "--yes", "--trainee", "Amira Okafor"], 0);
        while kills < wanted {
            let acknowledged = answer_and_kill(home.path(), &args, &reader, &mut rng);
            kills += 1;
            let mut doctor = Talk::open(home.path(), &["doctor"]);
            let report = doctor.hear();
            assert_eq!(doctor.ends(), Some(0), "{report}");
            args = vec!["exam", "--resume", "--plain"];
            let Some(acknowledged) = acknowledged else { break };
            answered += acknowledged;
            let mut talk = Talk::open(home.path(), &args);
            talk.hear();
            let stored = talk.say("list").hear().matches(". answered").count();
            assert!(stored == answered || stored == answered + 1, "{stored} of {answered} answers after {kills} kills");
            answered = stored;
            talk.child.kill().expect("killed");
            talk.child.wait().expect("ended");
        }
    }
}
