//! The issuer file: name, public keys and the current signing key, encrypted with a passphrase.
//! The encryption is Argon2id with XChaCha20-Poly1305. A rotation adds a new key that the old key endorses.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::Day;
use crate::credential::branding::Branding;
use crate::credential::key::{KeyPeriod, SigningKeyPair, succession_bytes};
use crate::ids::{IssuerId, from_hex, to_hex};

/// The version of the file format without branding, which older programs read too.
const PLAIN_FORMAT: u32 = 1;
/// The version of the file format with branding.
const BRANDED_FORMAT: u32 = 2;

/// The memory in KiB and the passes of Argon2id. They make each guess at the passphrase of a stolen file slow.
// At this cost, one guess takes about 150 ms.
const ARGON2_COST: (u32, u32) = (64 * 1024, 3);

/// The minimum length of a passphrase in characters.
pub const PASSPHRASE_MIN_CHARS: usize = 12;

/// The content of an issuer file. Only the signing key is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    format: u32,
    /// The issuer's ID, which stays the same when the key changes. The ledger is stored under it.
    pub id: IssuerId,
    /// The name in its certificates and bundles.
    pub name: String,
    /// All keys, oldest first. The last one signs.
    pub keys: Vec<KeyPeriod>,
    /// What certificates show besides the name. `None` until `issuer set` is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branding: Option<Branding>,
    // Existing files have this member name.
    #[serde(rename = "sealed")]
    encrypted_key: EncryptedKey,
}

/// The seed of the signing key, encrypted with the passphrase. All texts are hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EncryptedKey {
    /// The Argon2id costs of this file. Decryption uses them, so the file stays readable if [`ARGON2_COST`] changes.
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    /// The did:key is authenticated with the seed, so an encrypted seed cannot be moved to another issuer's file.
    #[serde(rename = "text")]
    ciphertext: String,
}

/// New random bytes for a signing key and its encryption. Never use them twice.
#[derive(Debug)]
pub struct KeyMaterial {
    /// The private key itself, wiped from memory when dropped.
    pub seed: Zeroizing<[u8; 32]>,
    /// The Argon2id salt, so that equal passphrases give different keys.
    pub salt: [u8; 16],
    /// The XChaCha20-Poly1305 nonce.
    pub nonce: [u8; 24],
}

/// The reason for replacing the signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRotation {
    /// A yearly change. Certificates that the old key signed still count.
    Yearly,
    /// Someone else may have the key with this did:key, which can be the current key or an older one. Of the
    /// certificates it signed, only those in the ledger still count.
    Compromised(String),
}

impl Issuer {
    /// Creates an issuer with its first key.
    ///
    /// # Errors
    /// A message to show the user, if the passphrase is too short or there is not enough memory for Argon2id.
    pub fn new(
        id: IssuerId,
        name: String,
        today: Day,
        passphrase: &str,
        key_material: &KeyMaterial,
    ) -> Result<Self, String> {
        let key = SigningKeyPair::from_seed(*key_material.seed);
        let keys = vec![KeyPeriod { did: key.did(), from: today, until: None, compromised: false, endorsement: None }];
        Ok(Self {
            format: PLAIN_FORMAT,
            id,
            name,
            keys,
            branding: None,
            encrypted_key: EncryptedKey::encrypt(passphrase, &key.did(), key_material)?,
        })
    }

    /// Parses the text of an issuer file. The signing key stays encrypted.
    ///
    /// # Errors
    /// The end of a sentence about the file, if it is not an issuer file, contains no key or has a newer format.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let issuer: Self = serde_json::from_str(text).map_err(|error| crate::problem::json_reason(&error))?;
        match issuer.format {
            PLAIN_FORMAT | BRANDED_FORMAT if issuer.keys.last().is_some() => Ok(issuer),
            PLAIN_FORMAT | BRANDED_FORMAT => Err("it contains no key".to_owned()),
            _ => Err("it was written by a newer needlewise".to_owned()),
        }
    }

    /// Returns the text of the issuer file.
    ///
    /// # Errors
    /// No case is known: every value of this type has a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Returns what its certificates show besides its name.
    pub fn branding(&self) -> Branding {
        self.branding.clone().unwrap_or_default()
    }

    /// Returns the issuer with other branding. Keys and passphrase stay as they are.
    #[must_use]
    pub fn with_branding(&self, branding: Branding) -> Self {
        Self { format: BRANDED_FORMAT, branding: Some(branding), ..self.clone() }
    }

    /// Returns the did:key of the current signing key.
    pub fn current_did(&self) -> &str {
        self.keys.last().map_or("", |key| &key.did)
    }

    /// Decrypts the current signing key.
    ///
    /// # Errors
    /// A message to show the user, if the passphrase is wrong, the file is damaged or its kind of encryption is not
    /// supported.
    pub fn unlock(&self, passphrase: &str) -> Result<SigningKeyPair, String> {
        let key = SigningKeyPair::from_seed(*self.encrypted_key.decrypt(passphrase, self.current_did())?);
        if key.did() == self.current_did() {
            Ok(key)
        } else {
            Err("The issuer's key file is damaged. Restore it from a backup.".to_owned())
        }
    }

    /// Returns the issuer with a new signing key, encrypted with the new passphrase. `today` is the last day of the old
    /// key and the first day of the new one.
    ///
    /// The old key endorses the new one, so a clinic that trusts the old key can accept the new one from a bundle. A
    /// compromised current key endorses nothing. Then clinics must compare the fingerprint words of the new key.
    ///
    /// # Errors
    /// A message to show the user, as for [`Issuer::unlock`] and [`Issuer::new`], or if the issuer does not have the
    /// compromised key.
    pub fn rotate(
        &self,
        rotation: &KeyRotation,
        today: Day,
        (current_passphrase, new_passphrase): (&str, &str),
        key_material: &KeyMaterial,
    ) -> Result<Self, String> {
        let old_key = self.unlock(current_passphrase)?;
        let new_key = SigningKeyPair::from_seed(*key_material.seed);
        let mut keys = self.keys.clone();
        if let KeyRotation::Compromised(did) = rotation {
            let compromised_key = keys
                .iter_mut()
                .find(|key| key.did == *did)
                .ok_or("This issuer has no such key. See `needlewise issuer show`.")?;
            compromised_key.compromised = true;
        }
        let mut new_period =
            KeyPeriod { did: new_key.did(), from: today, until: None, compromised: false, endorsement: None };
        if let Some(last_period) = keys.last_mut() {
            last_period.until = Some(today);
            // A thief could endorse a key of their own, so the endorsement of a compromised key is worth nothing.
            if !last_period.compromised {
                new_period.endorsement = Some(to_hex(&old_key.sign(&succession_bytes(&self.id, &new_period))));
            }
        }
        keys.push(new_period);
        let encrypted_key = EncryptedKey::encrypt(new_passphrase, &new_key.did(), key_material)?;
        Ok(Self { keys, encrypted_key, ..self.clone() })
    }
}

impl EncryptedKey {
    fn encrypt(passphrase: &str, did: &str, key_material: &KeyMaterial) -> Result<Self, String> {
        if passphrase.chars().count() < PASSPHRASE_MIN_CHARS {
            return Err(format!(
                "The passphrase is shorter than {PASSPHRASE_MIN_CHARS} characters. Use six random words."
            ));
        }
        let (memory_kib, passes) = ARGON2_COST;
        let cipher = derive_cipher(passphrase, &key_material.salt, memory_kib, passes)?;
        let payload = Payload { msg: &key_material.seed[..], aad: did.as_bytes() };
        let ciphertext =
            cipher.encrypt(&XNonce::from(key_material.nonce), payload).map_err(|error| error.to_string())?;
        Ok(Self {
            memory_kib,
            passes,
            salt: to_hex(&key_material.salt),
            nonce: to_hex(&key_material.nonce),
            ciphertext: to_hex(&ciphertext),
        })
    }

    fn decrypt(&self, passphrase: &str, did: &str) -> Result<Zeroizing<[u8; 32]>, String> {
        let damaged = || "The issuer's key file is damaged. Restore it from a backup.".to_owned();
        let (salt, nonce) =
            (from_hex::<16>(&self.salt).ok_or_else(damaged)?, from_hex(&self.nonce).ok_or_else(damaged)?);
        // 32 bytes of seed and 16 bytes of tag. Higher costs are not from this program and could exhaust the memory.
        let text: [u8; 48] = from_hex(&self.ciphertext).ok_or_else(damaged)?;
        if self.memory_kib > 2 * ARGON2_COST.0 || self.passes > 2 * ARGON2_COST.1 {
            return Err(damaged());
        }
        let cipher = derive_cipher(passphrase, &salt, self.memory_kib, self.passes)?;
        let payload = Payload { msg: &text[..], aad: did.as_bytes() };
        let seed = cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| "The passphrase is wrong. Try again.")?;
        Zeroizing::new(seed).as_slice().try_into().map(Zeroizing::new).map_err(|_| damaged())
    }
}

fn derive_cipher(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<XChaCha20Poly1305, String> {
    // Argon2 refuses parameters and lengths, never a passphrase that a person can type.
    let describe_error =
        |_: argon2::Error| "The key file asks for a kind of encryption that this program does not have.".to_owned();
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(describe_error)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key[..])
        .map_err(describe_error)?;
    XChaCha20Poly1305::new_from_slice(&key[..]).map_err(|error| error.to_string())
}
