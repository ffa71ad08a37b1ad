//! A certificate request: the fact chain of one attempt, sent by a trainee to an issuer.
//! Verification checks the chain, compares the paper with the content that the issuer stores, and scores it again.
//!
//! The sender could have invented every answer, so verification does not prove who took the exam.
//! Without an invigilator, the certificate gets the assurance `Unsupervised`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::attempt::chain::{self, ChainHead, SaltedPayload, StoredFact, read_facts};
use crate::attempt::fact::{AttemptFinished, AttemptStarted, AttemptTrace, is_result_kind};
use crate::attempt::paper::BankRef;
use crate::attempt::{Fact, Mode};
use crate::canonical;
use crate::clock::{Millis, Timestamp};
use crate::credential::key::KeyPeriod;
use crate::exam::LoadedPaper;
use crate::exam::anomalies::find_anomalies;
use crate::exam::loaded_paper::MissingContent;
use crate::exam::replay::{self, ReplayResult};
use crate::ids::{AttemptId, Digest, FactId, StreamId, TraineeId, from_hex, to_hex};
use crate::issuing::copies;
use crate::issuing::decision::applicable_facts;
use crate::problem::json_reason;
use crate::text;

mod checks;

use checks::{check_blueprint, check_draw, check_pools, required_markers, rescore};

/// The version of the file format that this program writes. Its facts have kinds with a version.
const FORMAT_VERSION: u32 = 2;

/// The oldest version of the file format that is read. Its facts are those of the first program.
const OLDEST_FORMAT_VERSION: u32 = 1;

/// The size limit of a request file in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// How long after the exam was passed a certificate can be requested: 90 days. A re-marking that changes the result to
/// a pass starts the time again.
pub const MAX_AGE: Millis = Millis(90 * 24 * 3_600_000);

/// The content of a request file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    format: u32,
    pub trainee: Requester,
    pub attempt: AttemptId,
    facts: Vec<RequestFact>,
    /// Content that the paper refers to, by digest: the exam, the banks without questions, the questions of open banks,
    /// and the pools. Only a replay uses it. An issuer uses its own copies.
    contents: BTreeMap<Digest, String>,
}

/// The trainee who requests a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    /// The trainee's ID, which must be the one in the facts of the attempt.
    pub id: TraineeId,
    /// The name for the certificate.
    pub name: String,
    /// The license for the certificate, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// A stored fact with its payload and salt. Member names in the file are short: `body` is the payload's digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestFact {
    id: FactId,
    seq: u32,
    kind: String,
    at: Timestamp,
    body: Digest,
    prev: Digest,
    digest: Digest,
    salt: String,
    payload: String,
}

/// The reason why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestRefusal {
    /// It uses an exam, a bank or a question that the issuer does not have.
    UnknownContent(MissingContent),
    /// Any other reason, as one or more sentences for people.
    Other(String),
}

impl From<String> for RequestRefusal {
    fn from(reason: String) -> Self {
        Self::Other(reason)
    }
}

impl From<&str> for RequestRefusal {
    fn from(reason: &str) -> Self {
        Self::Other(reason.to_owned())
    }
}

impl std::fmt::Display for RequestRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownContent(missing) => {
                write!(
                    f,
                    "It uses an exam or a question that this computer does not have: {missing}. Add the trainee's banks \
                     with --banks."
                )
            }
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

/// A request with a verified chain and its loaded paper.
struct OpenedRequest {
    stored_facts: Vec<StoredFact>,
    head: ChainHead,
    loaded_paper: Arc<LoadedPaper>,
}

/// A passed attempt from a request that was verified and marked again.
#[derive(Debug)]
pub struct RescoredAttempt {
    /// The paper, with the issuer's own copy of the questions and banks.
    pub loaded_paper: Arc<LoadedPaper>,
    /// The fact that ended the attempt. Its outcome is the one that this computer calculated.
    pub finished: AttemptFinished,
    /// When the attempt ended. The certificate is valid from then on.
    pub ended_at: Timestamp,
    /// The digest of the last fact in the request. The certificate names it as evidence.
    pub head_digest: Digest,
    /// What is unusual about the attempt, one sentence each.
    pub anomalies: Vec<String>,
}

impl CertificateRequest {
    /// Creates the request for an attempt. `content` returns stored content by digest. Facts after the last result are
    /// left out.
    pub fn new(
        trainee: Requester,
        attempt: AttemptId,
        stored_facts: &[StoredFact],
        content: impl Fn(Digest) -> Option<String>,
    ) -> Self {
        let to_request_fact = |stored_fact: &StoredFact| {
            let SaltedPayload { salt, payload } = stored_fact.salted_payload.clone()?;
            let (id, seq, kind, at) =
                (stored_fact.id, stored_fact.seq, stored_fact.kind.clone(), stored_fact.stored_at);
            let (body, prev, digest) = (stored_fact.payload_digest, stored_fact.previous_digest, stored_fact.digest);
            Some(RequestFact { id, seq, kind, at, body, prev, digest, salt: to_hex(&salt), payload })
        };
        let digests = match read_facts(stored_facts).first() {
            Some((_, Fact::Started(started))) => shareable_digests(started, &content),
            _ => BTreeSet::new(),
        };
        // Later facts, such as the certificate that this computer signed itself, say nothing about the result.
        let end = stored_facts
            .iter()
            .rposition(|stored_fact| is_result_kind(&stored_fact.kind))
            .map_or(stored_facts.len(), |at| at + 1);
        Self {
            format: FORMAT_VERSION,
            trainee,
            attempt,
            facts: stored_facts[..end].iter().filter_map(to_request_fact).collect(),
            contents: digests.into_iter().filter_map(|digest| Some((digest, content(digest)?))).collect(),
        }
    }

    /// Returns the text of the request file.
    ///
    /// # Errors
    /// No case is known: every value of this type has a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Returns whether the request contains the fact with this digest.
    pub fn has_fact(&self, fact_digest: Digest) -> bool {
        self.facts.iter().any(|request_fact| request_fact.digest == fact_digest)
    }

    /// Returns whether the chain in the request ends with this fact.
    pub fn ends_with(&self, fact_digest: Digest) -> bool {
        self.facts.last().is_some_and(|request_fact| request_fact.digest == fact_digest)
    }

    /// Returns what recognizes copies of the attempt. `None` if the facts cannot be read.
    pub fn trace(&self) -> Option<AttemptTrace> {
        copies::trace(self.attempt, &self.stored_facts().ok()?)
    }

    /// Returns the digest of the request. White space and member order in the file do not change it.
    pub fn digest(&self) -> Digest {
        Digest::of(canonical::text(self))
    }

    /// Parses a request file. This does not verify it.
    ///
    /// # Errors
    /// The end of a sentence about the file, if it is too large, is not a request, or has a newer format.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err("it is larger than 32 MB".to_owned());
        }
        let request: Self = serde_json::from_slice(bytes).map_err(|error| json_reason(&error))?;
        match request.format {
            OLDEST_FORMAT_VERSION..=FORMAT_VERSION => Ok(request),
            _ => Err("it was written by a newer needlewise".to_owned()),
        }
    }

    /// Verifies the chain, checks the paper against the issuer's own content, and marks the answers again.
    ///
    /// `stored_content` returns content of the issuer's own store by digest. Content of the request is not trusted. Of
    /// the remarks in the chain, only those that one of these `keys` signed count.
    ///
    /// # Errors
    /// The reason of the refusal, for people. The request contradicts itself or its exam, is too old, uses content that
    /// this computer does not have, or has no passed exam.
    pub fn verify_and_rescore(
        &self,
        stored_content: impl Fn(Digest) -> Option<String>,
        keys: &[KeyPeriod],
        now: Timestamp,
    ) -> Result<RescoredAttempt, RequestRefusal> {
        let OpenedRequest { stored_facts, head, loaded_paper } = self.open(&stored_content)?;
        let exam = loaded_paper.exam.as_ref().filter(|_| loaded_paper.mode == Mode::Exam);
        let exam = exam.ok_or("It is for practice or a mock exam. Only a real exam has a certificate.")?;
        check_blueprint(&loaded_paper, exam)?;
        for marker in required_markers(&loaded_paper, exam) {
            stored_content(Digest::of(&marker))
                .ok_or(RequestRefusal::UnknownContent(MissingContent(Digest::of(&marker))))?;
        }
        check_pools(&loaded_paper, &stored_content)?;
        let (finished, ended_at, passed_at) = rescore(&loaded_paper, &stored_facts, keys)?;
        check_draw(&loaded_paper, exam, &stored_content)?;
        if now.since(passed_at) > MAX_AGE {
            let day = passed_at.day().format_for_people();
            return Err(format!(
                "It is too old: the exam was passed on {day}, more than 90 days ago. The exam must be taken again."
            )
            .into());
        }
        // A certificate starts when the attempt ended, and no one accepts a start in the future.
        if ended_at > now {
            let day = ended_at.day().format_for_people();
            return Err(format!("Its attempt ended on {day}, in the future. Check both computers' clocks.").into());
        }
        let mut anomalies = find_anomalies(&loaded_paper, &stored_facts);
        // More time can be a person's time factor, so the issuer sees it and decides.
        if loaded_paper.limit != Some(exam.time_limit()) {
            let limit = loaded_paper.limit.map_or_else(|| "none".to_owned(), |limit| format!("{limit}"));
            anomalies.push(format!("Time limit: {limit}. The exam has {}.", exam.time_limit()));
        }
        let unknown = stored_facts.iter().filter(|fact| has_unknown_members(fact)).count();
        if unknown > 0 {
            let facts = text::count_with_noun(unknown, "fact");
            anomalies
                .push(format!("{facts} of the attempt have content that this version of needlewise does not know"));
        }
        Ok(RescoredAttempt { loaded_paper, finished, ended_at, head_digest: head.digest, anomalies })
    }

    /// Draws and marks the attempt again with the content of the request. `stored_content` returns what is missing
    /// there. Returns the facts, the paper and what the replay found.
    ///
    /// The result does not mean that the request can be trusted: its content may be made up.
    ///
    /// # Errors
    /// The reason, if the chain does not verify or if content is missing in both places.
    pub fn replay(
        &self,
        stored_content: impl Fn(Digest) -> Option<String>,
    ) -> Result<(Vec<StoredFact>, Arc<LoadedPaper>, ReplayResult), RequestRefusal> {
        let content = |digest: Digest| self.contents.get(&digest).cloned().or_else(|| stored_content(digest));
        let OpenedRequest { stored_facts, loaded_paper, .. } = self.open(content)?;
        let facts: Vec<_> = applicable_facts(&stored_facts).into_iter().map(|(_, fact)| fact).collect();
        let replayed = replay::replay(&loaded_paper, &facts, content).map_err(RequestRefusal::UnknownContent)?;
        Ok((stored_facts, loaded_paper, replayed))
    }

    fn open(&self, content: impl Fn(Digest) -> Option<String>) -> Result<OpenedRequest, RequestRefusal> {
        let stored_facts = self.stored_facts()?;
        let head = chain::verify_chain(self.attempt.into(), &stored_facts)
            .map_err(|chain_break| format!("It contradicts itself: {chain_break}. Ask for a new request."))?;
        let facts = read_facts(&stored_facts);
        let Some((_, Fact::Started(started))) = facts.first() else {
            return Err("It does not begin with the start of an attempt. Ask for a new request.".into());
        };
        // The chain does not cover the requester, so the request could name someone else.
        if started.trainee != self.trainee.id {
            return Err("It contradicts itself: the attempt belongs to another person. Ask for a new request.".into());
        }
        let loaded_paper = LoadedPaper::load(started, content).map_err(RequestRefusal::UnknownContent)?;
        drop(facts);
        Ok(OpenedRequest { stored_facts, head, loaded_paper: Arc::new(loaded_paper) })
    }

    fn stored_facts(&self) -> Result<Vec<StoredFact>, String> {
        let stream = StreamId::from(self.attempt);
        let to_stored_fact = |request_fact: &RequestFact| {
            let RequestFact { id, seq, kind, at, body, prev, digest, salt, payload } = request_fact.clone();
            let secret = from_hex(&salt).map(|salt| SaltedPayload { salt, payload });
            let secret =
                secret.ok_or_else(|| format!("It is damaged: fact {seq} cannot be read. Ask for a new request."))?;
            Ok(StoredFact {
                id,
                stream,
                seq,
                kind,
                stored_at: at,
                payload_digest: body,
                previous_digest: prev,
                digest,
                salted_payload: Some(secret),
            })
        };
        self.facts.iter().map(to_stored_fact).collect()
    }
}

/// Returns whether a fact says something that this program does not read. It would be signed without being seen.
fn has_unknown_members(stored_fact: &StoredFact) -> bool {
    let Some(payload) = stored_fact.payload() else { return false };
    // Facts of the first program have no version. They are read in their own form.
    stored_fact.kind.contains('/')
        && Fact::from_payload(&stored_fact.kind, payload).is_none_or(|fact| fact.payload() != payload)
}

/// Returns the digests of the content that a paper refers to, except questions of closed banks. Only the issuer may
/// read those, and it has them.
fn shareable_digests(started: &AttemptStarted, content: &impl Fn(Digest) -> Option<String>) -> BTreeSet<Digest> {
    let paper = &started.paper;
    let Ok(loaded_paper) = LoadedPaper::load(started, content) else { return BTreeSet::new() };
    let frames = paper.banks.iter().map(|bank| bank.frame);
    let pools = paper.sections.iter().filter_map(|section| section.pool);
    let questions = paper.questions.iter().zip(&loaded_paper.questions);
    let open = questions.filter(|(_, item)| loaded_paper.banks[item.bank].practice).map(|(item, _)| item.question);
    paper.exam.iter().map(|exam| exam.digest).chain(frames).chain(pools).chain(open).collect()
}

/// Returns the text that an issuer stores for the pool of a section, whose index counts from 0. It records that the
/// section draws from exactly these questions. A request whose marker is not stored is refused.
pub fn pool_marker(exam: Digest, section: usize, pool: Digest) -> String {
    canonical::text(&(exam, "section", section, pool))
}

/// Returns the text that an issuer stores for a bank in use. A request whose marker is not stored is refused.
pub fn bank_marker(bank: &BankRef) -> String {
    canonical::text(&("bank", bank))
}
