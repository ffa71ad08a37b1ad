//! A hash chain of facts. Each fact contains the digest of the fact before it, so [`verify_chain`] finds a changed,
//! missing or inserted fact.
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

/// A fact in its stored form, linked to the fact before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    pub id: FactId,
    /// The chain that the fact belongs to.
    pub stream: StreamId,
    /// The position in the chain, from 0.
    pub seq: u32,
    /// The kind, such as `attempt.started/1`.
    pub kind: String,
    /// When the fact was stored, by the wall clock of that computer.
    pub stored_at: Timestamp,
    /// The digest of the salt and the payload.
    pub payload_digest: Digest,
    /// The digest of the fact before this one, or zeros for the first fact.
    pub previous_digest: Digest,
    /// The digest of all fields above except the ID.
    pub digest: Digest,
    /// The part that can be erased, or `None` after that.
    pub salted_payload: Option<SaltedPayload>,
}

/// The erasable part of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaltedPayload {
    /// Thirty-two random bytes. Without them, a short payload could be guessed from its digest.
    pub salt: [u8; 32],
    /// The RFC 8785 text of the fact.
    pub payload: String,
}

/// The end of a chain, which the next fact must continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// The position of the next fact.
    pub next_seq: u32,
    /// The digest of the last fact.
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

/// The content that the digest of a fact covers. The field names are part of the digest and never change.
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
    /// Makes the stored form of the fact that follows `head`.
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

    /// Returns the payload, or `None` if it was erased.
    pub fn payload(&self) -> Option<&str> {
        self.salted_payload.as_ref().map(|salted| salted.payload.as_str())
    }

    /// Returns whether the digest of the fact matches its fields. The payload is not checked.
    pub fn matches_its_digest(&self) -> bool {
        let Self { seq, kind, stored_at: at, payload_digest: body, previous_digest: prev, .. } = self;
        let digested = DigestedFact { stream: self.stream, seq: *seq, kind, at: *at, body: *body, prev: *prev };
        Digest::of(canonical::bytes(&digested)) == self.digest
    }

    /// Returns the first fault of this fact if it follows `head`.
    fn find_fault(&self, stream: StreamId, head: ChainHead, reader: &mut FactReader) -> Option<ChainFault> {
        let Self { seq, kind, payload_digest: body, previous_digest: prev, .. } = self;
        if self.stream != stream || *seq != head.next_seq {
            Some(ChainFault::Gap)
        } else if *prev != head.digest {
            Some(ChainFault::WrongPrevious)
        } else if !self.matches_its_digest() {
            Some(ChainFault::DigestMismatch)
        } else {
            // The reader must see every fact, because a fact of the first program depends on those before it.
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

/// The fact that breaks a chain, and its fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainBreak {
    pub stream: StreamId,
    /// The position of the fact in the chain, from 0.
    pub seq: u32,
    pub fault: ChainFault,
}

/// The fault of a fact in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFault {
    /// A fact is missing before it.
    Gap,
    /// It does not name the digest of the fact before it.
    WrongPrevious,
    /// Its digest does not match its fields.
    DigestMismatch,
    /// Its payload does not match the payload digest.
    PayloadMismatch,
    /// This program does not know its kind or the form of its payload.
    Unreadable,
    /// Its payload is missing, although it was not erased.
    PayloadMissing,
}

impl fmt::Display for ChainBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = match self.fault {
            ChainFault::Gap => "a fact is missing before it",
            ChainFault::WrongPrevious => "it does not link to the fact before it",
            ChainFault::DigestMismatch => "it was changed",
            ChainFault::PayloadMismatch => "its content was changed",
            ChainFault::Unreadable => "its content cannot be read",
            ChainFault::PayloadMissing => "its content is missing, although it was not erased",
        };
        write!(f, "fact {} of {}: {description}", self.seq, self.stream)
    }
}

/// Finds a fact whose payload is missing, although it was not erased.
///
/// An erasure removes all payloads of an attempt. In a person's chain, it removes all payloads before the fact that
/// records the erasure. A ledger is never erased.
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

/// Verifies a whole chain and returns its head.
///
/// # Errors
/// The fact that breaks the chain, and its fault. A lost payload is reported before any other fault.
pub fn verify_chain(stream: StreamId, facts: &[StoredFact]) -> Result<ChainHead, ChainBreak> {
    let break_at = |fact: &StoredFact, fault| Err(ChainBreak { stream, seq: fact.seq, fault });
    if let Some(fact) = find_lost_payload(facts) {
        return break_at(fact, ChainFault::PayloadMissing);
    }
    let mut reader = FactReader::default();
    // SQLite alone is not enough: in a test, 124 of 300 flipped bits changed data without an error.
    facts.iter().try_fold(ChainHead::START, |head, fact| match fact.find_fault(stream, head, &mut reader) {
        Some(fault) => break_at(fact, fault),
        None => Ok(ChainHead::after_fact(fact)),
    })
}

/// Reads the facts of a chain, starting at its first fact. Facts that were erased or cannot be read are left out.
pub fn read_facts(chain: &[StoredFact]) -> Vec<(&StoredFact, Fact)> {
    let mut reader = FactReader::default();
    let mut facts = Vec::with_capacity(chain.len());
    for stored_fact in chain {
        let read = reader.read(&stored_fact.kind, stored_fact.payload()).unwrap_or_default();
        facts.extend(read.into_iter().map(|fact| (stored_fact, fact)));
    }
    facts
}
