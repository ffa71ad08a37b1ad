//! The signed issuer bundle for clinics: public keys, revoked certificates and the date of the next update.
//! After a key compromise it also lists the digests of all certificates in the ledger of the issuer.

use serde::{Deserialize, Serialize};

use crate::clock::{Day, Millis, Timestamp};
use crate::credential::key::{KeyPeriod, SigningKeyPair, is_valid_signature};
use crate::ids::{CertificateId, Digest, IssuerId, from_hex, to_hex};
use crate::{canonical, text};

/// The format of the file.
const FORMAT_VERSION: u32 = 1;

/// How old a list of revoked certificates may be.
pub const REVOCATION_LIST_MAX_AGE: Millis = Millis(30 * 24 * 3_600_000);

/// The largest file that is looked at: a line for each of a hundred thousand revoked certificates.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// An issuer's bundle. Its signature is Ed25519 over the RFC 8785 form of everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    format: u32,
    /// The issuer.
    pub issuer: IssuerId,
    /// The name it gives itself.
    pub name: String,
    /// Its keys, the oldest first; the last one signs.
    pub keys: Vec<KeyPeriod>,
    /// What it revoked.
    pub revoked: Vec<Revocation>,
    /// Grows with every change; of two bundles the one with the higher number counts.
    pub sequence: u64,
    /// When it was made.
    pub issued: Timestamp,
    /// When the next one is due.
    pub next_update: Timestamp,
    /// The digests of what a compromised key rightly signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

/// A certificate that no longer counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The certificate.
    pub id: CertificateId,
    /// The day it was revoked.
    pub on: Day,
    /// Why, where the issuer says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
}

/// Why a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// Something on it is wrong.
    Error,
    /// The holder cheated.
    Misconduct,
    /// Another certificate took its place.
    Superseded,
    /// A question was faulty.
    ItemFault,
    /// Somebody else may have the key that signed it.
    KeyCompromise,
    /// The holder asked for it.
    HolderRequest,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Error, Self::Misconduct, Self::Superseded, Self::ItemFault, Self::KeyCompromise, Self::HolderRequest];

    /// Returns the name, as files hold it.
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

    /// Returns whether the issuer itself got something wrong, and nobody else did.
    pub fn is_issuer_error(self) -> bool {
        matches!(self, Self::Error | Self::ItemFault | Self::KeyCompromise)
    }
}

/// What goes into a bundle.
#[derive(Debug)]
pub struct BundleContents {
    /// The issuer.
    pub issuer: IssuerId,
    /// The name it gives itself.
    pub name: String,
    /// Its keys, the oldest first.
    pub keys: Vec<KeyPeriod>,
    /// What it revoked.
    pub revoked: Vec<Revocation>,
    /// How many facts its ledger holds.
    pub sequence: u64,
    /// The digests of everything it signed.
    pub ledger: Vec<Digest>,
}

impl Bundle {
    /// Makes a bundle and signs it with the newest key. The ledger is told only where a key was compromised.
    pub fn sign(contents: BundleContents, key: &SigningKeyPair, now: Timestamp) -> Self {
        let BundleContents { issuer, name, keys, revoked, sequence, ledger } = contents;
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

    /// Returns the text of its file.
    ///
    /// # Errors
    /// None is known: lists and maps with text for keys have a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads a bundle whose last key signed it. Whether that key is trusted is for the reader to say.
    ///
    /// # Errors
    /// In words, where it is none, or its signature does not fit.
    pub fn from_signed_json(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err("It is larger than 16 MB.".to_owned());
        }
        let bundle: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("It is no bundle of an issuer: {}.", text::single_line(&error.to_string())))?;
        if bundle.format != FORMAT_VERSION {
            return Err("It was written by a newer needlewise.".to_owned());
        }
        if !text::is_printable(&bundle.name) {
            return Err("Its name holds characters that could hide text or steer a terminal.".to_owned());
        }
        let signature = bundle.signature.as_deref().and_then(from_hex::<64>);
        let canonical_bytes = canonical::bytes(&Self { signature: None, ..bundle.clone() });
        let signing_key = bundle.keys.last().filter(|key| !key.compromised && key.until.is_none());
        let is_valid = signing_key
            .zip(signature)
            .is_some_and(|(key, signature)| is_valid_signature(&key.did, &canonical_bytes, &signature));
        if is_valid {
            Ok(bundle)
        } else {
            Err("Its signature does not fit: something was changed, or somebody else signed.".to_owned())
        }
    }
}
