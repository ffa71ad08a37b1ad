//! The signed issuer bundle for clinics: public keys, revoked certificates and the date of the next update.
//! After a key compromise it also lists the digests of all certificates in the issuer's ledger.

use serde::{Deserialize, Serialize};

use crate::clock::{Day, Millis, Timestamp};
use crate::credential::key::{KeyPeriod, SigningKeyPair, is_valid_signature};
use crate::ids::{CertificateId, Digest, IssuerId, from_hex, to_hex};
use crate::problem::json_reason;
use crate::{canonical, text};

/// The version of the file format.
const FORMAT_VERSION: u32 = 1;

/// The maximum age of a revocation list: 30 days. With an older list, certificates are stale.
pub const REVOCATION_LIST_MAX_AGE: Millis = Millis(30 * 24 * 3_600_000);

/// The size limit of a bundle in bytes, enough for a hundred thousand revoked certificates.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// An issuer's bundle. Its signature is Ed25519 over the RFC 8785 form of all other fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    format: u32,
    /// The issuer's ID, which stays the same when its key changes.
    pub issuer: IssuerId,
    /// The name that the issuer gives itself. A trust list can have another one.
    pub name: String,
    /// All keys, oldest first. The last one signs the bundle.
    pub keys: Vec<KeyPeriod>,
    pub revoked: Vec<Revocation>,
    /// The number of ledger facts and keys. It grows with every change, so the higher number is the newer bundle.
    pub sequence: u64,
    pub issued: Timestamp,
    /// When the next bundle is due, which is when this one becomes too old.
    pub next_update: Timestamp,
    /// The digests of all certificates in the ledger. Empty unless a key is compromised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

/// A certificate that no longer counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    pub id: CertificateId,
    /// The day of the revocation in UTC.
    pub on: Day,
    /// The reason, if the issuer publishes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
}

/// Why a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// A detail on it is wrong, such as the name.
    Error,
    /// The holder cheated.
    Misconduct,
    /// Another certificate replaces it.
    Superseded,
    /// A question was faulty.
    ItemFault,
    /// Someone else may have the key that signed it.
    KeyCompromise,
    /// The holder asked for it.
    HolderRequest,
}

impl RevocationReason {
    /// All reasons.
    pub const ALL: [Self; 6] =
        [Self::Error, Self::Misconduct, Self::Superseded, Self::ItemFault, Self::KeyCompromise, Self::HolderRequest];

    /// Returns the name that files and the command line use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Misconduct => "misconduct",
            Self::Superseded => "superseded",
            Self::ItemFault => "item-fault",
            Self::KeyCompromise => "key-compromise",
            Self::HolderRequest => "holder-request",
        }
    }

    /// Returns whether the issuer caused the revocation. Then it may sign a new certificate for the same attempt.
    pub fn is_issuer_error(self) -> bool {
        matches!(self, Self::Error | Self::ItemFault | Self::KeyCompromise)
    }
}

/// The unsigned content of a bundle.
#[derive(Debug)]
pub struct BundleContents {
    pub issuer: IssuerId,
    /// The name that the issuer gives itself.
    pub name: String,
    /// All keys, oldest first.
    pub keys: Vec<KeyPeriod>,
    pub revoked: Vec<Revocation>,
    /// The number of ledger facts and keys.
    pub sequence: u64,
    /// The digests of all certificates that the issuer signed.
    pub ledger: Vec<Digest>,
}

impl Bundle {
    /// Creates a bundle and signs it. `key` must be the newest key, or no one accepts the bundle.
    ///
    /// The ledger is left out unless a key is compromised.
    pub fn sign(contents: BundleContents, key: &SigningKeyPair, now: Timestamp) -> Self {
        let BundleContents { issuer, name, keys, revoked, sequence, ledger } = contents;
        // A thief can write any date into a certificate, so after a compromise clinics need the ledger.
        let compromised = keys.iter().any(|key| key.compromised);
        let ledger = if compromised { ledger } else { Vec::new() };
        let next_update = now.saturating_add(REVOCATION_LIST_MAX_AGE);
        let mut bundle = Self {
            format: FORMAT_VERSION,
            issuer,
            name,
            keys,
            revoked,
            sequence,
            issued: now,
            next_update,
            ledger,
            signature: None,
        };
        bundle.signature = Some(to_hex(&key.sign(&canonical::bytes(&bundle))));
        bundle
    }

    /// Returns the text of the bundle file.
    ///
    /// # Errors
    /// No case is known: every value of this type has a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Parses a bundle and checks that its last key signed it. It does not check whether that key is trusted.
    ///
    /// # Errors
    /// A message to show the user, if the file is over 16 MB, is not a bundle, has a newer format, has an invalid
    /// issuer name, or is not signed by its last key, or if that key is retired or compromised.
    pub fn from_signed_json(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err("It is larger than 16 MB. Ask the issuer for a new bundle.".to_owned());
        }
        let bundle: Self = serde_json::from_slice(bytes).map_err(|error| {
            format!(
                "It is not an issuer bundle: {}. Choose another file, or ask the issuer for a new one.",
                json_reason(&error)
            )
        })?;
        if bundle.format != FORMAT_VERSION {
            return Err("It was written by a newer needlewise. Update needlewise, then try again.".to_owned());
        }
        if !text::is_printable(&bundle.name) {
            return Err(
                "The issuer's name in it is empty or contains hidden characters. Ask the issuer for a new bundle."
                    .to_owned(),
            );
        }
        let signature = bundle.signature.as_deref().and_then(from_hex::<64>);
        let canonical_bytes = canonical::bytes(&Self { signature: None, ..bundle.clone() });
        // A bundle that calls its own signer retired or compromised contradicts itself.
        let signing_key = bundle.keys.last().filter(|key| !key.compromised && key.until.is_none());
        let is_valid = signing_key
            .zip(signature)
            .is_some_and(|(key, signature)| is_valid_signature(&key.did, &canonical_bytes, &signature));
        if is_valid {
            Ok(bundle)
        } else {
            Err("It does not match its signature. It may have been edited. Ask the issuer for a new one.".to_owned())
        }
    }
}
