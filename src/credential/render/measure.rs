//! Measures text without drawing it, with the same shaper and the same choice of fonts as usvg.
//! usvg draws the pictures, so a line that fits here also fits there. The steps follow `usvg::text::layout`.

use std::cell::OnceCell;

use resvg::usvg::fontdb::ID;
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, UnicodeBuffer, Variation};
use unicode_bidi::{BidiInfo, Level};

use crate::credential::render::fonts::{ExtraFace, FontWeight, Fonts};
use crate::credential::render::xml::drawn_char;

/// Measures lines of text in the fonts of a certificate. Each face that the user added is parsed once, on first use.
pub struct TextMeasure<'a> {
    fonts: &'a Fonts,
    extra_faces: Vec<LazyFace<'a>>,
}

/// A face that the user added, parsed on first use.
struct LazyFace<'a> {
    source: &'a ExtraFace,
    parsed: OnceCell<Option<Face<'a>>>,
}

/// One glyph of a shaped line.
#[derive(Clone, Copy)]
struct ShapedGlyph {
    /// The byte index of the glyph's first character in the text. The glyphs of one cluster share it.
    text_index: usize,
    /// Whether the face lacks the character.
    is_missing: bool,
    /// The distance to the next glyph in points.
    advance: f32,
}

impl<'a> TextMeasure<'a> {
    /// Creates a measure for these fonts. It parses no font file yet.
    pub fn new(fonts: &'a Fonts) -> Self {
        let lazy_face = |source| LazyFace { source, parsed: OnceCell::new() };
        Self { fonts, extra_faces: fonts.extra_faces().iter().map(lazy_face).collect() }
    }

    /// Returns the width of one line of text in points. `size` is the font size in points. A character that no font has
    /// counts as the box that would be drawn for it.
    pub fn width(&self, text: &str, size: f32, weight: FontWeight) -> f32 {
        let text: String = text.chars().map(drawn_char).collect();
        let Some(first_face) = self.fonts.select_face(weight) else { return 0.0 };
        // It would be simpler to parse an SVG for each text. That was one reason why a pass took 0.7 s.
        let glyphs = self.shape_with_fallback(&text, first_face, size);
        // A letter and its combining marks share one place, so only the widest glyph counts.
        let clusters = glyphs.chunk_by(|glyph, next| glyph.text_index == next.text_index);
        clusters.map(|cluster| cluster.iter().map(|glyph| glyph.advance).fold(0.0, f32::max)).sum()
    }

    /// Shapes a line and takes glyphs that the first face lacks from other faces.
    fn shape_with_fallback(&self, text: &str, first_face: ID, size: f32) -> Vec<ShapedGlyph> {
        let mut glyphs = self.shape(text, first_face, size);
        let mut used_faces = vec![first_face];
        while let Some(missing) = glyphs.iter().find(|glyph| glyph.is_missing) {
            let character = text.get(missing.text_index..).and_then(|rest| rest.chars().next());
            let fallback = character.and_then(|character| self.fonts.select_fallback(character, &used_faces));
            let Some(fallback) = fallback else { break };
            let fallback_glyphs = self.shape(text, fallback, size);
            // usvg uses a face that has the whole line for all of it.
            if fallback_glyphs.iter().all(|glyph| !glyph.is_missing) {
                return fallback_glyphs;
            }
            // usvg replaces glyphs by position, so it stops here too.
            if fallback_glyphs.len() != glyphs.len() {
                break;
            }
            for (glyph, fallback_glyph) in glyphs.iter_mut().zip(fallback_glyphs) {
                if glyph.is_missing && !fallback_glyph.is_missing {
                    *glyph = fallback_glyph;
                }
            }
            used_faces.push(fallback);
        }
        glyphs
    }

    fn shape(&self, text: &str, face_id: ID, size: f32) -> Vec<ShapedGlyph> {
        if let Some(face) = self.fonts.built_in_face(face_id) {
            return shape_with_face(text, face, size);
        }
        let extra_face = self.extra_faces.iter().find(|face| face.source.id == face_id);
        extra_face.and_then(LazyFace::get_or_parse).map_or_else(Vec::new, |face| shape_with_face(text, face, size))
    }
}

impl<'a> LazyFace<'a> {
    fn get_or_parse(&self) -> Option<&Face<'a>> {
        let source: &'a ExtraFace = self.source;
        self.parsed.get_or_init(|| Face::from_slice(&source.file, source.index)).as_ref()
    }
}

/// Shapes a line in one face. The glyphs are in visual order, from left to right.
fn shape_with_face(text: &str, face: &Face<'_>, size: f32) -> Vec<ShapedGlyph> {
    let sized_face = with_optical_size(face, size);
    let face = sized_face.as_ref().unwrap_or(face);
    let points_per_unit = size / face.units_per_em() as f32;
    // The base direction is left to right, as in usvg.
    let bidi = BidiInfo::new(text, Some(Level::ltr()));
    let Some(paragraph) = bidi.paragraphs.first() else { return Vec::new() };
    let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
    let mut glyphs = Vec::new();
    for run in runs {
        let is_left_to_right = levels.get(run.start).is_none_or(Level::is_ltr);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text.get(run.clone()).unwrap_or_default());
        buffer.set_direction(if is_left_to_right { Direction::LeftToRight } else { Direction::RightToLeft });
        let shaped = rustybuzz::shape(face, &[], buffer);
        let shaped_glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
        glyphs.extend(shaped_glyphs.map(|(info, position)| ShapedGlyph {
            text_index: run.start + info.cluster as usize,
            is_missing: info.glyph_id == 0,
            advance: position.x_advance as f32 * points_per_unit,
        }));
    }
    glyphs
}

/// Returns the face at this optical size, or `None` if it has no such axis. usvg sets the axis too.
fn with_optical_size<'f>(face: &Face<'f>, size: f32) -> Option<Face<'f>> {
    let tag = Tag::from_bytes(b"opsz");
    let has_axis = face.tables().fvar.is_some_and(|fvar| fvar.axes.into_iter().any(|axis| axis.tag == tag));
    has_axis.then(|| {
        let mut sized_face = face.clone();
        sized_face.set_variations(&[Variation { tag, value: size }]);
        sized_face
    })
}
