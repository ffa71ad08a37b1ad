//! Keys that sign: Ed25519, named by did:key.

use std::io::{self, Read};
use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};

use crate::place::write_new;

/// What a file of this computer's own key begins with.
const HEADER: &str = "needlewise-computer-key-1 ";

/// The multicodec prefix of an Ed25519 public key.
const ED25519: [u8; 2] = [0xED, 0x01];

/// A signing key. It is never shown.
pub struct Key(SigningKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.did())
    }
}

impl Key {
    /// Makes a key from 32 random bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Returns the public key as a did:key.
    pub fn did(&self) -> String {
        let public = [&ED25519[..], self.0.verifying_key().as_bytes()].concat();
        format!("did:key:z{}", bs58::encode(public).into_string())
    }

    /// Signs bytes.
    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }

    /// Reads this computer's own key from its file, or makes it from `seed` where there is none yet.
    ///
    /// Two processes may do so at once: one of them makes the file, whole, and both use that key.
    ///
    /// # Errors
    /// In words, with the remedy: a file that others can read, that is no key, or that cannot be read or made.
    pub fn of_computer(path: &Path, seed: [u8; 32]) -> Result<Self, String> {
        let shown = crate::text::one_line(&path.to_string_lossy());
        let failed =
            |error: io::Error| format!("The key {shown} cannot be used: {error}. Check the folder's permissions.");
        match read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read.map_err(failed)?.ok_or_else(|| format!(
                "The key {shown} can be read by others, or is not a key. Make it yours alone (chmod 600), or move it away; \
                 a new one is then made, and earlier self-test records stay as they are."
            )),
        }
        // The file is made for this user only.
        let text = format!("{HEADER}z{}\n", bs58::encode(seed).into_string());
        write_new(path, text.as_bytes()).map_err(failed)?;
        read(path).map_err(failed)?.ok_or_else(|| format!("The key {shown} was written but cannot be read back."))
    }
}

/// Reads a key's file; nothing where it is no key, or not this user's alone.
fn read(path: &Path) -> io::Result<Option<Key>> {
    let file = std::fs::File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return Ok(None);
        }
    }
    let mut text = String::new();
    file.take(1000).read_to_string(&mut text)?;
    let seed = text.trim_end().strip_prefix(HEADER).and_then(|text| text.strip_prefix('z'));
    let seed = seed.and_then(|seed| bs58::decode(seed).into_vec().ok()).and_then(|seed| seed.try_into().ok());
    Ok(seed.map(Key::from_seed))
}

/// Returns the public key that a did:key names.
pub(super) fn public(did: &str) -> Option<[u8; 32]> {
    let body = did.strip_prefix("did:key:z")?;
    let bytes = bs58::decode(body).into_vec().ok()?;
    bytes.strip_prefix(&ED25519)?.try_into().ok()
}
