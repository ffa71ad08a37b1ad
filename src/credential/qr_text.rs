//! Encodes a credential as the text of the QR code on page two, and decodes it.
//!
//! The text is the credential's minified JSON, compressed with zlib (RFC 1950) and encoded as base45 (RFC 9285). Base45
//! uses only the 45 characters of a QR code's alphanumeric mode, which is denser than its byte mode.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::credential::types::Credential;

/// The size limit of an unpacked credential in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Encodes a signed credential as the text of a QR code, with its last proof only.
///
/// # Errors
/// A message from the JSON or zlib writer. No credential is known for which they fail.
pub fn encode(credential: &Credential) -> Result<String, String> {
    let json = serde_json::to_vec(&credential.with_last_proof()).map_err(|error| error.to_string())?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&json).map_err(|error| error.to_string())?;
    let compressed = encoder.finish().map_err(|error| error.to_string())?;
    Ok(base45::encode(&compressed))
}

/// Decodes the text of a QR code to the JSON of the credential, of which it returns at most 64 KiB and 1 byte. It checks
/// neither the JSON nor the signature.
///
/// # Errors
/// A message to show the user, if the text is not base45 or its content is not zlib.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    let invalid_text_error = || "It is not the text of a certificate's QR code. Scan the code again.".to_owned();
    let compressed = base45::decode(text.trim()).map_err(|_| invalid_text_error())?;
    let mut bytes = Vec::new();
    ZlibDecoder::new(compressed.as_slice())
        // One byte over the limit is enough for `verify` to report the size.
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| invalid_text_error())?;
    Ok(bytes)
}
