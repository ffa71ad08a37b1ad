//! Measures text without drawing it, with the shaper and the choice of fonts of usvg.
//! usvg draws the pictures, so a line that fits here fits there. The steps are those of `usvg::text::layout`.

use std::cell::OnceCell;

use resvg::usvg::fontdb::ID;
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, UnicodeBuffer, Variation};
use unicode_bidi::{BidiInfo, Level};

use crate::credential::render::fonts::{ExtraFace, FontWeight, Fonts};
use crate::credential::render::xml::drawn_char;

/// Measures lines of text in the fonts of a certificate. Each face is parsed once, when it is first needed.
pub struct TextMeasure<'a> {
    fonts: &'a Fonts,
    extra_faces: Vec<LazyFace<'a>>,
}

/// A face that the user added, parsed on first use.
struct LazyFace<'a> {
    source: &'a ExtraFace,
    parsed: OnceCell<Option<Face<'a>>>,
}

/// A glyph of a line.
#[derive(Clone, Copy)]
struct ShapedGlyph {
    /// The byte of the text where the characters begin that it stands for. Several glyphs can share it.
    text_index: usize,
    /// Whether the face lacks the character.
    is_missing: bool,
    /// How far it moves the pen, in points.
    advance: f32,
}

impl<'a> TextMeasure<'a> {
    /// Prepares to measure in these fonts.
    pub fn new(fonts: &'a Fonts) -> Self {
        let lazy_face = |source| LazyFace { source, parsed: OnceCell::new() };
        Self { fonts, extra_faces: fonts.extra_faces().iter().map(lazy_face).collect() }
    }

    /// Returns the width of one line of text in points. `size` is the font size in points. A character that no font has
    /// a sign for counts as the box that would be drawn for it.
    pub fn width(&self, text: &str, size: f32, weight: FontWeight) -> f32 {
        let text: String = text.chars().map(drawn_char).collect();
        let Some(first_face) = self.fonts.select_face(weight) else { return 0.0 };
        let glyphs = self.shape_with_fallback(&text, first_face, size);
        // A letter and its marks stand on one another, so the widest of them counts.
        let clusters = glyphs.chunk_by(|glyph, next| glyph.text_index == next.text_index);
        clusters.map(|cluster| cluster.iter().map(|glyph| glyph.advance).fold(0.0, f32::max)).sum()
    }

    /// Shapes a line; glyphs that are missing in the first face are taken from others.
    fn shape_with_fallback(&self, text: &str, first_face: ID, size: f32) -> Vec<ShapedGlyph> {
        let mut glyphs = self.shape(text, first_face, size);
        let mut used_faces = vec![first_face];
        while let Some(missing) = glyphs.iter().find(|glyph| glyph.is_missing) {
            let character = text.get(missing.text_index..).and_then(|rest| rest.chars().next());
            let fallback = character.and_then(|character| self.fonts.select_fallback(character, &used_faces));
            let Some(fallback) = fallback else { break };
            let fallback_glyphs = self.shape(text, fallback, size);
            // A face that has the whole line is used for all of it.
            if fallback_glyphs.iter().all(|glyph| !glyph.is_missing) {
                return fallback_glyphs;
            }
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

/// Shapes a line in one face, in the order in which its glyphs stand from left to right.
fn shape_with_face(text: &str, face: &Face<'_>, size: f32) -> Vec<ShapedGlyph> {
    let sized_face = with_optical_size(face, size);
    let face = sized_face.as_ref().unwrap_or(face);
    let points_per_unit = size / face.units_per_em() as f32;
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

/// Returns the face at an optical size, if it has such an axis.
fn with_optical_size<'f>(face: &Face<'f>, size: f32) -> Option<Face<'f>> {
    let tag = Tag::from_bytes(b"opsz");
    let has_axis = face.tables().fvar.is_some_and(|fvar| fvar.axes.into_iter().any(|axis| axis.tag == tag));
    has_axis.then(|| {
        let mut sized_face = face.clone();
        sized_face.set_variations(&[Variation { tag, value: size }]);
        sized_face
    })
}
