//! The ledger of an issuer, computed from its fact chain: requests, issued certificates and revocations.

use crate::attempt::Fact;
use crate::attempt::chain::{ChainHead, StoredFact};
use crate::attempt::fact::{FactReader, LedgerEntry, RequestReceived};
use crate::credential::bundle::{Revocation, RevocationReason};
use crate::ids::CertificateId;

/// An issuer's ledger: what was requested, what it signed, and what of that no longer counts.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// What it signed, in the order in which it did.
    pub entries: Vec<LedgerEntry>,
    /// What it revoked, each with its day.
    pub revocations: Vec<Revocation>,
    /// What of that was revoked for a fault of the issuer's own, so that it may be signed anew.
    pub reissuable: Vec<CertificateId>,
    /// The requests that it was asked to look at, each once.
    pub received_requests: Vec<RequestReceived>,
    /// How many facts it contains.
    pub fact_count: u64,
    /// Where its chain ends: what the next line must follow.
    pub head: Option<ChainHead>,
}

impl Ledger {
    /// Reads a ledger from the facts of an issuer's chain, which was checked before.
    ///
    /// # Errors
    /// The number of the first fact that is no line of a ledger, or was erased.
    pub fn from_facts(stored_facts: &[StoredFact]) -> Result<Self, u32> {
        let fact_count = u64::try_from(stored_facts.len()).unwrap_or(u64::MAX);
        let head = stored_facts.last().map(ChainHead::after_fact);
        let mut ledger = Self { fact_count, head, ..Self::default() };
        let mut reader = FactReader::default();
        for stored_fact in stored_facts {
            let facts = reader.read(&stored_fact.kind, stored_fact.payload()).unwrap_or_default();
            match <[Fact; 1]>::try_from(facts) {
                Ok([Fact::IssuedOnRequest(entry)]) => ledger.entries.push(entry),
                Ok([Fact::RequestReceived(received)]) => ledger.received_requests.push(received),
                Ok([Fact::Revoked(revoked)]) => {
                    let reason = RevocationReason::ALL.into_iter().find(|reason| reason.name() == revoked.reason);
                    if reason.is_some_and(RevocationReason::is_issuer_error) {
                        ledger.reissuable.push(revoked.certificate);
                    }
                    let reason = reason.filter(|_| revoked.reason_published);
                    ledger.revocations.push(Revocation {
                        id: revoked.certificate,
                        on: stored_fact.stored_at.day(),
                        reason,
                    });
                }
                // An erased line would make a used request new, and a revoked certificate valid again.
                _ => return Err(stored_fact.seq),
            }
        }
        Ok(ledger)
    }
}
