//! The trust list of this machine: trusted issuers, their keys and their newest revocation lists.
//! The list is empty at first. A user adds a key by hand; later keys arrive in signed bundles.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clock::{Day, Millis, Timestamp};
use crate::credential::bundle::{self, Bundle};
use crate::credential::key::{KeyPeriod, fingerprint};
use crate::ids::{CertificateId, Digest, IssuerId};
use crate::text;

/// The format of the file.
const FORMAT_VERSION: u32 = 1;

/// The largest file that is read: the lists of sixteen issuers, each as long as a bundle may be.
pub const MAX_BYTES: usize = 16 * bundle::MAX_BYTES;

/// The issuers this machine trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    format: u32,
    /// Each of them.
    pub issuers: Vec<TrustedIssuer>,
}

impl Default for TrustList {
    fn default() -> Self {
        Self { format: FORMAT_VERSION, issuers: Vec::new() }
    }
}

/// An issuer that is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// The name it was trusted under, which is shown in place of the one it gives itself.
    pub name: String,
    /// Its keys, the oldest first.
    pub keys: Vec<KeyPeriod>,
    /// Whether it is trusted without a list of revoked certificates.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_revocation: bool,
    /// What it told in its newest bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<RevocationList>,
}

/// What an issuer revoked, as of a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationList {
    /// The issuer.
    pub issuer: IssuerId,
    /// Its place among the issuer's lists.
    pub sequence: u64,
    /// When the list was issued.
    pub issued: Timestamp,
    /// The certificates.
    pub revoked: BTreeSet<CertificateId>,
    /// What a compromised key rightly signed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ledger: BTreeSet<Digest>,
}

/// Whether an issuer's certificates need a revocation list that is not old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRequirement {
    /// They do.
    Required,
    /// They count without one.
    Waived,
}

impl TrustList {
    /// Reads whom this machine trusts from the text of its file.
    ///
    /// # Errors
    /// In words, where it cannot be read.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let trust: Self = serde_json::from_str(text).map_err(|error| text::single_line(&error.to_string()))?;
        if trust.format == FORMAT_VERSION { Ok(trust) } else { Err("it was written by a newer needlewise".to_owned()) }
    }

    /// Returns the text of its file.
    ///
    /// # Errors
    /// None is known: lists and maps with text for keys have a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Returns who holds a did:key, with that key, if it is trusted.
    pub fn find_by_did(&self, did: &str) -> Option<(&TrustedIssuer, &KeyPeriod)> {
        let key = |issuer: &'_ TrustedIssuer| issuer.keys.iter().position(|key| key.did == did);
        self.issuers.iter().find_map(|issuer| key(issuer).map(|index| (issuer, &issuer.keys[index])))
    }

    /// Returns today: the later of the system's date and the newest date in any list.
    pub fn latest_known_time(&self, system_time: Timestamp) -> Timestamp {
        let lists = self.issuers.iter().filter_map(|issuer| issuer.list.as_ref());
        lists.map(|list| list.issued).chain([system_time]).max().unwrap_or(system_time)
    }

    /// Trusts a key under a name; a name that is there already gets one more key.
    ///
    /// # Errors
    /// In words, where it is no key, or is trusted under another name.
    pub fn add(&mut self, did: &str, name: &str, today: Day, lists: ListRequirement) -> Result<(), String> {
        if fingerprint(did).is_none() {
            return Err(format!(
                "\"{}\" is no did:key of an Ed25519 key.",
                text::truncate(&text::single_line(did), 80)
            ));
        }
        if let Some((issuer, _)) = self.find_by_did(did)
            && issuer.name != name
        {
            return Err(format!("This key is trusted as \"{}\" already. Untrust it first.", issuer.name));
        }
        let key = KeyPeriod { did: did.to_owned(), from: today, until: None, compromised: false, endorsement: None };
        match self.issuers.iter_mut().find(|issuer| issuer.name == name) {
            Some(issuer) => {
                issuer.without_revocation = lists == ListRequirement::Waived;
                if issuer.keys.iter().all(|existing_key| existing_key.did != did) {
                    // What was told under the keys before may have been a thief's: only the new key's word counts now.
                    issuer.list = None;
                    issuer.keys.push(key);
                }
            }
            None => {
                let name = name.to_owned();
                let without_revocation = lists == ListRequirement::Waived;
                self.issuers.push(TrustedIssuer { name, keys: vec![key], without_revocation, list: None });
            }
        }
        Ok(())
    }

    /// Trusts an issuer no longer, by its name or one of its keys; says whether there was one.
    pub fn remove(&mut self, name_or_did: &str) -> bool {
        let count_before = self.issuers.len();
        let is_match =
            |issuer: &TrustedIssuer| issuer.name == name_or_did || issuer.keys.iter().any(|key| key.did == name_or_did);
        self.issuers.retain(|issuer| !is_match(issuer));
        self.issuers.len() < count_before
    }

    /// Takes in a bundle of a trusted issuer and returns the name it is trusted under.
    ///
    /// Its signer must be trusted, or follow from a key that is, each vouching for the next. Of two bundles the newer
    /// one counts; an older one is refused, so that nobody brings back the time before a revocation.
    ///
    /// # Errors
    /// In words, why it is refused.
    pub fn import_bundle(&mut self, bundle: &Bundle, now: Timestamp) -> Result<String, String> {
        if bundle.issued > now.saturating_add(Millis::from_days(1)) {
            let day = bundle.issued.day().format_long();
            return Err(format!("It is dated {day}, which is still to come: one of the clocks is wrong."));
        }
        let is_signer = |issuer: &TrustedIssuer| has_trusted_signer(issuer, bundle);
        let Some(index) = self.issuers.iter().position(is_signer) else {
            return Err("Its signer is not trusted here. Trust its key first, after comparing the words: \
                        `needlewise issuer trust DID --name NAME`."
                .to_owned());
        };
        let others = self.issuers.iter().enumerate().filter(|(other, _)| *other != index);
        let shares_key = |issuer: &TrustedIssuer| {
            issuer.keys.iter().any(|key| bundle.keys.iter().any(|bundle_key| bundle_key.did == key.did))
        };
        if let Some((_, other)) = others.into_iter().find(|(_, issuer)| shares_key(issuer)) {
            return Err(format!("It claims a key that is trusted as \"{}\".", other.name));
        }
        let issuer = &mut self.issuers[index];
        if let Some(list) = &issuer.list {
            if list.issuer != bundle.issuer {
                return Err(format!("It is not of the issuer that is trusted as \"{}\".", issuer.name));
            }
            if (bundle.sequence, bundle.issued) < (list.sequence, list.issued) {
                return Err(format!("It is older than the list of \"{}\" that is here.", issuer.name));
            }
        }
        issuer.keys.clone_from(&bundle.keys);
        issuer.list = Some(RevocationList {
            issuer: bundle.issuer,
            sequence: bundle.sequence,
            issued: bundle.issued,
            revoked: bundle.revoked.iter().map(|revoked| revoked.id).collect(),
            ledger: bundle.ledger.iter().copied().collect(),
        });
        Ok(issuer.name.clone())
    }
}

/// Returns whether the signer of a bundle is the newest trusted key of this issuer, or follows from it, each vouching
/// for the next. An older key reaches nothing: whoever finds one could otherwise found a line of their own.
fn has_trusted_signer(issuer: &TrustedIssuer, bundle: &Bundle) -> bool {
    let Some(newest_key) = issuer.keys.last().filter(|key| !key.compromised) else { return false };
    let Some(index) = bundle.keys.iter().position(|key| key.did == newest_key.did) else { return false };
    bundle.keys[index..].windows(2).all(|pair| pair[1].is_endorsed_by(&bundle.issuer, &pair[0]))
}
