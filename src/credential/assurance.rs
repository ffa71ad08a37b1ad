//! Assurance levels: how well a certificate confirms who took the exam.

use serde::{Deserialize, Serialize};

/// How well a certificate confirms who took the exam. It is fixed by the attempt, and higher levels sort later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Signed with the key of the computer on which the exam was taken.
    SelfAttested,
    /// Marked again from the facts and signed by an issuer. No one watched.
    Unsupervised,
    /// Taken under an invigilator, who unlocked the issuer's key at the start and at the end.
    Invigilated,
}

impl Assurance {
    /// All levels, from the weakest to the strongest.
    pub const ALL: [Self; 3] = [Self::SelfAttested, Self::Unsupervised, Self::Invigilated];

    /// Returns the name that is signed as the genre of the first evidence.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfAttested => "self-attested",
            Self::Unsupervised => "unsupervised",
            Self::Invigilated => "invigilated",
        }
    }

    /// Returns the level in words. These words are part of signed credentials, so they must never change.
    pub fn description(self) -> &'static str {
        match self {
            Self::SelfAttested => "Not supervised; name typed by the holder, identity not checked",
            Self::Unsupervised => "Marked again from the stored answers by the issuer; not supervised",
            Self::Invigilated => "Sat under an invigilator, who checked the identity of the holder",
        }
    }
}
