//! The facts about a person. Besides credentials, which are signed whole, they are the only facts that contain a name.

use serde::{Deserialize, Serialize};

use super::signature::DecisionSignature;
use crate::clock::Millis;

/// A person was added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAdded {
    /// The name as it is printed on certificates.
    pub name: String,
    /// The number the school or clinic knows them by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_id: Option<String>,
    /// The license, as it is printed on certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

impl PersonAdded {
    /// Returns the fact for a person of whom only the name is known.
    pub fn from_name(name: impl Into<String>) -> Self {
        Self { name: name.into(), staff_id: None, license: None }
    }
}

/// The person's name changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameChanged {
    /// The new name.
    pub name: String,
}

/// The person's staff number changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffIdChanged {
    /// The new number; none if it was removed.
    pub staff_id: Option<String>,
}

/// The person's license changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseChanged {
    /// The new license; none if it was removed.
    pub license: Option<String>,
}

/// More time in exams was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeGranted {
    /// How much more.
    pub factor: TimeFactor,
    /// The issuer's signature, on a machine that has an issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<DecisionSignature>,
}

/// The person's record must not be erased from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldSet {
    /// Why.
    pub reason: String,
}

/// The person's record may be erased again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReleased {}

/// How much longer than others a person may take: 1.0 to 3.0 times in tenths, or without a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeFactor {
    /// This many tenths of the limit: 10 to 30.
    Tenths(u8),
    /// No limit.
    Unlimited,
}

impl TimeFactor {
    /// The time that everybody has.
    pub const STANDARD: Self = Self::Tenths(10);

    /// Returns a limit as it is for this person; none without a limit.
    pub fn scale(self, limit: Millis) -> Option<Millis> {
        match self {
            Self::Tenths(tenths) => Some(Millis(limit.0.saturating_mul(tenths.into()) / 10)),
            Self::Unlimited => None,
        }
    }
}

impl std::str::FromStr for TimeFactor {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let error = "a time factor is 1.0 to 3.0 with one decimal, or unlimited";
        if text == "unlimited" {
            return Ok(Self::Unlimited);
        }
        let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
        let digit = |text: &str| match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Some(digit - b'0'),
            _ => None,
        };
        let tenths = digit(whole).zip(digit(tenth)).map(|(whole, tenth)| whole * 10 + tenth);
        tenths.filter(|tenths| (10..=30).contains(tenths)).map(Self::Tenths).ok_or(error)
    }
}

impl std::fmt::Display for TimeFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tenths(tenths) => write!(f, "{}.{}", tenths / 10, tenths % 10),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl From<TimeFactor> for String {
    fn from(factor: TimeFactor) -> Self {
        factor.to_string()
    }
}

impl TryFrom<String> for TimeFactor {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
}
