//! The ledger of an issuer, read from its chain of facts: what was requested, what was signed, what was revoked.

use crate::attempt::Fact;
use crate::attempt::chain::StoredFact;
use crate::attempt::fact::{LedgerEntry, RequestReceived};
use crate::credential::bundle::{Revocation, RevocationReason};
use crate::ids::CertificateId;

/// An issuer's ledger: what was requested, what it signed, and what of that no longer counts.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// What it signed, in the order in which it did.
    pub lines: Vec<LedgerEntry>,
    /// What it revoked, each with its day.
    pub revoked: Vec<Revocation>,
    /// What of that was revoked for a fault of the issuer's own, so that it may be signed anew.
    pub faulty: Vec<CertificateId>,
    /// The requests that it was asked to look at, each once.
    pub received: Vec<RequestReceived>,
    /// How many facts it holds.
    pub facts: u64,
}

impl Ledger {
    /// Reads a ledger from the facts of an issuer's chain, which was checked before.
    ///
    /// # Errors
    /// The number of the first fact that is no line of a ledger, or was erased.
    pub fn read(rows: &[StoredFact]) -> Result<Self, u32> {
        let mut ledger = Self { facts: u64::try_from(rows.len()).unwrap_or(u64::MAX), ..Self::default() };
        for row in rows {
            match row.fact() {
                Some(Fact::IssuedOnRequest(line)) => ledger.lines.push(line),
                Some(Fact::RequestReceived(received)) => ledger.received.push(received),
                Some(Fact::Revoked(revoked)) => {
                    let reason = RevocationReason::ALL.into_iter().find(|reason| reason.name() == revoked.reason);
                    if reason.is_some_and(RevocationReason::is_own_fault) {
                        ledger.faulty.push(revoked.certificate);
                    }
                    let reason = reason.filter(|_| revoked.reason_published);
                    ledger.revoked.push(Revocation { id: revoked.certificate, on: row.stored_at.day(), reason });
                }
                // An erased line would make a used request new, and a revoked certificate valid again.
                _ => return Err(row.seq),
            }
        }
        Ok(ledger)
    }
}
