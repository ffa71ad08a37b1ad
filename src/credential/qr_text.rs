//! The code on page two: the whole credential, packed so that a scanner reads it and no file is needed.
//!
//! The text is base45 (RFC 9285) of zlib (RFC 1950) over the credential's minified JSON: base45 has only the 45 letters that
//! a QR code packs most tightly.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::credential::types::Credential;

/// The largest credential that is unpacked.
const LARGEST: u64 = 64 * 1024;

/// Packs a signed credential into the text of a code.
///
/// # Errors
/// In words; none that is known for a credential that was read.
pub fn text(credential: &Credential) -> Result<String, String> {
    let json = serde_json::to_vec(credential).map_err(|error| error.to_string())?;
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&json).map_err(|error| error.to_string())?;
    let packed = packer.finish().map_err(|error| error.to_string())?;
    Ok(base45::encode(&packed))
}

/// Returns the credential's bytes from the text of a code.
///
/// # Errors
/// In words, where it is no such text.
pub fn read(text: &str) -> Result<Vec<u8>, String> {
    let no_code = || "It is not the text of a certificate's code.".to_owned();
    let packed = base45::decode(text.trim()).map_err(|_| no_code())?;
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed.as_slice()).take(LARGEST + 1).read_to_end(&mut bytes).map_err(|_| no_code())?;
    Ok(bytes)
}
