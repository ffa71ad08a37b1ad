//! An issuer's word for a decision: its signature under what was decided, about what, and why.

use serde::Serialize;

use super::key::{Key, KeySpan, decision_fits};
use crate::attempt::Fact;
use crate::attempt::chain::Row;
use crate::attempt::fact::Warrant;
use crate::bank::canonical;
use crate::ids::StreamId;

/// What a warrant is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// An attempt does not count.
    Void,
    /// One more attempt is granted after it.
    Grant,
    /// An attempt was marked again.
    Remark,
    /// A person may take more time.
    Time,
    /// An invigilator checked who sits an attempt.
    Identity,
}

/// What an issuer signs.
#[derive(Serialize)]
struct Signed<'a> {
    about: StreamId,
    decision: Decision,
    reason: &'a str,
}

impl Warrant {
    /// Signs a decision about an attempt or a person.
    pub fn sign(about: StreamId, decision: Decision, reason: &str, key: &Key) -> Self {
        let bytes = canonical::bytes(&Signed { about, decision, reason });
        Self { did: key.did(), signature: key.sign_decision(&bytes) }
    }

    /// Returns whether this is a signature under that decision, whoever's.
    pub fn fits(&self, about: StreamId, decision: Decision, reason: &str) -> bool {
        let bytes = canonical::bytes(&Signed { about, decision, reason });
        decision_fits(&self.did, &bytes, &self.signature)
    }

    /// Returns whether one of these keys made it, and nobody else may have that key.
    pub fn is_of(&self, keys: &[KeySpan]) -> bool {
        keys.iter().any(|known| known.did == self.did && !known.compromised)
    }
}

/// Reads the facts of a chain that an issuer applies: of remarks only those signed with one of its keys.
pub fn applied_by<'a>(rows: &'a [Row], keys: &[KeySpan]) -> Vec<(&'a Row, Fact)> {
    let own = |fact: &Fact| match fact {
        Fact::Remarked(remarked) => remarked.warrant.as_ref().is_some_and(|warrant| warrant.is_of(keys)),
        _ => true,
    };
    applied(rows).into_iter().filter(|(_, fact)| own(fact)).collect()
}

/// Reads the facts of a chain that apply: all that can be read, but for remarks that bear no signature which fits.
pub fn applied(rows: &[Row]) -> Vec<(&Row, Fact)> {
    let applies = |row: &Row, fact: &Fact| match fact {
        Fact::Remarked(remarked) => {
            let warrant = remarked.warrant.as_ref();
            warrant.is_some_and(|warrant| warrant.fits(row.stream, Decision::Remark, &remarked.terms()))
        }
        _ => true,
    };
    rows.iter().filter_map(|row| Some((row, row.fact()?))).filter(|(row, fact)| applies(row, fact)).collect()
}
