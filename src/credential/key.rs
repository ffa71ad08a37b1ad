//! Ed25519 signing keys and public keys, identified by did:key.
//! Also the key file of this computer and the six-word fingerprint of a public key.

use std::io;
use std::path::Path;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::clock::Day;
use crate::ids::{Digest, IssuerId, from_hex, to_hex};
use crate::paths::{self, ReadSecretError, write_new};

/// What a file of this computer's own key begins with.
const COMPUTER_KEY_HEADER: &str = "needlewise-computer-key-1 ";

/// The multicodec prefix of an Ed25519 public key.
const ED25519_MULTICODEC: [u8; 2] = [0xED, 0x01];

/// The 2,048 words of the English list of BIP 39, one a line, in its order; SHA-256
/// `2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda`.
pub const ENGLISH_WORDS: &str = include_str!("english_words.txt");

/// A signing key. It is never shown.
pub struct SigningKeyPair(SigningKey);

impl std::fmt::Debug for SigningKeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKeyPair({})", self.did())
    }
}

impl SigningKeyPair {
    /// Makes a key from 32 random bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Returns the public key as a did:key.
    pub fn did(&self) -> String {
        let prefixed_key = [&ED25519_MULTICODEC[..], self.0.verifying_key().as_bytes()].concat();
        format!("did:key:z{}", bs58::encode(prefixed_key).into_string())
    }

    /// Signs bytes.
    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }

    /// Signs a decision and returns the signature in hexadecimal digits. What a decision is made of can never be taken
    /// for what a certificate, a bundle or a succession is signed over: those are digests, or have other members.
    pub fn sign_decision(&self, bytes: &[u8]) -> String {
        to_hex(&self.sign(bytes))
    }

    /// Reads this computer's own key from its file, or makes it from `seed` where there is none yet.
    ///
    /// Two processes may do so at once: one of them makes the file, whole, and both use that key.
    ///
    /// # Errors
    /// In words, with the remedy: a file that others can read, that is no key, or that cannot be read or made.
    pub fn load_or_create(path: &Path, seed: [u8; 32]) -> Result<Self, String> {
        let display_path = crate::text::single_line(&path.to_string_lossy());
        let describe_damage = || {
            format!(
                "The key {display_path} is not a key of this program. Move it away; a new one is then made, and earlier \
                 self-test records stay as they are."
            )
        };
        let describe_error = |error: ReadSecretError| match error {
            ReadSecretError::Unreadable(error) => {
                format!("The key {display_path} cannot be used: {error}. Check the folder's permissions.")
            }
            ReadSecretError::ReadableByOthers => {
                format!("The key {display_path} can be read by others. Make it yours alone (chmod 600).")
            }
            ReadSecretError::NotUtf8 => describe_damage(),
        };
        match read_key_file(path) {
            Err(ReadSecretError::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read.map_err(describe_error)?.ok_or_else(describe_damage),
        }
        // The file is made for this user only.
        let text = format!("{COMPUTER_KEY_HEADER}z{}\n", bs58::encode(seed).into_string());
        write_new(path, text.as_bytes()).map_err(|error| describe_error(error.into()))?;
        read_key_file(path)
            .map_err(describe_error)?
            .ok_or_else(|| format!("The key {display_path} was written but cannot be read back."))
    }
}

/// Reads a key's file; nothing where it is no key.
fn read_key_file(path: &Path) -> Result<Option<SigningKeyPair>, ReadSecretError> {
    let text = paths::read_secret(path)?;
    let seed = text.trim_end().strip_prefix(COMPUTER_KEY_HEADER).and_then(|text| text.strip_prefix('z'));
    let seed = seed.and_then(|seed| bs58::decode(seed).into_vec().ok()).and_then(|seed| seed.try_into().ok());
    Ok(seed.map(SigningKeyPair::from_seed))
}

/// A public key of an issuer, and the days on which it signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPeriod {
    /// The did:key.
    pub did: String,
    /// Its first day.
    pub from: Day,
    /// Its last day; nothing while it is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Whether somebody else may have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compromised: bool,
    /// The signature of the key before it, in hexadecimal digits; nothing for the first, and after a compromise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "endorsed")]
    pub endorsement: Option<String>,
}

/// What a key signs to vouch for its successor.
#[derive(Serialize)]
struct Succession<'a> {
    issuer: &'a IssuerId,
    successor: &'a str,
    from: Day,
}

/// Returns the bytes that a key signs to vouch for its successor.
pub(super) fn succession_bytes(issuer: &IssuerId, successor: &KeyPeriod) -> Vec<u8> {
    canonical::bytes(&Succession { issuer, successor: &successor.did, from: successor.from })
}

impl KeyPeriod {
    /// Returns whether the key `predecessor` endorses this one.
    pub(super) fn is_endorsed_by(&self, issuer: &IssuerId, predecessor: &Self) -> bool {
        let signature = self.endorsement.as_deref().and_then(from_hex::<64>);
        !predecessor.compromised
            && signature.is_some_and(|signature| {
                is_valid_signature(&predecessor.did, &succession_bytes(issuer, self), &signature)
            })
    }
}

/// Returns whether the key of a did:key signed these bytes.
pub(super) fn is_valid_signature(did: &str, bytes: &[u8], signature: &[u8; 64]) -> bool {
    let key = public_key_bytes(did).and_then(|key| VerifyingKey::from_bytes(&key).ok());
    key.is_some_and(|key| key.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok())
}

/// Returns whether the key of a did:key signed a decision.
pub fn is_valid_decision_signature(did: &str, bytes: &[u8], signature: &str) -> bool {
    from_hex::<64>(signature).is_some_and(|signature| is_valid_signature(did, bytes, &signature))
}

/// Returns six words that two people can compare over the telephone: 66 bits of the SHA-256 of a did:key, eleven a word
/// of the English list of BIP 39. Nothing where it is no did:key of an Ed25519 key.
pub fn fingerprint(did: &str) -> Option<String> {
    public_key_bytes(did)?;
    let digest = Digest::of(did);
    let bits = digest.as_bytes().iter().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1)));
    let bits: Vec<_> = bits.take(66).collect();
    let list: Vec<_> = ENGLISH_WORDS.lines().collect();
    let word = |bits: &[usize]| list[bits.iter().fold(0, |number, bit| number * 2 + bit)];
    Some(bits.chunks(11).map(word).collect::<Vec<_>>().join(" "))
}

/// Returns the public key that a did:key names.
pub(super) fn public_key_bytes(did: &str) -> Option<[u8; 32]> {
    // Forty-seven digits; to read a longer number takes time by the square of its length.
    let body = did.strip_prefix("did:key:z").filter(|body| body.len() <= 60)?;
    let bytes = bs58::decode(body).into_vec().ok()?;
    bytes.strip_prefix(&ED25519_MULTICODEC)?.try_into().ok()
}
