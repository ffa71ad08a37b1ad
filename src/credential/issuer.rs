//! The issuer file: name, public keys and the current signing key, encrypted with a passphrase.
//! The encryption is Argon2id with XChaCha20-Poly1305. Rotation adds a new key that the old key endorses.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::Day;
use crate::credential::key::{KeyPeriod, SigningKeyPair, succession_bytes};
use crate::ids::{IssuerId, from_hex, to_hex};

/// The format of the file.
const FORMAT_VERSION: u32 = 1;

/// What a guess at the passphrase costs: 64 MiB and three passes of Argon2id.
const ARGON2_COST: (u32, u32) = (64 * 1024, 3);

/// The fewest characters of a passphrase.
pub const PASSPHRASE_MIN_CHARS: usize = 12;

/// An issuer as its file holds it. What is secret in it is under the passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    format: u32,
    /// The issuer, whichever key it signs with.
    pub id: IssuerId,
    /// The name it gives itself.
    pub name: String,
    /// Its keys, the oldest first; the last one signs.
    pub keys: Vec<KeyPeriod>,
    #[serde(rename = "sealed")]
    encrypted_key: EncryptedKey,
}

/// The seed of a key under a passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EncryptedKey {
    /// Argon2id with these costs makes the key of the cipher.
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    /// XChaCha20-Poly1305 over the seed; the did:key of the public part is bound to it.
    #[serde(rename = "text")]
    ciphertext: String,
}

/// Fresh random bytes for a key and the passphrase around it.
#[derive(Debug)]
pub struct KeyMaterial {
    /// The seed of the key.
    pub seed: Zeroizing<[u8; 32]>,
    /// Makes equal passphrases differ.
    pub salt: [u8; 16],
    /// Makes equal seals differ.
    pub nonce: [u8; 24],
}

/// Why the key that signs is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRotation {
    /// Its year is over: certificates it signed keep counting.
    Yearly,
    /// Somebody else may have this key, the one that signs or an older one: of what it signed only what the ledger
    /// holds keeps counting.
    Compromised(String),
}

impl Issuer {
    /// Makes an issuer with its first key.
    ///
    /// # Errors
    /// In words, where the passphrase is too short or this machine lacks the memory.
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
            format: FORMAT_VERSION,
            id,
            name,
            keys,
            encrypted_key: EncryptedKey::encrypt(passphrase, &key.did(), key_material)?,
        })
    }

    /// Reads an issuer from the text of its file.
    ///
    /// # Errors
    /// In words, where it is none or of a newer program.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let issuer: Self = serde_json::from_str(text).map_err(|error| crate::text::single_line(&error.to_string()))?;
        match issuer.format {
            FORMAT_VERSION if issuer.keys.last().is_some() => Ok(issuer),
            FORMAT_VERSION => Err("it names no key".to_owned()),
            _ => Err("it was written by a newer needlewise".to_owned()),
        }
    }

    /// Returns the text of its file.
    ///
    /// # Errors
    /// None is known: lists and maps with text for keys have a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Returns the did:key that signs now.
    pub fn current_did(&self) -> &str {
        self.keys.last().map_or("", |key| &key.did)
    }

    /// Opens the key that signs now.
    ///
    /// # Errors
    /// In words, where the passphrase is not the right one.
    pub fn unlock(&self, passphrase: &str) -> Result<SigningKeyPair, String> {
        let key = SigningKeyPair::from_seed(*self.encrypted_key.decrypt(passphrase, self.current_did())?);
        if key.did() == self.current_did() { Ok(key) } else { Err("The key does not fit its name.".to_owned()) }
    }

    /// Returns the issuer with a new key in place of the one that signs now, under the new passphrase.
    ///
    /// The old key vouches for the new one, so that who trusts it can go on by themselves; a key that somebody else may
    /// have vouches for nothing, and the new one must be compared by its words again.
    ///
    /// # Errors
    /// In words, if the current passphrase is wrong, the new one is too short, or the compromised key is not one of the
    /// issuer's.
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
            let compromised_key =
                keys.iter_mut().find(|key| key.did == *did).ok_or("That is none of this issuer's keys.")?;
            compromised_key.compromised = true;
        }
        let mut new_period =
            KeyPeriod { did: new_key.did(), from: today, until: None, compromised: false, endorsement: None };
        if let Some(last_period) = keys.last_mut() {
            last_period.until = Some(today);
            if !last_period.compromised {
                new_period.endorsement = Some(to_hex(&old_key.sign(&succession_bytes(&self.id, &new_period))));
            }
        }
        keys.push(new_period);
        let encrypted_key = EncryptedKey::encrypt(new_passphrase, &new_key.did(), key_material)?;
        Ok(Self { format: FORMAT_VERSION, id: self.id, name: self.name.clone(), keys, encrypted_key })
    }
}

impl EncryptedKey {
    fn encrypt(passphrase: &str, did: &str, key_material: &KeyMaterial) -> Result<Self, String> {
        if passphrase.chars().count() < PASSPHRASE_MIN_CHARS {
            return Err(format!(
                "The passphrase is shorter than {PASSPHRASE_MIN_CHARS} characters. Take six random words."
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
        let damaged = || "The issuer's key file is damaged. Go back to a backup of it.".to_owned();
        let (salt, nonce) =
            (from_hex::<16>(&self.salt).ok_or_else(damaged)?, from_hex(&self.nonce).ok_or_else(damaged)?);
        // Seed and tag; a file that asks for more than twice the memory is none that this program wrote.
        let text: [u8; 48] = from_hex(&self.ciphertext).ok_or_else(damaged)?;
        if self.memory_kib > 2 * ARGON2_COST.0 || self.passes > 2 * ARGON2_COST.1 {
            return Err(damaged());
        }
        let cipher = derive_cipher(passphrase, &salt, self.memory_kib, self.passes)?;
        let payload = Payload { msg: &text[..], aad: did.as_bytes() };
        let seed = cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| "The passphrase is not the right one.")?;
        Zeroizing::new(seed).as_slice().try_into().map(Zeroizing::new).map_err(|_| damaged())
    }
}

fn derive_cipher(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<XChaCha20Poly1305, String> {
    let describe_error = |error: argon2::Error| format!("The passphrase cannot be used: {error}.");
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(describe_error)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key[..])
        .map_err(describe_error)?;
    XChaCha20Poly1305::new_from_slice(&key[..]).map_err(|error| error.to_string())
}
