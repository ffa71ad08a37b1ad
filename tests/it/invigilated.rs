//! Exams under an invigilator: the issuer's key at the start and again at the end, a person at the keys in between.

use std::path::PathBuf;

use needlewise::attempt::Fact;
use needlewise::attempt::chain::read_facts;
use needlewise::attempt::fact::AttemptStarted;
use needlewise::attempt::signature::DecisionKind;
use needlewise::issuing::decision::is_signature_valid;
use needlewise::service::ClockStepPolicy;

use crate::reader::Reader;
use crate::stage::{service, somebody};
use crate::window::Window;
use crate::world::World;

/// A school's machine with its key; returns where its passphrase is.
fn school() -> (World, String) {
    let world = World::new().with_small_banks();
    let secret = world.secret("passphrase", "correct horse battery staple").to_string_lossy().into_owned();
    world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret]).done();
    (world, secret)
}

fn banks(world: &World) -> PathBuf {
    world.data().join("question-banks")
}

const BEGIN: [&str; 7] = ["exam", "brief", "--trainee", "Amira Okafor", "--invigilated", "--identity", "passport"];

/// Answers so many questions rightly, as they are shown.
fn answers(window: &mut Window, world: &World, questions: std::ops::RangeInclusive<usize>) {
    let reader = Reader::of(Some(&banks(world)));
    for question in questions {
        window.sees(&format!("question {question} of 7"));
        let keys = reader.keys(&window.screen());
        window.type_bytes(&keys).sees("Not stored yet").type_bytes("\r");
    }
}

/// Submits and leaves the result.
fn submits(window: &mut Window) {
    window.sees("7 answered, 0 open").type_bytes("f").sees("y submit").type_bytes("y");
    window.sees("✓ Passed").sees("the invigilator signs").type_bytes("\r");
}

#[test]
fn an_invigilated_pass_is_signed_on_the_spot() {
    let (world, secret) = school();
    let begin: Vec<_> = BEGIN.iter().copied().chain(["--passphrase-file", &secret]).collect();
    let mut window = Window::open(world.home.path(), &begin);
    answers(&mut window, &world, 1..=7);
    submits(&mut window);
    assert_eq!(window.ends(), 0);
    window.sees("Signed invigilated certificate");
    // The window went by the computer's clock; a minute later by that one.
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    world.time.set(i64::try_from(since.as_millis()).expect("a moment") + 60_000);
    let certificates = world.run(["certificate", "list", "--json"]).json();
    assert_eq!(certificates.as_array().map(Vec::len), Some(1), "one, and no self-test record beside it");
    assert_eq!(certificates[0]["assurance"], "invigilated");
    assert_eq!(world.run(["doctor"]).code, 0);
    assert_eq!(world.run(["record", "replay", "--all"]).code, 0);
    // It is passed here, so that there is nothing to start.
    let again = world.typing("").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
    assert!(again.code == 1 && again.err.contains("This exam is passed"), "{}", again.all());
    // Nothing raises or repeats it: the same attempt on request was used.
    let attempt = world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    world.run(["certificate", "request", &attempt, "--to", &world.path("request.json")]).done();
    let args = ["certificate", "issue", "--request", &world.path("request.json"), "--passphrase-file", &secret];
    let said = world.run(args);
    assert!(said.code == 1 && said.err.contains("It was already used"), "{}", said.all());
}

#[test]
fn piped_input_is_refused_and_a_wrong_passphrase_begins_nothing() {
    let (world, secret) = school();
    let piped = world.typing("a\n").run(BEGIN.iter().copied().chain(["--plain", "--passphrase-file", &secret]));
    assert!(piped.code == 2 && piped.err.contains("Piped input is refused"), "{}", piped.all());
    let wrong = world.secret("wrong", "another passphrase here").to_string_lossy().into_owned();
    let begin: Vec<_> = BEGIN.iter().copied().chain(["--passphrase-file", &wrong]).collect();
    let mut window = Window::open(world.home.path(), &begin);
    window.sees("passphrase is wrong");
    assert_eq!(window.ends(), 1);
    assert_eq!(world.run(["record", "list", "--json"]).json(), serde_json::json!([]));
    let alone = world.run(["exam", "brief", "--invigilated", "--trainee", "Amira Okafor"]);
    assert_eq!(alone.code, 2, "how the identity was checked is told: {}", alone.all());
}

#[test]
fn it_goes_on_only_with_the_invigilator() {
    let (world, secret) = school();
    let begin: Vec<_> = BEGIN.iter().copied().chain(["--passphrase-file", &secret]).collect();
    let mut window = Window::open(world.home.path(), &begin);
    answers(&mut window, &world, 1..=1);
    window.sees("question 2 of 7").type_bytes("\x03").sees("Leave the exam?").type_bytes("\r");
    assert_eq!(window.ends(), 1);
    let mut home = Window::open(world.home.path(), &[]);
    home.sees("Go on with the exam").type_bytes("g").sees("This exam is invigilated").type_bytes("q");
    assert_eq!(home.ends(), 0);
    let wrong = world.secret("wrong", "another passphrase here").to_string_lossy().into_owned();
    let mut alone = Window::open(world.home.path(), &["exam", "--resume", "--passphrase-file", &wrong]);
    alone.sees("passphrase is wrong");
    assert_eq!(alone.ends(), 1);
    let mut window = Window::open(world.home.path(), &["exam", "--resume", "--passphrase-file", &secret]);
    answers(&mut window, &world, 2..=7);
    submits(&mut window);
    assert_eq!(window.ends(), 0);
    window.sees("Signed invigilated certificate");
}

#[test]
fn a_clock_that_was_set_back_blocks_an_invigilated_start_alone() {
    let world = World::new().with_small_banks();
    world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
    let other = World::new();
    other.time.set(world.time.get() - 1000);
    let mut service = service(world.home.path(), &other.time);
    let exam = service.catalog().exam(&"brief".parse().expect("an id")).expect("an exam").value.clone();
    let person = somebody(&mut service, "Ben Okri");
    let key = crate::pass::key();
    let refused = service
        .attempts_mut()
        .begin_invigilated(person.id, &exam, "passport", &key, ClockStepPolicy::Refuse)
        .expect_err("the clock is wrong");
    assert!(refused.to_string().contains("The clock was set back"), "{refused}");
    // An invigilator who compared the clock grants it, and signs that.
    let granted = service
        .attempts_mut()
        .begin_invigilated(person.id, &exam, "passport", &key, ClockStepPolicy::Allow)
        .expect("begun");
    let attempt = granted.row.id;
    let facts = service.attempts().facts(attempt).expect("facts");
    let (_, Fact::Started(AttemptStarted { invigilated: Some(word), .. })) = &read_facts(&facts)[0] else {
        panic!("no word of an invigilator")
    };
    assert_eq!(word.identity, "passport; the clock was set back, and compared by the invigilator");
    assert!(is_signature_valid(&word.signature, attempt.into(), DecisionKind::Identity, &word.identity));
    let person = somebody(&mut service, "Dana Levi");
    other.time.set(world.time.get());
    assert!(
        service
            .attempts_mut()
            .begin_invigilated(person.id, &exam, "passport", &key, ClockStepPolicy::Refuse)
            .expect("begun")
            .invigilated
    );
    other.time.set(world.time.get() - 1000);
    let third = somebody(&mut service, "Chloé Dubois");
    assert!(service.attempts_mut().begin_exam(third.id, &exam).is_ok(), "any other exam begins, and the step is noted");
}
