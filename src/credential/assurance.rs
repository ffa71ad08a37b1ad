//! Assurance levels: how far a certificate confirms who took the exam.

use serde::{Deserialize, Serialize};

/// How far others can rely on who sat the exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Signed by the key of the computer it was sat on.
    SelfAttested,
    /// Marked again from the facts and signed by an issuer; nobody watched.
    Unsupervised,
    /// Sat under an invigilator who held the issuer's key.
    Invigilated,
}

impl Assurance {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SelfAttested, Self::Unsupervised, Self::Invigilated];

    /// Returns the name, as it is signed.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfAttested => "self-attested",
            Self::Unsupervised => "unsupervised",
            Self::Invigilated => "invigilated",
        }
    }

    /// Returns the same in words.
    pub fn description(self) -> &'static str {
        match self {
            Self::SelfAttested => "Not supervised; name typed by the holder, identity not checked",
            Self::Unsupervised => "Marked again from the stored answers by the issuer; not supervised",
            Self::Invigilated => "Sat under an invigilator, who checked the identity of the holder",
        }
    }
}
