//! Fonts for certificates: the built-in DejaVu Sans and any font files that the user adds.
//! DejaVu Sans covers Latin, Greek, Cyrillic, Hebrew and Arabic. System fonts are never used.

use std::sync::Arc;

use resvg::usvg::fontdb::{Database, Family, ID, Query, Source, Weight};
use resvg::usvg::{FontResolver, Options, Tree};
use rustybuzz::Face;

use crate::credential::render::RenderError;

/// The weight of the font for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FontWeight {
    /// For running text.
    Regular,
    /// For headings and names.
    Bold,
}

impl FontWeight {
    /// Returns the value of the SVG attribute `font-weight`.
    pub fn svg_name(self) -> &'static str {
        match self {
            Self::Regular => "normal",
            Self::Bold => "bold",
        }
    }
}

/// The font family of all texts. For characters that it lacks, the fonts that the user added are used.
pub const FAMILY: &str = "DejaVu Sans";

/// The built-in fonts and those that the user added. System fonts are left out, so a certificate looks the same on
/// every computer.
#[derive(Clone)]
pub struct Fonts {
    database: Arc<Database>,
    built_in_faces: Vec<(ID, Face<'static>)>,
    extra_faces: Vec<ExtraFace>,
}

/// A face that the user added. A parsed face borrows from its file, so it cannot be stored here beside the file.
#[derive(Clone)]
pub(super) struct ExtraFace {
    /// The ID of the face in the font database.
    pub(super) id: ID,
    /// The bytes of the whole font file.
    pub(super) file: Arc<Vec<u8>>,
    /// The index of the face in its file, from 0.
    pub(super) index: u32,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("face_count", &self.database.len()).finish_non_exhaustive()
    }
}

impl Default for Fonts {
    fn default() -> Self {
        Self::with_extra(Vec::new())
    }
}

impl Fonts {
    /// Returns the built-in fonts and these extra ones, each given as the bytes of a font file. A file that is not a
    /// font is ignored.
    ///
    /// This parses the built-in faces, which takes time. Reuse the value for all pages.
    pub fn with_extra(extra_fonts: Vec<Vec<u8>>) -> Self {
        let mut database = Database::new();
        let mut built_in_faces = Vec::new();
        // Of the font crates that were compared, only DejaVu has Arabic.
        for file in [dejavu::sans::regular(), dejavu::sans::bold()] {
            for id in database.load_font_source(Source::Binary(Arc::new(file))) {
                built_in_faces.extend(Face::from_slice(file, 0).map(|face| (id, face)));
            }
        }
        let mut extra_faces = Vec::new();
        for file in extra_fonts.into_iter().map(Arc::new) {
            let source: Arc<Vec<u8>> = Arc::clone(&file);
            for id in database.load_font_source(Source::Binary(source)) {
                let index = database.face(id).map_or(0, |face| face.index);
                extra_faces.push(ExtraFace { id, file: Arc::clone(&file), index });
            }
        }
        Self { database: Arc::new(database), built_in_faces, extra_faces }
    }

    /// Returns the first character of a text that no font has, if any.
    pub fn first_missing_char(&self, text: &str) -> Option<char> {
        let mut remaining: Vec<_> = text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect();
        for (_, face) in &self.built_in_faces {
            remaining.retain(|c| face.glyph_index(*c).is_none());
        }
        for extra_face in &self.extra_faces {
            if remaining.is_empty() {
                break;
            }
            // This parser skips the shaping tables, so it takes only microseconds.
            if let Ok(face) = rustybuzz::ttf_parser::Face::parse(&extra_face.file, extra_face.index) {
                remaining.retain(|c| face.glyph_index(*c).is_none());
            }
        }
        remaining.first().copied()
    }

    /// Replaces every character that no font has with its code point, such as `U+674E`.
    pub(super) fn escape_missing_chars(&self, text: &str) -> String {
        let escape_char = |c: char| match self.first_missing_char(c.encode_utf8(&mut [0; 4])) {
            Some(c) => format!("U+{:04X} ", u32::from(c)),
            None => c.to_string(),
        };
        if self.first_missing_char(text).is_none() { text.to_owned() } else { text.chars().map(escape_char).collect() }
    }

    /// Parses an SVG of this program and lays out its text with these fonts.
    ///
    /// # Errors
    /// [`RenderError::Other`]. No valid page is known to cause it.
    pub(super) fn parse_svg(&self, svg: &str) -> Result<Tree, RenderError> {
        let options =
            Options { fontdb: Arc::clone(&self.database), font_family: FAMILY.to_owned(), ..Options::default() };
        Tree::from_str(svg, &options).map_err(|_| RenderError::Other("its page cannot be laid out".to_owned()))
    }

    /// Returns the built-in face of this weight.
    pub(super) fn select_face(&self, weight: FontWeight) -> Option<ID> {
        let weight = match weight {
            FontWeight::Regular => Weight::NORMAL,
            FontWeight::Bold => Weight::BOLD,
        };
        self.database.query(&Query { families: &[Family::Name(FAMILY)], weight, ..Query::default() })
    }

    /// Returns the face for a character that the faces used so far lack. It is the one that usvg chooses when it draws,
    /// or `None` if no other face has the character.
    pub(super) fn select_fallback(&self, character: char, used_faces: &[ID]) -> Option<ID> {
        let select = FontResolver::default_fallback_selector();
        select(character, used_faces, &mut Arc::clone(&self.database))
    }

    /// Returns a parsed built-in face, or `None` for a face that the user added.
    pub(super) fn built_in_face(&self, face_id: ID) -> Option<&Face<'static>> {
        self.built_in_faces.iter().find(|(id, _)| *id == face_id).map(|(_, face)| face)
    }

    /// Returns the faces that the user added.
    pub(super) fn extra_faces(&self) -> &[ExtraFace] {
        &self.extra_faces
    }
}

/// Returns whether a character only joins or separates its neighbors and needs no glyph.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}')
}
