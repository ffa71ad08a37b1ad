//! Verifies a certificate and returns a verdict with a reason.
//! Works on any bytes, without network or file access; malformed input gives the verdict `Invalid`.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credential::bundle::REVOCATION_LIST_MAX_AGE;
use crate::credential::key::{self, KeyPeriod};
use crate::credential::sign::hash_data;
use crate::credential::trust::{TrustList, TrustedIssuer};
use crate::credential::types::{CONTEXTS, Credential, Proof};
use crate::ids::{CertificateId, Digest};
use crate::text;

/// The largest certificate that is looked at.
const MAX_BYTES: usize = 64 * 1024;

/// What a certificate is worth on this machine, today. The first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Its form or its proof is wrong, or it is not valid yet.
    Invalid,
    /// Its signature holds, but nobody here trusts the signer.
    Untrusted,
    /// Its issuer revoked it.
    Revoked,
    /// Its time is over.
    Expired,
    /// Its issuer's list of revoked certificates is missing or old.
    Stale,
    /// It counts.
    Valid,
}

impl Verdict {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [Self::Invalid, Self::Untrusted, Self::Revoked, Self::Expired, Self::Stale, Self::Valid];

    /// Returns the verdict's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Untrusted => "untrusted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Stale => "stale",
            Self::Valid => "valid",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationResult {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// What is signed; nothing for an invalid one.
    pub credential: Option<Credential>,
    /// The name the issuer is trusted under.
    pub issuer_name: Option<String>,
}

impl VerificationResult {
    /// Returns the issuer's name for people: the one it is trusted under, else what it says of itself, as such.
    pub fn issuer_label(&self) -> String {
        match (&self.issuer_name, &self.credential) {
            (Some(name), _) => name.clone(),
            (None, Some(credential)) => format!("{} (says of itself)", credential.issuer.name),
            (None, None) => String::new(),
        }
    }

    /// Returns what came of a check that failed.
    pub fn invalid(reason: String) -> Self {
        Self { verdict: Verdict::Invalid, reason, credential: None, issuer_name: None }
    }
}

/// Checks a certificate.
pub fn verify(bytes: &[u8], trust: &TrustList, system_time: Timestamp) -> VerificationResult {
    let now = trust.latest_known_time(system_time);
    let credential = match verify_proof(bytes, now) {
        Ok(credential) => credential,
        Err(reason) => return VerificationResult::invalid(reason),
    };
    // Held to their form before.
    let (Some(certificate_id), Some(valid_from), Some(valid_until)) =
        (credential.certificate_id(), credential.starts_at(), credential.expires_at())
    else {
        return VerificationResult::invalid("Its id or its dates cannot be read.".to_owned());
    };
    let signer_did = credential.issuer.id.as_str();
    let basis =
        VerdictBasis { certificate_id, credential_digest: credential.digest(), signer_did, valid_from, valid_until };
    match evaluate_trust(&basis, trust, now) {
        (Verdict::Invalid, reason) => VerificationResult::invalid(reason),
        (verdict, reason) => {
            let issuer = trust.find_by_did(signer_did).map(|(issuer, _)| issuer.name.clone());
            VerificationResult { verdict, reason, credential: Some(credential), issuer_name: issuer }
        }
    }
}

/// What of a certificate whose form and proof hold decides about its verdict.
#[derive(Debug, Clone, Copy)]
pub struct VerdictBasis<'a> {
    /// Its name.
    pub certificate_id: CertificateId,
    /// The digest of its credential.
    pub credential_digest: Digest,
    /// The did:key that signed it.
    pub signer_did: &'a str,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
}

/// Judges a certificate whose form and proof hold.
pub fn evaluate_trust(basis: &VerdictBasis<'_>, trust: &TrustList, now: Timestamp) -> (Verdict, String) {
    let Some((issuer, key)) = trust.find_by_did(basis.signer_did) else {
        let reason = "The signature holds, but its signer is not trusted on this machine.";
        return (Verdict::Untrusted, reason.to_owned());
    };
    if let Some(reason) = key_refusal(basis, issuer, key) {
        return (Verdict::Invalid, reason);
    }
    let list = issuer.list.as_ref();
    let is_revoked = list.is_some_and(|list| list.revoked.contains(&basis.certificate_id));
    let is_current = list.is_some_and(|list| now.since(list.issued) <= REVOCATION_LIST_MAX_AGE);
    let last_day = basis.valid_until.day().format_long();
    if is_revoked {
        (Verdict::Revoked, "The issuer has revoked it.".to_owned())
    } else if basis.valid_until < now.truncate_to_second() {
        (Verdict::Expired, format!("It was valid through {last_day} (UTC)."))
    } else if !is_current && !issuer.without_revocation {
        (Verdict::Stale, "The issuer's list of revoked certificates is missing or older than 30 days.".to_owned())
    } else {
        (Verdict::Valid, format!("It is valid through {last_day} (UTC)."))
    }
}

/// Says why a trusted issuer's key does not count for this certificate: it was retired before, or somebody else may
/// have it. A thief writes any date, so that after a compromise only what the issuer's ledger holds counts.
fn key_refusal(basis: &VerdictBasis<'_>, issuer: &TrustedIssuer, key: &KeyPeriod) -> Option<String> {
    let is_in_ledger = || issuer.list.as_ref().is_some_and(|list| list.ledger.contains(&basis.credential_digest));
    if key.compromised && !is_in_ledger() {
        return Some("Its key was compromised, and the issuer's ledger does not hold it.".to_owned());
    }
    let retired_on = key.until?;
    (basis.valid_from > retired_on.end_of_day())
        .then(|| format!("Its key was retired on {} (UTC), before it.", retired_on.format_long()))
}

/// Checks form, signer, signature and beginning.
fn verify_proof(bytes: &[u8], now: Timestamp) -> Result<Credential, String> {
    let credential = parse_credential(bytes)?;
    let [proof] = credential.proof.as_slice() else {
        return Err("It does not have exactly one proof.".to_owned());
    };
    check_form(&credential)?;
    let did = expected_signer(&credential, proof)?;
    // An Ed25519 signature has 88 digits; to read a longer number takes time by the square of its length.
    let signature = proof
        .value
        .strip_prefix('z')
        .filter(|value| value.len() <= 100)
        .and_then(|value| bs58::decode(value).into_vec().ok());
    let signature: [u8; 64] =
        signature.and_then(|bytes| bytes.try_into().ok()).ok_or("The signature is not readable.")?;
    let signed_hash = hash_data(&credential, proof)
        .map_err(|error| format!("It cannot be put into canonical form: {}.", text::single_line(&error)))?;
    if !key::is_valid_signature(did, &signed_hash, &signature) {
        return Err("The signature does not fit: something was changed, or somebody else signed.".to_owned());
    }
    match credential.starts_at() {
        Some(valid_from) if valid_from <= now => Ok(credential),
        _ => Err("It is not valid yet.".to_owned()),
    }
}

/// Reads into closed types: members that are unknown, doubled or of another type are refused, and so is every number.
fn parse_credential(bytes: &[u8]) -> Result<Credential, String> {
    if bytes.len() > MAX_BYTES {
        return Err("It is larger than 64 KB.".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "It is not UTF-8.".to_owned())?;
    let credential: Credential = serde_json::from_str(text).map_err(|error| {
        format!(
            "It is not a certificate of this kind: {}.",
            text::truncate(&text::single_line(&error.to_string()), 200)
        )
    })?;
    // Members given as null would read as left out; nothing but what was signed may be there.
    let reserialized = serde_json::to_value(&credential).map_err(|error| error.to_string())?;
    let original: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if reserialized != original {
        return Err("It holds members that say nothing.".to_owned());
    }
    if has_harmful_text(&original) {
        return Err("It holds characters that could hide text or steer a terminal.".to_owned());
    }
    Ok(credential)
}

/// Returns whether any text in a document holds a harmful character.
fn has_harmful_text(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => !text.chars().all(text::is_harmless),
        serde_json::Value::Array(values) => values.iter().any(has_harmful_text),
        serde_json::Value::Object(members) => members.values().any(has_harmful_text),
        _ => false,
    }
}

/// Holds the credential to the one form that this program writes. The graph that is signed knows no order and no
/// doubles, so that these are refused here: whatever is read by its place must be in its place.
fn check_form(credential: &Credential) -> Result<(), String> {
    let is_exactly =
        |actual: &[String], expected: &[&str]| actual.iter().map(String::as_str).eq(expected.iter().copied());
    let subject = &credential.subject;
    let achievement = &subject.achievement;
    let has_expected_types = is_exactly(&credential.context, &CONTEXTS)
        && is_exactly(&credential.types, &["VerifiableCredential", "OpenBadgeCredential"])
        && is_exactly(&credential.issuer.types, &["Profile"])
        && is_exactly(&subject.types, &["AchievementSubject"])
        && is_exactly(&achievement.types, &["Achievement"])
        && achievement
            .result_descriptions
            .iter()
            .all(|description| is_exactly(&description.types, &["ResultDescription"]))
        && subject.results.iter().all(|result| is_exactly(&result.types, &["Result"]))
        && credential.evidence.iter().all(|evidence| is_exactly(&evidence.types, &["Evidence"]));
    if !has_expected_types {
        return Err("Its contexts or types are not those of this profile.".to_owned());
    }
    let description_ids = achievement.result_descriptions.iter().map(|description| description.id.as_str());
    let results_match = subject.results.iter().map(|result| result.description_id.as_str()).eq(description_ids.clone());
    let genres: Vec<_> = credential.evidence.iter().skip(1).map(|evidence| evidence.genre.as_str()).collect();
    let evidence = matches!(genres.as_slice(), ["paper", "exam", "banks"] | ["paper", "exam", "banks", "renewal"]);
    if !(results_match && evidence && credential.assurance().is_some() && credential.exam_id().is_some()) {
        return Err("Its results or evidence are not in their places.".to_owned());
    }
    let ids: Vec<_> = [&credential.id, &credential.issuer.id, &subject.id, &achievement.id]
        .into_iter()
        .chain(credential.evidence.iter().map(|evidence| &evidence.id))
        .map(String::as_str)
        .chain(description_ids)
        .collect();
    let all_distinct = ids.iter().collect::<BTreeSet<_>>().len() == ids.len();
    if !(all_distinct
        && ids.iter().all(|id| is_canonical_id(id))
        && credential.certificate_id().is_some()
        && credential.holder_id().is_some())
    {
        return Err("Its ids are not those of this profile, or not distinct.".to_owned());
    }
    let dates = [&credential.valid_from, &credential.valid_until, &credential.awarded_date];
    // One way to write a moment, so that no second spelling of a date can be slipped in.
    let is_canonical_time =
        |time: &&String| time.parse::<Timestamp>().is_ok_and(|timestamp| timestamp.to_string() == **time);
    if dates.iter().all(is_canonical_time) { Ok(()) } else { Err("Its dates are not moments in UTC.".to_owned()) }
}

/// Returns whether an id is one of this profile to the letter. A node whose id is no proper name is left out of the
/// graph that is signed, and whatever stands in it would pass for signed.
fn is_canonical_id(id: &str) -> bool {
    if let Some(uuid) = id.strip_prefix("urn:uuid:") {
        return uuid.parse::<CertificateId>().is_ok_and(|id| id.to_string() == uuid);
    }
    match id.strip_prefix("urn:sha256:") {
        Some(digest) => digest.parse::<Digest>().is_ok(),
        None => key::fingerprint(id).is_some(),
    }
}

/// Returns the did:key that must have signed: that of the issuer, which the fragment repeats. The key is taken from its
/// body.
fn expected_signer<'a>(credential: &'a Credential, proof: &Proof) -> Result<&'a str, String> {
    let did = &credential.issuer.id;
    let expected_method = did.strip_prefix("did:key:").map(|encoded_key| format!("{did}#{encoded_key}"));
    if expected_method.as_ref() != Some(&proof.verification_method) {
        return Err("Its signer is not its issuer.".to_owned());
    }
    let proof_terms = (proof.proof_type.as_str(), proof.cryptosuite.as_str(), proof.purpose.as_str());
    if proof_terms != ("DataIntegrityProof", "eddsa-rdfc-2022", "assertionMethod") {
        return Err("Its proof is not of the kind of this profile.".to_owned());
    }
    Ok(did)
}
