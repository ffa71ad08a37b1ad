//! Decisions about attempts and people: void, grant, more time; each with its reason, signed where there is an issuer.

use needlewise::attempt::ExamResult;
use needlewise::attempt::person::TimeFactor;
use needlewise::clock::{Millis, Timestamp};
use needlewise::exam::eligibility::{Eligibility, PriorAttempt, evaluate};
use serde_json::Value;

use crate::world::{Said, World, small_exam};

fn fails(world: &World) -> Said {
    world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"])
}

fn newest(world: &World) -> Value {
    world.run(["record", "list", "--json"]).json()[0].clone()
}

fn id(row: &Value) -> String {
    row["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_voided_attempt_stays_and_does_not_count() {
    let world = World::new().with_small_banks();
    assert!(fails(&world).out.contains("Not passed"));
    assert!(fails(&world).err.contains("The next attempt is possible from"), "there is a wait");
    let said = world.run(["record", "void", &id(&newest(&world)), "--reason", "the fire alarm"]);
    assert!(said.code == 0 && said.out.contains("no issuer"), "{}", said.all());
    assert_eq!(newest(&world)["state"], "void");
    assert!(fails(&world).out.contains("Not passed"), "at once");
    assert_eq!(world.run(["record", "list", "--json"]).json().as_array().map(Vec::len), Some(2));
    let twice = world.run(["record", "void", &id(&world.run(["record", "list", "--json"]).json()[1]), "--reason", "x"]);
    assert!(twice.code == 1 && twice.err.contains("void already"), "{}", twice.all());
    assert_eq!(world.run(["doctor"]).code, 0);
    assert_eq!(world.run(["record", "replay", "--all"]).code, 0);
    assert_eq!(world.run(["record", "void", &id(&newest(&world)), "--reason", " "]).code, 2, "a reason is needed");
}

#[test]
fn a_grant_gives_one_more_attempt() {
    let world = World::new().with_small_banks();
    for _ in 0..3 {
        assert!(fails(&world).out.contains("Not passed"));
        world.pass(Millis::from_days(8));
    }
    let none = fails(&world);
    assert!(none.code == 1 && !none.out.contains("Question"), "{}", none.all());
    world.run(["record", "grant", &id(&newest(&world)), "--reason", "a week in hospital"]).done();
    assert!(fails(&world).out.contains("Not passed"));
    world.pass(Millis::from_days(8));
    assert!(!fails(&world).out.contains("Question"), "one more, and no more");
}

#[test]
fn an_open_attempt_that_is_voided_is_open_no_longer() {
    let world = World::new().with_small_banks();
    let said = world.typing("").run(["exam", "brief", "--plain", "--trainee", "Amira Okafor"]);
    assert!(said.out.contains("Suspended"), "{}", said.all());
    world.run(["record", "void", &id(&newest(&world)), "--reason", "a power cut"]).done();
    assert_eq!(world.run(["exam", "--resume", "--plain"]).code, 1, "there is none to resume");
    assert!(fails(&world).out.contains("Not passed"));
}

#[test]
fn a_passed_exam_is_not_voided() {
    let world = World::new().with_small_banks();
    assert_eq!(world.passes().code, 0);
    let said = world.run(["record", "void", &id(&newest(&world)), "--reason", "x"]);
    assert!(said.code == 1 && said.err.contains("Revoke its certificate"), "{}", said.all());
}

#[test]
fn what_no_issuer_signed_stands_on_a_self_test_record() {
    let world = World::new().with_small_banks();
    assert!(fails(&world).out.contains("Not passed"));
    world.run(["record", "void", &id(&newest(&world)), "--reason", "the fire alarm"]).done();
    assert_eq!(world.passes().code, 0);
    let certificate = world.run(["certificate", "list", "--json"]).json()[0].clone();
    let shown = world.run(["certificate", "show", certificate["short_id"].as_str().expect("an id")]);
    assert!(shown.out.contains("not signed by an issuer: 1 attempts voided, 0 granted"), "{}", shown.all());
}

#[test]
fn what_an_issuer_signed_does_not() {
    let world = World::new().with_small_banks();
    let secret = world.secret("passphrase", "correct horse battery staple").to_string_lossy().into_owned();
    world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret]).done();
    assert!(fails(&world).out.contains("Not passed"));
    let attempt = id(&newest(&world));
    let unsigned = world.run(["record", "void", &attempt, "--reason", "the fire alarm"]);
    assert_eq!(unsigned.code, 2, "the passphrase is asked: {}", unsigned.all());
    let said = world.run(["record", "void", &attempt, "--reason", "the fire alarm", "--passphrase-file", &secret]);
    assert!(said.code == 0 && said.out.contains("signed by this machine's issuer"), "{}", said.all());
    assert_eq!(world.passes().code, 0);
    let certificate = world.run(["certificate", "list", "--json"]).json()[0].clone();
    let shown = world.run(["certificate", "show", certificate["short_id"].as_str().expect("an id")]);
    assert!(!shown.out.contains("not signed by an issuer"), "{}", shown.all());
}

#[test]
fn a_time_factor_scales_the_limit_and_stands_nowhere_else() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    world.run(["trainee", "set", "Amira Okafor", "--time-factor", "1.5"]).done();
    let begun = world.typing("").run(["exam", "brief", "--plain"]);
    assert!(begun.out.contains("Suspended"), "{}", begun.all());
    // Ten minutes are over, fifteen are not.
    world.pass(Millis::from_minutes(14));
    let resume = ["exam", "--resume", "--plain"];
    assert!(world.sits(&resume, &resume, |reader, shown| reader.answer(shown)).out.contains("\nPassed"));
    for args in [
        &["certificate", "list", "--json"][..],
        &["record", "matrix", "--json"],
        &["record", "export", "--format", "json"],
        &["record", "export", "--format", "csv"],
        &["record", "export", "--format", "xapi"],
        &["record", "show", &id(&newest(&world)), "--json"],
    ] {
        let said = world.run(args);
        assert!(!said.out.contains("1.5") && !said.out.contains("900000"), "{args:?}: {}", said.out);
    }
    for wrong in ["0.9", "3.1", "1,5", "2.55", "-1", "long"] {
        assert_eq!(world.run(["trainee", "set", "Amira Okafor", &format!("--time-factor={wrong}")]).code, 2, "{wrong}");
    }
}

#[test]
fn without_a_limit_an_exam_waits_for_its_end() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    world.run(["trainee", "set", "Amira Okafor", "--time-factor", "unlimited"]).done();
    world.typing("").run(["exam", "brief", "--plain"]);
    world.pass(Millis::from_days(3));
    let resume = ["exam", "--resume", "--plain"];
    assert!(world.sits(&resume, &resume, |reader, shown| reader.answer(shown)).out.contains("\nPassed"));
    assert_eq!("3.0".parse(), Ok(TimeFactor::Tenths(30)));
    assert_eq!(TimeFactor::Tenths(13).scale(Millis(1_000)), Some(Millis(1_300)));
}

#[test]
fn void_and_grant_in_the_rule() {
    let exam = serde_json::from_value(small_exam()).expect("an exam");
    let day = |n: u64| Timestamp::from_millis(0).saturating_add(Millis::from_days(n));
    let failed = |n: u64| PriorAttempt {
        started: day(n),
        finished: Some(day(n)),
        limit: Some(Millis::from_minutes(10)),
        result: Some(ExamResult::Failed),
        valid_until: None,
        voided: false,
        extra_attempts: 0,
    };
    let three = [failed(0), failed(10), failed(20)];
    let at = |past: &[PriorAttempt]| evaluate(&exam, past, day(100));
    assert!(matches!(at(&three), Eligibility::Later { .. }), "three of three within a year");
    let voided = [failed(0), failed(10), PriorAttempt { voided: true, ..failed(20) }];
    assert_eq!(at(&voided), Eligibility::Now { attempts_left: 1 });
    let granted = [failed(0), failed(10), PriorAttempt { extra_attempts: 1, ..failed(20) }];
    assert_eq!(at(&granted), Eligibility::Now { attempts_left: 1 });
}
