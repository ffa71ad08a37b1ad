//! The kinds of facts. Facts of the first version are read as today's facts, and a new fact contains only what changed.

use std::collections::{BTreeMap, BTreeSet};

use needlewise::attempt::chain::{ChainFault, SaltedPayload, StoredFact, read_facts, verify_chain};
use needlewise::attempt::fact::{
    AttemptDecision, CertificateImported, CertificateRevoked, LedgerEntry, QuestionAsked, QuestionFlagged,
    RequestReceived, kind_label,
};
use needlewise::attempt::person::{
    BookmarkChanged, HoldReleased, HoldSet, LicenseChanged, NoteChanged, PersonAdded, PersonArchived, PersonKeptApart,
    PersonLinked, PersonUnarchived, PersonUnlinked, ProblemReported, ReadingLeft, StaffIdChanged, StudyChanged,
    TimeFactor, TimeGranted,
};
use needlewise::attempt::remark::AttemptRemarked;
use needlewise::attempt::signature::DecisionSignature;
use needlewise::attempt::{ExamResult, Fact, Mode};
use needlewise::clock::{Millis, Timestamp};
use needlewise::credential::key::KeyPeriod;
use needlewise::ids::{CertificateId, Digest, InBank, QuestionId, StreamId, TraineeId, from_hex};
use needlewise::issuing::decision::DecisionAuthority;
use needlewise::projections::people::PersonRow;
use needlewise::service::Services;
use needlewise::service::people::{HoldChange, PersonChanges};
use needlewise::store::Store;
use serde_json::{Value, json};

use crate::chain::{Chain, added, answered, attempt, erased, finished, issued, outcome, renamed, started, trainee};
use crate::fixtures::home;
use crate::stage::{add_person, open_store, service};
use crate::world::{MONDAY, World};

/// Reads the chains of a fixture store with the schema of the first version, before any upgrade.
fn old_chains(store: &str) -> BTreeMap<StreamId, Vec<StoredFact>> {
    let sql = "SELECT f.id, f.stream, f.seq, f.kind, f.at, f.body, f.prev, f.digest, s.salt, s.payload \
               FROM fact f LEFT JOIN secret s ON s.fact = f.id ORDER BY f.stream, f.seq";
    let read = |row: &rusqlite::Row<'_>| {
        let text = |at: usize| row.get::<_, String>(at);
        let digest = |at: usize| text(at).map(|text| text.parse::<Digest>().expect("a digest"));
        let (salt, payload): (Option<String>, Option<String>) = (row.get(8)?, row.get(9)?);
        let to_salted =
            |(salt, payload): (String, String)| SaltedPayload { salt: from_hex(&salt).expect("a salt"), payload };
        Ok(StoredFact {
            id: text(0)?.parse().expect("an id"),
            stream: text(1)?.parse().expect("an id"),
            seq: row.get(2)?,
            kind: text(3)?,
            stored_at: Timestamp::from_millis(row.get(4)?),
            payload_digest: digest(5)?,
            previous_digest: digest(6)?,
            digest: digest(7)?,
            salted_payload: salt.zip(payload).map(to_salted),
        })
    };
    let world = home(store);
    let database = world.database();
    let mut statement = database.prepare(sql).expect("the tables of the first version");
    let mut chains: BTreeMap<StreamId, Vec<StoredFact>> = BTreeMap::new();
    for fact in statement.query_map([], read).expect("facts") {
        let fact = fact.expect("a fact");
        chains.entry(fact.stream).or_default().push(fact);
    }
    chains
}

#[test]
fn every_fact_kind_of_the_first_version_is_read_as_todays_facts() {
    let mut kinds: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for store in ["trainee", "open", "erased", "school", "clinic", "schema-1", "schema-2"] {
        for (stream, chain) in old_chains(store) {
            assert!(verify_chain(stream, &chain).is_ok(), "{store}: the chain {stream}");
            for (stored, fact) in read_facts(&chain) {
                let what = format!("{} after {}", stored.kind, chain[0].kind);
                kinds.entry(what).or_default().insert(fact.kind());
            }
        }
    }
    let kinds: Vec<_> = kinds
        .into_iter()
        .map(|(old, new)| format!("{old}: {}", new.into_iter().collect::<Vec<_>>().join(", ")))
        .collect();
    assert_eq!(
        kinds,
        [
            "added after added: person.added/1",
            "answered after started: attempt.answered/1",
            "erased after added: person.erased/1",
            "finished after started: attempt.finished/1",
            "flagged after started: attempt.flagged/1",
            "granted after started: attempt.granted/1",
            "imported after added: person.certificate-imported/1",
            "imported after imported: issuer.request-received/1",
            "issued after imported: issuer.issued/1",
            "issued after started: attempt.issued/1",
            "remarked after started: attempt.remarked/1",
            "renamed after added: person.staff-id-changed/1, person.time-granted/1",
            "revoked after imported: issuer.revoked/1",
            "started after started: attempt.started/1",
            "voided after started: attempt.voided/1",
        ]
    );
}

#[test]
fn a_first_version_record_keeps_the_signature_of_its_time_factor() {
    let ben: StreamId = "01a2274e-7ad1-7495-92c1-1e06cd522057".parse().expect("an id");
    let chain = old_chains("school").remove(&ben).expect("the chain of Ben Okri");
    let kinds: Vec<_> = chain.iter().map(|fact| fact.kind.as_str()).collect();
    assert_eq!(kinds, ["added", "renamed", "renamed", "renamed"]);
    // Ben got extra time with a signature. A later record added his staff number and repeated the factor unsigned.
    let facts: Vec<_> = read_facts(&chain).into_iter().map(|(stored, fact)| (stored.seq, fact.kind())).collect();
    assert_eq!(facts, [(0, "person.added/1"), (2, "person.time-granted/1"), (3, "person.staff-id-changed/1")]);
    let row = PersonRow::fold(ben.to_trainee_id(), &chain).expect("a person");
    assert_eq!((row.person.name.as_str(), row.person.staff_id.as_deref()), ("Ben Okri", Some("17")));
    let [grant] = row.person.time_grants.as_slice() else { panic!("one grant: {row:?}") };
    let did = grant.signature.clone().expect("a signature").did;
    let from = Timestamp::from_millis(MONDAY).day();
    let school = KeyPeriod { did, from, until: None, compromised: false, endorsement: None };
    assert_eq!(row.time_factor(&DecisionAuthority::Issuer(vec![school])), Some(TimeFactor::Tenths(15)));
}

/// Returns a signature that these tests never verify.
fn any_signature() -> DecisionSignature {
    DecisionSignature { did: "did:key:z6Mk".to_owned(), signature: "ab".to_owned() }
}

#[test]
fn a_whole_person_record_is_read_as_its_changes() {
    let tenths = TimeFactor::Tenths;
    let granted = |factor, signature| Fact::TimeGranted(TimeGranted { factor, signature });
    let staff = |number: &str| Fact::StaffIdChanged(StaffIdChanged { staff_id: Some(number.to_owned()) });
    let text = |text: &str| Some(text.to_owned());
    let whole = PersonAdded { name: "Amira".to_owned(), staff_id: text("17"), license: text("PT 1") };
    let signed = json!({ "did": "did:key:z6Mk", "signature": "ab" });
    let steps: [(&str, Value, Vec<Fact>); 10] = [
        ("added", json!({ "name": "Amira", "staff_id": "17", "license": "PT 1" }), vec![Fact::PersonAdded(whole)]),
        ("renamed", json!({ "name": "Amira O.", "staff_id": "17", "license": "PT 1" }), vec![renamed("Amira O.")]),
        (
            "renamed",
            json!({ "name": "Amira O.", "staff_id": "17", "license": "PT 1", "time_factor": "1.5", "warrant": signed }),
            vec![granted(tenths(15), Some(any_signature()))],
        ),
        // The first version dropped the signature on a rename. The factor is unchanged, so the signed grant counts.
        (
            "renamed",
            json!({ "name": "Amira P.", "staff_id": "17", "license": "PT 1", "time_factor": "1.5" }),
            vec![renamed("Amira P.")],
        ),
        (
            "renamed",
            json!({ "name": "Amira P.", "staff_id": "17", "license": "PT 1", "time_factor": "2.0" }),
            vec![granted(tenths(20), None)],
        ),
        (
            "renamed",
            json!({ "name": "Amira P.", "staff_id": "17", "license": "PT 1", "time_factor": "unlimited" }),
            vec![granted(TimeFactor::Unlimited, None)],
        ),
        (
            "renamed",
            json!({ "name": "Amira P.", "staff_id": "17", "license": "PT 1", "time_factor": "unlimited", "hold": "audit" }),
            vec![Fact::HoldSet(HoldSet { reason: "audit".to_owned() })],
        ),
        (
            "renamed",
            json!({ "name": "Amira P.", "staff_id": "17", "license": "PT 1", "time_factor": "unlimited" }),
            vec![Fact::HoldReleased(HoldReleased {})],
        ),
        (
            "renamed",
            json!({ "name": "Amira P.", "staff_id": "18", "time_factor": "unlimited" }),
            vec![staff("18"), Fact::LicenseChanged(LicenseChanged { license: None })],
        ),
        ("renamed", json!({ "name": "Amira P.", "staff_id": "18", "time_factor": "unlimited" }), vec![]),
    ];
    let mut chain = Chain::of(trainee(1));
    let mut stored_facts = Vec::new();
    for (kind, payload, expected) in steps {
        stored_facts.push(chain.link_raw(kind, &payload.to_string()));
        let seq = stored_facts.len() - 1;
        let read = read_facts(&stored_facts);
        let last: Vec<_> =
            read.into_iter().filter(|(fact, _)| fact.seq as usize == seq).map(|(_, fact)| fact).collect();
        assert_eq!(last, expected, "fact {seq}: {payload}");
    }
    assert_eq!(verify_chain(trainee(1).into(), &stored_facts).map(|head| head.next_seq), Ok(10));
}

#[test]
fn a_person_can_be_added_by_a_whole_record() {
    let record = r#"{"hold":"audit","name":"Ben","time_factor":"3.0"}"#;
    let chain = [Chain::of(trainee(1)).link_raw("added", record)];
    let facts: Vec<_> = read_facts(&chain).into_iter().map(|(_, fact)| fact).collect();
    let time = Fact::TimeGranted(TimeGranted { factor: TimeFactor::Tenths(30), signature: None });
    assert_eq!(facts, [added("Ben"), time, Fact::HoldSet(HoldSet { reason: "audit".to_owned() })]);
}

#[test]
fn one_chain_can_mix_facts_of_both_versions() {
    let mut chain = Chain::of(trainee(1));
    let facts = [
        chain.link_raw("added", r#"{"name":"Amira"}"#),
        chain.link(&renamed("Amira O.")),
        // An old record is compared with the state before it, here with the name of a new fact.
        chain.link_raw("renamed", r#"{"name":"Amira O.","staff_id":"17"}"#),
        chain.link(&renamed("Amira Okafor")),
    ];
    assert!(verify_chain(trainee(1).into(), &facts).is_ok());
    let kinds: Vec<_> = read_facts(&facts).into_iter().map(|(_, fact)| fact.kind()).collect();
    let changed = "person.name-changed/1";
    assert_eq!(kinds, ["person.added/1", changed, "person.staff-id-changed/1", changed]);
    let row = PersonRow::fold(trainee(1), &facts).expect("a person");
    assert_eq!((row.person.name.as_str(), row.person.staff_id.as_deref()), ("Amira Okafor", Some("17")));
    assert_eq!(row.head.digest, facts[3].digest);
}

fn certificate_id() -> CertificateId {
    CertificateId::new(Timestamp::from_millis(MONDAY), [9; 10])
}

fn certificate_imported() -> CertificateImported {
    CertificateImported { certificate: certificate_id(), credential: "a credential".to_owned() }
}

fn request_received() -> RequestReceived {
    RequestReceived { request: Digest::of("a request"), trainee: trainee(1), trace: None }
}

fn ledger_entry() -> LedgerEntry {
    LedgerEntry {
        request: None,
        certificate: certificate_id(),
        credential: Digest::of("a credential"),
        did: "did:key:z6Mk".to_owned(),
        trainee: trainee(1),
        attempt: attempt(1),
        head: Digest::of("a fact"),
        exam: "brief".parse().expect("an id"),
    }
}

#[test]
fn issued_and_imported_depend_on_the_kind_of_chain() {
    let ledger_line = Fact::IssuedOnRequest(ledger_entry());
    let (import, request) = (Fact::Imported(certificate_imported()), Fact::RequestReceived(request_received()));
    for (first_kind, kind, fact, is_read) in [
        ("started", "issued", &issued(), true),
        ("started", "issued", &ledger_line, false),
        ("imported", "issued", &ledger_line, true),
        ("imported", "issued", &issued(), false),
        ("revoked", "issued", &ledger_line, true),
        ("added", "imported", &import, true),
        ("added", "imported", &request, false),
        ("imported", "imported", &request, true),
        ("imported", "imported", &import, false),
        // A chain that starts with a fact of the new version.
        ("attempt.started/1", "issued", &issued(), true),
        ("person.added/1", "imported", &import, true),
        ("issuer.request-received/1", "issued", &ledger_line, true),
        ("issuer.request-received/1", "issued", &issued(), false),
    ] {
        let mut chain = Chain::of(attempt(1));
        let mut facts = [chain.link_raw(first_kind, "{}"), chain.link_raw(kind, &fact.payload())];
        // The kind of the first fact is enough to tell the kind of chain; its payload may be erased.
        facts[0].salted_payload = None;
        let read: Vec<_> = read_facts(&facts).into_iter().map(|(_, fact)| fact).collect();
        if is_read {
            assert_eq!(read, std::slice::from_ref(fact), "{kind} after {first_kind}");
        } else {
            assert!(read.is_empty(), "{kind} after {first_kind}: {read:?}");
        }
    }
}

#[test]
fn unknown_kinds_and_payloads_are_unreadable() {
    for (kind, payload) in [
        ("person.photo-taken/1", "{}"),
        ("photographed", "{}"),
        ("person.name-changed/2", r#"{"name":"B"}"#),
        ("person.name-changed/1", r#"{"nome":"B"}"#),
        ("person.name-changed/1", "B"),
        ("name-changed", r#"{"name":"B"}"#),
        ("renamed", r#"{"staff_id":"17"}"#),
        ("renamed", r#"{"name":"B","time_factor":"9.9"}"#),
        ("issuer.name-changed/1", r#"{"name":"B"}"#),
        ("", "{}"),
        ("/", "{}"),
    ] {
        let mut chain = Chain::of(trainee(1));
        let facts = [chain.link(&added("A")), chain.link_raw(kind, payload), chain.link(&renamed("C"))];
        let broken = verify_chain(trainee(1).into(), &facts).expect_err("unreadable");
        assert_eq!((broken.seq, broken.fault), (1, ChainFault::Unreadable), "{kind} {payload}");
        // The facts around it are still read.
        let read: Vec<_> = read_facts(&facts).into_iter().map(|(_, fact)| fact).collect();
        assert_eq!(read, [added("A"), renamed("C")], "{kind} {payload}");
    }
}

/// Returns the kind under which a fact is stored. It can never change, because the digests of stored facts cover it.
fn stored_kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::PersonAdded(_) => "person.added/1",
        Fact::NameChanged(_) => "person.name-changed/1",
        Fact::StaffIdChanged(_) => "person.staff-id-changed/1",
        Fact::LicenseChanged(_) => "person.license-changed/1",
        Fact::TimeGranted(_) => "person.time-granted/1",
        Fact::StudyChanged(_) => "person.study-changed/1",
        Fact::NoteChanged(_) => "person.note-changed/1",
        Fact::BookmarkChanged(_) => "person.bookmark-changed/1",
        Fact::ProblemReported(_) => "person.problem-reported/1",
        Fact::ReadingLeft(_) => "person.reading-left/1",
        Fact::HoldSet(_) => "person.hold-set/1",
        Fact::HoldReleased(_) => "person.hold-released/1",
        Fact::PersonLinked(_) => "person.linked/1",
        Fact::PersonUnlinked(_) => "person.unlinked/1",
        Fact::PersonKeptApart(_) => "person.kept-apart/1",
        Fact::PersonArchived(_) => "person.archived/1",
        Fact::PersonUnarchived(_) => "person.unarchived/1",
        Fact::Imported(_) => "person.certificate-imported/1",
        Fact::Erased(_) => "person.erased/1",
        Fact::Started(_) => "attempt.started/1",
        Fact::Answered(_) => "attempt.answered/1",
        Fact::Asked(_) => "attempt.asked/1",
        Fact::Flagged(_) => "attempt.flagged/1",
        Fact::Finished(_) => "attempt.finished/1",
        Fact::Voided(_) => "attempt.voided/1",
        Fact::AttemptGranted(_) => "attempt.granted/1",
        Fact::Remarked(_) => "attempt.remarked/1",
        Fact::Issued(_) => "attempt.issued/1",
        Fact::RequestReceived(_) => "issuer.request-received/1",
        Fact::IssuedOnRequest(_) => "issuer.issued/1",
        Fact::Revoked(_) => "issuer.revoked/1",
    }
}

/// Returns one fact of every kind.
fn all_facts() -> [Fact; 31] {
    let question: InBank<QuestionId> = "risks/article-rate".parse().expect("an ID");
    let decision = || AttemptDecision { reason: "a fire alarm".to_owned(), signature: Some(any_signature()) };
    let time = TimeGranted { factor: TimeFactor::Unlimited, signature: Some(any_signature()) };
    let flag = QuestionFlagged { question_index: 0, on: true, elapsed: Millis(1) };
    let (reason, signature) = ("two are right".to_owned(), None);
    let remark = AttemptRemarked { rulings: Vec::new(), reason, outcome: outcome(ExamResult::Passed), signature };
    let revoked =
        CertificateRevoked { certificate: certificate_id(), reason: "misconduct".to_owned(), reason_published: true };
    [
        added("Amira"),
        renamed("Amira Okafor"),
        Fact::StaffIdChanged(StaffIdChanged { staff_id: None }),
        Fact::LicenseChanged(LicenseChanged { license: Some("PT 1".to_owned()) }),
        Fact::TimeGranted(time),
        Fact::StudyChanged(StudyChanged { minutes: Some(30), ..StudyChanged::default() }),
        Fact::NoteChanged(NoteChanged { question: question.clone(), note: Some("Ask about it".to_owned()) }),
        Fact::BookmarkChanged(BookmarkChanged { question: question.clone(), on: true }),
        Fact::ProblemReported(ProblemReported { question, revision: 2, text: "Two keys".to_owned() }),
        Fact::ReadingLeft(ReadingLeft { reading: "screening".parse().expect("an ID"), block: 3, is_finished: true }),
        Fact::HoldSet(HoldSet { reason: "audit".to_owned() }),
        Fact::HoldReleased(HoldReleased {}),
        Fact::PersonLinked(PersonLinked { person: trainee(2) }),
        Fact::PersonUnlinked(PersonUnlinked {}),
        Fact::PersonKeptApart(PersonKeptApart { person: trainee(2) }),
        Fact::PersonArchived(PersonArchived {}),
        Fact::PersonUnarchived(PersonUnarchived {}),
        Fact::Imported(certificate_imported()),
        erased(trainee(1)),
        started(trainee(1), Mode::Exam, Some("brief")),
        answered(Some(true)),
        Fact::Asked(QuestionAsked { question_index: 0, order: vec![1, 0] }),
        Fact::Flagged(flag),
        finished(ExamResult::FailedCritical),
        Fact::Voided(decision()),
        Fact::AttemptGranted(decision()),
        Fact::Remarked(remark),
        issued(),
        Fact::RequestReceived(request_received()),
        Fact::IssuedOnRequest(ledger_entry()),
        Fact::Revoked(revoked),
    ]
}

#[test]
fn every_kind_names_its_chain_and_its_version() {
    let mut kinds = BTreeSet::new();
    for fact in all_facts() {
        let kind = fact.kind();
        assert_eq!(kind, stored_kind(&fact));
        let (chain, rest) = kind.split_once('.').expect("a chain");
        let (label, version) = rest.split_once('/').expect("a version");
        assert!(["person", "attempt", "issuer"].contains(&chain), "{kind}");
        assert!(!label.is_empty() && label.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{kind}");
        assert_eq!((version, kind_label(kind)), ("1", label), "{kind}");
        assert_eq!(kind_label(label), label, "a kind of the first version is its own label");
        assert_eq!(Fact::from_payload(kind, &fact.payload()), Some(fact));
        kinds.insert(kind);
    }
    assert_eq!(kinds.len(), 31, "one fact of every kind");
}

/// Returns the length of a person's chain, and the kind and payload of its last fact.
fn last_fact(service: &Services, person: TraineeId) -> (usize, String, String) {
    let store = open_store(&service.paths().store_file()).expect("the store");
    let facts = store.stream(person.into()).expect("a chain");
    let fact = facts.last().expect("a fact");
    (facts.len(), fact.kind.clone(), fact.payload().expect("a payload").to_owned())
}

#[test]
fn a_new_fact_contains_only_what_changed() {
    let world = World::new();
    let mut service = service(world.home.path(), &world.time);
    let mut row = add_person(&mut service, "Amira Okafor");
    assert_eq!(last_fact(&service, row.id), (1, "person.added/1".to_owned(), r#"{"name":"Amira Okafor"}"#.to_owned()));
    let none = PersonChanges::default;
    let text = |text: &str| Some(text.to_owned());
    let steps = [
        (PersonChanges { name: text("Amira O."), ..none() }, "person.name-changed/1", r#"{"name":"Amira O."}"#),
        (PersonChanges { staff_id: text("17"), ..none() }, "person.staff-id-changed/1", r#"{"staff_id":"17"}"#),
        (PersonChanges { license: text("PT 1"), ..none() }, "person.license-changed/1", r#"{"license":"PT 1"}"#),
        (
            PersonChanges { hold: Some(HoldChange::Set("audit".to_owned())), ..none() },
            "person.hold-set/1",
            r#"{"reason":"audit"}"#,
        ),
        (PersonChanges { hold: Some(HoldChange::Release), ..none() }, "person.hold-released/1", "{}"),
    ];
    for (changes, kind, payload) in &steps {
        row = service.people_mut().change(&row, changes, None).expect("changed");
        let stored = last_fact(&service, row.id);
        assert_eq!((stored.1.as_str(), stored.2.as_str()), (*kind, *payload));
        // The same change again is no change, so nothing is stored.
        assert_eq!(service.people_mut().change(&row, changes, None), Ok(row.clone()));
        assert_eq!(last_fact(&service, row.id), stored);
    }
    let time = PersonChanges { time_factor: Some(TimeFactor::Tenths(15)), ..none() };
    service.people_mut().change(&row, &time, None).expect("changed");
    let stored = last_fact(&service, row.id);
    assert_eq!(stored, (7, "person.time-granted/1".to_owned(), r#"{"factor":"1.5"}"#.to_owned()));
}

#[test]
fn several_changes_are_stored_together() {
    let world = World::new();
    let mut service = service(world.home.path(), &world.time);
    let row = add_person(&mut service, "Amira Okafor");
    let commits = service.health().identity().expect("an identity").commits;
    let changes = PersonChanges {
        name: Some("Amira O.".to_owned()),
        staff_id: Some("17".to_owned()),
        license: Some("PT 1".to_owned()),
        hold: Some(HoldChange::Set("audit".to_owned())),
        time_factor: Some(TimeFactor::Unlimited),
    };
    let changed = service.people_mut().change(&row, &changes, None).expect("changed");
    assert_eq!(changed.head.next_seq, 6, "one fact for each change");
    assert_eq!(service.people().get(row.id), Ok(Some(changed)));
    assert_eq!(service.health().identity().expect("an identity").commits, commits + 1);
}
