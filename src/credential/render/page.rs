//! Page layout: an ordered list of blocks, each with its SVG, its plain text and its role for screen readers.
//! The pictures and the tagged PDF use the same blocks.

use crate::credential::branding::PaperSize;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::{FontWeight, Fonts};
use crate::credential::render::measure::TextMeasure;
use crate::credential::render::xml::escape;
use crate::text;

/// The width of the layout: that of A4 in landscape, in points. On other paper the layout is scaled to its width.
pub const WIDTH: f32 = 841.89;
/// The height of the layout in points. Paper that is higher has more space above and below.
pub const HEIGHT: f32 = 595.28;

/// The most lines of a text that should fit on one.
const MAX_FITTED_LINES: usize = 2;

/// The smallest size to which such a text shrinks, in points.
const SMALLEST_SIZE: f32 = 9.0;

/// The color of titles and lines.
pub const ACCENT: &str = "#0b5563";
/// The color of text.
pub const INK: &str = "#1b1f23";
/// The color of labels and other secondary text.
pub const DIM: &str = "#57606a";

/// The role of a block for a screen reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockRole {
    /// Decoration that a screen reader skips: lines and backgrounds.
    Artifact,
    /// The title of a page.
    Title,
    /// One or more lines of running text.
    Text,
    /// A cell of the results table: its row from 0, and whether it is a header.
    Cell(usize, HeaderScope),
    /// A picture with its alternative text.
    Figure(String),
}

/// Which cells a table cell is the header of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderScope {
    Column,
    Row,
    /// An ordinary cell.
    None,
}

/// One part of a page, which has its own tag in a PDF.
#[derive(Debug, Clone)]
pub struct PageBlock {
    pub role: BlockRole,
    /// The plain text for screen readers. Empty for decoration.
    pub text: String,
    /// The drawing as SVG elements in page coordinates.
    pub svg: String,
}

/// A page that is ready to be drawn: each of its characters has a glyph.
#[derive(Debug, Clone)]
pub struct Page {
    /// The blocks in reading order.
    pub blocks: Vec<PageBlock>,
    pub paper: PaperSize,
}

impl Page {
    /// Returns the page as an SVG document.
    pub fn to_svg(&self) -> String {
        page_svg(self.paper, &self.blocks)
    }
}

/// Returns where the paper begins and how high it is, in units of the layout: as much space above as below.
fn vertical_extent(paper: PaperSize) -> (f32, f32) {
    let (paper_width, paper_height) = paper.size();
    let height = paper_height * WIDTH / paper_width;
    ((HEIGHT - height) / 2.0, height)
}

/// A page under construction. [`CertificatePage::finish`] reports the first character that no font has.
pub struct CertificatePage<'a> {
    /// The blocks so far, in reading order.
    pub blocks: Vec<PageBlock>,
    paper: PaperSize,
    fonts: &'a Fonts,
    measure: TextMeasure<'a>,
    first_error: Option<RenderError>,
}

/// The font size, weight, color and alignment of a text.
#[derive(Debug, Clone, Copy)]
pub struct TextStyle {
    /// The font size in points.
    pub size: f32,
    pub weight: FontWeight,
    /// An SVG color, such as `#0b5563`.
    pub color: &'static str,
    /// Which point of the text its position gives: `start`, `middle` or `end`, as in SVG.
    pub anchor: &'static str,
}

impl TextStyle {
    /// Returns regular, left-aligned text of this size in [`INK`].
    pub const fn plain(size: f32) -> Self {
        Self { size, weight: FontWeight::Regular, color: INK, anchor: "start" }
    }

    /// Returns the style in bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { weight: FontWeight::Bold, ..self }
    }

    /// Returns the style in this color.
    #[must_use]
    pub const fn color(self, color: &'static str) -> Self {
        Self { color, ..self }
    }

    /// Returns the style with the text centered on its position.
    #[must_use]
    pub const fn middle(self) -> Self {
        Self { anchor: "middle", ..self }
    }

    /// Returns the style with the text ending at its position.
    #[must_use]
    pub const fn end(self) -> Self {
        Self { anchor: "end", ..self }
    }
}

impl<'a> CertificatePage<'a> {
    /// Creates a white page.
    pub fn new(fonts: &'a Fonts, paper: PaperSize) -> Self {
        let mut page = Self { blocks: Vec::new(), paper, fonts, measure: TextMeasure::new(fonts), first_error: None };
        page.add_frame(0.0, "fill=\"#ffffff\"");
        page
    }

    /// Returns the blocks of the page.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] for the first character that no font has. A box instead of it would print a wrong
    /// name.
    pub fn finish(self) -> Result<Page, RenderError> {
        let page = Page { blocks: self.blocks, paper: self.paper };
        self.first_error.map_or(Ok(page), Err)
    }

    /// Adds a rectangle with this margin to the edges of the paper, and these SVG attributes.
    pub fn add_frame(&mut self, margin: f32, attributes: &str) {
        let (top, height) = vertical_extent(self.paper);
        let (top, width, height) = (top + margin, WIDTH - 2.0 * margin, height - 2.0 * margin);
        self.add_artifact(format!(
            "<rect x=\"{margin}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" {attributes}/>"
        ));
    }

    /// Adds decoration, such as lines and backgrounds.
    pub fn add_artifact(&mut self, svg: impl Into<String>) {
        self.blocks.push(PageBlock { role: BlockRole::Artifact, text: String::new(), svg: svg.into() });
    }

    /// Adds a figure with its alternative text.
    pub fn add_figure(&mut self, alt: &str, svg: String) {
        self.blocks.push(PageBlock { role: BlockRole::Figure(alt.to_owned()), text: alt.to_owned(), svg });
    }

    /// Adds one line of text. `position` is the x of its anchor and the y of its baseline, in points.
    pub fn add_line(&mut self, role: BlockRole, position: (f32, f32), style: TextStyle, text: &str) {
        self.add_lines(role, position, style, 0.0, &[text.to_owned()]);
    }

    /// Adds one line of text. If it is wider than `max_width` points, the font shrinks to at least `min_size` points.
    /// A text that is still too wide is wrapped, and shrinks further if two lines are not enough.
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
        // Rounding can leave a text that was shrunk to fit a little too wide. That must not wrap it.
        if size * natural_width / style.size > max_width * 1.001 {
            let mut size = size;
            let mut lines = self.wrap(text, TextStyle { size, ..style }, max_width);
            // More lines would overlap what is above them.
            while lines.len() > MAX_FITTED_LINES && size > SMALLEST_SIZE {
                size = (size * 0.9).max(SMALLEST_SIZE);
                lines = self.wrap(text, TextStyle { size, ..style }, max_width);
            }
            // The last of several lines gets the position of the single line, so nothing below it moves.
            let leading = size * 1.15;
            let offset = leading * to_f32(lines.len().saturating_sub(1));
            self.add_lines(role, (position.0, position.1 - offset), TextStyle { size, ..style }, leading, &lines);
        } else {
            self.add_line(role, position, TextStyle { size, ..style }, text);
        }
    }

    /// Adds a paragraph within `max_width` points, with `leading` points between its baselines. Returns the y position
    /// of the line below it.
    pub fn add_paragraph(
        &mut self,
        position: (f32, f32),
        style: TextStyle,
        leading: f32,
        text: &str,
        max_width: f32,
    ) -> f32 {
        self.add_wrapped(BlockRole::Text, position, style, leading, text, max_width)
    }

    /// Adds a text of any role like a paragraph. See [`Self::add_paragraph`].
    pub fn add_wrapped(
        &mut self,
        role: BlockRole,
        position: (f32, f32),
        style: TextStyle,
        leading: f32,
        text: &str,
        max_width: f32,
    ) -> f32 {
        let lines = self.wrap(text, style, max_width);
        self.add_lines(role, position, style, leading, &lines);
        position.1 + leading * to_f32(lines.len())
    }

    /// Returns how many lines a paragraph has within `max_width` points.
    pub fn line_count(&self, text: &str, style: TextStyle, max_width: f32) -> usize {
        self.wrap(text, style, max_width).len()
    }

    /// Breaks a text at spaces into lines within `max_width` points. A wider word is broken between letters.
    fn wrap(&self, text: &str, style: TextStyle, max_width: f32) -> Vec<String> {
        let fits = |line: &str| self.measure.width(line, style.size, style.weight) <= max_width;
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let extended = lines.last().map(|line| format!("{line} {word}"));
            match extended.filter(|line| fits(line)) {
                Some(extended) => {
                    lines.pop();
                    lines.push(extended);
                }
                None if fits(word) => lines.push(word.to_owned()),
                None => {
                    lines.push(String::new());
                    for letter in text::graphemes(word) {
                        let extended = lines.last().map(|line| format!("{line}{letter}"));
                        match extended.filter(|line| fits(line)) {
                            Some(extended) => {
                                lines.pop();
                                lines.push(extended);
                            }
                            None => lines.push(letter.to_owned()),
                        }
                    }
                }
            }
        }
        lines
    }

    /// Returns the words of a right-to-left line in reading order, each with its right edge.
    fn right_to_left_words<'t>(&self, line: &'t str, x: f32, style: TextStyle) -> Vec<(f32, &'t str)> {
        let width = |text: &str| self.measure.width(text, style.size, style.weight);
        let mut right = match style.anchor {
            "middle" => x + width(line) / 2.0,
            "end" => x,
            _ => x + width(line),
        };
        let space = width("\u{5D0} \u{5D0}") - 2.0 * width("\u{5D0}");
        let place = |word: &'t str| {
            let placed = (right, word);
            right -= width(word) + space;
            placed
        };
        line.split(' ').map(place).collect()
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
        let text_element = |x: f32, y: f32, anchor: &str, text: &str| {
            format!(
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{color}\" \
                 text-anchor=\"{anchor}\" xml:space=\"preserve\">{}</text>",
                escape(text)
            )
        };
        let line = |(index, line): (usize, &String)| {
            let y = y + leading * to_f32(index);
            if is_only_right_to_left(line) {
                // Word by word: readers of text keep the order in which words are drawn.
                let words = self.right_to_left_words(line, x, style);
                return words.into_iter().map(|(right, word)| text_element(right, y, "end", word)).collect();
            }
            // A space at the end of each line but the last keeps words apart when someone copies the text.
            let trailing_space = if index + 1 < lines.len() { " " } else { "" };
            text_element(x, y, anchor, &format!("{line}{trailing_space}"))
        };
        let svg = lines.iter().enumerate().map(line).collect();
        self.blocks.push(PageBlock { role, text, svg });
    }
}

/// Returns whether a text has only right-to-left letters, and more than one word of them.
fn is_only_right_to_left(text: &str) -> bool {
    let is_allowed = |c: char| text::is_right_to_left(c) || c == ' ' || !c.is_alphanumeric();
    text.contains(' ') && text.chars().all(is_allowed) && text.chars().any(text::is_right_to_left)
}

/// Converts a small count to `f32`. A count over 65,535 gives `f32::MAX`.
pub fn to_f32(count: usize) -> f32 {
    u16::try_from(count).map_or(f32::MAX, f32::from)
}

/// Returns a complete SVG document of a page with these blocks.
pub fn page_svg<'b>(paper: PaperSize, blocks: impl IntoIterator<Item = &'b PageBlock>) -> String {
    let parts: String = blocks.into_iter().map(|block| block.svg.as_str()).collect();
    let ((width, height), (top, view_height)) = (paper.size(), vertical_extent(paper));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 {top} {WIDTH} \
         {view_height}\" font-family=\"{}\">{parts}</svg>",
        crate::credential::render::fonts::FAMILY
    )
}
