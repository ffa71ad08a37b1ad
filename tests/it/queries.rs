//! The cost of queries: how often each one reads the store. None of them writes anything.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use needlewise::attempt::Mode;
use needlewise::attempt::chain::StoredFact;
use needlewise::clock::Millis;
use needlewise::credential::{Assurance, Issuer, SigningKeyPair};
use needlewise::ids::{Digest, StreamId, TraineeId};
use needlewise::projections::attempts::{AttemptQuery, AttemptRow};
use needlewise::projections::certificates::{CertificateQuery, CertificateRow};
use needlewise::projections::notebook::{NoteQuery, QuestionNotes, ReadingProgress};
use needlewise::projections::people::{PersonQuery, PersonRow};
use needlewise::projections::row::{Projection, StoredRow};
use needlewise::projections::study::QuestionProgress;
use needlewise::projections::tables::RowDifference;
use needlewise::roster::Roster;
use needlewise::service::records::ArchivedPeople;
use needlewise::service::remarking::{RemarkInstruction, RemarkRequest};
use needlewise::service::{ServiceError, Services};
use needlewise::store::{Batch, Store, StoreError, StoreIdentity};
use needlewise::view::home::HomeView;
use needlewise::view::person::PersonView;

use crate::keys::with_small_banks;
use crate::pass::Pass;
use crate::source::files;
use crate::stage::{add_person, service_over};
use crate::world::{MONDAY, World, all_files};

/// The numbers of reads and writes of a store.
#[derive(Clone, Default)]
struct Counts {
    queries: Arc<AtomicUsize>,
    writes: Arc<AtomicUsize>,
}

impl Counts {
    /// Runs an action and returns how many queries it made.
    #[track_caller]
    fn queries_of<T>(&self, action: impl FnOnce() -> Result<T, ServiceError>) -> usize {
        let before = self.queries.load(Ordering::Relaxed);
        action().expect("an answer");
        self.queries.load(Ordering::Relaxed) - before
    }

    fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }
}

/// A store that counts its queries and writes.
struct CountingStore {
    inner: Box<dyn Store>,
    counts: Counts,
}

impl CountingStore {
    fn read(&self) -> &dyn Store {
        self.counts.queries.fetch_add(1, Ordering::Relaxed);
        &*self.inner
    }

    fn write(&mut self) -> &mut dyn Store {
        self.counts.writes.fetch_add(1, Ordering::Relaxed);
        &mut *self.inner
    }
}

impl Store for CountingStore {
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write().append(batch)
    }

    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
        self.read().stream(stream)
    }

    fn streams(&self, streams: &[StreamId]) -> Result<BTreeMap<StreamId, Vec<StoredFact>>, StoreError> {
        self.read().streams(streams)
    }

    fn stream_ids(&self) -> Result<Vec<StreamId>, StoreError> {
        self.read().stream_ids()
    }

    fn content(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, String>, StoreError> {
        self.read().content(digests)
    }

    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError> {
        self.read().attempts(query)
    }

    fn people(&self, query: &PersonQuery) -> Result<Vec<PersonRow>, StoreError> {
        self.read().people(query)
    }

    fn certificates(&self, query: &CertificateQuery) -> Result<Vec<CertificateRow>, StoreError> {
        self.read().certificates(query)
    }

    fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError> {
        self.read().question_progress(trainee)
    }

    fn question_notes(&self, query: &NoteQuery) -> Result<Vec<QuestionNotes>, StoreError> {
        self.read().question_notes(query)
    }

    fn reading_progress(&self, trainee: TraineeId) -> Result<Vec<ReadingProgress>, StoreError> {
        self.read().reading_progress(trainee)
    }

    fn stored_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError> {
        self.read().stored_rows(projection)
    }

    fn row_differences(&self) -> Result<Vec<RowDifference>, StoreError> {
        self.read().row_differences()
    }

    fn rebuild_projections(&mut self) -> Result<(), StoreError> {
        self.write().rebuild_projections()
    }

    fn require_same_store(&mut self) -> Result<(), StoreError> {
        self.inner.require_same_store()
    }

    fn identity(&self) -> Result<StoreIdentity, StoreError> {
        self.read().identity()
    }

    fn set_patience(&mut self, patience: Duration) -> Result<(), StoreError> {
        self.inner.set_patience(patience)
    }

    fn save_copy(&self, folder: &Path, file_name: &str) -> Result<Option<PathBuf>, StoreError> {
        self.counts.writes.fetch_add(1, Ordering::Relaxed);
        self.inner.save_copy(folder, file_name)
    }

    fn erased_people(&self) -> Result<Vec<TraineeId>, StoreError> {
        self.read().erased_people()
    }

    fn check_integrity(&self) -> Result<Vec<String>, StoreError> {
        self.read().check_integrity()
    }
}

/// Opens the services of a home over a store that counts.
fn counted_service(home: &Path, time: &Rc<Cell<i64>>) -> (Services, Counts) {
    let counts = Counts::default();
    let wrapped = counts.clone();
    let service = service_over(home, time, |store| Box::new(CountingStore { inner: Box::new(store), counts: wrapped }));
    (service, counts)
}

#[test]
fn resuming_an_attempt_takes_three_queries() {
    let (home, time) = (tempfile::tempdir().expect("a folder"), Rc::new(Cell::new(MONDAY)));
    with_small_banks(home.path());
    let (mut service, counts) = counted_service(home.path(), &time);
    let person = add_person(&mut service, "Amira Okafor");
    let exam = service.catalog().exam(&"brief".parse().expect("an id")).expect("the exam").value.clone();
    let begun = service.attempts_mut().begin_exam(person.id, &exam).expect("an exam");
    let queries = counts.queries_of(|| {
        let row = service.attempts().open_attempt(person.id, Mode::Exam)?.expect("the exam");
        assert_eq!(row.id, begun.row.id);
        service.attempts().load(row.id)
    });
    // One for the open attempts, one for the facts, and one for all content in a batch.
    assert_eq!(queries, 3);
}

#[test]
fn a_list_takes_one_query_for_each_table_that_it_shows() {
    let world = clinic();
    let (service, counts) = counted_service(world.home.path(), &world.time);
    let person = amira(&service);
    assert_eq!(counts.queries_of(|| service.people().list()), 1, "people");
    assert_eq!(counts.queries_of(|| service.people().get(person.id)), 1, "one person");
    assert_eq!(counts.queries_of(|| service.attempts().list(&AttemptQuery::default())), 1, "attempts");
    assert_eq!(counts.queries_of(|| service.attempts().open_attempt(person.id, Mode::Exam)), 1, "an open attempt");
    assert_eq!(counts.queries_of(|| service.attempts().question_progress(person.id)), 1, "progress");
    assert_eq!(counts.queries_of(|| service.certificates().rows(person.id)), 1, "certificates");
    assert_eq!(
        counts.queries_of(|| service.records().matrix(ArchivedPeople::Hidden)),
        3,
        "people, certificates and passes"
    );
    let exam = service.catalog().exam(&"brief".parse().expect("an id")).expect("the exam");
    assert_eq!(counts.queries_of(|| service.attempts().eligibility(person.id, &exam.value)), 1, "eligibility");
}

#[test]
fn home_takes_four_queries_and_one_for_each_exam() {
    let world = clinic();
    let (service, counts) = counted_service(world.home.path(), &world.time);
    let person = amira(&service);
    // One query each for the open exam, practice and mock exam, and one for the progress. The eligibility for an exam
    // needs the attempts at that exam.
    let limit = 4 + service.catalog().exams().count();
    let queries = counts.queries_of(|| HomeView::load(&service, &person));
    assert!((1..=limit).contains(&queries), "{queries} queries instead of at most {limit}");
}

const PASSPHRASE: &str = "correct horse battery staple";

/// Returns a home with an issuer where Amira has passed and practiced. An imported certificate adds a second person.
fn clinic() -> World {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let practice = ["practice", "small", "--plain", "--count", "2"];
    world.finish_attempt(&practice, &["practice", "--resume", "--plain"], |reader, shown| reader.answer(shown)).done();
    let secret = world.secret("passphrase", PASSPHRASE).to_string_lossy().into_owned();
    world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret]).done();
    world.pass(Millis::from_hours(1));
    let certificate = Pass { assurance: Assurance::Unsupervised, ..Pass::default() }.certificate();
    let file = world.file("handed.json", certificate).to_string_lossy().into_owned();
    world.run(["certificate", "import", &file]).done();
    world
}

fn amira(service: &Services) -> PersonRow {
    service.people().find("Amira Okafor").expect("an answer").expect("a person")
}

#[test]
fn no_query_writes_into_the_store_or_a_file() {
    let world = clinic();
    let issuer = std::fs::read_to_string(world.home.path().join("config/issuer.key")).expect("a file");
    let issuer = Issuer::from_json(&issuer).expect("an issuer");
    let key = issuer.unlock(PASSPHRASE).expect("its key");
    // A query that restores missing files would write these.
    std::fs::remove_dir_all(world.data().join("certificates")).expect("deleted");
    let before = all_files(world.home.path());
    let (service, counts) = counted_service(world.home.path(), &world.time);
    run_every_query(&service, &issuer, &key).expect("answers");
    load_every_view(&service).expect("views");
    assert_eq!(service.health().missing_certificate_files().expect("an answer").len(), 2);
    assert_eq!(counts.writes(), 0);
    drop(service);
    let after = all_files(world.home.path());
    let changed: Vec<_> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(path, _)| path).collect();
    let gone: Vec<_> = before.keys().filter(|path| !after.contains_key(*path)).collect();
    assert!(changed.is_empty() && gone.is_empty(), "written or changed: {changed:?}, deleted: {gone:?}");
}

/// Calls every method of the services that takes `&self`.
fn run_every_query(service: &Services, issuer: &Issuer, key: &SigningKeyPair) -> Result<(), ServiceError> {
    let person = amira(service);
    let exam = service.catalog().exam(&"brief".parse().expect("an id")).expect("the exam").value.clone();
    let query = AttemptQuery { trainee: Some(person.id), mode: Some(Mode::Exam), ..AttemptQuery::default() };

    let people = service.people();
    people.trainee_option(&person)?;
    assert_eq!(people.list()?.len(), 2);
    people.select(&PersonQuery { max_count: Some(1), ..PersonQuery::default() })?;
    people.get(person.id)?;
    people.find("Nobody")?;
    people.all_records()?;
    people.archived()?;
    people.linked_records(person.id)?;
    people.link_proposals()?;
    people.plan_roster(&Roster::default())?;

    let attempts = service.attempts();
    let rows = attempts.list(&query)?;
    let row = rows.first().expect("the exam");
    attempts.question_progress(person.id)?;
    attempts.earlier_papers(person.id, &exam.id)?;
    attempts.has_granted_attempt(person.id, &exam)?;
    attempts.open_attempt(person.id, Mode::Exam)?;
    attempts.open_attempts(person.id)?;
    attempts.eligibilities(person.id, [&*exam])?;
    let _ = attempts.eligibility(person.id, &exam)?;
    attempts.time_limit(person.id, &exam)?;
    attempts.disclosure_level(row)?;
    attempts.disclosure_levels(&rows)?;
    attempts.facts(row.id)?;
    attempts.load_paper(row.id)?;
    attempts.load(row.id)?;
    attempts.replay(row.id)?;

    run_every_study_query(service, &person)?;

    let certificates = service.certificates();
    let stored = certificates.stored(None)?.records;
    assert!(certificates.verified(None)?.damaged.is_empty());
    let found = certificates.find(&stored.first().expect("a certificate").certificate_id.short())?;
    certificates.attempt_of(&found)?;
    for person in people.list()? {
        let rows = certificates.rows(person.id)?;
        certificates.verify_signatures(&rows.iter().collect::<Vec<_>>(), &|| {})?;
    }

    let issuing = service.issuing();
    let request = issuing.build_request(row.id)?;
    issuing.issued_before(&request, issuer)?;
    issuing.find_unsigned_pass(person.id, issuer)?;
    issuing.ledger(issuer.id)?;
    issuing.bundle(issuer, key)?;
    let (bank, question) = ("small".parse().expect("an id"), "one".parse().expect("an id"));
    let (revision, instruction, allow_lost_passes) = (None, RemarkInstruction::AcceptAll, false);
    let remark = RemarkRequest { bank: &bank, question: &question, revision, instruction, allow_lost_passes };
    issuing.plan_remark(rows.clone(), &remark, issuer, &|| {})?;

    let records = service.records();
    records.matrix(ArchivedPeople::Shown)?;
    records.replay_request(&request)?;
    records.export_records()?;
    records.attempts(&AttemptQuery::default())?;
    records.timeline(person.id)?;
    records.matrix_of(&person)?;
    records.export_person(&person)?;

    run_every_health_query(service)
}

fn run_every_health_query(service: &Services) -> Result<(), ServiceError> {
    let health = service.health();
    health.identity()?;
    health.check_engine()?;
    let _ = health.check_chains()?;
    health.row_differences()?;
    let _ = health.check_marking()?;
    let _ = health.check_certificates()?;
    health.missing_certificate_files()?;
    Ok(())
}

fn run_every_study_query(service: &Services, person: &PersonRow) -> Result<(), ServiceError> {
    assert!(service.health().losses().is_empty());
    assert!(service.health().certificate_folders_without_person()?.is_empty());
    service.study().today();
    service.study().record(person)?;
    let notebook = service.notebook();
    notebook.list(&NoteQuery::default())?;
    notebook.reading_progress(person.id)?;
    service.attempts().ensure_no_open_exam(person.id)
}

/// Loads the data of every screen that reads the store.
fn load_every_view(service: &Services) -> Result<(), ServiceError> {
    for person in service.people().list()? {
        HomeView::load(service, &person)?;
        PersonView::load(service, person.id)?;
        assert!(service.certificates().verified(Some(person.id))?.damaged.is_empty());
        for exam in service.catalog().exams() {
            let _ = service.attempts().eligibility(person.id, &exam.value)?;
            service.attempts().time_limit(person.id, &exam.value)?;
        }
    }
    service.records().matrix(ArchivedPeople::Hidden).map(|_| ())
}

#[test]
fn every_service_query_is_called_by_the_no_write_test() {
    let own_text = include_str!("queries.rs");
    let mut query_count = 0;
    for (name, text) in files("src/service", &["rs"]) {
        for block in text.split("\nimpl<S: Deref<Target = Services>> ").skip(1) {
            let block = block.split("\n}\n").next().expect("a block");
            for line in block.lines() {
                let Some(signature) = line.strip_prefix("    pub fn ") else { continue };
                let method = signature.split(['(', '<']).next().expect("a name");
                assert!(own_text.contains(&format!(".{method}(")), "{name}: {method} is not called in this file");
                query_count += 1;
            }
        }
    }
    assert!(query_count > 30, "{query_count} queries were found");
}
