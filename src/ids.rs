//! Identifiers and content digests.
//!
//! A *slug* is a name that an author chooses, such as for a bank, a question or an exam. An *ID* is a UUIDv7 that this
//! program generates. A [`Digest`] identifies content by its SHA-256.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::clock::Timestamp;

/// The reason why a text is not a valid slug, ID or digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseIdError(&'static str);

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ParseIdError {}

/// The longest slug, in bytes.
pub const SLUG_MAX: usize = 64;

/// Returns whether `text` is a valid slug: 1 to 64 characters of `a-z`, `0-9` and `-`, with no `-` at either end.
///
/// A slug is used as a file name and as a column of a report. So it contains no separator, dot or control character.
pub fn is_slug(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    bytes.len() <= SLUG_MAX
        && bytes.first().is_some_and(is_alphanumeric)
        && bytes.last().is_some_and(is_alphanumeric)
        && bytes.iter().all(|b| is_alphanumeric(b) || *b == b'-')
}

macro_rules! slug {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the slug as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;
            fn try_from(text: String) -> Result<Self, ParseIdError> {
                if is_slug(&text) {
                    Ok(Self(text))
                } else {
                    Err(ParseIdError("An ID is 1 to 64 characters of a-z, 0-9 and -, with no - at either end"))
                }
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

slug! {
    /// Names a bank. It is also the name of its file, without `.json`.
    BankId
    /// Names an exam. It is also the name of its file, without `.json`.
    ExamId
    /// Names a question within its bank.
    QuestionId
    /// Names an objective within its bank.
    ObjectiveId
    /// Names a source within its bank.
    SourceId
    /// Names a case within its bank.
    CaseId
    /// Names an exclusion group: a paper contains at most one question of it.
    GroupId
    /// Names a reading of the course. It is also the name of its file, without `.md`.
    ReadingId
}

/// A bank and something in it, written `risks/article-rate`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String", bound(deserialize = "T: FromStr", serialize = "T: fmt::Display + Clone"))]
pub struct InBank<T> {
    pub bank: BankId,
    pub id: T,
}

impl<T: FromStr> FromStr for InBank<T> {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let parsed =
            text.split_once('/').and_then(|(bank, id)| Some(Self { bank: bank.parse().ok()?, id: id.parse().ok()? }));
        parsed.ok_or(ParseIdError(
            "It must be the ID of a bank, a slash and an ID in that bank, such as risks/article-rate",
        ))
    }
}

impl<T: FromStr> TryFrom<String> for InBank<T> {
    type Error = ParseIdError;
    fn try_from(text: String) -> Result<Self, ParseIdError> {
        text.parse()
    }
}

impl<T: fmt::Display> fmt::Display for InBank<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.bank, self.id)
    }
}

impl<T: fmt::Display> From<InBank<T>> for String {
    fn from(item: InBank<T>) -> Self {
        item.to_string()
    }
}

macro_rules! made {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(Uuid);

        impl $name {
            /// Returns a new ID: a UUIDv7 of the time `at` and ten random bytes.
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }

            /// Returns whether `text` is this ID: in full, with or without `urn:uuid:`, or as its last eight digits.
            pub fn is(&self, text: &str) -> bool {
                let text = text.strip_prefix("urn:uuid:").unwrap_or(text);
                text == self.short() || text == self.to_string()
            }

            /// Returns the last eight hexadecimal digits, which are enough for a person to tell two IDs apart.
            pub fn short(&self) -> String {
                // The end is random. The start is the time, which IDs made together share.
                let text = self.0.simple().to_string();
                text[text.len() - 8..].to_owned()
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                // The parser also accepts other spellings of a UUID. An ID has exactly one.
                match Uuid::try_parse(text) {
                    Ok(uuid) if text.len() == 36 => Ok(Self(uuid)),
                    _ => Err(ParseIdError("An ID looks like 0190b5f0-6f3c-7a10-8c00-0123456789ab")),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0.hyphenated().to_string())
            }
        }
    )*};
}

made! {
    /// Identifies a person. It is the only link between facts and a name.
    TraineeId
    /// Identifies an attempt of one person at one paper.
    AttemptId
    /// Identifies a certificate.
    CertificateId
    /// Identifies one stored fact.
    FactId
    /// Identifies a school or clinic that signs certificates. It stays the same when the issuer changes its key.
    IssuerId
}

impl From<IssuerId> for StreamId {
    fn from(id: IssuerId) -> Self {
        Self(id.0)
    }
}

impl From<TraineeId> for StreamId {
    fn from(id: TraineeId) -> Self {
        Self(id.0)
    }
}

impl From<AttemptId> for StreamId {
    fn from(id: AttemptId) -> Self {
        Self(id.0)
    }
}

/// Identifies a chain of facts about an attempt, a person or an issuer. It has the same value as their ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StreamId(Uuid);

impl StreamId {
    /// Returns the ID of the attempt that this chain is about. The caller knows that it is about an attempt.
    pub fn to_attempt_id(self) -> AttemptId {
        AttemptId(self.0)
    }

    /// Returns the ID of the person that this chain is about. The caller knows that it is about a person.
    pub fn to_trainee_id(self) -> TraineeId {
        TraineeId(self.0)
    }
}

impl FromStr for StreamId {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        text.parse::<AttemptId>().map(Self::from)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&AttemptId(self.0), f)
    }
}

/// Builds a UUIDv7: 48 bits of milliseconds, then random bits around the version and the variant (RFC 9562, section
/// 5.7).
fn uuid_v7(at: Timestamp, random: [u8; 10]) -> Uuid {
    // The format has no time before 1970, so an earlier clock counts as 1970. No order depends on it: facts go by seq.
    let millis = u64::try_from(at.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The SHA-256 of some bytes, written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// All zeros, which the first fact of a chain names as the digest before it.
    pub const ZERO: Self = Self([0; 32]);

    /// Returns the digest of `bytes`.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(bytes.as_ref()).into())
    }

    /// Returns the digest of `first` followed directly by `second`.
    pub fn of_concatenation(first: impl AsRef<[u8]>, second: impl AsRef<[u8]>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(first.as_ref());
        hasher.update(second.as_ref());
        Self(hasher.finalize().into())
    }

    /// Returns the 32 bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the first eight hexadecimal digits, for people.
    pub fn short(&self) -> String {
        to_hex(&self.0[..4])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&to_hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = ParseIdError;
    fn try_from(text: String) -> Result<Self, ParseIdError> {
        text.parse()
    }
}

impl FromStr for Digest {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        from_hex(text).map(Self).ok_or(ParseIdError("a digest is 64 lowercase hexadecimal digits"))
    }
}

/// Returns bytes as lowercase hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

/// Parses exactly `N` bytes from lowercase hexadecimal digits. Returns `None` for any other text, also for uppercase
/// digits, so that a digest has one spelling.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let is_lower = text.bytes().all(|byte| !byte.is_ascii_uppercase());
    (is_lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}
