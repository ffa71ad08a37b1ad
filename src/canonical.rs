//! Canonical JSON (RFC 8785). Digests are computed over these bytes.
//!
//! All types passed to these functions have unique text keys and finite numbers, so they always have a JSON form. A
//! type without one is a bug in this program. A panic is better than a signature over an empty text.

use serde::Serialize;
use serde_json::Value;

/// Returns the RFC 8785 form of `value` as bytes.
///
/// # Panics
/// If `value` has no JSON form.
#[expect(clippy::expect_used, reason = "an empty text would be digested and signed")]
pub fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a digested type has unique text keys")
}

/// Returns the RFC 8785 form of `value` as text.
///
/// # Panics
/// If `value` has no JSON form.
#[expect(clippy::expect_used, reason = "an empty text would be digested and signed")]
pub fn text(value: &impl Serialize) -> String {
    serde_json_canonicalizer::to_string(value).expect("a digested type has unique text keys")
}

/// Returns `value` as a JSON value, so that the caller can change it before calling [`text`] or [`bytes`].
///
/// # Panics
/// If `value` has no JSON form.
#[expect(clippy::expect_used, reason = "an empty value would be digested and signed")]
pub fn json_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("a digested type has unique text keys")
}
