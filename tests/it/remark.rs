//! Rescoring after a faulty question: a preview of all affected trainees, then signed facts that leave the first
//! outcome in place.

use needlewise::attempt::chain::{ChainHead, StoredFact, read_facts};
use needlewise::attempt::remark::{AttemptRemarked, QuestionRuling, RemarkPolicy};
use needlewise::attempt::{Answer, ExamResult, Fact, Points};
use needlewise::bank::Question;
use needlewise::clock::Millis;
use needlewise::exam::scoring::rescore;
use needlewise::ids::{AttemptId, FactId, StreamId};
use needlewise::store::{Batch, Store};
use serde_json::{Value, json};

use crate::stage::open_store;
use crate::world::{CommandOutput, World, question, small_bank, small_exam};

/// A school's computer on which trainees take the small exam.
struct School {
    world: World,
    secret: String,
}

impl School {
    fn new() -> Self {
        Self::with(World::new().with_small_banks())
    }

    fn with(world: World) -> Self {
        let secret = world.secret("passphrase", "correct horse battery staple").to_string_lossy().into_owned();
        world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret]).done();
        Self { world, secret }
    }

    /// Takes the exam as a trainee, with wrong answers to these questions.
    fn take_exam(&self, name: &str, wrong: &[&str]) -> CommandOutput {
        let begin = ["exam", "brief", "--plain", "--yes", "--trainee", name];
        self.world.finish_attempt(&begin, &["exam", "--resume", "--plain", "--trainee", name], |reader, shown| {
            if wrong.contains(&reader.find(shown).id.as_str()) { reader.wrong(shown) } else { reader.answer(shown) }
        })
    }

    fn remark(&self, more: &[&str]) -> CommandOutput {
        let args = ["record", "remark", "--reason", "two options are right", "--passphrase-file", &self.secret];
        self.world.run(args.iter().chain(more))
    }

    /// Returns the attempt of a trainee as `record list` shows it.
    fn row(&self, name: &str) -> Value {
        self.world.run(["record", "list", "--json", "--trainee", name]).json()[0].clone()
    }

    fn state(&self, name: &str) -> (String, String) {
        let row = self.row(name);
        let text = |member: &str| row[member].as_str().expect("a text").to_owned();
        (text("state"), format!("{} of {}", text("earned"), text("possible")))
    }

    /// Writes a certificate request for the trainee's attempt and returns its path.
    fn requests(&self, name: &str) -> String {
        let (id, file) = (self.row(name)["id"].as_str().expect("an id").to_owned(), self.world.path("r.json"));
        self.world.run(["certificate", "request", &id, "--to", &file]).done();
        file
    }

    fn issues(&self, file: &str) -> CommandOutput {
        self.world.run([
            "certificate",
            "issue",
            "--accept",
            "--yes",
            "--request",
            file,
            "--passphrase-file",
            &self.secret,
        ])
    }

    /// Replaces a compromised key with a new one.
    fn compromised(self) -> Self {
        let next = self.world.secret("next", "six other words altogether here now").to_string_lossy().into_owned();
        let rotate = ["issuer", "init", "--rotate", "--compromised", "--passphrase-file", &self.secret];
        self.world.run(rotate.into_iter().chain(["--next-passphrase-file", &next])).done();
        Self { secret: next, ..self }
    }

    fn assert_consistent(&self) {
        let said = self.world.run(["doctor"]);
        assert_eq!(said.code, 0, "{}", said.all());
        let said = self.world.run(["record", "replay", "--all"]);
        assert_eq!(said.code, 0, "{}", said.all());
    }
}

fn is(state: &str, score: &str) -> (String, String) {
    (state.to_owned(), score.to_owned())
}

#[test]
fn a_preview_lists_every_affected_trainee_and_stores_nothing() {
    let school = School::new();
    school.take_exam("Amira Okafor", &[]);
    school.take_exam("Ben Okri", &["one", "holds"]);
    school.take_exam("Chloé Dubois", &["holds", "count"]);
    let said = school.remark(&["--question", "small/one", "--policy", "accept-all"]);
    assert!(said.code == 1 && said.err.contains("Without a terminal, add --yes"), "{}", said.all());
    let id = school.row("Ben Okri")["id"].as_str().expect("an id").to_owned();
    insta::assert_snapshot!("the_preview_of_a_remark", said.out.replace(&id, "<attempt>"));
    assert_eq!(school.state("Ben Okri"), is("failed", "5 of 7"));
}

#[test]
fn a_new_pass_dates_from_the_day_of_the_attempt() {
    let school = School::new();
    assert!(school.take_exam("Ben Okri", &["one", "holds"]).out.contains("Not passed"));
    let finished = school.row("Ben Okri")["finished"].clone();
    school.world.pass(Millis::from_days(20));
    let said = school.remark(&["--question", "small/one", "--policy", "accept-all", "--yes"]);
    assert!(said.code == 0 && said.out.contains("1 attempt re-marked"), "{}", said.all());
    assert_eq!(school.state("Ben Okri"), is("passed", "6 of 7"));
    assert_eq!(school.row("Ben Okri")["finished"], finished);
    let certificate = school.world.run(["certificate", "list", "--json"]).json()[0].clone();
    assert_eq!(certificate["valid_from"].as_str().map(|at| &at[..10]), finished.as_str().map(|at| &at[..10]));
    school.assert_consistent();
    // The exam now counts as passed, and the school can sign a certificate.
    let again = school.world.typing("").run(["exam", "brief", "--plain", "--yes", "--trainee", "Ben Okri"]);
    assert!(again.code == 1 && again.err.contains("This exam is already passed"), "{}", again.all());
    let file = school.requests("Ben Okri");
    let said = school.issues(&file);
    assert!(said.code == 0 && said.out.contains("Score: 6 of 7"), "{}", said.all());
    // An issuer that did not sign the remark uses the first outcome.
    let other = School::with(World::new().with_small_banks().with_rng_seed(500));
    let said = other.issues(&file);
    assert!(said.code == 1 && said.err.contains("The exam was not passed"), "{}", said.all());
}

#[test]
fn a_pass_after_rescoring_renews_no_later_certificate() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one", "holds"]);
    school.world.pass(Millis::from_days(9));
    assert!(school.take_exam("Ben Okri", &["one"]).out.contains("\nPassed"));
    school.remark(&["--question", "small/one", "--policy", "accept-all", "--yes"]).done();
    let list = school.world.run(["certificate", "list", "--json"]).json();
    let mut ends: Vec<_> =
        list.as_array().expect("a list").iter().map(|held| held["valid_until"].to_string()).collect();
    ends.sort();
    assert_eq!(ends, ["\"2028-11-23T23:59:59Z\"", "\"2028-12-02T23:59:59Z\""], "24 months from each attempt");
}

#[test]
fn a_request_older_than_a_stored_remark_is_refused() {
    let school = School::new();
    school.take_exam("Chloé Dubois", &["holds"]);
    let file = school.requests("Chloé Dubois");
    school.remark(&["--question", "small/one", "--policy", "rekey=B", "--may-fail", "--yes"]).done();
    assert_eq!(school.state("Chloé Dubois"), is("failed", "5 of 7"));
    let said = school.issues(&file);
    assert!(said.code == 1 && said.err.contains("re-marked later"), "{}", said.all());
}

#[test]
fn a_pass_found_late_can_be_requested_from_the_day_it_was_found() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one", "holds"]);
    school.world.pass(Millis::from_days(200));
    school.remark(&["--question", "small/one", "--policy", "accept-all", "--yes"]).done();
    let file = school.requests("Ben Okri");
    let said = school.issues(&file);
    assert!(said.code == 0 && said.out.contains("Valid through: Nov 23, 2028"), "{}", said.all());
}

#[test]
fn after_a_compromise_a_remark_is_signed_again_with_the_new_key() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one", "holds"]);
    school.remark(&["--question", "small/one", "--policy", "accept-all", "--yes"]).done();
    let school = school.compromised();
    let file = school.requests("Ben Okri");
    let said = school.issues(&file);
    assert!(said.code == 1 && said.err.contains("was not passed"), "{}", said.all());
    let again = school.remark(&["--question", "small/one", "--policy", "accept-all", "--yes"]);
    assert!(again.code == 0 && again.out.contains("1 attempt re-marked"), "{}", again.all());
    school.issues(&school.requests("Ben Okri")).done();
    school.assert_consistent();
}

#[test]
fn a_remark_under_a_compromised_key_is_corrected_and_takes_no_pass_away() {
    let school = School::new();
    school.take_exam("Chloé Dubois", &["holds"]);
    school.remark(&["--question", "one", "--policy", "rekey=B", "--may-fail", "--yes"]).done();
    assert_eq!(school.state("Chloé Dubois").0, "failed");
    let school = school.compromised();
    // Under the new key the old remark does not count, so this remark would take the pass away.
    let said = school.remark(&["--question", "count", "--policy", "rekey=7", "--yes"]);
    assert!(said.out.contains("1 that keep their pass"), "{}", said.all());
    school.remark(&["--question", "one", "--policy", "rekey=A", "--yes"]).done();
    assert_eq!(school.state("Chloé Dubois"), is("passed", "6 of 7"));
    school.assert_consistent();
}

#[test]
fn a_new_answer_key_is_shown_beside_the_old_one() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one"]);
    let said = school.remark(&["--question", "small/one", "--policy", "rekey=B/C"]);
    let shown: Vec<_> = said.out.lines().filter(|line| line.starts_with("    ")).collect();
    assert_eq!(
        shown,
        ["    A  old key          Right", "    B  new key          Wrong", "    C  new key          Odd"]
    );
}

#[test]
fn exports_contain_the_new_result_once_and_no_key() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one", "holds"]);
    school.world.pass(Millis::from_days(20));
    school.remark(&["--question", "small/one", "--policy", "rekey=B", "--yes"]).done();
    school.remark(&["--question", "small/holds", "--policy", "accept-all", "--yes"]).done();
    let said = school.world.run(["record", "export", "--format", "xapi"]);
    let statements: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    let verbs: Vec<_> = statements.iter().map(|said| said["verb"]["display"]["en"].as_str().expect("a verb")).collect();
    assert_eq!(verbs, ["initialized", "failed", "voided", "passed"]);
    assert_eq!(statements[2]["object"]["id"], statements[1]["id"], "the failure is voided");
    assert_eq!(statements[1]["timestamp"], statements[3]["timestamp"], "a pass dates from the day of the attempt");
    let file = school.world.path("archive.json");
    school.world.run(["trainee", "export", "Ben Okri", "--to", &file]).done();
    let archive = std::fs::read_to_string(file).expect("an archive");
    assert!(archive.contains("\"remarked\"") && !archive.contains("rekey"), "{archive}");
}

#[test]
fn a_dropped_question_counts_neither_as_earned_nor_as_possible() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one", "holds"]);
    school.world.pass(Millis::from_days(3));
    school.remark(&["--question", "small/one", "--policy", "drop", "--yes"]).done();
    assert_eq!(school.state("Ben Okri"), is("passed", "5 of 6"));
    let shown = school.world.run(["record", "show", school.row("Ben Okri")["id"].as_str().expect("an id")]);
    assert!(shown.out.contains("Score: 5 of 6") && shown.out.contains("Re-marked"), "{}", shown.all());
    assert!(!shown.out.contains("small/one"), "the question is not named: {}", shown.all());
    assert!(!shown.out.contains("pause"), "the days until the remark are not a pause in the attempt: {}", shown.all());
    school.assert_consistent();
}

#[test]
fn a_remark_takes_no_pass_away_unless_allowed() {
    let school = School::new();
    school.take_exam("Amira Okafor", &[]);
    school.take_exam("Ben Okri", &["one"]);
    school.take_exam("Chloé Dubois", &["holds"]);
    // Key B is the choice "Wrong", the second one in the bank file.
    let args = ["--question", "one", "--policy", "rekey=B", "--yes"];
    let said = school.remark(&args);
    assert!(
        said.code == 0 && said.out.contains("2 would change, 0 unchanged, 1 that keep their pass"),
        "{}",
        said.all()
    );
    assert_eq!(school.state("Amira Okafor"), is("passed", "6 of 7"));
    assert_eq!(school.state("Ben Okri"), is("passed", "7 of 7"));
    assert_eq!(school.state("Chloé Dubois"), is("passed", "6 of 7"));
    let again = school.remark(&args);
    assert!(
        again.code == 0 && again.out.contains("nothing was changed"),
        "a repeated remark stores nothing: {}",
        again.all()
    );
    school.remark(&args.iter().copied().chain(["--may-fail"]).collect::<Vec<_>>()).done();
    assert_eq!(school.state("Chloé Dubois"), is("failed", "5 of 7"));
    let certificates = school.world.run(["certificate", "list", "--json"]).json();
    assert_eq!(certificates.as_array().map(Vec::len), Some(3), "a remark revokes no certificate");
    school.assert_consistent();
}

#[test]
fn trainees_who_chose_the_old_key_of_a_critical_question_are_listed_for_a_retake() {
    let mut bank = small_bank();
    bank["questions"][0]["critical"] = json!(true);
    bank["sources"].as_array_mut().expect("sources").push(json!({ "id": "other", "type": "book", "title": "Another" }));
    bank["questions"][0]["sources"].as_array_mut().expect("sources").push(json!({ "id": "other", "locator": "p. 2" }));
    let mut exam = small_exam();
    exam["sections"][0]["critical"] = json!(1);
    let world = World::new();
    world.file("data/question-banks/small.json", bank.to_string());
    world.file("data/question-banks/exams/brief.json", exam.to_string());
    let school = School::with(world);
    school.take_exam("Amira Okafor", &[]);
    school.take_exam("Ben Okri", &["one"]);
    assert_eq!(school.state("Ben Okri").0, "failed-critical");
    let said = school.remark(&["--question", "small/one", "--policy", "rekey=B", "--yes", "--json"]).json();
    let names = |list: &str| -> Vec<String> {
        let list = said[list].as_array().expect("a list");
        list.iter().map(|change| change["trainee"]["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(
        (names("resit"), names("kept"), names("changed")),
        (vec!["Amira Okafor".to_owned()], vec!["Amira Okafor".to_owned()], vec!["Ben Okri".to_owned()])
    );
    assert_eq!((school.state("Amira Okafor").0, school.state("Ben Okri").0), ("passed".into(), "passed".into()));
    school.assert_consistent();
}

#[test]
fn a_remark_shows_nothing_without_an_issuer_and_its_passphrase() {
    let world = World::new().with_small_banks();
    assert_eq!(world.pass_exam().code, 0);
    let args = ["record", "remark", "--question", "small/one", "--policy", "drop", "--reason", "x", "--yes"];
    let said = world.run(args);
    assert!(said.code == 2 && said.out.is_empty() && said.err.contains("no issuer"), "{}", said.all());
    let school = School::with(world);
    let said = school.world.run(args);
    assert!(said.code == 2 && said.out.is_empty() && said.err.contains("passphrase"), "{}", said.all());
}

#[test]
fn an_unsigned_remark_is_not_applied() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one", "holds"]);
    let attempt: AttemptId = school.row("Ben Okri")["id"].as_str().expect("an id").parse().expect("an id");
    let stream = StreamId::from(attempt);
    let mut store = open_store(&school.world.data().join("needlewise.db")).expect("a store");
    let rows = store.stream(stream).expect("a chain");
    let mut facts = read_facts(&rows);
    let Some((_, Fact::Finished(finished))) = facts.pop() else { panic!("an end") };
    let Fact::Started(started) = facts.swap_remove(0).1 else { panic!("a start") };
    let outcome =
        needlewise::attempt::Outcome { result: ExamResult::Passed, earned: Points::from_whole(7), ..finished.outcome };
    let question = started.paper.questions[0].question;
    let rulings = vec![QuestionRuling { question, policy: RemarkPolicy::AcceptAll }];
    let remarked = AttemptRemarked { rulings, reason: "me".to_owned(), outcome, signature: None };
    let at = rows.last().expect("facts").stored_at;
    let head = ChainHead::after_fact(rows.last().expect("facts"));
    let row = StoredFact::link(FactId::new(at, [7; 10]), stream, head, at, &Fact::Remarked(remarked), [7; 32]);
    store.append(&Batch { facts: vec![row], ..Batch::default() }).expect("stored");
    drop(store);
    assert_eq!(school.state("Ben Okri"), is("failed", "5 of 7"));
    school.assert_consistent();
}

#[test]
fn an_impossible_remark_is_refused_with_the_reason() {
    let school = School::new();
    school.take_exam("Ben Okri", &["one"]);
    for (question, policy, code, says) in [
        ("No Name", "drop", 2, "There is no question"),
        ("nothing-like-it", "drop", 2, "There is no question"),
        ("small/none", "drop", 1, "No exam here asked that question"),
        ("small/one", "forget", 2, "There is no such policy"),
        ("small/one", "rekey=D", 1, "cannot be the key of this question"),
        ("small/one", "rekey=AB", 1, "cannot be the key of this question"),
        ("small/holds", "rekey=B", 1, "cannot be the key of this question"),
        ("small/sequence", "rekey=ABC", 1, "cannot get a new key"),
    ] {
        let said = school.remark(&["--question", question, "--policy", policy, "--yes"]);
        assert!(said.code == code && said.err.contains(says), "{question} {policy}: {}", said.all());
    }
    let said = school.remark(&["--question", "small/one", "--policy", "drop", "--yes", "--revision", "2"]);
    assert!(said.code == 1 && said.err.contains("that revision"), "{}", said.all());
}

#[test]
fn every_question_kind_can_be_rescored_with_another_key() {
    let read = |id: &str, rest: Value| -> Question { serde_json::from_value(question(id, rest)).expect("a question") };
    let choice = |select: Value| {
        let choices = json!([{ "text": "A", "correct": true }, { "text": "B" }, { "text": "C" }]);
        read("q", json!({ "kind": "choice", "select": select, "choices": choices }))
    };
    let marks = |question: &Question, keys: &[Answer], answer: Option<Answer>| {
        rescore(question, &RemarkPolicy::Rekey(keys.to_vec()), answer.as_ref()) == Some(Points::one())
    };
    let ticked = |places: &[usize]| Answer::Choices(places.to_vec());
    let one = choice(json!("one"));
    assert!(marks(&one, &[ticked(&[1])], Some(ticked(&[1]))) && !marks(&one, &[ticked(&[1])], Some(ticked(&[0]))));
    let either = [ticked(&[0]), ticked(&[2])];
    assert!([0, 2].iter().all(|at| marks(&one, &either, Some(ticked(&[*at])))), "either key is correct");
    assert!(!marks(&one, &either, Some(ticked(&[1]))) && !marks(&one, &either, None));
    let all = choice(json!("all"));
    assert!(
        marks(&all, &[ticked(&[1, 2])], Some(ticked(&[1, 2]))) && !marks(&all, &[ticked(&[1, 2])], Some(ticked(&[0])))
    );
    let holds = read("h", json!({ "kind": "true-false", "answer": true, "rationales": { "true": "x", "false": "y" } }));
    assert!(marks(&holds, &[Answer::Truth(false)], Some(Answer::Truth(false))));
    let count = read("n", json!({ "kind": "number", "answer": "0.01", "tolerance": "0" }));
    let number = |text: &str| Answer::Number(text.to_owned());
    assert!(
        marks(&count, &[number("0.02")], Some(number("0,02")))
            && !marks(&count, &[number("0.02")], Some(number("0.01")))
    );
    let name = read("t", json!({ "kind": "text", "accept": ["lung"] }));
    let text = |text: &str| Answer::Text(text.to_owned());
    assert!(marks(&name, &[text("Pneumothorax")], Some(text("pneumothorax "))));
    assert_eq!(rescore(&one, &RemarkPolicy::Drop, Some(&ticked(&[0]))), None);
    assert_eq!(rescore(&one, &RemarkPolicy::AcceptAll, None), Some(Points::one()));
}
