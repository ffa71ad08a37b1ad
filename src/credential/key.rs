//! Ed25519 signing keys and public keys, identified by did:key.
//! Also the key file of this computer, and the six fingerprint words that people compare instead of a public key.

use std::io;
use std::path::Path;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::clock::Day;
use crate::ids::{Digest, IssuerId, from_hex, to_hex};
use crate::paths::io_reason;
use crate::paths::{self, ReadSecretError, write_new};

/// The start of the file with this computer's own key. The number is the version of its format.
const COMPUTER_KEY_HEADER: &str = "needlewise-computer-key-1 ";

/// The multicodec prefix of an Ed25519 public key.
const ED25519_MULTICODEC: [u8; 2] = [0xED, 0x01];

/// The 2,048 words of the English list of BIP 39, one on each line, in the order of the list. SHA-256
/// `2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda`.
pub const ENGLISH_WORDS: &str = include_str!("english_words.txt");

/// A signing key. Its `Debug` output contains only the public key.
pub struct SigningKeyPair(SigningKey);

impl std::fmt::Debug for SigningKeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKeyPair({})", self.did())
    }
}

impl SigningKeyPair {
    /// Creates a key from 32 random bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Returns the public key as a did:key.
    pub fn did(&self) -> String {
        let prefixed_key = [&ED25519_MULTICODEC[..], self.0.verifying_key().as_bytes()].concat();
        format!("did:key:z{}", bs58::encode(prefixed_key).into_string())
    }

    /// Returns the Ed25519 signature of these bytes.
    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }

    /// Signs the bytes of a decision, and no others, and returns the signature in hexadecimal digits.
    ///
    /// The signed bytes of a decision cannot pass for those of a certificate, a bundle or an endorsement of a key.
    /// Those are digests, or JSON with other members.
    pub fn sign_decision(&self, bytes: &[u8]) -> String {
        to_hex(&self.sign(bytes))
    }

    /// Reads this computer's own key from its file. If there is no file, creates it with a key from `seed`.
    ///
    /// Two processes can call this at once. One of them creates the complete file, and both use that key.
    ///
    /// # Errors
    /// A message to show the user, if the file can be read by other users, contains no key, or cannot be read or created.
    pub fn load_or_create(path: &Path, seed: [u8; 32]) -> Result<Self, String> {
        if let Some(key) = Self::load(path)? {
            return Ok(key);
        }
        // `write_new` never replaces a file, so a key that another process just wrote stays. It is read back below.
        // There is no passphrase: this key signs only self-test records, which no other computer trusts.
        let text = format!("{COMPUTER_KEY_HEADER}z{}\n", bs58::encode(seed).into_string());
        write_new(path, text.as_bytes()).map_err(|error| describe_key_error(path, error.into()))?;
        let display_path = crate::text::single_line(&path.to_string_lossy());
        Self::load(path)?
            .ok_or_else(|| format!("The key {display_path} was written but cannot be read back. Check the disk."))
    }

    /// Reads this computer's own key from its file. Returns `None` if there is no file.
    ///
    /// # Errors
    /// A message to show the user, if the file can be read by other users, contains no key, or cannot be read.
    pub fn load(path: &Path) -> Result<Option<Self>, String> {
        match read_key_file(path) {
            Err(ReadSecretError::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Ok(Some(key)) => Ok(Some(key)),
            Ok(None) => Err(describe_key_error(path, ReadSecretError::NotUtf8)),
            Err(error) => Err(describe_key_error(path, error)),
        }
    }
}

/// Returns the message about a key file that cannot be used.
fn describe_key_error(path: &Path, error: ReadSecretError) -> String {
    let display_path = crate::text::single_line(&path.to_string_lossy());
    match error {
        ReadSecretError::Unreadable(error) => {
            let reason = io_reason(&error);
            format!("The key {display_path} cannot be used: {reason}. Check the permissions of its folder.")
        }
        ReadSecretError::ReadableByOthers => format!(
            "The key {display_path} can be read by other users, so it is refused. Restrict it to your account (chmod \
             600)."
        ),
        ReadSecretError::NotUtf8 => format!(
            "The file {display_path} is not a needlewise key. Move it away, and needlewise makes a new key. Earlier \
             self-test records stay as they are."
        ),
    }
}

/// Reads a key file. Returns `None` if it contains no key.
fn read_key_file(path: &Path) -> Result<Option<SigningKeyPair>, ReadSecretError> {
    let text = paths::read_secret(path)?;
    let seed = text.trim_end().strip_prefix(COMPUTER_KEY_HEADER).and_then(|text| text.strip_prefix('z'));
    let seed = seed.and_then(|seed| bs58::decode(seed).into_vec().ok()).and_then(|seed| seed.try_into().ok());
    Ok(seed.map(SigningKeyPair::from_seed))
}

/// A public key of an issuer, and the days on which it signs. Stored in issuer files, bundles and trust lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPeriod {
    /// The public key as a did:key.
    pub did: String,
    /// The first day, included.
    pub from: Day,
    /// The last day, included. `None` while the key is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Whether someone else may have the key. Then it counts only for certificates in the issuer's ledger.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compromised: bool,
    /// The previous key's signature over this one, in hexadecimal digits. `None` for the first key, and for a key that
    /// replaced a compromised one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    // Existing files have this member name.
    #[serde(rename = "endorsed")]
    pub endorsement: Option<String>,
}

/// The JSON that a key signs to endorse its successor.
#[derive(Serialize)]
struct Succession<'a> {
    issuer: &'a IssuerId,
    successor: &'a str,
    from: Day,
}

/// Returns the bytes that a key signs to endorse its successor, in RFC 8785 form.
pub(super) fn succession_bytes(issuer: &IssuerId, successor: &KeyPeriod) -> Vec<u8> {
    canonical::bytes(&Succession { issuer, successor: &successor.did, from: successor.from })
}

impl KeyPeriod {
    /// Returns whether `predecessor` endorsed this key. A compromised key endorses nothing.
    pub(super) fn is_endorsed_by(&self, issuer: &IssuerId, predecessor: &Self) -> bool {
        let signature = self.endorsement.as_deref().and_then(from_hex::<64>);
        !predecessor.compromised
            && signature.is_some_and(|signature| {
                is_valid_signature(&predecessor.did, &succession_bytes(issuer, self), &signature)
            })
    }
}

/// Returns whether the key of this did:key signed these bytes.
pub(super) fn is_valid_signature(did: &str, bytes: &[u8], signature: &[u8; 64]) -> bool {
    let key = public_key_bytes(did).and_then(|key| VerifyingKey::from_bytes(&key).ok());
    // `verify_strict` also refuses weak keys, for which one signature can match many texts.
    key.is_some_and(|key| key.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok())
}

/// Returns whether the key of this did:key signed these bytes of a decision. `signature` is in hexadecimal digits.
pub fn is_valid_decision_signature(did: &str, bytes: &[u8], signature: &str) -> bool {
    from_hex::<64>(signature).is_some_and(|signature| is_valid_signature(did, bytes, &signature))
}

/// Returns the six fingerprint words of a key, which two people can compare by telephone. Returns `None` for anything
/// but an Ed25519 did:key.
///
/// The words encode the first 66 bits of the SHA-256 of the did:key, 11 bits for each word of the BIP 39 list.
pub fn fingerprint(did: &str) -> Option<String> {
    public_key_bytes(did)?;
    let digest = Digest::of(did);
    let bits = digest.as_bytes().iter().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1)));
    let bits: Vec<_> = bits.take(66).collect();
    let list: Vec<_> = ENGLISH_WORDS.lines().collect();
    let word = |bits: &[usize]| list[bits.iter().fold(0, |number, bit| number * 2 + bit)];
    Some(bits.chunks(11).map(word).collect::<Vec<_>>().join(" "))
}

/// Returns the Ed25519 public key in a did:key, or `None` for any other text.
pub(super) fn public_key_bytes(did: &str) -> Option<[u8; 32]> {
    // A valid body has 47 base58 digits. The time to decode more digits grows with their square.
    let body = did.strip_prefix("did:key:z").filter(|body| body.len() <= 60)?;
    let bytes = bs58::decode(body).into_vec().ok()?;
    bytes.strip_prefix(&ED25519_MULTICODEC)?.try_into().ok()
}
