//! A page as an ordered list of blocks, each a small picture that also says what it is: so that one layout serves pictures
//! for the eye and tagged pages for a screen reader.

use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::xml::escaped;

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
    Ornament,
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
    pub says: String,
    /// How it is drawn: SVG in the coordinates of the page.
    pub svg: String,
}

/// A page.
#[derive(Debug)]
pub struct CertificatePage<'a> {
    /// Its parts, in the order in which they are read.
    pub blocks: Vec<PageBlock>,
    fonts: &'a Fonts,
    missing: Option<RenderError>,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub struct TextStyle {
    /// Its size in points.
    pub size: f32,
    /// Whether it is bold.
    pub bold: bool,
    /// Its color.
    pub color: &'static str,
    /// Where its place is: `start`, `middle` or `end`.
    pub anchor: &'static str,
}

impl TextStyle {
    /// Returns plain text of a size, from the left.
    pub const fn plain(size: f32) -> Self {
        Self { size, bold: false, color: INK, anchor: "start" }
    }

    /// Returns the same in bold.
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
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
        Self { blocks: Vec::new(), fonts, missing: None }
    }

    /// Returns the finished parts.
    ///
    /// # Errors
    /// The first character that no font has a sign for: a box in its place would be another name.
    pub fn finish(self) -> Result<Vec<PageBlock>, RenderError> {
        self.missing.map_or(Ok(self.blocks), Err)
    }

    /// Draws lines and grounds.
    pub fn ornament(&mut self, svg: impl Into<String>) {
        self.blocks.push(PageBlock { role: BlockRole::Ornament, says: String::new(), svg: svg.into() });
    }

    /// Draws a figure with the words for it.
    pub fn figure(&mut self, alt: &str, svg: String) {
        self.blocks.push(PageBlock { role: BlockRole::Figure(alt.to_owned()), says: alt.to_owned(), svg });
    }

    /// Sets one line of text.
    pub fn line(&mut self, role: BlockRole, at: (f32, f32), style: TextStyle, text: &str) {
        self.lines(role, at, style, 0.0, &[text.to_owned()]);
    }

    /// Sets one line of text, smaller where it would be wider than `most`, down to `least` points.
    pub fn fitted(&mut self, role: BlockRole, at: (f32, f32), style: TextStyle, text: &str, most: f32, least: f32) {
        let wide = self.fonts.width(text, style.size, style.bold);
        let size = if wide > most { (style.size * most / wide).max(least) } else { style.size };
        if size * wide / style.size > most * 1.001 {
            // Too long for one line even so: the last of several stands where the one would have stood.
            let lines = self.wrapped(text, TextStyle { size, ..style }, most);
            let leading = size * 1.15;
            let above = leading * count(lines.len().saturating_sub(1));
            self.lines(role, (at.0, at.1 - above), TextStyle { size, ..style }, leading, &lines);
        } else {
            self.line(role, at, TextStyle { size, ..style }, text);
        }
    }

    /// Sets running text within `most` points; returns where the next line would stand.
    pub fn text(&mut self, at: (f32, f32), style: TextStyle, leading: f32, text: &str, most: f32) -> f32 {
        let lines = self.wrapped(text, style, most);
        self.lines(BlockRole::Text, at, style, leading, &lines);
        at.1 + leading * count(lines.len())
    }

    /// Breaks a text at its spaces into lines within `most` points; a word that is wider stands alone, cut nowhere.
    fn wrapped(&self, text: &str, style: TextStyle, most: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match longer.filter(|line| self.fonts.width(line, style.size, style.bold) <= most) {
                Some(longer) => {
                    lines.pop();
                    lines.push(longer);
                }
                None => lines.push(word.to_owned()),
            }
        }
        lines
    }

    fn lines(&mut self, role: BlockRole, (x, y): (f32, f32), style: TextStyle, leading: f32, lines: &[String]) {
        let says = lines.join(" ");
        if let Some(c) = self.fonts.missing(&says)
            && self.missing.is_none()
        {
            self.missing = Some(RenderError::Glyph(c, says.clone()));
        }
        let TextStyle { size, bold, color, anchor } = style;
        let weight = if bold { "bold" } else { "normal" };
        let line = |(n, line): (usize, &String)| {
            // A space ends each line but the last, so that words stay apart when the text is copied.
            let gap = if n + 1 < lines.len() { " " } else { "" };
            let y = y + leading * count(n);
            format!(
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{color}\" \
                 text-anchor=\"{anchor}\" xml:space=\"preserve\">{}{gap}</text>",
                escaped(line)
            )
        };
        let svg = lines.iter().enumerate().map(line).collect();
        self.blocks.push(PageBlock { role, says, svg });
    }
}

/// Returns a small count as a number of points can be multiplied by.
pub fn count(n: usize) -> f32 {
    u16::try_from(n).map_or(f32::MAX, f32::from)
}

/// Puts parts into one picture of a whole page.
pub fn picture<'b>(blocks: impl IntoIterator<Item = &'b PageBlock>) -> String {
    let parts: String = blocks.into_iter().map(|block| block.svg.as_str()).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"{}\">{parts}</svg>",
        crate::credential::render::fonts::FAMILY
    )
}
