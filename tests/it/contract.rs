//! The contract of every store. Each case runs on SQLite and on the store in memory.

use std::collections::BTreeMap;

use needlewise::attempt::chain::{self, ChainHead, StoredFact};
use needlewise::attempt::fact::{AttemptDecision, QuestionFlagged};
use needlewise::attempt::person::{HoldSet, StaffIdChanged};
use needlewise::attempt::{ExamResult, Fact, Mode};
use needlewise::clock::{Millis, Timestamp, Zone};
use needlewise::credential::Assurance;
use needlewise::ids::{CertificateId, Digest, ExamId, StreamId};
use needlewise::projections::attempts::{AttemptQuery, AttemptRow};
use needlewise::projections::certificates::{CertificateQuery, CertificateRow};
use needlewise::projections::people::{Person, PersonQuery, PersonRow};
use needlewise::projections::study::{PRACTICE_ANSWERS, QuestionProgress};
use needlewise::store::{Batch, Conflict, Expectation, MemoryStore, Store, StoreError};
use needlewise::study::review::{Grade, Review};
use needlewise::text::name_key;

use crate::chain::{
    Chain, added, added_with_number, answered, attempt, content, erased, finished, imported, issued, renamed, started,
    trainee, true_or_false,
};
use crate::pass::{Pass, moment};
use crate::stage::open_store;
use crate::world::MONDAY;

/// Runs each case on every store.
macro_rules! run_on_every_store {
    ($($case:ident)*) => {
        mod sqlite {
            $(
                #[test]
                fn $case() {
                    let home = tempfile::tempdir().expect("a folder");
                    let mut store = super::open_store(&home.path().join("needlewise.db")).expect("a store");
                    super::$case(&mut store);
                }
            )*
        }

        mod memory {
            $(
                #[test]
                fn $case() {
                    super::$case(&mut super::MemoryStore::new([7; 16]));
                }
            )*
        }
    };
}

run_on_every_store! {
    a_chain_reads_back_as_it_was_stored
    a_batch_can_continue_several_chains
    a_batch_with_a_fact_out_of_sequence_stores_nothing
    a_failed_expectation_stores_nothing
    content_is_stored_once_and_read_in_batches
    attempts_are_filtered_and_the_newest_comes_first
    people_are_filtered_and_sorted_by_name
    certificates_are_filtered_and_the_latest_expiry_comes_first
    pages_of_attempts_and_people_add_up_to_the_whole_list
    pages_of_certificates_add_up_to_the_whole_list
    certificates_with_the_same_id_are_all_listed
    rows_match_the_facts_after_every_batch
    progress_does_not_depend_on_the_order_of_storing
    erasing_a_person_keeps_the_links_and_other_peoples_data
    a_refused_erasure_erases_nothing
    a_person_who_is_erased_again_stays_erased
    a_store_keeps_its_id_and_counts_its_batches
    rebuilt_rows_are_the_same
    a_chain_with_an_unreadable_fact_shows_the_readable_ones
}

/// Stores facts and the content that they refer to. Asserts that every row matches the facts afterward.
#[track_caller]
fn append(store: &mut dyn Store, facts: impl IntoIterator<Item = StoredFact>) {
    let batch = Batch { facts: facts.into_iter().collect(), content: content(), ..Batch::default() };
    store.append(&batch).expect("stored");
    assert_rows_match_facts(store);
}

/// Asserts that every row matches the facts.
#[track_caller]
fn assert_rows_match_facts(store: &dyn Store) {
    let differences = store.row_differences().expect("rows");
    let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
    assert!(differences.is_empty(), "{differences:?}");
}

fn commits(store: &dyn Store) -> u64 {
    store.identity().expect("an identity").commits
}

/// Returns everything that a store shows: chains, people, attempts, certificates and progress.
#[track_caller]
fn everything(store: &dyn Store) -> String {
    let streams = store.stream_ids().expect("ids");
    let chains: Vec<_> = streams.iter().map(|stream| store.stream(*stream).expect("a chain")).collect();
    let people = store.people(&PersonQuery::default()).expect("people");
    let attempts = store.attempts(&AttemptQuery::default()).expect("attempts");
    let certificates = store.certificates(&CertificateQuery::default()).expect("certificates");
    let progress: Vec<_> = people.iter().map(|row| store.question_progress(row.id).expect("progress")).collect();
    format!("{chains:?}\n{people:?}\n{attempts:?}\n{certificates:?}\n{progress:?}")
}

fn a_chain_reads_back_as_it_was_stored(store: &mut dyn Store) {
    let mut chain = Chain::of(trainee(1));
    let facts = [
        chain.link(&added("Amira Okafor")),
        chain.at(-5_000).link(&renamed("Amira O. Okafor")),
        chain.at(1).link(&Fact::StaffIdChanged(StaffIdChanged { staff_id: Some("17".to_owned()) })),
    ];
    append(store, facts[..2].to_vec());
    append(store, facts[2..].to_vec());
    assert_eq!(store.stream(trainee(1).into()).expect("a chain"), facts);
    assert_eq!(store.stream(trainee(2).into()).expect("no chain"), Vec::new());
    let person = Person { name: "Amira O. Okafor".to_owned(), staff_id: Some("17".to_owned()), ..Person::default() };
    let row = PersonRow { id: trainee(1), person, head: ChainHead { next_seq: 3, digest: facts[2].digest } };
    assert_eq!(store.people(&PersonQuery::default()).expect("people"), [row]);
}

fn a_batch_can_continue_several_chains(store: &mut dyn Store) {
    let (mut one, mut two) = (Chain::of(trainee(2)), Chain::of(trainee(1)));
    append(store, [one.link(&added("Ben")), two.link(&added("Amira")), one.link(&renamed("Ben Okri"))]);
    append(store, [two.link(&renamed("Amira Okafor")), one.link(&renamed("B. Okri"))]);
    assert_eq!(store.stream_ids().expect("ids"), [trainee(1), trainee(2)].map(StreamId::from));
    for (person, length) in [(trainee(1), 2), (trainee(2), 3)] {
        let facts = store.stream(person.into()).expect("a chain");
        assert_eq!(chain::verify_chain(person.into(), &facts).map(|head| head.next_seq), Ok(length));
    }
    let names = store.people(&PersonQuery::default()).expect("people");
    assert_eq!(names.iter().map(|row| row.person.name.as_str()).collect::<Vec<_>>(), ["Amira Okafor", "B. Okri"]);
}

fn a_batch_with_a_fact_out_of_sequence_stores_nothing(store: &mut dyn Store) {
    let mut known = Chain::of(trainee(1));
    append(store, [known.link(&added("Amira"))]);
    // A second writer: another process stored the next fact first.
    let mut elsewhere = Chain::of(trainee(1));
    elsewhere.link(&added("Amira"));
    let second = elsewhere.link(&renamed("Somebody"));
    append(store, [known.link(&renamed("Amira Okafor"))]);
    // A gap: one fact of the chain is never stored.
    known.link(&renamed("A. Okafor"));
    let after_a_gap = known.link(&renamed("Amira"));
    // Another fact before it: the number is correct, but the fact before it is a different one.
    let mut other = Chain::of(trainee(1));
    other.link(&added("Ben"));
    other.link(&renamed("Ben O."));
    let after_another = other.link(&renamed("Ben Okri"));
    let twice = Chain::of(trainee(1)).link(&added("Amira"));
    let (before, commits_before) = (everything(store), commits(store));
    for (what, wrong) in [
        ("a second writer", second),
        ("a gap", after_a_gap),
        ("another fact before it", after_another),
        ("the first fact again", twice),
    ] {
        let fine = Chain::of(trainee(2)).link(&added("Zoë"));
        let text = "new content".to_owned();
        let batch = Batch {
            facts: vec![fine, wrong],
            content: BTreeMap::from([(Digest::of(&text), text)]),
            ..Batch::default()
        };
        assert_eq!(store.append(&batch), Err(StoreError::Conflict(Conflict::ChainContinued)), "{what}");
        assert_eq!((everything(store), commits(store)), (before.clone(), commits_before), "{what}");
        assert_eq!(store.content(&[Digest::of("new content")]), Ok(BTreeMap::new()), "{what}");
    }
}

fn a_failed_expectation_stores_nothing(store: &mut dyn Store) {
    let (ben, zoe, gone, gone_before) = (trainee(1), trainee(2), trainee(3), trainee(4));
    append(store, [Chain::of(ben).link(&added("Ben Okri")), Chain::of(zoe).link(&added_with_number("Zoë Å", "17"))]);
    let mut chain = Chain::of(gone);
    append(store, [chain.link(&added("Chidi Eze"))]);
    let erasure = Batch { facts: vec![chain.link(&erased(gone))], erased_trainee: Some(gone), ..Batch::default() };
    store.append(&erasure).expect("erased");
    // A person erased by the first version, whose facts have other kinds.
    let mut chain = Chain::of(gone_before);
    let mut old = [
        chain.link_raw("added", r#"{"name":"Dana"}"#),
        chain.link_raw("erased", &format!(r#"{{"trainee":"{gone_before}"}}"#)),
    ];
    old[0].salted_payload = None;
    append(store, old);
    let name = |name: &str, except| Expectation::NameFree { name_key: name_key(name), except };
    let number = |number: &str, except| Expectation::StaffIdFree { staff_id: number.to_owned(), except };
    for (expectation, conflict) in [
        (name("BEN okri", zoe), Some(Conflict::NameTaken)),
        (name("Ben Okri", ben), None),
        (name("Zoë Å", ben), None),
        (name("Somebody", ben), None),
        (name("Chidi Eze", ben), None),
        (number("17", ben), Some(Conflict::StaffIdTaken)),
        (number("17", zoe), None),
        (number("18", ben), None),
        (Expectation::NotErased(ben), None),
        (Expectation::NotErased(trainee(9)), None),
        (Expectation::NotErased(gone), Some(Conflict::PersonErased)),
        (Expectation::NotErased(gone_before), Some(Conflict::PersonErased)),
    ] {
        let text = format!("stored if {expectation:?}");
        let digest = Digest::of(&text);
        let content = BTreeMap::from([(digest, text)]);
        // An expectation that holds comes first, because one that fails later must count too.
        let expectations = vec![Expectation::NotErased(ben), expectation.clone()];
        let before = commits(store);
        let result = store.append(&Batch { expectations, content, ..Batch::default() });
        assert_eq!(result, conflict.map_or(Ok(()), |conflict| Err(StoreError::Conflict(conflict))), "{expectation:?}");
        let is_stored = store.content(&[digest]).expect("content").contains_key(&digest);
        assert_eq!((is_stored, commits(store) - before), (conflict.is_none(), u64::from(conflict.is_none())));
    }
    // Two people can have one name if their staff numbers differ.
    let twin = Batch {
        expectations: vec![number("18", trainee(5))],
        facts: vec![Chain::of(trainee(5)).link(&added_with_number("Zoë Å", "18"))],
        ..Batch::default()
    };
    store.append(&twin).expect("stored");
    assert_rows_match_facts(store);
}

fn content_is_stored_once_and_read_in_batches(store: &mut dyn Store) {
    let (one, two, unknown) = (Digest::of("one"), Digest::of("two"), Digest::of("unknown"));
    let batch = |content: &[(Digest, &str)]| Batch {
        content: content.iter().map(|(digest, text)| (*digest, (*text).to_owned())).collect(),
        ..Batch::default()
    };
    store.append(&batch(&[(one, "one")])).expect("stored");
    store.append(&batch(&[(one, "another text"), (two, "two")])).expect("stored");
    let found = store.content(&[two, unknown, one, two]).expect("content");
    assert_eq!(found, BTreeMap::from([(one, "one".to_owned()), (two, "two".to_owned())]));
    assert_eq!(store.content(&[]), Ok(BTreeMap::new()));
}

/// Stores five attempts of two people. Attempts 1 and 2 started at the same time, and so did 3 and 4.
fn store_attempts(store: &mut dyn Store) {
    let (amira, ben) = (trainee(1), trainee(2));
    append(store, [Chain::of(amira).link(&added("Amira")), Chain::of(ben).link(&added("Ben"))]);
    // Stored out of order, so the order of storing cannot pass for the order by time.
    let mut third = Chain::of(attempt(3));
    append(store, [third.at(1_000).link(&started(ben, Mode::Exam, Some("brief")))]);
    let mut fifth = Chain::of(attempt(5));
    let end = finished(ExamResult::Failed);
    append(store, [fifth.at(2_000).link(&started(amira, Mode::Exam, Some("other"))), fifth.link(&end)]);
    let mut first = Chain::of(attempt(1));
    append(store, [first.link(&started(amira, Mode::Exam, Some("brief")))]);
    append(store, [first.at(9_000).link(&finished(ExamResult::Passed)), first.link(&issued())]);
    append(store, [Chain::of(attempt(2)).link(&started(amira, Mode::Practice, None))]);
    let mut fourth = Chain::of(attempt(4));
    append(store, [fourth.at(1_000).link(&started(amira, Mode::Mock, Some("brief"))), fourth.link(&end)]);
}

fn attempts_are_filtered_and_the_newest_comes_first(store: &mut dyn Store) {
    store_attempts(store);
    let all = AttemptQuery::default;
    let amira = Some(trainee(1));
    let brief = || Some("brief".parse::<ExamId>().expect("an id"));
    for (query, expected) in [
        (all(), vec![5, 4, 3, 2, 1]),
        (AttemptQuery { trainee: amira, ..all() }, vec![5, 4, 2, 1]),
        (AttemptQuery { trainee: Some(trainee(9)), ..all() }, vec![]),
        (AttemptQuery { mode: Some(Mode::Exam), ..all() }, vec![5, 3, 1]),
        (AttemptQuery { mode: Some(Mode::Practice), ..all() }, vec![2]),
        (AttemptQuery { exam: brief(), ..all() }, vec![4, 3, 1]),
        (AttemptQuery { open_only: true, ..all() }, vec![3, 2]),
        (AttemptQuery { certified_only: true, ..all() }, vec![1]),
        (AttemptQuery { trainee: amira, mode: Some(Mode::Exam), exam: brief(), ..all() }, vec![1]),
        (AttemptQuery { trainee: amira, open_only: true, ..all() }, vec![2]),
        (AttemptQuery { max_count: Some(2), ..all() }, vec![5, 4]),
        (AttemptQuery { mode: Some(Mode::Exam), max_count: Some(2), ..all() }, vec![5, 3]),
    ] {
        let listed = store.attempts(&query).expect("attempts");
        let listed: Vec<_> = listed.iter().map(|row| row.id).collect();
        assert_eq!(listed, expected.into_iter().map(attempt).collect::<Vec<_>>(), "{query:?}");
    }
    let first = store.attempts(&AttemptQuery { certified_only: true, ..all() }).expect("attempts").remove(0);
    assert_eq!((first.started_at, first.finished_at), (moment_after(0), Some(moment_after(9_000))));
    assert_eq!((first.result, first.possible, first.head.next_seq), (Some(ExamResult::Passed), 1, 3));
    assert_eq!(first.valid_until, Some(moment_after(0).saturating_add(Millis::from_days(730))));
}

/// Returns the time `millis` after [`MONDAY`].
fn moment_after(millis: i64) -> Timestamp {
    Timestamp::from_millis(MONDAY + millis)
}

/// Stores five people. Two pairs of them have the same name in different spellings.
fn store_people(store: &mut dyn Store) {
    for (number, fact) in [
        (4, added("Zoë Ångström")),
        (2, added_with_number("BEN  OKRI", "A-2")),
        (5, added_with_number("ZOE\u{308} A\u{30a}NGSTRO\u{308}M", "A-5")),
        (3, added("Amira Okafor")),
        (1, added_with_number("Ben Okri", "A-1")),
    ] {
        append(store, [Chain::of(trainee(number)).link(&fact)]);
    }
}

fn people_are_filtered_and_sorted_by_name(store: &mut dyn Store) {
    store_people(store);
    let all = PersonQuery::default;
    let (ben, number) = (Some(name_key("ben okri")), |number: &str| Some(number.to_owned()));
    for (query, expected) in [
        (all(), vec![3, 1, 2, 4, 5]),
        (PersonQuery { id: Some(trainee(4)), ..all() }, vec![4]),
        (PersonQuery { id: Some(trainee(9)), ..all() }, vec![]),
        (PersonQuery { name_key: ben.clone(), ..all() }, vec![1, 2]),
        (PersonQuery { name_key: Some(name_key("ben")), ..all() }, vec![]),
        (PersonQuery { staff_id: number("A-5"), ..all() }, vec![5]),
        (PersonQuery { staff_id: number("a-5"), ..all() }, vec![]),
        (PersonQuery { name_key: ben, staff_id: number("A-2"), ..all() }, vec![2]),
        (PersonQuery { max_count: Some(2), ..all() }, vec![3, 1]),
    ] {
        let listed = store.people(&query).expect("people");
        let listed: Vec<_> = listed.iter().map(|row| row.id).collect();
        assert_eq!(listed, expected.into_iter().map(trainee).collect::<Vec<_>>(), "{query:?}");
    }
}

/// Returns the import of a certificate by number, for a holder, valid until `until`.
fn certificate(number: u8, holder: u8, until: &'static str) -> Fact {
    let assurance = Assurance::Unsupervised;
    imported(&Pass { certificate: number, holder, until, assurance, ..Pass::default() })
}

fn certificate_id(number: u8) -> CertificateId {
    CertificateId::new(moment(Pass::default().at), [number; 10])
}

/// Stores five certificates of two people. Three of them end at the same time.
fn store_certificates(store: &mut dyn Store) {
    let (soon, late) = ("2027-11-23T23:59:59Z", "2028-11-23T23:59:59Z");
    let mut one = Chain::of(trainee(1));
    let facts = [added("Zoë Ångström"), certificate(4, 1, late), certificate(1, 1, soon), certificate(3, 1, late)];
    append(store, facts.map(|fact| one.link(&fact)));
    let mut two = Chain::of(trainee(2));
    let facts = [added("Zoë Ångström"), certificate(5, 2, "2029-11-23T23:59:59Z"), certificate(2, 2, late)];
    append(store, facts.map(|fact| two.link(&fact)));
}

fn certificates_are_filtered_and_the_latest_expiry_comes_first(store: &mut dyn Store) {
    store_certificates(store);
    let all = CertificateQuery::default;
    for (query, expected) in [
        (all(), vec![5, 2, 3, 4, 1]),
        (CertificateQuery { trainee: Some(trainee(1)), ..all() }, vec![3, 4, 1]),
        (CertificateQuery { trainee: Some(trainee(9)), ..all() }, vec![]),
        (CertificateQuery { id: Some(certificate_id(2)), ..all() }, vec![2]),
        (CertificateQuery { id: Some(certificate_id(2)), trainee: Some(trainee(1)), ..all() }, vec![]),
        (CertificateQuery { max_count: Some(3), ..all() }, vec![5, 2, 3]),
    ] {
        let listed = store.certificates(&query).expect("certificates");
        let listed: Vec<_> = listed.iter().map(|row| row.id).collect();
        assert_eq!(listed, expected.into_iter().map(certificate_id).collect::<Vec<_>>(), "{query:?}");
    }
}

/// Reads a list page by page. `read` gets the last row so far and the maximum length of a page.
#[track_caller]
fn read_pages<R>(length: u32, read: impl Fn(Option<&R>, u32) -> Vec<R>) -> Vec<R> {
    let mut rows = Vec::new();
    loop {
        let page = read(rows.last(), length);
        assert!(page.len() <= length as usize, "a page of {} rows", page.len());
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
        assert!(rows.len() < 100, "the pages never end");
    }
}

fn attempt_page(store: &dyn Store, query: &AttemptQuery, last: Option<&AttemptRow>, length: u32) -> Vec<AttemptRow> {
    let after = last.map(|row| (row.started_at, row.id));
    store.attempts(&AttemptQuery { after, max_count: Some(length), ..query.clone() }).expect("a page")
}

fn person_page(store: &dyn Store, last: Option<&PersonRow>, length: u32) -> Vec<PersonRow> {
    let after = last.map(|row| (name_key(&row.person.name), row.id));
    store.people(&PersonQuery { after, max_count: Some(length), ..PersonQuery::default() }).expect("a page")
}

fn certificate_page(store: &dyn Store, last: Option<&CertificateRow>, length: u32) -> Vec<CertificateRow> {
    let after = last.map(|row| (row.valid_until, row.id, row.trainee));
    store
        .certificates(&CertificateQuery { after, max_count: Some(length), ..CertificateQuery::default() })
        .expect("a page")
}

fn pages_of_attempts_and_people_add_up_to_the_whole_list(store: &mut dyn Store) {
    store_attempts(store);
    let of_amira = AttemptQuery { trainee: Some(trainee(1)), ..AttemptQuery::default() };
    for query in [AttemptQuery::default(), of_amira] {
        let store = &*store;
        let whole = store.attempts(&query).expect("attempts");
        for length in 1..=6 {
            assert_eq!(read_pages(length, |last, length| attempt_page(store, &query, last, length)), whole);
        }
    }
    let mut others = Vec::new();
    for number in 11..=15 {
        // Their names are equal, so their IDs decide the order.
        others.push(Chain::of(trainee(number)).link(&added_with_number("Ben", &number.to_string())));
    }
    append(store, others);
    let store = &*store;
    let whole = store.people(&PersonQuery::default()).expect("people");
    assert_eq!(whole.len(), 7);
    for length in 1..=8 {
        assert_eq!(read_pages(length, |last, length| person_page(store, last, length)), whole);
    }
}

fn pages_of_certificates_add_up_to_the_whole_list(store: &mut dyn Store) {
    store_certificates(store);
    let store = &*store;
    let whole = store.certificates(&CertificateQuery::default()).expect("certificates");
    assert_eq!(whole.len(), 5);
    for length in 1..=6 {
        assert_eq!(read_pages(length, |last, length| certificate_page(store, last, length)), whole);
    }
}

fn certificates_with_the_same_id_are_all_listed(store: &mut dyn Store) {
    store_certificates(store);
    let mut three = Chain::of(trainee(3));
    // The same ID and the same end as a certificate of another person. An imported file can claim any ID.
    append(store, [three.link(&added("Zoë Ångström")), three.link(&certificate(3, 3, "2028-11-23T23:59:59Z"))]);
    let store = &*store;
    let whole = store.certificates(&CertificateQuery::default()).expect("certificates");
    assert_eq!(whole.iter().filter(|row| row.id == certificate_id(3)).count(), 2);
    for length in 1..=7 {
        assert_eq!(read_pages(length, |last, length| certificate_page(store, last, length)), whole);
    }
}

fn rows_match_the_facts_after_every_batch(store: &mut dyn Store) {
    let (amira, hour) = (trainee(1), 3_600_000);
    let mut person = Chain::of(amira);
    append(store, [person.link(&added("Amira"))]);
    let mut first = Chain::of(attempt(1));
    append(store, [first.link(&started(amira, Mode::Practice, None))]);
    append(store, [first.at(10_000).link(&answered(Some(true)))]);
    // The clock was set back by an hour, and another practice starts.
    let mut second = Chain::of(attempt(2));
    append(store, [second.at(-hour).link(&started(amira, Mode::Practice, None)), second.link(&answered(Some(false)))]);
    // It is set back within an attempt as well.
    append(store, [first.at(-hour / 2).link(&answered(Some(false)))]);
    append(store, [first.link(&answered(None)), first.link(&finished(ExamResult::Practiced))]);
    append(
        store,
        [
            person.at(-hour).link(&renamed("Amira O.")),
            person.link(&Fact::HoldSet(HoldSet { reason: "audit".to_owned() })),
        ],
    );
    let mut exam = Chain::of(attempt(3));
    append(store, [exam.at(hour).link(&started(amira, Mode::Exam, Some("brief")))]);
    let flag = QuestionFlagged { question_index: 0, on: true, elapsed: Millis(5) };
    append(store, [exam.at(-hour).link(&Fact::Flagged(flag)), exam.link(&answered(Some(true)))]);
    append(store, [exam.at(-2 * hour).link(&finished(ExamResult::Passed))]);
    append(store, [exam.at(2 * hour).link(&issued()), person.at(-3 * hour).link(&renamed("Amira Okafor"))]);
    let decision = || AttemptDecision { reason: "a fire alarm".to_owned(), signature: None };
    append(store, [exam.link(&Fact::AttemptGranted(decision()))]);
    append(store, [exam.at(0).link(&Fact::Voided(decision()))]);
    let question = true_or_false();
    let review = |at: i64, is_correct: bool, seconds: u32| Review {
        study_day: moment_after(at).study_day(&Zone::UTC),
        grade: if is_correct { Grade::Good } else { Grade::Again },
        is_correct,
        certainty: None,
        seconds,
        // The wrong answer to the fixture's question has harm 1.
        harm: (!is_correct).then(|| 1.try_into().expect("a harm")),
    };
    let progress = QuestionProgress {
        trainee: amira,
        bank: "small".parse().expect("an id"),
        question: question.id,
        revision: question.revision,
        answer_count: 3,
        correct_count: 1,
        is_last_correct: true,
        last_answered: moment_after(10_000),
        reviews: vec![
            review(-hour, false, 1),
            // Its time is counted from the answer before, which came at the same second of the attempt.
            review(-hour / 2, false, 0),
            review(10_000, true, 1),
        ],
    };
    assert_eq!(store.question_progress(amira).expect("progress"), [progress]);
    let exam = store.attempts(&AttemptQuery::default()).expect("attempts").remove(0);
    assert_eq!((exam.finished_at, exam.decisions.len()), (Some(moment_after(-2 * hour)), 2));
}

fn progress_does_not_depend_on_the_order_of_storing(store: &mut dyn Store) {
    let mut seen = Vec::new();
    for (number, is_reversed) in [(1, false), (2, true)] {
        let person = trainee(number);
        append(store, [Chain::of(person).link(&added("Somebody"))]);
        // At the same time: the attempt with the higher ID counts as the later one.
        let practice = |(id, truth)| {
            let mut chain = Chain::of(attempt(id));
            [chain.link(&started(person, Mode::Practice, None)), chain.at(1_000).link(&answered(Some(truth)))]
        };
        let mut practices = Vec::from([(2 * number, true), (2 * number + 1, false)].map(practice));
        if is_reversed {
            practices.reverse();
        }
        for facts in practices {
            append(store, facts);
        }
        let rows = store.question_progress(person).expect("progress");
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        seen.push((row.answer_count, row.correct_count, row.is_last_correct, row.last_answered));
    }
    assert_eq!(seen, [(2, 1, false, moment_after(1_000)); 2]);
}

/// Stores a person with a certificate, a practice and a passed exam. Returns the person's chain for further facts.
fn store_person(store: &mut dyn Store, number: u8) -> Chain {
    let person = trainee(number);
    let mut chain = Chain::of(person);
    append(
        store,
        [chain.link(&added("Zoë Ångström")), chain.link(&certificate(number, number, "2028-11-23T23:59:59Z"))],
    );
    let mut practice = Chain::of(attempt(2 * number));
    append(store, [practice.link(&started(person, Mode::Practice, None)), practice.link(&answered(Some(true)))]);
    let mut exam = Chain::of(attempt(2 * number + 1));
    append(
        store,
        [
            exam.link(&started(person, Mode::Exam, Some("brief"))),
            exam.link(&finished(ExamResult::Passed)),
            exam.link(&issued()),
        ],
    );
    chain
}

fn erasing_a_person_keeps_the_links_and_other_peoples_data(store: &mut dyn Store) {
    store_person(store, 2);
    let only_the_other = everything(store);
    let mut chain = store_person(store, 1);
    let other_chain = store.stream(attempt(4).into()).expect("a chain");
    let links = |chain: Vec<StoredFact>| chain.into_iter().map(|fact| fact.digest).collect::<Vec<_>>();
    let person_stream = StreamId::from(trainee(1));
    let own_streams = [person_stream, attempt(2).into(), attempt(3).into()];
    let before: Vec<_> = own_streams.iter().map(|stream| links(store.stream(*stream).expect("a chain"))).collect();
    let erasure = Batch {
        expectations: vec![Expectation::NotErased(trainee(1))],
        facts: vec![chain.link(&erased(trainee(1)))],
        erased_trainee: Some(trainee(1)),
        ..Batch::default()
    };
    store.append(&erasure).expect("erased");
    assert_rows_match_facts(store);
    for (stream, links_before) in own_streams.into_iter().zip(before) {
        let facts = store.stream(stream).expect("a chain");
        assert!(chain::verify_chain(stream, &facts).is_ok(), "the chain of {stream} is complete");
        assert!(links(facts.clone()).starts_with(&links_before), "the links of {stream} stay");
        let kept: Vec<_> =
            facts.iter().filter(|fact| fact.payload().is_some()).map(|fact| fact.kind.as_str()).collect();
        assert_eq!(kept, if stream == person_stream { vec!["person.erased/1"] } else { vec![] }, "{stream}");
    }
    // The rows are those that the other person alone would have.
    let rows_only = |text: &str| text.split_once('\n').map(|(_, rows)| rows.to_owned());
    assert_eq!(rows_only(&everything(store)), rows_only(&only_the_other));
    assert_eq!(store.stream(attempt(4).into()).expect("a chain"), other_chain);
    assert_eq!(store.question_progress(trainee(1)).expect("progress"), Vec::new());
    assert_eq!(store.stored_rows(&PRACTICE_ANSWERS).expect("rows").len(), 1, "the other person's answer");
    assert_eq!(
        store.content(&[true_or_false().digest()]).expect("content").len(),
        1,
        "questions are not personal data"
    );
    let later = Batch {
        expectations: vec![Expectation::NotErased(trainee(1))],
        facts: vec![chain.link(&renamed("Zoë"))],
        ..Batch::default()
    };
    assert_eq!(store.append(&later), Err(StoreError::Conflict(Conflict::PersonErased)));
    assert_eq!(store.people(&PersonQuery::default()).expect("people").len(), 1);
}

fn a_refused_erasure_erases_nothing(store: &mut dyn Store) {
    let mut chain = store_person(store, 1);
    let before = everything(store);
    chain.link(&renamed("Somebody"));
    let after_a_gap = chain.link(&erased(trainee(1)));
    let batch = Batch { facts: vec![after_a_gap], erased_trainee: Some(trainee(1)), ..Batch::default() };
    assert_eq!(store.append(&batch), Err(StoreError::Conflict(Conflict::ChainContinued)));
    assert_eq!(everything(store), before);
    assert_rows_match_facts(store);
}

fn a_person_who_is_erased_again_stays_erased(store: &mut dyn Store) {
    let mut chain = Chain::of(trainee(1));
    append(store, [chain.link(&added("Amira"))]);
    let facts = vec![chain.link(&erased(trainee(1)))];
    store.append(&Batch { facts, erased_trainee: Some(trainee(1)), ..Batch::default() }).expect("erased");
    store.append(&Batch { erased_trainee: Some(trainee(1)), ..Batch::default() }).expect("erased again");
    let later = Batch { expectations: vec![Expectation::NotErased(trainee(1))], ..Batch::default() };
    assert_eq!(store.append(&later), Err(StoreError::Conflict(Conflict::PersonErased)));
}

fn a_store_keeps_its_id_and_counts_its_batches(store: &mut dyn Store) {
    let first = store.identity().expect("an identity");
    assert_eq!(first.id, "07".repeat(16));
    let mut chain = Chain::of(trainee(1));
    for count in 1..=3 {
        let facts = vec![chain.link(&renamed("Amira")), chain.link(&renamed("Amira Okafor"))];
        store.append(&Batch { facts, ..Batch::default() }).expect("stored");
        assert_eq!(commits(store), first.commits + count);
    }
    let again = Batch { facts: vec![Chain::of(trainee(1)).link(&renamed("Amira"))], ..Batch::default() };
    store.append(&again).expect_err("refused");
    let taken = Batch { expectations: vec![Expectation::NotErased(trainee(2))], ..Batch::default() };
    assert_eq!(commits(store), first.commits + 3, "a refused batch does not count");
    store.append(&taken).expect("stored");
    store.rebuild_projections().expect("rebuilt");
    assert_eq!(store.identity().expect("an identity").id, first.id);
    assert_eq!(commits(store), first.commits + 5, "a rebuild counts as a write");
}

fn rebuilt_rows_are_the_same(store: &mut dyn Store) {
    store_person(store, 1);
    store_certificates_of_others(store);
    let before = everything(store);
    store.rebuild_projections().expect("rebuilt");
    assert_rows_match_facts(store);
    assert_eq!(everything(store), before);
}

/// Stores two more people with a certificate each.
fn store_certificates_of_others(store: &mut dyn Store) {
    for number in [5, 6] {
        let mut chain = Chain::of(trainee(number));
        let facts = [added("Zoë Ångström"), certificate(number, number, "2028-11-23T23:59:59Z")];
        append(store, facts.map(|fact| chain.link(&fact)));
    }
}

fn a_chain_with_an_unreadable_fact_shows_the_readable_ones(store: &mut dyn Store) {
    let mut chain = Chain::of(trainee(1));
    append(store, [chain.link(&added("Amira")), chain.link_raw("person.photo-taken/1", "{}")]);
    append(store, [chain.link_raw("person.name-changed/2", r#"{"name":["A"]}"#), chain.link(&renamed("Amira O."))]);
    append(store, [chain.link_raw("person.name-changed/1", r#"{"nome":"A"}"#)]);
    // A first fact of an unknown version adds no person.
    append(store, [Chain::of(trainee(2)).link_raw("person.added/2", r#"{"name":"Ben"}"#)]);
    let rows = store.people(&PersonQuery::default()).expect("people");
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.person.name.as_str(), row.head.next_seq), ("Amira O.", 5));
}
