//! Verdicts, and how the trust list decides them for a certificate whose form and signature are correct.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credential::bundle::REVOCATION_LIST_MAX_AGE;
use crate::credential::key::{self, KeyPeriod};
use crate::credential::trust::{OwnIssuer, TrustList, TrustedIssuer};
use crate::credential::types::Credential;
use crate::ids::{CertificateId, Digest};

/// The result of verifying a certificate on this computer today. The first variant that applies counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Its form or its signature is wrong, or it is not valid yet. Or it is dated after its key was retired, or its key
    /// was compromised and the issuer's ledger does not list it.
    Invalid,
    /// The signature is correct, but the trust list does not have the signer.
    Untrusted,
    /// The newest revocation list of the issuer names it.
    Revoked,
    /// Its last day is past.
    Expired,
    /// The issuer's revocation list is missing or older than 30 days, so a revocation may be unknown here.
    Stale,
    /// Every check passed.
    Valid,
}

impl Verdict {
    /// All verdicts, in the order in which they are checked.
    pub const ALL: [Self; 6] = [Self::Invalid, Self::Untrusted, Self::Revoked, Self::Expired, Self::Stale, Self::Valid];

    /// Returns the verdict's name, as JSON and the command line show it.
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

/// The facts that decide the verdict of a certificate whose form and signature are correct.
#[derive(Debug, Clone, Copy)]
pub struct VerdictBasis<'a> {
    pub certificate_id: CertificateId,
    /// The digest under which the issuer's ledger lists it: [`Credential::digest`](crate::credential::Credential::digest).
    pub credential_digest: Digest,
    /// The did:key that signed it.
    pub signer_did: &'a str,
    pub valid_from: Timestamp,
    pub valid_until: Timestamp,
}

impl<'a> VerdictBasis<'a> {
    /// Returns the basis of a credential, or `None` if its ID or a date is malformed.
    pub fn of(credential: &'a Credential) -> Option<Self> {
        Some(Self {
            certificate_id: credential.certificate_id()?,
            credential_digest: credential.digest(),
            signer_did: &credential.issuer.id,
            valid_from: credential.starts_at()?,
            valid_until: credential.expires_at()?,
        })
    }
}

/// Returns the verdict and its reason for a certificate whose form and signature are correct. Take `now` from
/// [`TrustList::latest_known_time`].
pub fn evaluate_trust(basis: &VerdictBasis<'_>, trust: &TrustList, now: Timestamp) -> (Verdict, String) {
    if let Some(own) = &trust.own_issuer
        && own.has_issued(basis.signer_did, basis.credential_digest)
    {
        return evaluate_own(basis, own, now);
    }
    let Some((issuer, key)) = trust.find_by_did(basis.signer_did) else {
        return (Verdict::Untrusted, untrusted_reason(basis.signer_did, trust));
    };
    if let Some(reason) = key_refusal(basis, issuer, key) {
        return (Verdict::Invalid, reason);
    }
    let list = issuer.list.as_ref();
    let is_revoked = list.is_some_and(|list| list.revoked.contains(&basis.certificate_id));
    let is_current = list.is_some_and(|list| now.since(list.issued) <= REVOCATION_LIST_MAX_AGE);
    let last_day = basis.valid_until.day().format_for_people();
    // A revocation stays true, so it counts even if the list is old or the certificate has expired.
    // `valid_until` has whole seconds, and its last second still counts.
    // An expiry is certain without a list, so `Stale` comes after it.
    if is_revoked {
        (Verdict::Revoked, "The issuer revoked this certificate. Ask the issuer for the reason.".to_owned())
    } else if basis.valid_until < now.truncate_to_second() {
        (Verdict::Expired, format!("It was valid through {last_day} (UTC). Ask the holder for a renewed certificate."))
    } else if !is_current && !issuer.without_revocation {
        let reason = "The issuer's revocation list is missing or older than 30 days. \
                      Ask the issuer for its newest bundle, then run `needlewise issuer trust --bundle FILE`.";
        (Verdict::Stale, reason.to_owned())
    } else {
        (Verdict::Valid, format!("It is valid through {last_day} (UTC)."))
    }
}

/// Returns the verdict on a certificate that the issuer on this computer lists in its ledger. The ledger is complete, so
/// no revocation list is needed.
fn evaluate_own(basis: &VerdictBasis<'_>, own: &OwnIssuer, now: Timestamp) -> (Verdict, String) {
    let last_day = basis.valid_until.day().format_for_people();
    if let Some(day) = own.revoked.get(&basis.certificate_id) {
        (Verdict::Revoked, format!("It was issued here and revoked on {}.", day.format_for_people()))
    } else if basis.valid_until < now.truncate_to_second() {
        (Verdict::Expired, format!("It was issued here and was valid through {last_day} (UTC)."))
    } else {
        (Verdict::Valid, format!("It was issued here. It is valid through {last_day} (UTC)."))
    }
}

/// Returns why the signer is not trusted, with the words to compare.
fn untrusted_reason(signer_did: &str, trust: &TrustList) -> String {
    if trust.own_issuer.as_ref().is_some_and(|own| own.dids.contains(signer_did)) {
        return "A key of the issuer on this computer signed it, but the ledger here does not list it. Was the data \
                folder restored from an older backup? Otherwise someone else used the key."
            .to_owned();
    }
    let words = key::fingerprint(signer_did).unwrap_or_default();
    format!(
        "The signature is correct, but this computer does not trust the issuer yet. Its key has the fingerprint words \
         \"{words}\". Compare them with the issuer, for example by telephone. Then run `needlewise issuer trust \
         {signer_did} --name NAME`."
    )
}

/// Returns why a trusted issuer's key does not count for this certificate: it was retired earlier, or it is
/// compromised. A thief can write any date, so after a compromise only certificates in the issuer's ledger count.
fn key_refusal(basis: &VerdictBasis<'_>, issuer: &TrustedIssuer, key: &KeyPeriod) -> Option<String> {
    let is_in_ledger = || issuer.list.as_ref().is_some_and(|list| list.ledger.contains(&basis.credential_digest));
    if key.compromised && !is_in_ledger() {
        return Some(
            "The issuer's key was compromised, and the issuer's ledger does not list this certificate. \
             Ask the issuer for a new certificate."
                .to_owned(),
        );
    }
    let retired_on = key.until?;
    (basis.valid_from > retired_on.end_of_day()).then(|| {
        format!(
            "The issuer's key was retired on {} (UTC), before this certificate was valid. \
             Ask the issuer for a new certificate.",
            retired_on.format_for_people()
        )
    })
}
