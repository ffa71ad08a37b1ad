//! Renders a certificate as JSON, SVG, PNG or PDF from one shared layout.
//! Each output file contains the signed credential, byte for byte. Only the credential can be verified.

pub mod back_page;
pub mod fonts;
pub mod front_page;
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

use crate::credential::render::page::{PageBlock, page_svg};
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

/// Writes one certificate in several formats. The first page is laid out and parsed once, when a format first needs it.
pub struct CertificateRenderer<'a> {
    credential: &'a Credential,
    signed_text: &'a str,
    fonts: &'a Fonts,
    front_page: OnceCell<Result<Vec<PageBlock>, RenderError>>,
    picture: OnceCell<Result<Tree, RenderError>>,
}

impl<'a> CertificateRenderer<'a> {
    /// Prepares to write a certificate; `signed_text` is the credential's text, byte for byte as it was signed.
    pub fn new(credential: &'a Credential, signed_text: &'a str, fonts: &'a Fonts) -> Self {
        Self { credential, signed_text, fonts, front_page: OnceCell::new(), picture: OnceCell::new() }
    }

    /// Returns the content of a certificate file in this format. The same certificate always gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] if no font has a sign for a character. JSON is never drawn and has no errors.
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

    fn front_page(&self) -> Result<&[PageBlock], RenderError> {
        let page = self.front_page.get_or_init(|| front_page::lay_out(self.credential, self.fonts));
        page.as_deref().map_err(Clone::clone)
    }

    fn picture(&self) -> Result<&Tree, RenderError> {
        let parse = |blocks: &[PageBlock]| self.fonts.parse_svg(&page_svg(blocks));
        self.picture.get_or_init(|| self.front_page().and_then(parse)).as_ref().map_err(Clone::clone)
    }
}

/// Writes a certificate in one format; `signed_text` is the credential's text, byte for byte as it was signed. Use
/// [`CertificateRenderer`] for several formats.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if no font has a sign for a character. JSON is never drawn and has no errors.
pub fn render(
    format: CertificateFormat,
    credential: &Credential,
    signed_text: &str,
    fonts: &Fonts,
) -> Result<Vec<u8>, RenderError> {
    CertificateRenderer::new(credential, signed_text, fonts).write(format)
}
