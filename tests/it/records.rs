//! The records of a clinic: certification status, exports for other programs, all data about a person, and its erasure.

use needlewise::credential::trust::{ListRequirement, RevocationList};
use std::collections::BTreeSet;

use needlewise::attempt::Fact;
use needlewise::attempt::chain::{ChainHead, StoredFact};
use needlewise::attempt::person::PersonAdded;
use needlewise::clock::{Millis, Timestamp};
use needlewise::credential::{Assurance, Credential, SigningKeyPair, TrustList};
use needlewise::ids::{CertificateId, FactId, IssuerId, TraineeId};
use needlewise::projections::certificates::CertificateRow;
use needlewise::projections::export::json;
use needlewise::projections::matrix::{Matrix, MatrixOrder, MatrixQuery, MatrixRecords};
use needlewise::projections::people::{Person, PersonRow};
use needlewise::projections::row::StoredRow;
use needlewise::store::{Batch, Store};

use crate::stage::open_store;
use needlewise::projections::status::{CertificationStatus, StatusReason, evaluate_status};
use needlewise::view::status::status_line;
use serde_json::Value;

use crate::pass::{Pass, key, moment};
use crate::world::{MONDAY, World};

/// Returns the stored row of a certificate that a school issued.
fn row(pass: &Pass<'_>) -> CertificateRow {
    let credential: Credential = serde_json::from_str(&pass.certificate()).expect("a credential");
    CertificateRow::from_credential(&credential, FactId::new(moment(pass.at), [pass.certificate; 10])).expect("a row")
}

/// Returns a certificate that a school issued.
fn school() -> Pass<'static> {
    Pass { assurance: Assurance::Unsupervised, issuer: "The School", ..Pass::default() }
}

fn trusting() -> TrustList {
    let mut trust = TrustList::default();
    trust
        .add(&key().did(), "The School", moment("2026-01-01T00:00:00Z").day(), ListRequirement::Waived)
        .expect("trusted");
    trust
}

fn at(rows: &[CertificateRow], now: &str) -> CertificationStatus {
    evaluate_status(rows, None, &trusting(), moment(now)).status
}

#[test]
fn certification_status_changes_by_whole_days_in_utc() {
    // The days 60 and 30 before the end, across the leap day. The limits are those of the compliance matrix.
    let rows = [row(&Pass { until: "2028-03-31T23:59:59Z", ..school() })];
    for (now, expected) in [
        ("2028-01-30T23:59:59.999Z", CertificationStatus::Current),
        ("2028-01-31T00:00:00Z", CertificationStatus::Expiring60),
        ("2028-02-29T23:59:59Z", CertificationStatus::Expiring60),
        ("2028-03-01T00:00:00Z", CertificationStatus::Expiring30),
        ("2028-03-31T23:59:59.999Z", CertificationStatus::Expiring30),
        ("2028-04-01T00:00:00Z", CertificationStatus::Expired),
    ] {
        assert_eq!(at(&rows, now), expected, "{now}");
    }
    assert_eq!(at(&[], "2027-01-01T00:00:00Z"), CertificationStatus::NotTaken);
}

#[test]
fn of_two_certificates_that_count_the_later_expiry_decides() {
    let chosen = |rows: [&CertificateRow; 2]| {
        evaluate_status(rows, None, &trusting(), moment("2027-01-01T00:00:00Z")).certificate_row.map(|row| row.id)
    };
    let early = row(&Pass { certificate: 3, until: "2027-11-23T23:59:59Z", ..school() });
    let late = row(&school());
    assert_eq!(chosen([&early, &late]), Some(late.id));
    assert_eq!(chosen([&late, &early]), Some(late.id));
    // Of two that expire together, the first in the order of the store stays, so that every look shows the same one.
    let twin = row(&Pass { certificate: 4, ..school() });
    assert_eq!((chosen([&late, &twin]), chosen([&twin, &late])), (Some(late.id), Some(twin.id)));
}

#[test]
fn only_trusted_and_unrevoked_certificates_count() {
    let now = "2027-01-01T00:00:00Z";
    assert_eq!(
        at(&[row(&Pass { assurance: Assurance::SelfAttested, ..school() })], now),
        CertificationStatus::NotTaken
    );
    let mut trust = trusting();
    trust.issuers[0].list = Some(list(now, [row(&school()).id].into()));
    let status = |rows: &[CertificateRow]| evaluate_status(rows, None, &trust, moment(now));
    assert_eq!(status(&[row(&school())]).status, CertificationStatus::Revoked);
    let other = row(&Pass { certificate: 3, ..school() });
    assert_eq!(
        status(&[row(&school()), other.clone()]).certificate_row,
        Some(other),
        "the certificate that is not revoked counts"
    );
    let old = expired();
    assert_eq!(at(std::slice::from_ref(&old), now), CertificationStatus::Expired);
    assert_eq!(
        at(&[row(&school()), old], now),
        CertificationStatus::Current,
        "a current certificate comes before an expired one"
    );
}

/// Returns a revocation list of the school.
fn list(issued: &str, revoked: BTreeSet<CertificateId>) -> RevocationList {
    let issuer = IssuerId::new(moment("2026-01-01T00:00:00Z"), [1; 10]);
    RevocationList { issuer, sequence: 1, issued: moment(issued), revoked, ledger: BTreeSet::new() }
}

/// Returns an older certificate of the school, which expired at the beginning of 2026.
fn expired() -> CertificateRow {
    row(&Pass { certificate: 4, at: "2024-01-01T00:00:00Z", until: "2026-01-01T23:59:59Z", ..school() })
}

#[test]
fn a_certificate_that_cannot_be_judged_is_unknown_and_never_not_taken() {
    let now = "2027-01-01T00:00:00Z";
    let stranger = SigningKeyPair::from_seed([9; 32]);
    let foreign = row(&Pass { key: &stranger, ..school() });
    let mut trust = trusting();
    trust.issuers[0].without_revocation = false;
    let with_list = |issued: Option<&str>| {
        let mut trust = trust.clone();
        trust.issuers[0].list = issued.map(|issued| list(issued, BTreeSet::new()));
        trust
    };
    let own = row(&school());
    for (certificate, trust, expected) in [
        (&foreign, with_list(Some(now)), StatusReason::UntrustedIssuer),
        (&own, with_list(None), StatusReason::NoRevocationList),
        (&own, with_list(Some("2026-11-01T00:00:00Z")), StatusReason::OldRevocationList),
    ] {
        let cell = evaluate_status([certificate], None, &trust, moment(now));
        assert_eq!((cell.status, cell.why), (CertificationStatus::Unknown, Some(expected)));
        assert_eq!(cell.certificate_id(), Some(certificate.id), "a report of expiries still lists the person");
        // Better than an expired certificate, and both are told.
        let both = evaluate_status([certificate, &expired()], None, &trust, moment(now));
        assert_eq!(both.status, CertificationStatus::Unknown);
        assert_eq!(both.hidden_expiry, Some(expired().valid_until));
    }
    let old_list = with_list(Some("2025-06-01T00:00:00Z"));
    let known_for_good = evaluate_status([&expired()], None, &old_list, moment(now));
    assert_eq!((known_for_good.status, known_for_good.why), (CertificationStatus::Expired, None));
}

#[test]
fn a_self_test_explains_a_status_and_never_counts() {
    let now = moment("2027-01-01T00:00:00Z");
    let passed_at = moment("2026-03-12T09:00:00Z");
    let cell = evaluate_status([], Some(passed_at), &trusting(), now);
    assert_eq!((cell.status, cell.why), (CertificationStatus::NotTaken, Some(StatusReason::SelfTest(passed_at))));
    assert_eq!(status_line(&cell, "Amira Okafor", now), "Not taken (self-test passed Mar 12, 2026)");
    let certified = evaluate_status([&row(&school())], Some(passed_at), &trusting(), now);
    assert_eq!((certified.status, certified.why), (CertificationStatus::Current, None));
}

#[test]
fn a_list_is_reported_from_the_twenty_third_day_on() {
    let mut trust = trusting();
    trust.issuers[0].without_revocation = false;
    trust.issuers[0].list = Some(list("2026-11-01T12:00:00Z", BTreeSet::new()));
    let warnings = |now: &str| trust.aging_lists(moment(now)).concat();
    assert_eq!(warnings("2026-11-24T11:59:59Z"), "");
    let remedy = "Ask it for its newest bundle, then run `needlewise issuer trust --bundle FILE`.";
    assert_eq!(
        warnings("2026-11-24T12:00:00Z"),
        format!(
            "The revocation list of The School is 23 days old. After 30 days its certificates are unknown here. {remedy}"
        )
    );
    assert_eq!(
        warnings("2026-12-02T12:00:00Z"),
        format!("The revocation list of The School is 31 days old, so its certificates are unknown here. {remedy}")
    );
    assert!(trusting().aging_lists(moment("2030-01-01T00:00:00Z")).is_empty(), "this issuer needs no list");
}

/// Returns a clinic that has imported a certificate and trusts its school.
fn clinic() -> World {
    let world = World::new();
    world.pass(Millis::from_hours(1));
    let certificate = world.file("handed.json", Pass { name: "Amira Okafor", ..school() }.certificate());
    world.run(["certificate", "import", &certificate.to_string_lossy()]).done();
    world.run(["issuer", "trust", "--yes", &key().did(), "--name", "Northside", "--without-revocation"]).done();
    world.run(["trainee", "add", "=SUM(A1)", "--id=-7", "--license", "@me"]).done();
    world
}

#[test]
fn the_matrix_has_a_row_per_person_and_a_column_per_exam() {
    let world = clinic();
    insta::assert_snapshot!(world.run(["record", "matrix"]).all());
    let json = world.run(["record", "matrix", "--json", "--exam", "brief", "--standing", "current"]).json();
    assert_eq!(json.as_array().map(Vec::len), Some(1));
    assert_eq!(json[0]["trainee"]["name"], "Amira Okafor");
    assert_eq!(json[0]["standings"][0]["standing"], "current");
    assert_eq!(json[0]["standings"][0]["assurance"], "unsupervised");
    for (args, count) in [
        (&["--search", "okaFOR"][..], 1),
        (&["--search", "nobody"], 0),
        (&["--expiring", "60"], 0),
        (&["--expiring", "1000"], 1),
        (&["--assurance", "invigilated"], 0),
        (&["--by-end"], 2),
    ] {
        let said = world.run(["record", "matrix", "--json"].iter().chain(args));
        assert_eq!(said.json().as_array().map(Vec::len), Some(count), "{args:?}");
    }
    let unknown = world.run(["record", "matrix", "--exam", "nothing"]);
    assert!(unknown.code == 2 && unknown.err.contains("There is no exam"), "{}", unknown.all());
}

#[test]
fn a_row_inserted_by_hand_is_never_shown_as_certified() {
    let world = clinic();
    let path = world.data().join("needlewise.db");
    let store = rusqlite::Connection::open(path).expect("a store");
    let mallory = row(&Pass { certificate: 9, until: "2099-12-31T23:59:59Z", ..school() });
    // A row as the program would write it, with a matching digest. Only a signed credential for it is missing.
    let forged = CertificateRow { id: mallory.id, ..mallory };
    let sql = "INSERT INTO certificates SELECT ?1, trainee, holder_name, exam, title, assurance, issuer, valid_from, ?2, credential, \
               fact, ?3 FROM certificates LIMIT 1";
    let (until, first): (i64, String) = (
        forged.valid_until.as_millis(),
        store.query_row("SELECT fact FROM certificates", [], |row| row.get(0)).expect("a fact"),
    );
    let digest: String =
        store.query_row("SELECT credential FROM certificates", [], |row| row.get(0)).expect("a digest");
    let trainee: String = store.query_row("SELECT trainee FROM certificates", [], |row| row.get(0)).expect("an id");
    let forged = CertificateRow {
        fact: first.parse().expect("an id"),
        digest: digest.parse().expect("a digest"),
        trainee: trainee.parse().expect("an id"),
        holder_name: "Amira Okafor".to_owned(),
        ..forged
    };
    store
        .execute(sql, rusqlite::params![forged.id.to_string(), until, StoredRow::from_row(&forged).digest.to_string()])
        .expect("a row");
    for args in [&["record", "matrix"][..], &["record", "export", "--format", "csv"]] {
        let said = world.run(args);
        assert!(said.code == 4 && said.err.contains("does not match its signature"), "{args:?}: {}", said.all());
        assert!(!said.out.contains("2099"), "{}", said.all());
    }
}

#[test]
fn csv_follows_rfc_4180_and_contains_no_formula() {
    let world = clinic();
    let certificate = Pass { name: "=cmd|'/c calc'!A1 \"x\", y", certificate: 6, holder: 5, ..school() }.certificate();
    let file = world.file("hostile.json", certificate);
    world.run(["certificate", "import", &file.to_string_lossy()]).done();
    let said = world.run(["record", "export", "--format", "csv"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.ends_with("\r\n") && !said.out.replace("\r\n", "").contains(['\r', '\n']));
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(said.out.as_bytes());
    let names: Vec<_> = reader.headers().expect("a heading").iter().map(str::to_owned).collect();
    let lines: Vec<_> = reader.records().map(|line| line.expect("a line")).collect();
    assert_eq!((names.len(), lines.len()), (13, 9), "three people times three exams");
    for cell in lines.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    assert!(said.out.contains("'=cmd|'/c calc'!A1 \"\"x\"\", y"), "{}", said.out);
}

#[test]
fn json_lines_read_back() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    world.pass(Millis::from_hours(1));
    let certificate = world.file("handed.json", Pass { holder: 7, ..school() }.certificate());
    world.run(["certificate", "import", &certificate.to_string_lossy()]).done();
    let said = world.run(["record", "export", "--format", "json"]);
    let lines = json::read(&said.out).expect("lines");
    let kinds: Vec<_> = lines.iter().map(|line| matches!(line, json::Line::Attempt { .. })).collect();
    assert_eq!(kinds, [true, false]);
    let json::Line::Certificate { credential, .. } = &lines[1] else { panic!("a certificate") };
    assert_eq!(*credential, Pass { holder: 7, ..school() }.certificate());
    assert_eq!(json::read("{}\n").expect_err("no line").0, 1);
    assert!(
        ["Right", "Barks", "pneumothorax"].iter().all(|given| !said.out.contains(given)),
        "an export contains no answers: {}",
        said.out
    );
}

#[test]
fn xapi_statements_are_stable_and_a_pass_is_exported_once() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let said = world.run(["record", "export", "--format", "xapi"]);
    assert_eq!(
        said.out,
        world.run(["record", "export", "--format", "xapi"]).out,
        "ids come from the facts, so an export is repeatable"
    );
    let statements: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    let verbs: Vec<_> = statements.iter().map(|statement| statement["verb"]["display"]["en"].clone()).collect();
    assert_eq!(verbs, ["initialized", "passed"]);
    assert_eq!(statements[1]["result"]["score"]["scaled"], 1.0);
    assert_eq!(statements[1]["context"]["registration"], statements[0]["context"]["registration"]);
    let ids: BTreeSet<_> = statements.iter().map(|statement| statement["id"].to_string()).collect();
    assert_eq!(ids.len(), 2);
    assert!(!said.out.contains("Amira"), "people appear by id only");
}

#[test]
fn a_roster_is_imported_except_for_its_bad_rows() {
    let world = World::new();
    let roster = world.file(
        "roster.csv",
        "\u{feff}Name,staff_id,license\r\n\"Okafor, Amira\",17,PT 1\r\nZoë Å,,\r\nzoë å,,\r\n,18,\r\nBad\u{200b}Name,19,\r\n",
    );
    let said = world.run(["trainee", "add", "--from", &roster.to_string_lossy()]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.all());
    let people = world.run(["trainee", "list", "--json"]).json();
    assert_eq!((people[0]["name"].as_str(), people[0]["staff_id"].as_str()), (Some("Okafor, Amira"), Some("17")));
    let none = world.file("none.csv", "who,what\nA,B\n");
    let said = world.run(["trainee", "add", "--from", &none.to_string_lossy()]);
    assert!(said.code == 3 && said.err.contains("It has no column for the name"), "{}", said.all());
}

#[test]
fn a_person_is_renamed_and_changed_without_losing_anything() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    world.run(["trainee", "set", "amira okafor", "--id", "17", "--license", "PT 9"]).done();
    world.run(["trainee", "rename", "Amira Okafor", "Amira O. Okafor"]).done();
    let people = world.run(["trainee", "list", "--json"]).json();
    assert_eq!((people[0]["name"].as_str(), people[0]["license"].as_str()), (Some("Amira O. Okafor"), Some("PT 9")));
    assert_eq!(world.run(["record", "list", "--json"]).json()[0]["state"], "passed");
    assert_eq!(world.run(["certificate", "list", "--json"]).json().as_array().map(Vec::len), Some(1));
    assert_eq!(world.run(["doctor"]).code, 0);
    assert_eq!(world.run(["trainee", "set", "nobody", "--id", "1"]).code, 2);
}

#[test]
fn all_data_about_a_person_is_exported_to_one_file() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let to = world.path("all.json");
    world.run(["trainee", "export", "Amira Okafor", "--to", &to]).done();
    let all: Value = serde_json::from_str(&std::fs::read_to_string(to).expect("a file")).expect("json");
    assert_eq!(all["person"]["record"]["name"], "Amira Okafor");
    assert_eq!(
        all["attempts"][0]["facts"].as_array().map(Vec::len),
        Some(10),
        "start, seven answers, end, certificate"
    );
    assert_eq!(all["certificates"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_erased_person_is_gone_and_their_certificate_still_verifies() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let attempt = world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    let file = world.run(["certificate", "list", "--json"]).json()[0]["files"][0].as_str().expect("a path").to_owned();
    let file = file.replace("<home>", &world.home.path().to_string_lossy());
    let handed = world.file("handed.json", std::fs::read(&file).expect("a certificate"));
    world.run(["trainee", "erase", "Amira Okafor", "--hold", "audit of 2026"]).done();
    let held = world.run(["trainee", "erase", "Amira Okafor", "--yes"]);
    assert!(held.code == 1 && held.err.contains("on hold") && held.err.contains("audit of 2026"), "{}", held.all());
    world.run(["trainee", "erase", "Amira Okafor", "--release"]).done();
    let unasked = world.run(["trainee", "erase", "Amira Okafor"]);
    assert!(unasked.code == 1 && unasked.err.contains("--yes"), "{}", unasked.all());
    // The temporary file of a program that was killed while it wrote a copy.
    let backups = world.home.path().join("data-state/backups");
    std::fs::create_dir_all(&backups).expect("a folder");
    std::fs::write(backups.join(".tmpAbCdEf"), "Amira Okafor").expect("a file");
    let said = world.run(["trainee", "erase", "Amira Okafor", "--yes"]);
    // The only copy that is left was made after the erasure.
    let copies: Vec<_> = std::fs::read_dir(&backups).expect("a folder").map(|entry| entry.expect("an entry")).collect();
    assert_eq!(copies.len(), 1);
    let bytes = std::fs::read(copies[0].path()).expect("a copy");
    assert!(!bytes.windows(5).any(|part| part == b"Amira"), "a leftover copy would still name the person");
    assert!(said.code == 0 && said.out.contains("Copies that remain"), "{}", said.all());
    assert_eq!(world.run(["trainee", "list", "--json"]).json(), serde_json::json!([]));
    assert_eq!(world.run(["record", "list", "--json"]).json(), serde_json::json!([]));
    assert!(!std::path::Path::new(&file).exists(), "its certificate files are deleted");
    let shown = world.run(["record", "show", &attempt]);
    assert!(shown.code == 1 && shown.err.contains("was erased"), "{}", shown.all());
    assert_eq!(world.run(["doctor"]).code, 0, "the chains are whole");
    let verified = world.run(["certificate", "verify", &handed.to_string_lossy()]);
    assert!(verified.out.contains("untrusted"), "it still verifies: {}", verified.all());
    // The name is left neither in the store nor in the log beside it.
    for entry in std::fs::read_dir(world.data()).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("a file");
            assert!(!bytes.windows(6).any(|part| part == b"Okafor"), "{}", path.display());
        }
    }
}

#[test]
fn a_hundred_thousand_people_can_be_searched_and_sorted() {
    let now: Timestamp = moment("2027-01-01T00:00:00Z");
    let example = row(&school());
    let person = |n: u32| {
        let mut random = [0; 10];
        random[6..].copy_from_slice(&n.to_be_bytes());
        TraineeId::new(now, random)
    };
    let people = (0..100_000).map(|n| PersonRow {
        id: person(n),
        person: Person { name: format!("Person {n:06}"), staff_id: Some(format!("S{n:06}")), ..Person::default() },
        head: ChainHead::START,
    });
    let certificates = (0..100_000).step_by(2).map(|n| CertificateRow {
        trainee: person(n),
        valid_until: now.day().plus_months(1 + n % 24).end_of_day(),
        ..example.clone()
    });
    let records =
        MatrixRecords { people: people.collect(), certificates: certificates.collect(), ..MatrixRecords::default() };
    let matrix = Matrix::new(records, Vec::new(), &trusting(), now);
    let select = |query: &MatrixQuery| matrix.select_rows(query, now);
    assert_eq!(select(&MatrixQuery::default()).len(), 100_000);
    let found = select(&MatrixQuery { search_text: "person 04242".to_owned(), ..MatrixQuery::default() });
    assert_eq!(found.len(), 10);
    assert_eq!(select(&MatrixQuery { search_text: "s099999".to_owned(), ..MatrixQuery::default() }), [99_999]);
    let expiring = MatrixQuery { expiring_within_days: Some(60), order: MatrixOrder::Expiry, ..MatrixQuery::default() };
    let soon = select(&expiring);
    assert!(soon.len() > 1000 && soon.len() < 10_000, "{}", soon.len());
    let ends: Vec<_> = soon.iter().map(|at| matrix.rows[*at].cells[0].valid_until()).collect();
    assert!(ends.is_sorted(), "the soonest expiry comes first");
    let none = MatrixQuery { status: Some(CertificationStatus::NotTaken), ..MatrixQuery::default() };
    assert_eq!(select(&none).len(), 50_000);
}

/// Fills a store with `count` people, each with the fact that added them.
fn populate(world: &World, count: u32) {
    world.run(["trainee", "add", "The First"]).done();
    let mut store = open_store(&world.data().join("needlewise.db")).expect("a store");
    let person = |n: u32| {
        let at = Timestamp::from_millis(MONDAY + i64::from(n));
        let mut random = [0; 10];
        random[..4].copy_from_slice(&n.to_be_bytes());
        let added = PersonAdded { staff_id: Some(format!("S{n}")), ..PersonAdded::from_name(format!("Person {n:06}")) };
        let (id, fact) = (TraineeId::new(at, random), Fact::PersonAdded(added));
        StoredFact::link(FactId::new(at, random), id.into(), ChainHead::START, at, &fact, [7; 32])
    };
    store.append(&Batch { facts: (0..count).map(person).collect(), ..Batch::default() }).expect("stored");
}

#[test]
fn a_store_of_a_hundred_thousand_people_is_sound_and_can_be_searched() {
    let world = World::new();
    populate(&world, 100_000);
    let found = world.run(["record", "matrix", "--json", "--search", "person 04242"]).json();
    assert_eq!(found.as_array().map(Vec::len), Some(10));
    assert_eq!(found[3]["trainee"]["name"], "Person 042423");
    let one = world.run(["record", "matrix", "--json", "--search", "S77777"]).json();
    assert_eq!(one.as_array().map(Vec::len), Some(1));
    let doctor = world.run(["doctor"]);
    assert!(doctor.code == 0 && doctor.out.contains("100001 chains verified"), "{}", doctor.all());
}

#[test]
fn exports_of_an_exam_without_review_contain_only_pass_or_fail() {
    let world = World::new().with_small_banks();
    let mut exam = crate::world::small_exam();
    exam["review"] = "none".into();
    world.file("data/question-banks/exams/brief.json", exam.to_string());
    let said = world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    assert!(said.out.contains("Not passed"), "{}", said.all());
    let all = world.path("all.json");
    world.run(["trainee", "export", "Amira Okafor", "--to", &all]).done();
    let all = std::fs::read_to_string(all).expect("a file");
    let json = world.run(["record", "export", "--format", "json"]).out;
    let xapi = world.run(["record", "export", "--format", "xapi"]).out;
    assert!(json.contains("\"earned\":null") && xapi.contains("failed") && !xapi.contains("score"), "{json}{xapi}");
    assert!(!all.contains("Tell right from wrong") && all.contains("\"earned\": null"), "{all}");
}

#[test]
fn files_that_are_no_certificates_are_named_and_not_called_invalid() {
    let world = World::new();
    let verify = |name: &str, bytes: &[u8]| {
        let file = world.file(name, bytes);
        let said = world.run(["certificate", "verify", &file.to_string_lossy()]);
        assert_eq!(said.code, 1, "{name}: {}", said.all());
        said.out
    };
    let mut photo = vec![0xff, 0xd8, 0xff, 0xe0];
    photo.resize(100_000, 7);
    let other = br#"{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"],
        "credentialSchema": [], "issuer": {"id": "did:web:example.org", "type": ["Profile"]}}"#;
    for (name, bytes, expected) in [
        ("photo.jpg", &photo[..], "It is a photo or another picture without a certificate in it."),
        ("bundle.json", br#"{"format": 1, "keys": [], "revoked": [], "sequence": 5}"#, "It is the bundle of an issuer"),
        ("request.json", br#"{"format": 2, "attempt": "a", "facts": []}"#, "It is a certificate request"),
        ("bank.json", br#"{"format": 1, "questions": []}"#, "It is a question bank or an exam"),
        ("old.json", br#"{"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}"#, "version 2 or older"),
        ("other.json", other, "It names the issuer did:web:example.org."),
        (
            "other-key.json",
            br#"{"@context": ["https://www.w3.org/ns/credentials/v2"], "id": "urn:uuid:1", "issuer": "did:key:z6Mk", "proof": []}"#,
            "It names the issuer did:key:z6Mk.",
        ),
        ("some.json", b"{}", "This file is not a certificate."),
        ("some.txt", b"Dear clinic", "This file is not a certificate."),
        ("empty.pdf", b"", "This file is not a certificate."),
        ("picture.png", include_bytes!("../fixtures/picture.png"), "The picture contains no certificate."),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The picture contains no certificate."),
    ] {
        let out = verify(name, bytes);
        assert!(out.contains("nothing to check\n") && out.contains(expected), "{name}: {out}");
        assert!(!out.contains("invalid") && !out.contains("line 1"), "{name}: {out}");
    }
    // A certificate with a byte order mark has the same verdict, and a damaged one is still invalid.
    let certificate = Pass { name: "Amira Okafor", ..school() }.certificate();
    let marked = verify("marked.json", format!("\u{feff}{certificate}").as_bytes());
    assert!(marked.contains("untrusted: Amira Okafor, Brief\n"), "{marked}");
    let damaged = verify("damaged.json", certificate.replace("Amira", "Amina").as_bytes());
    assert!(damaged.contains("damaged.json: invalid\n"), "{damaged}");
}

#[test]
fn a_folder_has_a_reason_for_each_file_and_counts_a_certificate_once() {
    let world = World::new();
    let certificate = Pass { name: "Amira Okafor", ..school() }.certificate();
    world.file("folder/one.json", certificate.clone());
    world.file("folder/two.json", format!("\u{feff}{certificate}"));
    world.file("folder/other.json", r#"{"format": 1, "questions": []}"#);
    let out = world.run(["certificate", "verify", &world.home.path().join("folder").to_string_lossy()]).out;
    assert!(out.ends_with("3 files; each certificate counted once: 1 untrusted, 1 nothing to check\n"), "{out}");
    assert!(out.contains("other.json: It is a question bank or an exam"), "{out}");
    assert!(
        out.contains("one.json: The signature is correct, but this computer does not trust the issuer yet."),
        "{out}"
    );
}

#[test]
fn xapi_has_registrations_titles_and_the_certificates_of_a_clinic() {
    let statements = |world: &World| -> Vec<Value> {
        let said = world.run(["record", "export", "--format", "xapi"]);
        assert_eq!(said.code, 0, "{}", said.all());
        said.out.lines().map(|line| serde_json::from_str(line).expect("json")).collect()
    };
    let trainee = World::new().with_small_banks();
    assert_eq!(trainee.pass_exam().code, 0);
    let clinic = World::new();
    let certificate = Pass { name: "Amira Okafor", ..school() }.certificate();
    let file = clinic.file("handed.json", certificate).to_string_lossy().into_owned();
    clinic.pass(Millis::from_hours(1));
    clinic.run(["certificate", "import", &file]).done();
    let empty = clinic.run(["record", "export", "--format", "xapi"]);
    assert!(empty.code == 1 && empty.err.contains("There is nothing to export."), "an untrusted one: {}", empty.all());
    clinic.run(["issuer", "trust", "--yes", &key().did(), "--name", "The School", "--without-revocation"]).done();
    for (statements, title, count) in [(statements(&trainee), "Brief", 2), (statements(&clinic), "Brief", 1)] {
        assert_eq!(statements.len(), count);
        for statement in statements {
            let registration = statement["context"]["registration"].as_str().expect("an ID");
            assert_eq!(&registration[14..15], "5", "xAPI takes versions 1 to 5: {registration}");
            assert_eq!(statement["object"]["definition"]["name"]["en"], title);
            assert!(!statement.to_string().contains("Amira"), "people appear by ID only");
        }
    }
}

#[test]
fn a_row_that_does_not_match_its_facts_is_flagged_in_the_list_and_hides_nobody() {
    let world = World::new().with_small_banks();
    for name in ["Amira Okafor", "Beau Martin", "Cleo Stone"] {
        world.run(["trainee", "add", name]).done();
    }
    let certificate = Pass { name: "Dana Fox", ..school() }.certificate();
    let file = world.file("dana.json", certificate).to_string_lossy().into_owned();
    world.run(["certificate", "import", &file]).done();
    world.run_sql("UPDATE people SET name = 'Mallory', name_key = 'mallory' WHERE name = 'Beau Martin'");
    world.run_sql("UPDATE certificates SET valid_until = valid_until + 86400000");
    for command in [
        vec!["record", "matrix"],
        vec!["trainee", "list"],
        vec!["certificate", "list"],
        vec!["record", "export", "--format", "csv"],
        vec!["record", "matrix", "--json"],
    ] {
        let said = world.run(command.clone());
        assert_eq!(said.code, 1, "{command:?}: {}", said.all());
        assert!(said.out.contains("Dana Fox") && !said.out.contains("Mallory"), "{command:?}: {}", said.out);
        assert!(said.err.contains("did not match its facts. It is shown as they say."), "{}", said.err);
        assert!(said.err.contains("needlewise doctor --repair"), "{}", said.err);
        if command[0] != "certificate" {
            assert!(said.out.contains("Beau Martin") && said.out.contains("Cleo Stone"), "{command:?}: {}", said.out);
        }
    }
    assert!(!world.run(["certificate", "list"]).out.contains("2028-11-24"), "the day that was signed");
    assert_eq!(world.run(["doctor"]).code, 1);
    world.run(["doctor", "--repair"]).done();
    assert_eq!(world.run(["record", "matrix"]).code, 0);
}
