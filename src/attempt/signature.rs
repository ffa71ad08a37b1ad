//! An issuer's signature on a decision, and the bytes that it covers. [`crate::issuing`] signs and verifies it.

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::ids::StreamId;

/// An issuer's signature on a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionSignature {
    /// The key that signed, as a did:key.
    pub did: String,
    /// The Ed25519 signature over the decision's canonical form, in hexadecimal digits.
    pub signature: String,
}

/// The kind of a decision that an issuer signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// An attempt does not count.
    Void,
    /// One more attempt is granted after this one.
    Grant,
    /// An attempt was re-marked.
    Remark,
    /// A person gets a time factor.
    Time,
    /// An invigilator checked the trainee's identity.
    Identity,
}

/// The signed form of a decision. The field names are part of the signature and never change.
#[derive(Serialize)]
struct SignedDecision<'a> {
    // Without this, a grant for one attempt could be copied to another.
    about: StreamId,
    decision: DecisionKind,
    reason: &'a str,
}

/// Returns the bytes that an issuer signs: the RFC 8785 form of a decision with its reason. `about` is the chain of the
/// attempt or the person.
pub fn decision_signing_bytes(about: StreamId, decision: DecisionKind, reason: &str) -> Vec<u8> {
    canonical::bytes(&SignedDecision { about, decision, reason })
}
