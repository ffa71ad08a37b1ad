//! An issuer's signature on a decision, and the bytes it covers. Signing and verifying happen in
//! [`crate::credential`].

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::ids::StreamId;

/// An issuer's signature under a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionSignature {
    /// The key, as a did:key.
    pub did: String,
    /// Ed25519 over the decision's canonical form, in hexadecimal digits.
    pub signature: String,
}

/// What an issuer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// An attempt does not count.
    Void,
    /// One more attempt is granted after an attempt.
    Grant,
    /// An attempt was marked again.
    Remark,
    /// A person may take more time.
    Time,
    /// An invigilator checked who takes an attempt.
    Identity,
}

/// The signed form of a decision.
#[derive(Serialize)]
struct SignedDecision<'a> {
    about: StreamId,
    decision: DecisionKind,
    reason: &'a str,
}

/// Returns the bytes that an issuer signs: the RFC 8785 form of a decision about an attempt or a person, with its
/// reason.
pub fn decision_signing_bytes(about: StreamId, decision: DecisionKind, reason: &str) -> Vec<u8> {
    canonical::bytes(&SignedDecision { about, decision, reason })
}
