//! Renders a certificate as JSON, SVG, PNG or PDF. The pictures and the PDF share one layout.
//! Each output file contains the signed credential, byte for byte. Only the credential can be verified.

pub mod back_page;
pub mod fonts;
pub mod front_page;
pub mod logo;
pub mod measure;
pub mod page;
pub mod pdf;
pub mod png;
pub mod receipt;
pub mod svg;
mod xml;

use std::cell::OnceCell;

pub use fonts::Fonts;
use resvg::usvg::Tree;

use crate::credential::branding::Appearance;
use crate::credential::render::page::Page;
use crate::credential::types::Credential;

/// The file format of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFormat {
    /// The signed credential itself.
    Json,
    /// A vector picture with the credential in an XML element.
    Svg,
    /// A pixel picture with the credential in a text chunk.
    Png,
    /// Two pages to print. The credential is attached and is in the QR code on page two.
    Pdf,
}

impl CertificateFormat {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Json, Self::Svg, Self::Png, Self::Pdf];

    /// Returns the format's name, which is also the file extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// The reason why a certificate cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// No font has a glyph for this character of this text.
    MissingGlyph(char, String),
    /// Any other reason, as the end of a sentence for people.
    Other(String),
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MissingGlyph(character, text) => write!(
                f,
                "No font here has the character {character} (U+{:04X}) in \"{text}\", so its pictures are not drawn. Put a \
                 font file that has it into the folder \"fonts\" of the data folder, or on the command line add --font FILE. \
                 The JSON certificate can have any name.",
                u32::from(*character)
            ),
            Self::Other(reason) => write!(f, "The certificate cannot be drawn: {reason}."),
        }
    }
}

/// Writes one certificate in any formats. Page one is laid out and parsed once, when a format first needs it.
pub struct CertificateRenderer<'a> {
    credential: &'a Credential,
    signed_text: &'a str,
    appearance: &'a Appearance,
    fonts: &'a Fonts,
    front_page: OnceCell<Result<Page, RenderError>>,
    picture: OnceCell<Result<Tree, RenderError>>,
}

impl<'a> CertificateRenderer<'a> {
    /// Creates a renderer. `signed_text` is the credential's text, byte for byte as it was signed.
    pub fn new(credential: &'a Credential, signed_text: &'a str, appearance: &'a Appearance, fonts: &'a Fonts) -> Self {
        Self { credential, signed_text, appearance, fonts, front_page: OnceCell::new(), picture: OnceCell::new() }
    }

    /// Returns the content of a certificate file in this format. The same certificate always gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] if no font has a character. [`RenderError::Other`] if the file cannot be made, for
    /// example because memory is short. JSON is never drawn and never fails.
    pub fn write(&self, format: CertificateFormat) -> Result<Vec<u8>, RenderError> {
        match format {
            CertificateFormat::Json => Ok(self.signed_text.as_bytes().to_vec()),
            CertificateFormat::Svg => {
                svg::write(self.picture()?, self.credential, self.signed_text).map(String::into_bytes)
            }
            CertificateFormat::Png => png::write(self.picture()?, self.signed_text),
            CertificateFormat::Pdf => pdf::write(self.front_page()?, self.credential, self.signed_text, self.fonts),
        }
    }

    fn front_page(&self) -> Result<&Page, RenderError> {
        let page = self.front_page.get_or_init(|| front_page::lay_out(self.credential, self.appearance, self.fonts));
        page.as_ref().map_err(Clone::clone)
    }

    fn picture(&self) -> Result<&Tree, RenderError> {
        let parse = |page: &Page| self.fonts.parse_svg(&page.to_svg());
        self.picture.get_or_init(|| self.front_page().and_then(parse)).as_ref().map_err(Clone::clone)
    }
}
