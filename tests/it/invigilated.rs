//! Invigilated exams. The issuer's key is needed at the start and at the end, and the answers must be typed.

use std::path::PathBuf;

use needlewise::attempt::Fact;
use needlewise::attempt::chain::read_facts;
use needlewise::attempt::fact::AttemptStarted;
use needlewise::attempt::signature::DecisionKind;
use needlewise::issuing::decision::is_signature_valid;
use needlewise::service::ClockStepPolicy;

use crate::reader::Reader;
use crate::stage::{add_person, service};
#[cfg(unix)]
use crate::window::Window;
use crate::world::World;

/// Returns a school's computer with an issuer, and the path of its passphrase file.
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

/// Answers these questions correctly, in the order they are shown.
#[cfg(unix)]
fn answer_questions(window: &mut Window, world: &World, questions: std::ops::RangeInclusive<usize>) {
    let reader = Reader::of(Some(&banks(world)));
    for question in questions {
        window.sees(&format!("question {question} of 7"));
        let keys = reader.keys(&window.screen());
        window.type_bytes(&keys).sees("Not saved yet").type_bytes("\r");
    }
}

/// Submits the exam and closes the result.
#[cfg(unix)]
fn submit(window: &mut Window) {
    window.sees("7 answered, 0 unanswered").type_bytes("f").sees("y submit").type_bytes("y");
    window.sees("✓ Passed").sees("the invigilator signs").type_bytes("\r");
}

#[cfg(unix)]
#[test]
fn an_invigilated_pass_is_signed_on_the_spot() {
    let (world, secret) = school();
    let begin: Vec<_> = BEGIN.iter().copied().chain(["--passphrase-file", &secret]).collect();
    let mut window = Window::open(world.home.path(), &begin);
    answer_questions(&mut window, &world, 1..=7);
    submit(&mut window);
    assert_eq!(window.ends(), 0);
    window.sees("Signed invigilated certificate");
    // The program in the window used the real clock, so the test's clock is set to a minute after it.
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    world.time.set(i64::try_from(since.as_millis()).expect("a moment") + 60_000);
    let certificates = world.run(["certificate", "list", "--json"]).json();
    assert_eq!(certificates.as_array().map(Vec::len), Some(1), "one certificate, and no self-test record beside it");
    assert_eq!(certificates[0]["assurance"], "invigilated");
    assert_eq!(world.run(["doctor"]).code, 0);
    assert_eq!(world.run(["record", "replay", "--all"]).code, 0);
    // The exam is passed on this computer, so it cannot be started again.
    let again = world.typing("").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    assert!(again.code == 1 && again.err.contains("This exam is already passed"), "{}", again.all());
    // The attempt is used up: a request cannot get a second certificate for it.
    let attempt = world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    world.run(["certificate", "request", &attempt, "--to", &world.path("request.json")]).done();
    let args = [
        "certificate",
        "issue",
        "--accept",
        "--yes",
        "--request",
        &world.path("request.json"),
        "--passphrase-file",
        &secret,
    ];
    let said = world.run(args);
    assert!(said.code == 1 && said.err.contains("It was already used"), "{}", said.all());
}

#[cfg(unix)]
#[test]
fn piped_input_is_refused_and_a_wrong_passphrase_starts_nothing() {
    let (world, secret) = school();
    let piped = world.typing("a\n").run(BEGIN.iter().copied().chain(["--plain", "--passphrase-file", &secret]));
    assert!(piped.code == 2 && piped.err.contains("without piped input"), "{}", piped.all());
    let wrong = world.secret("wrong", "another passphrase here").to_string_lossy().into_owned();
    let begin: Vec<_> = BEGIN.iter().copied().chain(["--passphrase-file", &wrong]).collect();
    let mut window = Window::open(world.home.path(), &begin);
    window.sees("passphrase is wrong");
    assert_eq!(window.ends(), 1);
    assert_eq!(world.run(["record", "list", "--json"]).json(), serde_json::json!([]));
    let alone = world.run(["exam", "brief", "--invigilated", "--trainee", "Amira Okafor"]);
    assert_eq!(alone.code, 2, "--identity is required: {}", alone.all());
}

#[cfg(unix)]
#[test]
fn an_invigilated_exam_resumes_only_with_the_invigilator() {
    let (world, secret) = school();
    let begin: Vec<_> = BEGIN.iter().copied().chain(["--passphrase-file", &secret]).collect();
    let mut window = Window::open(world.home.path(), &begin);
    answer_questions(&mut window, &world, 1..=1);
    window.sees("question 2 of 7").type_bytes("\x03").sees("Leave the exam?").type_bytes("\r");
    assert_eq!(window.ends(), 1);
    let mut home = Window::open(world.home.path(), &[]);
    home.sees("Resume the exam").type_bytes("g").sees("This exam is invigilated").type_bytes("q");
    assert_eq!(home.ends(), 0);
    let wrong = world.secret("wrong", "another passphrase here").to_string_lossy().into_owned();
    let mut alone = Window::open(world.home.path(), &["exam", "--resume", "--passphrase-file", &wrong]);
    alone.sees("passphrase is wrong");
    assert_eq!(alone.ends(), 1);
    let mut window = Window::open(world.home.path(), &["exam", "--resume", "--passphrase-file", &secret]);
    answer_questions(&mut window, &world, 2..=7);
    submit(&mut window);
    assert_eq!(window.ends(), 0);
    window.sees("Signed invigilated certificate");
}

#[test]
fn a_clock_set_back_blocks_only_an_invigilated_start() {
    let world = World::new().with_small_banks();
    world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    let other = World::new();
    other.time.set(world.time.get() - 1000);
    let mut service = service(world.home.path(), &other.time);
    let exam = service.catalog().exam(&"brief".parse().expect("an id")).expect("an exam").value.clone();
    let person = add_person(&mut service, "Ben Okri");
    let key = crate::pass::key();
    let refused = service
        .attempts_mut()
        .begin_invigilated(person.id, &exam, "passport", &key, ClockStepPolicy::Refuse)
        .expect_err("the clock is wrong");
    assert!(refused.to_string().contains("The clock was set back"), "{refused}");
    // An invigilator who has checked the time may allow the start. That is part of what the key signs.
    let granted = service
        .attempts_mut()
        .begin_invigilated(person.id, &exam, "passport", &key, ClockStepPolicy::Allow)
        .expect("begun");
    let attempt = granted.row.id;
    let facts = service.attempts().facts(attempt).expect("facts");
    let (_, Fact::Started(AttemptStarted { invigilated: Some(confirmation), .. })) = &read_facts(&facts)[0] else {
        panic!("no confirmation by an invigilator")
    };
    assert_eq!(confirmation.identity, "passport; the clock was set back, and compared by the invigilator");
    assert!(is_signature_valid(
        &confirmation.signature,
        attempt.into(),
        DecisionKind::Identity,
        &confirmation.identity
    ));
    let person = add_person(&mut service, "Dana Levi");
    other.time.set(world.time.get());
    assert!(
        service
            .attempts_mut()
            .begin_invigilated(person.id, &exam, "passport", &key, ClockStepPolicy::Refuse)
            .expect("begun")
            .invigilated
    );
    other.time.set(world.time.get() - 1000);
    let third = add_person(&mut service, "Chloé Dubois");
    assert!(
        service.attempts_mut().begin_exam(third.id, &exam).is_ok(),
        "any other exam starts, and the clock step is recorded"
    );
}
