//! Signing decisions with an issuer's key, checking them, and the facts that take effect by them.

use crate::attempt::Fact;
use crate::attempt::chain::StoredFact;
use crate::attempt::signature::{DecisionKind, DecisionSignature, decision_signing_bytes};
use crate::credential::key::{KeyPeriod, SigningKeyPair, decision_fits};
use crate::ids::StreamId;

/// Signs a decision about an attempt or a person.
pub fn sign_decision(about: StreamId, decision: DecisionKind, reason: &str, key: &SigningKeyPair) -> DecisionSignature {
    DecisionSignature { did: key.did(), signature: key.sign_decision(&decision_signing_bytes(about, decision, reason)) }
}

/// Returns whether this is a signature under that decision, by whatever key.
pub fn signature_matches(signature: &DecisionSignature, about: StreamId, decision: DecisionKind, reason: &str) -> bool {
    decision_fits(&signature.did, &decision_signing_bytes(about, decision, reason), &signature.signature)
}

/// Returns whether one of these keys made the signature and is not compromised.
pub fn is_signed_by(signature: &DecisionSignature, keys: &[KeyPeriod]) -> bool {
    keys.iter().any(|known| known.did == signature.did && !known.compromised)
}

/// Reads the facts of a chain that an issuer applies: of remarks only those signed with one of its keys.
pub fn applied_by<'a>(rows: &'a [StoredFact], keys: &[KeyPeriod]) -> Vec<(&'a StoredFact, Fact)> {
    let own = |fact: &Fact| match fact {
        Fact::Remarked(remarked) => remarked.signature.as_ref().is_some_and(|warrant| is_signed_by(warrant, keys)),
        _ => true,
    };
    applied(rows).into_iter().filter(|(_, fact)| own(fact)).collect()
}

/// Reads the facts of a chain that apply: all that can be read, but for remarks that bear no signature which fits.
pub fn applied(rows: &[StoredFact]) -> Vec<(&StoredFact, Fact)> {
    let applies = |row: &StoredFact, fact: &Fact| match fact {
        Fact::Remarked(remarked) => {
            let warrant = remarked.signature.as_ref();
            warrant.is_some_and(|warrant| {
                signature_matches(warrant, row.stream, DecisionKind::Remark, &remarked.signed_text())
            })
        }
        _ => true,
    };
    rows.iter().filter_map(|row| Some((row, row.fact()?))).filter(|(row, fact)| applies(row, fact)).collect()
}
