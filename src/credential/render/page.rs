//! Page layout: an ordered list of blocks, each with its SVG, its plain text and its role for screen readers.
//! The pictures and the tagged PDF are made from the same blocks.

use crate::credential::render::RenderError;
use crate::credential::render::fonts::{FontWeight, Fonts};
use crate::credential::render::measure::TextMeasure;
use crate::credential::render::xml::escape;

/// A page of A4 lying on its side, in points.
pub const WIDTH: f32 = 841.89;
/// Its height.
pub const HEIGHT: f32 = 595.28;

/// The color of titles and lines.
pub const ACCENT: &str = "#0b5563";
/// The color of text.
pub const INK: &str = "#1b1f23";
/// The color of what matters less.
pub const DIM: &str = "#57606a";

/// What a block is to a reader who does not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockRole {
    /// Nothing: lines and grounds.
    Artifact,
    /// The title of a page.
    Title,
    /// A line or a few of running text.
    Text,
    /// A cell of the table of results: its row, and whether it names what the others of its row or column are.
    Cell(usize, HeaderScope),
    /// A picture, with the words for it.
    Figure(String),
}

/// Whether a cell names others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderScope {
    /// Its column.
    Column,
    /// Its row.
    Row,
    /// Neither.
    None,
}

/// A part of a page.
#[derive(Debug, Clone)]
pub struct PageBlock {
    /// What it is.
    pub role: BlockRole,
    /// What it says.
    pub text: String,
    /// How it is drawn: SVG in the coordinates of the page.
    pub svg: String,
}

/// A page.
pub struct CertificatePage<'a> {
    /// Its parts, in the order in which they are read.
    pub blocks: Vec<PageBlock>,
    fonts: &'a Fonts,
    measure: TextMeasure<'a>,
    first_error: Option<RenderError>,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub struct TextStyle {
    /// Its size in points.
    pub size: f32,
    /// How heavy it is set.
    pub weight: FontWeight,
    /// Its color.
    pub color: &'static str,
    /// Where its place is: `start`, `middle` or `end`.
    pub anchor: &'static str,
}

impl TextStyle {
    /// Returns plain text of a size, from the left.
    pub const fn plain(size: f32) -> Self {
        Self { size, weight: FontWeight::Regular, color: INK, anchor: "start" }
    }

    /// Returns the same in bold.
    pub const fn bold(self) -> Self {
        Self { weight: FontWeight::Bold, ..self }
    }

    /// Returns the same in another color.
    pub const fn color(self, color: &'static str) -> Self {
        Self { color, ..self }
    }

    /// Returns the same with its place in its middle.
    pub const fn middle(self) -> Self {
        Self { anchor: "middle", ..self }
    }

    /// Returns the same with its place at its end.
    pub const fn end(self) -> Self {
        Self { anchor: "end", ..self }
    }
}

impl<'a> CertificatePage<'a> {
    /// Begins a page.
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { blocks: Vec::new(), fonts, measure: TextMeasure::new(fonts), first_error: None }
    }

    /// Returns the finished parts.
    ///
    /// # Errors
    /// The first character that no font has a sign for: a box in its place would be another name.
    pub fn finish(self) -> Result<Vec<PageBlock>, RenderError> {
        self.first_error.map_or(Ok(self.blocks), Err)
    }

    /// Draws lines and grounds.
    pub fn add_artifact(&mut self, svg: impl Into<String>) {
        self.blocks.push(PageBlock { role: BlockRole::Artifact, text: String::new(), svg: svg.into() });
    }

    /// Draws a figure with the words for it.
    pub fn add_figure(&mut self, alt: &str, svg: String) {
        self.blocks.push(PageBlock { role: BlockRole::Figure(alt.to_owned()), text: alt.to_owned(), svg });
    }

    /// Sets one line of text.
    pub fn add_line(&mut self, role: BlockRole, position: (f32, f32), style: TextStyle, text: &str) {
        self.add_lines(role, position, style, 0.0, &[text.to_owned()]);
    }

    /// Sets one line of text, smaller if it would be wider than `max_width`, down to `min_size` points.
    pub fn add_fitted_line(
        &mut self,
        role: BlockRole,
        position: (f32, f32),
        style: TextStyle,
        text: &str,
        max_width: f32,
        min_size: f32,
    ) {
        let natural_width = self.measure.width(text, style.size, style.weight);
        let size =
            if natural_width > max_width { (style.size * max_width / natural_width).max(min_size) } else { style.size };
        if size * natural_width / style.size > max_width * 1.001 {
            // Too long for one line even so: the last of several stands where the one would have stood.
            let lines = self.wrap(text, TextStyle { size, ..style }, max_width);
            let leading = size * 1.15;
            let offset = leading * to_f32(lines.len().saturating_sub(1));
            self.add_lines(role, (position.0, position.1 - offset), TextStyle { size, ..style }, leading, &lines);
        } else {
            self.add_line(role, position, TextStyle { size, ..style }, text);
        }
    }

    /// Sets a paragraph within `max_width` points; returns the position of the next line.
    pub fn add_paragraph(
        &mut self,
        position: (f32, f32),
        style: TextStyle,
        leading: f32,
        text: &str,
        max_width: f32,
    ) -> f32 {
        let lines = self.wrap(text, style, max_width);
        self.add_lines(BlockRole::Text, position, style, leading, &lines);
        position.1 + leading * to_f32(lines.len())
    }

    /// Breaks a text at its spaces into lines within `max_width` points; a wider word stands alone and is not cut.
    fn wrap(&self, text: &str, style: TextStyle, max_width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let extended = lines.last().map(|line| format!("{line} {word}"));
            match extended.filter(|line| self.measure.width(line, style.size, style.weight) <= max_width) {
                Some(extended) => {
                    lines.pop();
                    lines.push(extended);
                }
                None => lines.push(word.to_owned()),
            }
        }
        lines
    }

    fn add_lines(&mut self, role: BlockRole, (x, y): (f32, f32), style: TextStyle, leading: f32, lines: &[String]) {
        let text = lines.join(" ");
        if let Some(character) = self.fonts.first_missing_char(&text)
            && self.first_error.is_none()
        {
            self.first_error = Some(RenderError::MissingGlyph(character, text.clone()));
        }
        let TextStyle { size, weight, color, anchor } = style;
        let weight = weight.svg_name();
        let line = |(index, line): (usize, &String)| {
            // A space ends each line but the last, so that words stay apart when the text is copied.
            let trailing_space = if index + 1 < lines.len() { " " } else { "" };
            let y = y + leading * to_f32(index);
            format!(
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{color}\" \
                 text-anchor=\"{anchor}\" xml:space=\"preserve\">{}{trailing_space}</text>",
                escape(line)
            )
        };
        let svg = lines.iter().enumerate().map(line).collect();
        self.blocks.push(PageBlock { role, text, svg });
    }
}

/// Returns a small count as a number of points can be multiplied by.
pub fn to_f32(count: usize) -> f32 {
    u16::try_from(count).map_or(f32::MAX, f32::from)
}

/// Puts parts into one picture of a whole page.
pub fn page_svg<'b>(blocks: impl IntoIterator<Item = &'b PageBlock>) -> String {
    let parts: String = blocks.into_iter().map(|block| block.svg.as_str()).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"{}\">{parts}</svg>",
        crate::credential::render::fonts::FAMILY
    )
}
