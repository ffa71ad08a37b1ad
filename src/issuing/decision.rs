//! Signs and verifies decisions with an issuer's key, and selects the facts that apply.
//! A remark applies only with a valid signature.

use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::attempt::signature::{DecisionKind, DecisionSignature, decision_signing_bytes};
use crate::credential::key::{KeyPeriod, SigningKeyPair, is_valid_decision_signature};
use crate::ids::StreamId;

/// Signs a decision with its reason. `stream` is the ID of the attempt or the person that it is about.
pub fn sign_decision(
    stream: StreamId,
    decision: DecisionKind,
    reason: &str,
    key: &SigningKeyPair,
) -> DecisionSignature {
    DecisionSignature {
        did: key.did(),
        signature: key.sign_decision(&decision_signing_bytes(stream, decision, reason)),
    }
}

/// Returns whether the signature matches the decision. This does not check whose key signed it: see [`is_signed_by`].
pub fn is_signature_valid(
    signature: &DecisionSignature,
    stream: StreamId,
    decision: DecisionKind,
    reason: &str,
) -> bool {
    is_valid_decision_signature(&signature.did, &decision_signing_bytes(stream, decision, reason), &signature.signature)
}

/// Returns whether the signature names one of these keys, and that key is not compromised. This does not check the
/// signature itself: see [`is_signature_valid`].
pub fn is_signed_by(signature: &DecisionSignature, keys: &[KeyPeriod]) -> bool {
    keys.iter().any(|key| key.did == signature.did && !key.compromised)
}

/// Whose decisions take effect on a computer. Decisions void an attempt, grant one more, or grant more time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionAuthority {
    /// There is no issuer here. Every decision takes effect, and an unsigned one is shown as unsigned.
    Anyone,
    /// There is an issuer with these keys. Only decisions that one of them signed take effect.
    Issuer(Vec<KeyPeriod>),
    /// There is an issuer, but its keys cannot be read. No decision takes effect, and nothing that depends on decisions
    /// may be stored.
    Unreadable,
}

impl DecisionAuthority {
    /// Checks that the issuer's keys, if there is an issuer, can be read.
    ///
    /// # Errors
    /// A message to show the user that says how to restore the keys.
    pub fn ensure_known(&self) -> Result<(), String> {
        match self {
            Self::Anyone | Self::Issuer(_) => Ok(()),
            Self::Unreadable => Err(
                "The issuer's key on this computer cannot be read, so decisions about attempts cannot be verified. \
                 Restore the key from a backup first."
                    .to_owned(),
            ),
        }
    }

    /// Returns whether a decision takes effect. Its `signature` is `None` if it is unsigned. `stream` is the ID of the
    /// attempt or the person that it is about.
    pub fn accepts(
        &self,
        signature: Option<&DecisionSignature>,
        stream: StreamId,
        decision: DecisionKind,
        reason: &str,
    ) -> bool {
        match self {
            Self::Anyone => true,
            Self::Unreadable => false,
            Self::Issuer(keys) => signature.is_some_and(|signature| {
                is_signed_by(signature, keys) && is_signature_valid(signature, stream, decision, reason)
            }),
        }
    }
}

/// Returns the facts of a chain that an issuer applies, each with its stored form. These are the [`applicable_facts`]
/// without the remarks that other keys signed.
pub fn applicable_facts_for_issuer<'a>(
    stored_facts: &'a [StoredFact],
    keys: &[KeyPeriod],
) -> Vec<(&'a StoredFact, Fact)> {
    let is_applicable = |fact: &Fact| match fact {
        Fact::Remarked(remarked) => remarked.signature.as_ref().is_some_and(|signature| is_signed_by(signature, keys)),
        _ => true,
    };
    applicable_facts(stored_facts).into_iter().filter(|(_, fact)| is_applicable(fact)).collect()
}

/// Returns the facts of a chain that apply, each with its stored form: all readable facts except remarks without a
/// valid signature.
pub fn applicable_facts(stored_facts: &[StoredFact]) -> Vec<(&StoredFact, Fact)> {
    let is_applicable = |stored_fact: &StoredFact, fact: &Fact| match fact {
        Fact::Remarked(remarked) => {
            let signature = remarked.signature.as_ref();
            signature.is_some_and(|signature| {
                is_signature_valid(signature, stored_fact.stream, DecisionKind::Remark, &remarked.signed_text())
            })
        }
        _ => true,
    };
    let mut facts = read_facts(stored_facts);
    facts.retain(|(stored_fact, fact)| is_applicable(stored_fact, fact));
    facts
}
