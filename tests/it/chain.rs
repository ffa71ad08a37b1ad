//! Chains of facts that tests build step by step, and the facts that most tests need.

use std::collections::BTreeMap;

use needlewise::attempt::chain::{ChainHead, SaltedPayload, StoredFact};
use needlewise::attempt::fact::{
    AttemptEnding, AttemptFinished, AttemptStarted, CertificateImported, CertificateIssued, PersonErased,
    QuestionAnswered,
};
use needlewise::attempt::paper::{BankRef, DrawVersion, ExamRef, PaperQuestion, PaperSection, Seed};
use needlewise::attempt::person::{NameChanged, PersonAdded};
use needlewise::attempt::{Answer, ExamResult, Fact, Mode, Outcome, Paper, Points};
use needlewise::bank::{Bank, Question};
use needlewise::clock::{Millis, Timestamp};
use needlewise::credential::Credential;
use needlewise::ids::{AttemptId, CertificateId, Digest, FactId, StreamId, TraineeId};

use crate::pass::{Pass, moment};
use crate::world::{MONDAY, small_bank};

/// Returns the ID of a person by number. It is the holder of a [`Pass`] with the same number.
pub fn trainee(number: u8) -> TraineeId {
    TraineeId::new(moment("2026-11-23T09:05:00Z"), [number; 10])
}

/// Returns the ID of an attempt by number. A higher number gives a higher ID.
pub fn attempt(number: u8) -> AttemptId {
    AttemptId::new(Timestamp::from_millis(MONDAY), [number; 10])
}

/// A chain of facts under construction.
pub struct Chain {
    stream: StreamId,
    head: ChainHead,
    now: Timestamp,
}

impl Chain {
    /// Starts the chain of a person, an attempt or an issuer, with the clock at [`MONDAY`].
    pub fn of(stream: impl Into<StreamId>) -> Self {
        Self { stream: stream.into(), head: ChainHead::START, now: Timestamp::from_millis(MONDAY) }
    }

    /// Sets the clock to `millis` after [`MONDAY`]; a negative value is before it.
    pub fn at(&mut self, millis: i64) -> &mut Self {
        self.now = Timestamp::from_millis(MONDAY + millis);
        self
    }

    /// Adds a fact and returns it as it is stored.
    pub fn link(&mut self, fact: &Fact) -> StoredFact {
        let (id, salt) = self.random_parts(&fact.payload());
        let stored = StoredFact::link(id, self.stream, self.head, self.now, fact, salt);
        self.head = ChainHead::after_fact(&stored);
        stored
    }

    /// Adds a fact of any kind with any payload. Its digests are computed here from the specification of the stored
    /// format and not by the program, so a test can store facts that the program would never write.
    pub fn link_raw(&mut self, kind: &str, payload: &str) -> StoredFact {
        let (id, salt) = self.random_parts(payload);
        let (stream, seq, previous_digest) = (self.stream, self.head.next_seq, self.head.digest);
        let (at, payload_digest) = (self.now.as_millis(), Digest::of_concatenation(salt, payload));
        let digest = Digest::of(format!(
            r#"{{"at":{at},"body":"{payload_digest}","kind":"{kind}","prev":"{previous_digest}","seq":{seq},"stream":"{stream}"}}"#
        ));
        let stored = StoredFact {
            id,
            stream,
            seq,
            kind: kind.to_owned(),
            stored_at: self.now,
            payload_digest,
            previous_digest,
            digest,
            salted_payload: Some(SaltedPayload { salt, payload: payload.to_owned() }),
        };
        self.head = ChainHead::after_fact(&stored);
        stored
    }

    /// Returns an ID and a salt that differ between facts and are the same in every run.
    fn random_parts(&self, payload: &str) -> (FactId, [u8; 32]) {
        let random = Digest::of(format!("{} {} {payload}", self.stream, self.head.next_seq));
        let id_part = random.as_bytes()[..10].try_into().expect("ten bytes");
        (FactId::new(self.now, id_part), *random.as_bytes())
    }
}

/// Returns the fact that a person was added.
pub fn added(name: &str) -> Fact {
    Fact::PersonAdded(PersonAdded::from_name(name))
}

/// Returns the fact that a person with a staff number was added.
pub fn added_with_number(name: &str, staff_id: &str) -> Fact {
    Fact::PersonAdded(PersonAdded { staff_id: Some(staff_id.to_owned()), ..PersonAdded::from_name(name) })
}

/// Returns the fact that a person was renamed.
pub fn renamed(name: &str) -> Fact {
    Fact::NameChanged(NameChanged { name: name.to_owned() })
}

/// Returns the fact that a person's data was erased.
pub fn erased(trainee: TraineeId) -> Fact {
    Fact::Erased(PersonErased { trainee })
}

/// Returns the fact that a certificate was imported.
pub fn imported(pass: &Pass<'_>) -> Fact {
    let text = pass.certificate();
    let credential: Credential = serde_json::from_str(&text).expect("a credential");
    let certificate = credential.certificate_id().expect("an id");
    Fact::Imported(CertificateImported { certificate, credential: text })
}

/// Returns the true-or-false question of the small bank, whose statement is true.
pub fn true_or_false() -> Question {
    let bank: Bank = serde_json::from_value(small_bank()).expect("a bank");
    let found = bank.questions.iter().find(|question| question.id.as_str() == "holds");
    (**found.expect("the question")).clone()
}

/// Returns the content that the papers of [`started`] refer to.
pub fn content() -> BTreeMap<Digest, String> {
    let question = true_or_false();
    BTreeMap::from([(question.digest(), question.content_json())])
}

/// Returns the fact that an attempt started. Its paper has the one question of [`true_or_false`].
pub fn started(trainee: TraineeId, mode: Mode, exam: Option<&str>) -> Fact {
    let version = || "1.0.0".to_owned();
    let exam_ref =
        |id: &str| ExamRef { id: id.parse().expect("an id"), version: version(), digest: Digest::of("an exam") };
    let bank_ref = BankRef {
        id: "small".parse().expect("an id"),
        version: version(),
        digest: Digest::of("a bank"),
        frame: Digest::of("a frame"),
        replaces_built_in: false,
    };
    let paper = Paper {
        exam: exam.map(exam_ref),
        draw: DrawVersion::NEWEST,
        seed: Seed([1; 32]),
        retries: 0,
        banks: vec![bank_ref],
        sections: vec![PaperSection { bank: 0, pool: None, excluded: Vec::new() }],
        reviewed: None,
        questions: vec![PaperQuestion { section: 0, question: true_or_false().digest(), order: Vec::new() }],
    };
    let limit = (mode != Mode::Practice).then_some(Millis::from_minutes(10));
    Fact::Started(AttemptStarted { trainee, mode, limit, paper, session_day: None, invigilated: None })
}

/// Returns the fact that the question was answered, or with `None` that its answer was cleared.
pub fn answered(truth: Option<bool>) -> Fact {
    let answer = truth.map(Answer::Truth);
    Fact::Answered(QuestionAnswered {
        question_index: 0,
        answer,
        certainty: None,
        elapsed: Millis(1_000),
        piped: false,
        study_day: None,
    })
}

/// Returns the outcome of an attempt at the one question.
pub fn outcome(result: ExamResult) -> Outcome {
    Outcome {
        earned: Points::one(),
        possible: 1,
        pass_mark: None,
        sections: Vec::new(),
        missed_critical_objectives: Vec::new(),
        missed_objectives: Vec::new(),
        unanswered: 0,
        result,
    }
}

/// Returns the fact that an attempt was submitted with this result.
pub fn finished(result: ExamResult) -> Fact {
    let (ending, elapsed) = (AttemptEnding::Submitted, Millis(2_000));
    Fact::Finished(AttemptFinished { ending, elapsed, outcome: outcome(result) })
}

/// Returns the fact that a certificate was issued for an attempt.
pub fn issued() -> Fact {
    let valid_from = Timestamp::from_millis(MONDAY);
    Fact::Issued(CertificateIssued {
        certificate: CertificateId::new(valid_from, [9; 10]),
        digest: Digest::of("a credential"),
        valid_from,
        valid_until: valid_from.saturating_add(Millis::from_days(730)),
        credential: "a credential".to_owned(),
    })
}
