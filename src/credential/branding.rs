//! What the certificates of an issuer show besides its name: provider number and signatory, which are signed, and the
//! paper and the logo, which are only drawn.

use serde::{Deserialize, Serialize};

use crate::credential::types::Signatory;

/// The paper of a certificate, always in landscape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperSize {
    #[default]
    A4,
    /// US Letter.
    Letter,
}

impl PaperSize {
    /// All papers.
    pub const ALL: [Self; 2] = [Self::A4, Self::Letter];

    /// Returns the name of the paper, as the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
        }
    }

    /// Returns width and height in points.
    pub fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (841.89, 595.28),
            Self::Letter => (792.0, 612.0),
        }
    }
}

/// What an issuer's certificates show besides its name. The logo is a file of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    /// The number as a provider of continuing education. Signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_number: Option<String>,
    /// Who answers for the certificates. Signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory: Option<Signatory>,
    /// The paper of pictures and PDFs. Not signed.
    #[serde(default)]
    pub paper: PaperSize,
}

/// How a certificate is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appearance {
    pub paper: PaperSize,
    /// The logo of the issuer.
    pub logo: Option<Logo>,
}

/// A logo: the bytes of a PNG picture that this program wrote, and its size in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    pub png: Vec<u8>,
    pub width: u32,
    pub height: u32,
}
