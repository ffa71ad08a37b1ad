//! Renders a certificate as JSON, SVG, PNG or PDF from one shared layout.
//! Each output file contains the signed credential, byte for byte. Only the credential can be verified.

pub mod back_page;
pub mod fonts;
pub mod front_page;
pub mod page;
pub mod pdf;
pub mod png;
pub mod receipt;
pub mod svg;
mod xml;

pub use fonts::Fonts;

use crate::credential::types::Credential;

/// What a certificate can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFormat {
    /// The credential itself.
    Json,
    /// A picture of lines, with the credential baked in.
    Svg,
    /// A picture of points, with the credential baked in.
    Png,
    /// Two pages to print, with the credential attached and as a code.
    Pdf,
}

impl CertificateFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Json, Self::Svg, Self::Png, Self::Pdf];

    /// Returns the name, which is the ending of the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// Why a certificate cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// No font at hand has a sign for this character, which stands in this text.
    MissingGlyph(char, String),
    /// Anything else, in words.
    Other(String),
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MissingGlyph(character, text) => write!(
                f,
                "No font here has a sign for {character} (U+{:04X}) in \"{text}\", so no picture is made. Give a font with --font \
                 FILE, or put it into the fonts folder of the data directory. The credential itself holds any name.",
                u32::from(*character)
            ),
            Self::Other(reason) => write!(f, "The certificate cannot be drawn: {reason}."),
        }
    }
}

/// Writes a certificate in a format; `text` is the credential's text, byte for byte as it was signed.
///
/// # Errors
/// What cannot be drawn.
pub fn render(
    format: CertificateFormat,
    credential: &Credential,
    signed_text: &str,
    fonts: &Fonts,
) -> Result<Vec<u8>, RenderError> {
    match format {
        CertificateFormat::Json => Ok(signed_text.as_bytes().to_vec()),
        CertificateFormat::Svg => svg::write(credential, signed_text, fonts).map(String::into_bytes),
        CertificateFormat::Png => png::write(credential, signed_text, fonts),
        CertificateFormat::Pdf => pdf::write(credential, signed_text, fonts),
    }
}
