//! The kinds of facts that the first program wrote. They are read forever and never written.
//!
//! Two kinds, `issued` and `imported`, have different meanings in different chains. `renamed` contains the whole record
//! of a person, so it is read as the changes from the facts before it.

use serde::Deserialize;

use super::kind::parse_payload;
use crate::attempt::Fact;
use crate::attempt::person::{
    HoldReleased, HoldSet, LicenseChanged, NameChanged, PersonAdded, StaffIdChanged, TimeFactor, TimeGranted,
};
use crate::attempt::signature::DecisionSignature;

/// The kind of a chain, which its first fact decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChainKind {
    Person,
    Attempt,
    Issuer,
}

impl ChainKind {
    pub(super) fn from_first_fact(kind: &str) -> Self {
        match kind.split_once('.').map_or(kind, |(chain, _)| chain) {
            "person" | "added" => Self::Person,
            "attempt" | "started" => Self::Attempt,
            _ => Self::Issuer,
        }
    }
}

/// A person's whole record, the payload of `added` and `renamed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct PersonRecord {
    name: String,
    #[serde(default)]
    staff_id: Option<String>,
    #[serde(default)]
    license: Option<String>,
    #[serde(default)]
    hold: Option<String>,
    #[serde(default)]
    time_factor: Option<TimeFactor>,
    #[serde(default, rename = "warrant")]
    signature: Option<DecisionSignature>,
}

impl PersonRecord {
    /// Returns the facts that change the earlier record into this one.
    fn changes_since(&self, earlier: &Self) -> Vec<Fact> {
        let mut facts = Vec::new();
        if self.name != earlier.name {
            facts.push(Fact::NameChanged(NameChanged { name: self.name.clone() }));
        }
        if self.staff_id != earlier.staff_id {
            facts.push(Fact::StaffIdChanged(StaffIdChanged { staff_id: self.staff_id.clone() }));
        }
        if self.license != earlier.license {
            facts.push(Fact::LicenseChanged(LicenseChanged { license: self.license.clone() }));
        }
        // A rename by the first program dropped the signature of an unchanged factor. That is not a change.
        let is_newly_signed = self.signature.is_some() && self.signature != earlier.signature;
        if self.time_factor != earlier.time_factor || is_newly_signed {
            let factor = self.time_factor.unwrap_or(TimeFactor::STANDARD);
            facts.push(Fact::TimeGranted(TimeGranted { factor, signature: self.signature.clone() }));
        }
        if self.hold != earlier.hold {
            facts.push(match &self.hold {
                Some(reason) => Fact::HoldSet(HoldSet { reason: reason.clone() }),
                None => Fact::HoldReleased(HoldReleased {}),
            });
        }
        facts
    }

    /// Applies a fact of the person's chain, so that a later `renamed` can be compared with the result.
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::PersonAdded(added) => {
                let PersonAdded { name, staff_id, license } = added.clone();
                *self = Self { name, staff_id, license, ..Self::default() };
            }
            Fact::NameChanged(changed) => self.name.clone_from(&changed.name),
            Fact::StaffIdChanged(changed) => self.staff_id.clone_from(&changed.staff_id),
            Fact::LicenseChanged(changed) => self.license.clone_from(&changed.license),
            Fact::TimeGranted(granted) => {
                self.time_factor = Some(granted.factor);
                self.signature.clone_from(&granted.signature);
            }
            Fact::HoldSet(set) => self.hold = Some(set.reason.clone()),
            Fact::HoldReleased(_) => self.hold = None,
            _ => {}
        }
    }
}

/// Reads a fact of the first program. Returns `None` if the kind or the payload is unknown.
///
/// `record` is the person's record after the facts before this one.
pub(super) fn read(chain: ChainKind, kind: &str, payload: &str, record: &PersonRecord) -> Option<Vec<Fact>> {
    let fact = match (chain, kind) {
        (_, "added") => return read_added(payload),
        (_, "renamed") => {
            let renamed: PersonRecord = serde_json::from_str(payload).ok()?;
            return Some(renamed.changes_since(record));
        }
        (ChainKind::Issuer, "issued") => parse_payload(payload, Fact::IssuedOnRequest),
        (_, "issued") => parse_payload(payload, Fact::Issued),
        (ChainKind::Issuer, "imported") => parse_payload(payload, Fact::RequestReceived),
        (_, "imported") => parse_payload(payload, Fact::Imported),
        (_, "started") => parse_payload(payload, Fact::Started),
        (_, "answered") => parse_payload(payload, Fact::Answered),
        (_, "flagged") => parse_payload(payload, Fact::Flagged),
        (_, "finished") => parse_payload(payload, Fact::Finished),
        (_, "voided") => parse_payload(payload, Fact::Voided),
        (_, "granted") => parse_payload(payload, Fact::AttemptGranted),
        (_, "remarked") => parse_payload(payload, Fact::Remarked),
        (_, "revoked") => parse_payload(payload, Fact::Revoked),
        (_, "erased") => parse_payload(payload, Fact::Erased),
        _ => None,
    };
    fact.map(|fact| vec![fact])
}

fn read_added(payload: &str) -> Option<Vec<Fact>> {
    let record: PersonRecord = serde_json::from_str(payload).ok()?;
    // A hold or a time factor in the first record becomes a fact of its own, as today's program writes it.
    let PersonRecord { name, staff_id, license, .. } = record.clone();
    let mut added = PersonRecord::default();
    let fact = Fact::PersonAdded(PersonAdded { name, staff_id, license });
    added.apply(&fact);
    let changes = record.changes_since(&added);
    Some(std::iter::once(fact).chain(changes).collect())
}
