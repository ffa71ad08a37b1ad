//! The ledger of an issuer, computed from its fact chain: requests, issued certificates and revocations.

use crate::attempt::Fact;
use crate::attempt::chain::{ChainHead, StoredFact};
use crate::attempt::fact::{FactReader, LedgerEntry, RequestReceived};
use crate::credential::bundle::{Revocation, RevocationReason};
use crate::ids::{CertificateId, Digest};

/// An issuer's ledger: requests, signed certificates and revocations.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The signed certificates, oldest first.
    pub entries: Vec<LedgerEntry>,
    /// The revocations, oldest first. A reason is left out unless the issuer published it.
    pub revocations: Vec<Revocation>,
    /// The certificates that were revoked because of an error of the issuer. Their attempts may be signed again.
    pub reissuable: Vec<CertificateId>,
    /// Every request that was reviewed, also those that were refused, without duplicates.
    pub received_requests: Vec<RequestReceived>,
    /// The number of facts in the chain.
    pub fact_count: u64,
    /// The end of the chain, which the next fact must follow. `None` for an empty ledger.
    pub head: Option<ChainHead>,
}

impl Ledger {
    /// Returns whether the request with this digest was received before.
    pub fn has_received(&self, request: Digest) -> bool {
        self.received_requests.iter().any(|received| received.request == request)
    }

    /// Returns whether the issuer revoked this certificate.
    pub fn is_revoked(&self, certificate: CertificateId) -> bool {
        self.revocations.iter().any(|revoked| revoked.id == certificate)
    }

    /// Computes a ledger from the facts of an issuer's chain. The chain must be verified already.
    ///
    /// # Errors
    /// The sequence number of the first fact that is not a ledger entry or has no payload.
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
                // A lost entry could let a used request pass as new, or make a revoked certificate valid again.
                _ => return Err(stored_fact.seq),
            }
        }
        Ok(ledger)
    }
}
