//! Fonts: the built-in ones, which serve Latin, Greek, Cyrillic, Hebrew and Arabic, and those that somebody gives.

use std::sync::Arc;

use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};
use ttf_parser::Face;

use crate::credential::render::RenderError;
use crate::credential::render::xml::escaped;

/// The family that everything is set in; where it lacks a sign, the fonts given after it are asked.
pub const FAMILY: &str = "DejaVu Sans";

/// The fonts at hand. None of the machine's own is among them, so that a certificate looks the same everywhere.
#[derive(Debug, Clone)]
pub struct Fonts {
    known: Arc<Database>,
}

impl Default for Fonts {
    fn default() -> Self {
        Self::with(Vec::new())
    }
}

impl Fonts {
    /// Returns the built-in fonts and these, each the bytes of a font file.
    pub fn with(more: Vec<Vec<u8>>) -> Self {
        let mut known = Database::new();
        known.load_font_data(dejavu::sans::regular().to_vec());
        known.load_font_data(dejavu::sans::bold().to_vec());
        more.into_iter().for_each(|font| known.load_font_data(font));
        Self { known: Arc::new(known) }
    }

    /// Returns the first character of a text that no font has a sign for.
    pub fn missing(&self, text: &str) -> Option<char> {
        let mut left: Vec<_> = text.chars().filter(|c| !c.is_whitespace() && !is_unseen(*c)).collect();
        for face in self.known.faces() {
            if left.is_empty() {
                break;
            }
            self.known.with_face_data(face.id, |data, index| {
                if let Ok(face) = Face::parse(data, index) {
                    left.retain(|c| face.glyph_index(*c).is_none());
                }
            });
        }
        left.first().copied()
    }

    /// Returns a text in which every character that no font has a sign for is spelled out by its number: for lists, where a name
    /// left out would be worse.
    pub(super) fn spelled_out(&self, text: &str) -> String {
        let spelled = |c: char| match self.missing(c.encode_utf8(&mut [0; 4])) {
            Some(c) => format!("U+{:04X} ", u32::from(c)),
            None => c.to_string(),
        };
        if self.missing(text).is_none() { text.to_owned() } else { text.chars().map(spelled).collect() }
    }

    /// Parses a picture with these fonts.
    ///
    /// # Errors
    /// What the parser says of a picture that this program made itself.
    pub(super) fn tree(&self, svg: &str) -> Result<Tree, RenderError> {
        let options = Options { fontdb: Arc::clone(&self.known), font_family: FAMILY.to_owned(), ..Options::default() };
        Tree::from_str(svg, &options).map_err(|error| RenderError::Otherwise(error.to_string()))
    }

    /// Returns how wide a text is at a size, in points.
    pub(super) fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        let weight = if bold { "bold" } else { "normal" };
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9999\" height=\"99\"><text x=\"0\" y=\"50\" font-size=\"{size}\" \
             font-weight=\"{weight}\">{}</text></svg>",
            escaped(text)
        );
        self.tree(&svg).map_or(0.0, |tree| tree.root().bounding_box().width())
    }
}

/// Returns whether a character joins or separates its neighbors and has no sign of its own.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}')
}
