//! Decisions about attempts and people: void, grant, extra time. Each has a reason and is signed if there is an issuer.

use needlewise::attempt::fact::AttemptDecision;
use needlewise::attempt::person::{TimeFactor, TimeGranted};
use needlewise::attempt::signature::{DecisionKind, DecisionSignature};
use needlewise::attempt::{ExamResult, Fact, Mode};
use needlewise::clock::{Millis, Timestamp};
use needlewise::credential::SigningKeyPair;
use needlewise::credential::key::KeyPeriod;
use needlewise::exam::eligibility::{Eligibility, PriorAttempt, evaluate};
use needlewise::ids::{AttemptId, StreamId};
use needlewise::issuing::decision::{DecisionAuthority, sign_decision};
use needlewise::projections::attempts::AttemptRow;
use needlewise::projections::people::PersonRow;
use needlewise::service::people::PersonChanges;
use serde_json::Value;

use crate::chain::{Chain, added, attempt, finished, started, trainee};
use crate::stage::service;
use crate::world::{CommandOutput, MONDAY, World, small_exam, stored_tables};

fn fails(world: &World) -> CommandOutput {
    world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"])
}

fn newest(world: &World) -> Value {
    world.run(["record", "list", "--json"]).json()[0].clone()
}

fn id(row: &Value) -> String {
    row["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_voided_attempt_stays_listed_and_does_not_count() {
    let world = World::new().with_small_banks();
    assert!(fails(&world).out.contains("Not passed"));
    assert!(fails(&world).err.contains("You can start the next attempt from"), "the wait applies");
    let said = world.run(["record", "void", &id(&newest(&world)), "--reason", "the fire alarm"]);
    assert!(said.code == 0 && said.out.contains("no issuer"), "{}", said.all());
    assert_eq!(newest(&world)["state"], "void");
    assert!(fails(&world).out.contains("Not passed"), "without a wait");
    assert_eq!(world.run(["record", "list", "--json"]).json().as_array().map(Vec::len), Some(2));
    let twice = world.run(["record", "void", &id(&world.run(["record", "list", "--json"]).json()[1]), "--reason", "x"]);
    assert!(twice.code == 1 && twice.err.contains("already void"), "{}", twice.all());
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
    assert!(!fails(&world).out.contains("Question"), "one more attempt, and only one");
}

#[test]
fn a_voided_open_attempt_can_no_longer_be_resumed() {
    let world = World::new().with_small_banks();
    let said = world.typing("").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    assert!(said.out.contains("Suspended"), "{}", said.all());
    world.run(["record", "void", &id(&newest(&world)), "--reason", "a power cut"]).done();
    assert_eq!(world.run(["exam", "--resume", "--plain"]).code, 1, "there is none to resume");
    assert!(fails(&world).out.contains("Not passed"));
}

#[test]
fn a_passed_exam_cannot_be_voided() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let said = world.run(["record", "void", &id(&newest(&world)), "--reason", "x"]);
    assert!(said.code == 1 && said.err.contains("can revoke the certificate"), "{}", said.all());
}

#[test]
fn unsigned_decisions_are_named_on_a_self_test_record() {
    let world = World::new().with_small_banks();
    assert!(fails(&world).out.contains("Not passed"));
    world.run(["record", "void", &id(&newest(&world)), "--reason", "the fire alarm"]).done();
    assert_eq!(world.pass_exam().code, 0);
    let certificate = world.run(["certificate", "list", "--json"]).json()[0].clone();
    let shown = world.run(["certificate", "show", certificate["short_id"].as_str().expect("an id")]);
    assert!(shown.out.contains("not signed by an issuer: 1 attempt voided, 0 granted"), "{}", shown.all());
}

#[test]
fn signed_decisions_are_not_named_on_a_self_test_record() {
    let world = World::new().with_small_banks();
    let secret = world.secret("passphrase", "correct horse battery staple").to_string_lossy().into_owned();
    world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret]).done();
    assert!(fails(&world).out.contains("Not passed"));
    let attempt = id(&newest(&world));
    let unsigned = world.run(["record", "void", &attempt, "--reason", "the fire alarm"]);
    assert_eq!(unsigned.code, 2, "a passphrase is needed: {}", unsigned.all());
    let said = world.run(["record", "void", &attempt, "--reason", "the fire alarm", "--passphrase-file", &secret]);
    assert!(said.code == 0 && said.out.contains("Signed by this computer's issuer"), "{}", said.all());
    assert_eq!(world.pass_exam().code, 0);
    let certificate = world.run(["certificate", "list", "--json"]).json()[0].clone();
    let shown = world.run(["certificate", "show", certificate["short_id"].as_str().expect("an id")]);
    assert!(!shown.out.contains("not signed by an issuer"), "{}", shown.all());
}

#[test]
fn a_time_factor_scales_the_limit_and_appears_nowhere_else() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    world.run(["trainee", "set", "Amira Okafor", "--time-factor", "1.5"]).done();
    let begun = world.typing("").run(["exam", "brief", "--plain", "--yes"]);
    assert!(begun.out.contains("Suspended"), "{}", begun.all());
    // After 14 minutes the plain limit of 10 is over, and the scaled one of 15 is not.
    world.pass(Millis::from_minutes(14));
    let resume = ["exam", "--resume", "--plain"];
    assert!(world.finish_attempt(&resume, &resume, |reader, shown| reader.answer(shown)).out.contains("\nPassed"));
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
fn an_exam_without_a_time_limit_never_times_out() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    world.run(["trainee", "set", "Amira Okafor", "--time-factor", "unlimited"]).done();
    world.typing("").run(["exam", "brief", "--plain", "--yes"]);
    world.pass(Millis::from_days(3));
    let resume = ["exam", "--resume", "--plain"];
    assert!(world.finish_attempt(&resume, &resume, |reader, shown| reader.answer(shown)).out.contains("\nPassed"));
    assert_eq!("3.0".parse(), Ok(TimeFactor::Tenths(30)));
    assert_eq!(TimeFactor::Tenths(13).scale(Millis(1_000)), Some(Millis(1_300)));
}

#[test]
fn eligibility_ignores_voided_attempts_and_counts_granted_ones() {
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
    assert!(matches!(at(&three), Eligibility::Later { .. }), "three of three attempts within a year");
    let voided = [failed(0), failed(10), PriorAttempt { voided: true, ..failed(20) }];
    assert_eq!(at(&voided), Eligibility::Now { attempts_left: 1 });
    let granted = [failed(0), failed(10), PriorAttempt { extra_attempts: 1, ..failed(20) }];
    assert_eq!(at(&granted), Eligibility::Now { attempts_left: 1 });
}

/// What a signature is, the signature, and whether the issuer's computer accepts it.
type SignatureCase = (&'static str, Option<DecisionSignature>, bool);

/// Returns every sort of signature that a decision can have.
fn signature_cases(about: StreamId, kind: DecisionKind, reason: &str) -> [SignatureCase; 8] {
    let [issuer, older, compromised, stranger] = [1, 2, 3, 9].map(|seed| SigningKeyPair::from_seed([seed; 32]));
    let sign = |key: &SigningKeyPair| sign_decision(about, kind, reason, key);
    let other_kind = if kind == DecisionKind::Void { DecisionKind::Grant } else { DecisionKind::Void };
    let other_name = DecisionSignature { did: issuer.did(), ..sign(&stranger) };
    [
        ("no signature", None, false),
        ("the issuer's key", Some(sign(&issuer)), true),
        ("an older key of the issuer", Some(sign(&older)), true),
        ("a compromised key of the issuer", Some(sign(&compromised)), false),
        ("a stranger's key", Some(sign(&stranger)), false),
        ("a stranger's key under the issuer's name", Some(other_name), false),
        ("another reason", Some(sign_decision(about, kind, "another reason", &issuer)), false),
        ("another decision", Some(sign_decision(about, other_kind, reason, &issuer)), false),
    ]
}

/// Returns the authority of a computer with an issuer. It has a current key, an older key and a compromised one.
fn issuer_machine() -> DecisionAuthority {
    let period = |(seed, compromised): (u8, bool)| KeyPeriod {
        did: SigningKeyPair::from_seed([seed; 32]).did(),
        from: Timestamp::from_millis(MONDAY).day(),
        until: None,
        compromised,
        endorsement: None,
    };
    DecisionAuthority::Issuer([(3, true), (2, false), (1, false)].map(period).to_vec())
}

#[test]
fn with_an_issuer_only_decisions_signed_by_its_key_take_effect() {
    let (machine, reason) = (issuer_machine(), "the fire alarm");
    let row = |fact: &Fact| {
        let mut chain = Chain::of(attempt(1));
        let begun = chain.link(&started(trainee(1), Mode::Exam, Some("brief")));
        let facts = [begun, chain.link(&finished(ExamResult::Failed)), chain.link(fact)];
        AttemptRow::fold(attempt(1), &facts).expect("a row")
    };
    for (what, signature, is_accepted) in signature_cases(attempt(1).into(), DecisionKind::Void, reason) {
        let row = row(&Fact::Voided(AttemptDecision { reason: reason.to_owned(), signature }));
        assert_eq!(
            (row.is_void(&machine), row.state(&machine).name()),
            (is_accepted, if is_accepted { "void" } else { "failed" }),
            "{what}"
        );
        assert_eq!(
            (row.is_void(&DecisionAuthority::Anyone), row.state(&DecisionAuthority::Anyone).name()),
            (true, "void"),
            "{what}"
        );
        assert_eq!(row.to_prior_attempt(&machine).voided, is_accepted, "{what}");
    }
    for (what, signature, is_accepted) in signature_cases(attempt(1).into(), DecisionKind::Grant, reason) {
        let row = row(&Fact::AttemptGranted(AttemptDecision { reason: reason.to_owned(), signature }));
        assert_eq!(row.extra_attempts(&machine), u32::from(is_accepted), "{what}");
        assert_eq!(row.extra_attempts(&DecisionAuthority::Anyone), 1, "{what}");
        assert_eq!(row.to_prior_attempt(&machine).extra_attempts, u32::from(is_accepted), "{what}");
    }
    for (what, signature, is_accepted) in signature_cases(trainee(1).into(), DecisionKind::Time, "1.5") {
        let factor = TimeFactor::Tenths(15);
        let mut chain = Chain::of(trainee(1));
        let facts = [chain.link(&added("Amira")), chain.link(&Fact::TimeGranted(TimeGranted { factor, signature }))];
        let row = PersonRow::fold(trainee(1), &facts).expect("a row");
        assert_eq!(row.time_factor(&machine), Some(factor).filter(|_| is_accepted), "{what}");
        assert_eq!(row.time_factor(&DecisionAuthority::Anyone), Some(factor), "{what}");
    }
}

#[test]
fn a_signature_for_one_attempt_or_person_is_invalid_for_another() {
    let (machine, issuer) = (issuer_machine(), SigningKeyPair::from_seed([1; 32]));
    let reason = "the fire alarm".to_owned();
    let signature = Some(sign_decision(attempt(2).into(), DecisionKind::Void, &reason, &issuer));
    let mut chain = Chain::of(attempt(1));
    let begun = chain.link(&started(trainee(1), Mode::Exam, Some("brief")));
    let facts = [begun, chain.link(&Fact::Voided(AttemptDecision { reason, signature }))];
    assert!(!AttemptRow::fold(attempt(1), &facts).expect("a row").is_void(&machine));
    let factor = TimeFactor::Unlimited;
    let signature = Some(sign_decision(trainee(2).into(), DecisionKind::Time, &factor.to_string(), &issuer));
    let mut chain = Chain::of(trainee(1));
    let facts = [chain.link(&added("Amira")), chain.link(&Fact::TimeGranted(TimeGranted { factor, signature }))];
    assert_eq!(PersonRow::fold(trainee(1), &facts).expect("a row").time_factor(&machine), None);
}

#[test]
fn the_last_accepted_time_grant_counts() {
    let issuer = SigningKeyPair::from_seed([1; 32]);
    let grant = |factor: TimeFactor, key: Option<&SigningKeyPair>| {
        let sign = |key| sign_decision(trainee(1).into(), DecisionKind::Time, &factor.to_string(), key);
        Fact::TimeGranted(TimeGranted { factor, signature: key.map(sign) })
    };
    let mut chain = Chain::of(trainee(1));
    let facts = [
        added("Amira"),
        grant(TimeFactor::Tenths(15), Some(&issuer)),
        grant(TimeFactor::Tenths(20), Some(&issuer)),
        grant(TimeFactor::Tenths(30), None),
    ];
    let row = PersonRow::fold(trainee(1), &facts.map(|fact| chain.link(&fact))).expect("a row");
    assert_eq!(row.time_factor(&issuer_machine()), Some(TimeFactor::Tenths(20)));
    assert_eq!(row.time_factor(&DecisionAuthority::Anyone), Some(TimeFactor::Tenths(30)));
}

const PASSPHRASE: &str = "correct horse battery staple";

/// Creates an issuer on the computer and returns the path of its passphrase file.
fn make_issuer(world: &World) -> String {
    let secret = world.secret("passphrase", PASSPHRASE).to_string_lossy().into_owned();
    world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret]).done();
    secret
}

/// Returns the state of the newest attempt, after asserting that the list and the attempt agree.
#[track_caller]
fn state(world: &World) -> String {
    let row = newest(world);
    let shown = world.run(["record", "show", &id(&row), "--json"]).json();
    assert_eq!(shown["state"], row["state"]);
    row["state"].as_str().expect("a state").to_owned()
}

/// Returns the ID of the newest attempt, typed for the services.
fn newest_id(world: &World) -> AttemptId {
    id(&newest(world)).parse().expect("an id")
}

#[test]
fn an_issuer_on_the_machine_decides_which_voids_count() {
    let world = World::new().with_small_banks();
    assert!(fails(&world).out.contains("Not passed"));
    let attempt = newest_id(&world);
    let attempt_text = attempt.to_string();
    // Decided before there was an issuer, once without a signature and once with a stranger's key.
    world.run(["record", "void", &attempt_text, "--reason", "the fire alarm"]).done();
    assert_eq!(state(&world), "void");
    let secret = make_issuer(&world);
    assert_eq!(state(&world), "failed");
    let stranger = SigningKeyPair::from_seed([9; 32]);
    service(world.home.path(), &world.time)
        .attempts_mut()
        .grant(attempt, "signed by a stranger", Some(&stranger))
        .expect("stored");
    assert_eq!(state(&world), "failed");
    let refused = fails(&world);
    assert!(refused.code == 1 && refused.err.contains("You can start the next attempt from"), "{}", refused.all());
    let void = ["record", "void", &attempt_text, "--reason", "the fire alarm", "--passphrase-file", &secret];
    world.run(void).done();
    assert_eq!(state(&world), "void");
    // A yearly rotation keeps the old signatures valid. A compromise does not.
    let old_key = world.run(["issuer", "show", "--json"]).json()["did"].as_str().expect("a key").to_owned();
    let rotate = ["issuer", "init", "--rotate", "--passphrase-file", &secret];
    world.run(rotate).done();
    assert_eq!(state(&world), "void");
    world.run(rotate.into_iter().chain(["--compromised", &old_key])).done();
    assert_eq!(state(&world), "failed");
    world.run(void).done();
    assert_eq!(state(&world), "void", "signed again with the current key");
    assert!(fails(&world).out.contains("Not passed"), "a voided attempt starts no wait");
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn an_issuer_on_the_machine_decides_which_grants_count() {
    let world = World::new().with_small_banks();
    for _ in 0..3 {
        assert!(fails(&world).out.contains("Not passed"));
        world.pass(Millis::from_days(8));
    }
    let attempt = newest_id(&world).to_string();
    world.run(["record", "grant", &attempt, "--reason", "a week in hospital"]).done();
    let secret = make_issuer(&world);
    let none = fails(&world);
    assert!(none.code == 1 && !none.out.contains("Question"), "{}", none.all());
    let wrong = world.secret("wrong", "another passphrase").to_string_lossy().into_owned();
    let grant = ["record", "grant", &attempt, "--reason", "a week in hospital", "--passphrase-file"];
    let refused = world.run(grant.into_iter().chain([wrong.as_str()]));
    assert!(refused.code == 1 && refused.err.contains("passphrase is wrong"), "{}", refused.all());
    assert!(!fails(&world).out.contains("Question"), "nothing was granted");
    world.run(grant.into_iter().chain([secret.as_str()])).done();
    assert!(fails(&world).out.contains("Not passed"));
}

/// Returns whether Amira can resume a ten-minute exam after fourteen minutes.
fn has_more_time(world: &World) -> bool {
    let begun = world.typing("").run(["exam", "brief", "--plain", "--yes"]);
    assert!(begun.out.contains("Suspended"), "{}", begun.all());
    world.pass(Millis::from_minutes(14));
    let resumed = world.typing("").run(["exam", "--resume", "--plain"]);
    let can_resume = resumed.out.contains("Question 1 of 7");
    assert!(can_resume || resumed.err.contains("No exam is in progress"), "{}", resumed.all());
    can_resume
}

/// Returns a home with the small exam and Amira.
fn with_amira() -> World {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    world
}

const MORE_TIME: [&str; 5] = ["trainee", "set", "Amira Okafor", "--time-factor", "1.5"];

#[test]
fn an_issuer_on_the_machine_decides_who_gets_more_time() {
    assert!(!has_more_time(&with_amira()));
    let unsigned = with_amira();
    unsigned.run(MORE_TIME).done();
    assert!(has_more_time(&unsigned));
    let unsigned = with_amira();
    unsigned.run(MORE_TIME).done();
    make_issuer(&unsigned);
    assert!(!has_more_time(&unsigned));
    let signed = with_amira();
    let secret = make_issuer(&signed);
    signed.run(MORE_TIME.into_iter().chain(["--passphrase-file", &secret])).done();
    assert!(has_more_time(&signed));
    let by_stranger = with_amira();
    {
        let mut service = service(by_stranger.home.path(), &by_stranger.time);
        let row = service.people().find("Amira Okafor").expect("an answer").expect("a person");
        let changes = PersonChanges { time_factor: Some(TimeFactor::Tenths(15)), ..PersonChanges::default() };
        let stranger = SigningKeyPair::from_seed([9; 32]);
        service.people_mut().change(&row, &changes, Some(&stranger)).expect("stored");
    }
    make_issuer(&by_stranger);
    assert!(!has_more_time(&by_stranger));
}

#[test]
fn a_rename_keeps_the_signed_time() {
    let world = with_amira();
    let secret = make_issuer(&world);
    world.run(MORE_TIME.into_iter().chain(["--passphrase-file", &secret])).done();
    world.run(["trainee", "rename", "Amira Okafor", "Amira O. Okafor"]).done();
    world.run(["trainee", "set", "Amira O. Okafor", "--id", "17"]).done();
    assert!(has_more_time(&world));
}

#[test]
fn a_wrong_passphrase_changes_nothing_about_a_person() {
    let world = with_amira();
    make_issuer(&world);
    let wrong = world.secret("wrong", "another passphrase").to_string_lossy().into_owned();
    let before = stored_tables(&world.database());
    let set = MORE_TIME.into_iter().chain(["--id", "17", "--license", "PT 1", "--passphrase-file", &wrong]);
    let said = world.run(set);
    assert!(said.code == 1 && said.err.contains("passphrase is wrong"), "{}", said.all());
    assert_eq!(stored_tables(&world.database()), before);
    assert!(!has_more_time(&world));
}

#[test]
fn a_time_factor_that_is_set_during_an_exam_says_that_the_exam_keeps_its_time() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let set = ["trainee", "set", "Amira Okafor", "--time-factor", "1.5"];
    assert!(!world.run(set).out.contains("exam in progress"));
    world.typing("").run(["exam", "brief", "--plain", "--yes"]);
    let said = world.run(set);
    assert!(said.out.contains("The exam in progress keeps its time limit."), "{}", said.all());
}
