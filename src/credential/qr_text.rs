//! Encodes a credential as the text of the QR code on page two, and decodes it.
//!
//! The text is base45 (RFC 9285) of zlib (RFC 1950) over the credential's minified JSON: base45 has only the 45 letters
//! that a QR code packs most tightly.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::credential::types::Credential;

/// The largest credential that is unpacked.
const MAX_BYTES: u64 = 64 * 1024;

/// Packs a signed credential into the text of a code.
///
/// # Errors
/// In words; none that is known for a credential that was read.
pub fn encode(credential: &Credential) -> Result<String, String> {
    let json = serde_json::to_vec(credential).map_err(|error| error.to_string())?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&json).map_err(|error| error.to_string())?;
    let compressed = encoder.finish().map_err(|error| error.to_string())?;
    Ok(base45::encode(&compressed))
}

/// Returns the credential's bytes from the text of a code.
///
/// # Errors
/// In words, where it is no such text.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    let invalid_text_error = || "It is not the text of a certificate's code.".to_owned();
    let compressed = base45::decode(text.trim()).map_err(|_| invalid_text_error())?;
    let mut bytes = Vec::new();
    ZlibDecoder::new(compressed.as_slice())
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| invalid_text_error())?;
    Ok(bytes)
}
