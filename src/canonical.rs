//! Canonical JSON (RFC 8785). Digests are computed over these bytes.
//!
//! Every type that comes here has text for keys, each once, and finite numbers, so that it always has a JSON form. A
//! type without one is an error in this program, and a panic is better than a signature over an empty text.

use serde::Serialize;
use serde_json::Value;

/// Returns the RFC 8785 bytes of `value`.
///
/// # Panics
/// If `value` has no JSON form.
#[expect(clippy::expect_used, reason = "an empty text would be digested and signed")]
pub fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a digested type has text for keys, each once")
}

/// Returns [`bytes`] as text.
///
/// # Panics
/// If `value` has no JSON form.
#[expect(clippy::expect_used, reason = "an empty text would be digested and signed")]
pub fn text(value: &impl Serialize) -> String {
    serde_json_canonicalizer::to_string(value).expect("a digested type has text for keys, each once")
}

/// Returns `value` as a JSON value, to be changed before [`text`] or [`bytes`] takes it.
///
/// # Panics
/// If `value` has no JSON form.
#[expect(clippy::expect_used, reason = "an empty value would be digested and signed")]
pub fn json_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("a digested type has text for keys, each once")
}
