//! Fonts for certificates: the built-in DejaVu Sans and any font files that the user adds.
//! DejaVu Sans covers Latin, Greek, Cyrillic, Hebrew and Arabic. System fonts are never used.

use std::sync::Arc;

use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};
use ttf_parser::Face;

use crate::credential::render::RenderError;
use crate::credential::render::xml::escape;

/// The family that everything is set in; where it lacks a sign, the fonts given after it are asked.
pub const FAMILY: &str = "DejaVu Sans";

/// The fonts at hand. None of the machine's own is among them, so that a certificate looks the same everywhere.
#[derive(Debug, Clone)]
pub struct Fonts {
    database: Arc<Database>,
}

impl Default for Fonts {
    fn default() -> Self {
        Self::with_extra(Vec::new())
    }
}

impl Fonts {
    /// Returns the built-in fonts and these, each the bytes of a font file.
    pub fn with_extra(extra_fonts: Vec<Vec<u8>>) -> Self {
        let mut database = Database::new();
        database.load_font_data(dejavu::sans::regular().to_vec());
        database.load_font_data(dejavu::sans::bold().to_vec());
        extra_fonts.into_iter().for_each(|font| database.load_font_data(font));
        Self { database: Arc::new(database) }
    }

    /// Returns the first character of a text that no font has a sign for.
    pub fn first_missing_char(&self, text: &str) -> Option<char> {
        let mut remaining: Vec<_> = text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect();
        for face in self.database.faces() {
            if remaining.is_empty() {
                break;
            }
            self.database.with_face_data(face.id, |data, index| {
                if let Ok(face) = Face::parse(data, index) {
                    remaining.retain(|c| face.glyph_index(*c).is_none());
                }
            });
        }
        remaining.first().copied()
    }

    /// Returns a text in which every character that no font has a sign for is spelled out by its number: for lists,
    /// where a name left out would be worse.
    pub(super) fn escape_missing_chars(&self, text: &str) -> String {
        let escape_char = |c: char| match self.first_missing_char(c.encode_utf8(&mut [0; 4])) {
            Some(c) => format!("U+{:04X} ", u32::from(c)),
            None => c.to_string(),
        };
        if self.first_missing_char(text).is_none() { text.to_owned() } else { text.chars().map(escape_char).collect() }
    }

    /// Parses a picture with these fonts.
    ///
    /// # Errors
    /// What the parser says of a picture that this program made itself.
    pub(super) fn parse_svg(&self, svg: &str) -> Result<Tree, RenderError> {
        let options =
            Options { fontdb: Arc::clone(&self.database), font_family: FAMILY.to_owned(), ..Options::default() };
        Tree::from_str(svg, &options).map_err(|error| RenderError::Other(error.to_string()))
    }

    /// Returns how wide a text is at a size, in points.
    pub(super) fn text_width(&self, text: &str, size: f32, bold: bool) -> f32 {
        let weight = if bold { "bold" } else { "normal" };
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9999\" height=\"99\"><text x=\"0\" y=\"50\" font-size=\"{size}\" \
             font-weight=\"{weight}\">{}</text></svg>",
            escape(text)
        );
        self.parse_svg(&svg).map_or(0.0, |tree| tree.root().bounding_box().width())
    }
}

/// Returns whether a character joins or separates its neighbors and has no sign of its own.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}')
}
