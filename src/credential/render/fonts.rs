//! Fonts for certificates: the built-in DejaVu Sans and any font files that the user adds.
//! DejaVu Sans covers Latin, Greek, Cyrillic, Hebrew and Arabic. System fonts are never used.

use std::sync::Arc;

use resvg::usvg::fontdb::{Database, Family, ID, Query, Source, Weight};
use resvg::usvg::{FontResolver, Options, Tree};
use rustybuzz::Face;

use crate::credential::render::RenderError;

/// How heavy a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FontWeight {
    /// As running text.
    Regular,
    /// As a heading.
    Bold,
}

impl FontWeight {
    /// Returns the name of the weight in SVG.
    pub fn svg_name(self) -> &'static str {
        match self {
            Self::Regular => "normal",
            Self::Bold => "bold",
        }
    }
}

/// The family that everything is set in; where it lacks a sign, the fonts given after it are asked.
pub const FAMILY: &str = "DejaVu Sans";

/// The fonts at hand. None of the machine's own is among them, so that a certificate looks the same everywhere.
#[derive(Clone)]
pub struct Fonts {
    database: Arc<Database>,
    built_in_faces: Vec<(ID, Face<'static>)>,
    extra_faces: Vec<ExtraFace>,
}

/// A face that the user added. A parsed face borrows from its file, so that it cannot be kept here beside it.
#[derive(Clone)]
pub(super) struct ExtraFace {
    /// Its name in the database.
    pub(super) id: ID,
    /// The whole font file.
    pub(super) file: Arc<Vec<u8>>,
    /// Which face of the file it is, from 0.
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
    /// Returns the built-in fonts and these, each the bytes of a font file. A file that is no font is ignored. The
    /// built-in faces are parsed here, so keep the value and use it for every page.
    pub fn with_extra(extra_fonts: Vec<Vec<u8>>) -> Self {
        let mut database = Database::new();
        let mut built_in_faces = Vec::new();
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

    /// Returns the first character of a text that no font has a sign for.
    pub fn first_missing_char(&self, text: &str) -> Option<char> {
        let mut remaining: Vec<_> = text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect();
        for (_, face) in &self.built_in_faces {
            remaining.retain(|c| face.glyph_index(*c).is_none());
        }
        for extra_face in &self.extra_faces {
            if remaining.is_empty() {
                break;
            }
            // Without the tables of the shaper a face is parsed in microseconds.
            if let Ok(face) = rustybuzz::ttf_parser::Face::parse(&extra_face.file, extra_face.index) {
                remaining.retain(|c| face.glyph_index(*c).is_none());
            }
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

    /// Returns the face that text is set in, regular or bold.
    pub(super) fn select_face(&self, weight: FontWeight) -> Option<ID> {
        let weight = match weight {
            FontWeight::Regular => Weight::NORMAL,
            FontWeight::Bold => Weight::BOLD,
        };
        self.database.query(&Query { families: &[Family::Name(FAMILY)], weight, ..Query::default() })
    }

    /// Returns the face that is used for a character which the faces used so far lack. This is the choice of usvg.
    pub(super) fn select_fallback(&self, character: char, used_faces: &[ID]) -> Option<ID> {
        let select = FontResolver::default_fallback_selector();
        select(character, used_faces, &mut Arc::clone(&self.database))
    }

    /// Returns a built-in face, ready to shape text.
    pub(super) fn built_in_face(&self, face_id: ID) -> Option<&Face<'static>> {
        self.built_in_faces.iter().find(|(id, _)| *id == face_id).map(|(_, face)| face)
    }

    /// Returns the faces that the user added.
    pub(super) fn extra_faces(&self) -> &[ExtraFace] {
        &self.extra_faces
    }
}

/// Returns whether a character joins or separates its neighbors and has no sign of its own.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}')
}
