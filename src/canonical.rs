//! Canonical JSON (RFC 8785). Digests are computed over these bytes.

use serde::Serialize;

/// Returns the RFC 8785 bytes of `value`.
///
/// Every type that comes here has text for keys and whole numbers within ±2⁵³, so that it always has such bytes; the
/// empty ones returned otherwise match no digest.
pub fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// Returns [`bytes`] as text.
pub fn text(value: &impl Serialize) -> String {
    String::from_utf8(bytes(value)).unwrap_or_default()
}
