//! The trust list of this computer: trusted issuers, their keys and their newest revocation lists.
//! The list is empty at first. A user adds the first key of an issuer by hand. Later keys arrive in signed bundles.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::{Day, Millis, Timestamp};
use crate::credential::bundle::{self, Bundle, REVOCATION_LIST_MAX_AGE};
use crate::credential::key::{KeyPeriod, fingerprint};
use crate::ids::{CertificateId, Digest, IssuerId};
use crate::problem::json_reason;
use crate::text;

/// The version of the file format.
const FORMAT_VERSION: u32 = 1;

/// The age from which a revocation list is reported as old.
const LIST_WARNING_AGE: Millis = Millis::from_days(23);

/// The size limit of the trust list file in bytes: sixteen issuers with bundles of the maximum size.
pub const MAX_BYTES: usize = 16 * bundle::MAX_BYTES;

/// The issuers that this computer trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    format: u32,
    pub issuers: Vec<TrustedIssuer>,
    /// The issuer on this computer. It comes from the ledger and is never in the file.
    #[serde(skip)]
    pub own_issuer: Option<OwnIssuer>,
}

/// The issuer on this computer, with what its ledger says about its certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnIssuer {
    pub name: String,
    /// The did:keys of all its keys.
    pub dids: BTreeSet<String>,
    /// The digests of all certificates that it issued.
    pub issued: BTreeSet<Digest>,
    /// The revoked certificates, each with the day of the revocation in UTC.
    pub revoked: BTreeMap<CertificateId, Day>,
}

impl OwnIssuer {
    /// Returns whether the ledger lists a certificate that one of its keys signed.
    pub fn has_issued(&self, signer_did: &str, digest: Digest) -> bool {
        self.dids.contains(signer_did) && self.issued.contains(&digest)
    }
}

impl Default for TrustList {
    fn default() -> Self {
        Self { format: FORMAT_VERSION, issuers: Vec::new(), own_issuer: None }
    }
}

/// A trusted issuer with its keys and its newest revocation list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// The name that the user chose. It is shown instead of the signed one, because any issuer can sign any name.
    pub name: String,
    /// The known keys, oldest first.
    pub keys: Vec<KeyPeriod>,
    /// Whether its certificates count without a recent revocation list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_revocation: bool,
    /// The revocation list from its newest bundle. `None` until a bundle is imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<RevocationList>,
}

/// The certificates that an issuer has revoked, as of `issued`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationList {
    /// The ID of the issuer. A bundle with another ID cannot replace the list.
    pub issuer: IssuerId,
    /// The sequence number of the bundle. A bundle with a lower number is refused.
    pub sequence: u64,
    pub issued: Timestamp,
    pub revoked: BTreeSet<CertificateId>,
    /// The digests of all certificates in the issuer's ledger. Empty unless a key is compromised.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ledger: BTreeSet<Digest>,
}

/// Whether an issuer's certificates need a recent revocation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRequirement {
    /// Certificates are stale without a revocation list from the last 30 days.
    Required,
    /// Certificates count even without a recent revocation list.
    Waived,
}

impl TrustList {
    /// Parses the text of the trust list file.
    ///
    /// # Errors
    /// The end of a sentence about the file, if it is not a trust list or has a newer format.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let trust: Self = serde_json::from_str(text).map_err(|error| json_reason(&error))?;
        if trust.format == FORMAT_VERSION { Ok(trust) } else { Err("it was written by a newer needlewise".to_owned()) }
    }

    /// Returns the text of the trust list file.
    ///
    /// # Errors
    /// No case is known: every value of this type has a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Returns the trusted issuer with this did:key, and the key. The key can be retired or compromised.
    pub fn find_by_did(&self, did: &str) -> Option<(&TrustedIssuer, &KeyPeriod)> {
        let key = |issuer: &'_ TrustedIssuer| issuer.keys.iter().position(|key| key.did == did);
        self.issuers.iter().find_map(|issuer| key(issuer).map(|index| (issuer, &issuer.keys[index])))
    }

    /// Returns one sentence for each revocation list that is at least 23 days old, with the issuer to ask. After 30 days
    /// the certificates of that issuer are unknown here.
    pub fn aging_lists(&self, system_time: Timestamp) -> Vec<String> {
        let now = self.latest_known_time(system_time);
        let sentence = |issuer: &TrustedIssuer| {
            let age = now.since(issuer.list.as_ref()?.issued);
            let days = age.0 / Millis::from_days(1).0;
            let name = text::single_line(&issuer.name);
            let remedy = "Ask it for its newest bundle, then run `needlewise issuer trust --bundle FILE`.";
            if issuer.without_revocation || age < LIST_WARNING_AGE {
                None
            } else if age <= REVOCATION_LIST_MAX_AGE {
                Some(format!(
                    "The revocation list of {name} is {days} days old. After 30 days its certificates are unknown here. \
                     {remedy}"
                ))
            } else {
                Some(format!(
                    "The revocation list of {name} is {days} days old, so its certificates are unknown here. {remedy}"
                ))
            }
        };
        self.issuers.iter().filter_map(sentence).collect()
    }

    /// Returns the later of the system time and the date of the newest revocation list.
    ///
    /// Verification uses it as the current time, so a clock that was set back cannot revive an expired certificate.
    pub fn latest_known_time(&self, system_time: Timestamp) -> Timestamp {
        let lists = self.issuers.iter().filter_map(|issuer| issuer.list.as_ref());
        lists.map(|list| list.issued).chain([system_time]).max().unwrap_or(system_time)
    }

    /// Adds a trusted key under a name. An issuer that already has this name gets one more key, and `lists` applies to
    /// all its keys. Its revocation list is then dropped, until a bundle brings a new one.
    ///
    /// # Errors
    /// A message to show the user, if `did` is not an Ed25519 did:key, or if it is already trusted under another name.
    pub fn add(&mut self, did: &str, name: &str, today: Day, lists: ListRequirement) -> Result<(), String> {
        if fingerprint(did).is_none() {
            return Err(format!(
                "\"{}\" is not an issuer's key. Copy the whole key, which starts with did:key.",
                text::truncate(&text::single_line(did), 80)
            ));
        }
        if let Some((issuer, _)) = self.find_by_did(did)
            && issuer.name != name
        {
            return Err(format!(
                "This key is already trusted as \"{}\". Run `needlewise issuer untrust NAME` first.",
                issuer.name
            ));
        }
        let key = KeyPeriod { did: did.to_owned(), from: today, until: None, compromised: false, endorsement: None };
        match self.issuers.iter_mut().find(|issuer| issuer.name == name) {
            Some(issuer) => {
                issuer.without_revocation = lists == ListRequirement::Waived;
                if issuer.keys.iter().all(|existing_key| existing_key.did != did) {
                    // A thief of an older key may have signed this list. The issuer must send one with the new key.
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

    /// Removes the issuer with this name or this did:key. Returns whether there was one.
    pub fn remove(&mut self, name_or_did: &str) -> bool {
        let count_before = self.issuers.len();
        let is_match =
            |issuer: &TrustedIssuer| issuer.name == name_or_did || issuer.keys.iter().any(|key| key.did == name_or_did);
        self.issuers.retain(|issuer| !is_match(issuer));
        self.issuers.len() < count_before
    }

    /// Imports the keys and the revocation list of a bundle. Returns the issuer's name in the trust list.
    ///
    /// The bundle's signature must be checked already ([`Bundle::from_signed_json`]). Its signer must be the newest
    /// trusted key, or a successor that an unbroken line of endorsements connects to it. An older bundle is refused,
    /// because it could undo a revocation.
    ///
    /// # Errors
    /// The reason of the refusal, for people.
    pub fn import_bundle(&mut self, bundle: &Bundle, now: Timestamp) -> Result<String, String> {
        // A list from the future would move today forward (`latest_known_time`), so every certificate would expire.
        if bundle.issued > now.saturating_add(Millis::from_days(1)) {
            let day = bundle.issued.day().format_for_people();
            return Err(format!("It is dated {day}, which is in the future. Check the date of this computer."));
        }
        let is_signer = |issuer: &TrustedIssuer| has_trusted_signer(issuer, bundle);
        let Some(index) = self.issuers.iter().position(is_signer) else {
            return Err("The key that signed it is not trusted here. If it is an old bundle, ask for the newest one. \
                        If the issuer has a new key, compare its fingerprint words with the issuer, then run \
                        `needlewise issuer trust DID --name NAME`."
                .to_owned());
        };
        // With one key under two names, the name on the screen would depend on the order of the list.
        let others = self.issuers.iter().enumerate().filter(|(other, _)| *other != index);
        let shares_key = |issuer: &TrustedIssuer| {
            issuer.keys.iter().any(|key| bundle.keys.iter().any(|bundle_key| bundle_key.did == key.did))
        };
        if let Some((_, other)) = others.into_iter().find(|(_, issuer)| shares_key(issuer)) {
            return Err(format!(
                "It claims a key that is already trusted as \"{}\". Run `needlewise issuer untrust NAME` for one of \
                 the two.",
                other.name
            ));
        }
        let issuer = &mut self.issuers[index];
        if let Some(list) = &issuer.list {
            // The sequence numbers of two issuers cannot be compared.
            if list.issuer != bundle.issuer {
                return Err(format!(
                    "It is from a different issuer than the one trusted as \"{}\". Ask that issuer for its newest \
                     bundle.",
                    issuer.name
                ));
            }
            // Without new facts or keys the sequence stays the same, so the date decides.
            if (bundle.sequence, bundle.issued) < (list.sequence, list.issued) {
                return Err(format!(
                    "It is older than the revocation list of \"{}\" here. Ask for the newest one.",
                    issuer.name
                ));
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

/// Returns whether the signer of a bundle is this issuer's newest trusted key, or follows from it by endorsements.
///
/// Older trusted keys do not count. A thief of an old key could otherwise endorse a key of their own.
fn has_trusted_signer(issuer: &TrustedIssuer, bundle: &Bundle) -> bool {
    let Some(newest_key) = issuer.keys.last().filter(|key| !key.compromised) else { return false };
    let Some(index) = bundle.keys.iter().position(|key| key.did == newest_key.did) else { return false };
    bundle.keys[index..].windows(2).all(|pair| pair[1].is_endorsed_by(&bundle.issuer, &pair[0]))
}
