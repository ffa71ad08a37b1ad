//! A hash chain of facts. Each fact contains the digest of the fact before it, so a changed, missing or inserted fact
//! shows up in [`verify_chain`].
//!
//! `body` = SHA-256(salt ‖ payload); `digest` = SHA-256 of the RFC 8785 form of {stream, seq, kind, at, body, prev}.
//! Salt and payload can be erased without breaking the chain. The chain detects damage, not fraud: anyone with write
//! access to the store can rebuild it.

use std::fmt;

use serde::Serialize;

use super::Fact;
use super::fact::{FactReader, kind_label};
use crate::canonical;
use crate::clock::Timestamp;
use crate::ids::{Digest, FactId, StreamId};

/// A fact as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    /// Its name.
    pub id: FactId,
    /// The chain it belongs to: that of a person, an attempt or an issuer.
    pub stream: StreamId,
    /// Its place in the chain, from 0.
    pub seq: u32,
    /// Its kind.
    pub kind: String,
    /// When it was stored, by the wall clock of that machine.
    pub stored_at: Timestamp,
    /// The digest of salt and payload.
    pub payload_digest: Digest,
    /// The digest of the fact before it; zeros at the start.
    pub previous_digest: Digest,
    /// The digest of all the above.
    pub digest: Digest,
    /// What can be erased; nothing once it was.
    pub salted_payload: Option<SaltedPayload>,
}

/// The erasable part of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaltedPayload {
    /// Thirty-two random bytes that keep a short payload from being guessed by its digest.
    pub salt: [u8; 32],
    /// The payload.
    pub payload: String,
}

/// Where a chain stands: what the next fact must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// The place of the next fact.
    pub next_seq: u32,
    /// The digest of the last one.
    pub digest: Digest,
}

impl ChainHead {
    /// The head of a chain without facts.
    pub const START: Self = Self { next_seq: 0, digest: Digest::ZERO };

    /// Returns the head after `fact`.
    pub fn after_fact(fact: &StoredFact) -> Self {
        Self { next_seq: fact.seq.saturating_add(1), digest: fact.digest }
    }
}

/// What the digest of a fact covers.
#[derive(Serialize)]
struct DigestedFact<'a> {
    stream: StreamId,
    seq: u32,
    kind: &'a str,
    at: Timestamp,
    body: Digest,
    prev: Digest,
}

impl StoredFact {
    /// Makes the fact that follows `head`.
    pub fn link(id: FactId, stream: StreamId, head: ChainHead, at: Timestamp, fact: &Fact, salt: [u8; 32]) -> Self {
        let payload = fact.payload();
        let (kind, prev, seq) = (fact.kind().to_owned(), head.digest, head.next_seq);
        let body = Digest::of_concatenation(salt, &payload);
        let digest = Digest::of(canonical::bytes(&DigestedFact { stream, seq, kind: &kind, at, body, prev }));
        Self {
            id,
            stream,
            seq,
            kind,
            stored_at: at,
            payload_digest: body,
            previous_digest: prev,
            digest,
            salted_payload: Some(SaltedPayload { salt, payload }),
        }
    }

    /// Returns the payload; none once it was erased.
    pub fn payload(&self) -> Option<&str> {
        self.salted_payload.as_ref().map(|salted| salted.payload.as_str())
    }

    /// Returns what is wrong with this fact, standing after `head`.
    fn find_fault(&self, stream: StreamId, head: ChainHead, reader: &mut FactReader) -> Option<ChainFault> {
        let Self { seq, kind, stored_at: at, payload_digest: body, previous_digest: prev, .. } = self;
        let digested = DigestedFact { stream: self.stream, seq: *seq, kind, at: *at, body: *body, prev: *prev };
        if self.stream != stream || *seq != head.next_seq {
            Some(ChainFault::Gap)
        } else if *prev != head.digest {
            Some(ChainFault::WrongPrevious)
        } else if Digest::of(canonical::bytes(&digested)) != self.digest {
            Some(ChainFault::DigestMismatch)
        } else {
            let facts = reader.read(kind, self.payload());
            let salted = self.salted_payload.as_ref()?;
            let payload_matches = Digest::of_concatenation(salted.salt, &salted.payload) == *body;
            match (payload_matches, facts) {
                (false, _) => Some(ChainFault::PayloadMismatch),
                (true, None) => Some(ChainFault::Unreadable),
                (true, Some(_)) => None,
            }
        }
    }
}

/// The first fact at which a chain fails verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainBreak {
    /// The chain.
    pub stream: StreamId,
    /// The place in the chain.
    pub seq: u32,
    /// What is wrong there.
    pub fault: ChainFault,
}

/// What is wrong with a fact in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFault {
    /// A fact is missing before it.
    Gap,
    /// It does not name the fact before it.
    WrongPrevious,
    /// Its digest does not fit what it says.
    DigestMismatch,
    /// Its payload does not fit its digest.
    PayloadMismatch,
    /// It is of a kind or form that this program does not know.
    Unreadable,
    /// Its payload is missing, and nobody erased it.
    PayloadMissing,
}

impl fmt::Display for ChainBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = match self.fault {
            ChainFault::Gap => "a fact is missing before it",
            ChainFault::WrongPrevious => "it does not follow from the fact before it",
            ChainFault::DigestMismatch => "it was changed",
            ChainFault::PayloadMismatch => "its content was changed",
            ChainFault::Unreadable => "its content cannot be read",
            ChainFault::PayloadMissing => "its content is missing, and it was not erased",
        };
        write!(f, "fact {} of {}: {description}", self.seq, self.stream)
    }
}

/// Finds a payload that is missing without having been erased. Erasing removes all payloads of an attempt, and all
/// those of a person before the fact that says so. Nothing erases a ledger.
fn find_lost_payload(facts: &[StoredFact]) -> Option<&StoredFact> {
    let erased_count = match kind_label(&facts.first()?.kind) {
        "started" => facts.len(),
        "added" => facts.iter().rposition(|fact| kind_label(&fact.kind) == "erased").unwrap_or(0),
        _ => 0,
    };
    let is_missing = |fact: &&StoredFact| fact.salted_payload.is_none();
    let is_erased = facts[..erased_count].iter().all(|fact| is_missing(&fact));
    facts.iter().skip(if is_erased { erased_count } else { 0 }).find(is_missing)
}

/// Checks a whole chain and returns its head.
///
/// # Errors
/// The first fact that fails verification.
pub fn verify_chain(stream: StreamId, facts: &[StoredFact]) -> Result<ChainHead, ChainBreak> {
    let break_at = |fact: &StoredFact, fault| Err(ChainBreak { stream, seq: fact.seq, fault });
    if let Some(fact) = find_lost_payload(facts) {
        return break_at(fact, ChainFault::PayloadMissing);
    }
    let mut reader = FactReader::default();
    facts.iter().try_fold(ChainHead::START, |head, fact| match fact.find_fault(stream, head, &mut reader) {
        Some(fault) => break_at(fact, fault),
        None => Ok(ChainHead::after_fact(fact)),
    })
}

/// Reads the facts of a chain, from its first fact on. Facts that were erased or cannot be read are left out.
pub fn read_facts(chain: &[StoredFact]) -> Vec<(&StoredFact, Fact)> {
    let mut reader = FactReader::default();
    let mut facts = Vec::with_capacity(chain.len());
    for stored_fact in chain {
        let read = reader.read(&stored_fact.kind, stored_fact.payload()).unwrap_or_default();
        facts.extend(read.into_iter().map(|fact| (stored_fact, fact)));
    }
    facts
}
