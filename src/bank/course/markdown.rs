//! Turns the Markdown of a reading into blocks: headings, paragraphs, lists, tables and images.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::front_matter::problem;
use crate::ids::{InBank, QuestionId, ReadingId};
use crate::problem::{Problem, SourceText};

/// A part of a reading, from top to bottom.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading. The level is 2 for a section and 3 or more for its parts.
    Heading {
        level: u8,
        text: Vec<Span>,
    },
    Paragraph(Vec<Span>),
    /// A list. `first_number` is `None` if its items have bullets.
    List {
        first_number: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    /// A table. Each cell is a line of text.
    Table {
        header: Vec<Vec<Span>>,
        rows: Vec<Vec<Vec<Span>>>,
    },
    Image(Image),
}

/// A drawing with the description that says the same in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The name of the file in the folder `images`.
    pub file: String,
    pub alt: String,
}

/// Text in one style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub is_strong: bool,
    pub is_emphasized: bool,
    pub link: Option<Link>,
}

/// The cells of a table row.
pub type TableCells = Vec<Vec<Span>>;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Question(InBank<QuestionId>),
    Reading(ReadingId),
}

/// A link or an image in the text of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub target: ReferenceTarget,
    /// The place in the file.
    pub span: Range<usize>,
}

/// What a link or an image refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceTarget {
    Link(Link),
    /// The name of the file in the folder `images`.
    Image(String),
}

/// The text of a reading as blocks.
#[derive(Debug, Default)]
pub(super) struct ParsedBody {
    pub blocks: Vec<Block>,
    pub references: Vec<Reference>,
    pub word_count: usize,
    pub problems: Vec<Problem>,
}

/// Reads the text that starts at the offset `start`.
pub(super) fn parse(source: &Arc<SourceText>, start: usize) -> ParsedBody {
    let parser = Parser::new_ext(&source.text()[start..], Options::ENABLE_TABLES);
    let mut builder = Builder::new(source, start);
    for (event, range) in parser.into_offset_iter() {
        builder.add(event, start + range.start..start + range.end);
    }
    builder.finish()
}

/// Builds blocks from the events of the parser.
struct Builder<'a> {
    source: &'a Arc<SourceText>,
    start: usize,
    body: ParsedBody,
    /// The blocks of the document and of each list item that is open.
    containers: Vec<Vec<Block>>,
    /// The lists that are open: the first number, and the items so far.
    lists: Vec<(Option<u64>, Vec<Vec<Block>>)>,
    /// The text of the paragraph, heading or cell that is open.
    spans: Vec<Span>,
    style: Span,
    /// The image that is open. Its text is its description.
    image: Option<Image>,
    table: Option<(TableCells, Vec<TableCells>)>,
    row: TableCells,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Arc<SourceText>, start: usize) -> Self {
        Self {
            source,
            start,
            body: ParsedBody::default(),
            containers: vec![Vec::new()],
            lists: Vec::new(),
            spans: Vec::new(),
            style: Span::default(),
            image: None,
            table: None,
            row: Vec::new(),
        }
    }

    fn add(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(&tag, range),
            Event::End(tag) => self.close(tag),
            Event::Text(text) | Event::Code(text) => self.push_text(&text),
            Event::SoftBreak | Event::HardBreak => self.push_text(" "),
            Event::Html(_) | Event::InlineHtml(_) => {
                self.refuse("html", range, "the reading contains raw HTML", "Write it as Markdown");
            }
            _ => self.refuse(
                "markdown",
                range,
                "readings do not have this kind of text",
                "Write it as a paragraph or a list",
            ),
        }
    }

    fn refuse(&mut self, rule: &'static str, range: Range<usize>, message: &str, help: &str) {
        self.body.problems.push(problem(self.source, rule, range, message, help));
    }

    fn open(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level: HeadingLevel::H1, .. } => {
                self.refuse(
                    "markdown",
                    range,
                    "the title is in the front matter, so headings begin with ##",
                    "Write ##",
                );
            }
            // The text before a nested list is a paragraph of its own, which may have no tag.
            Tag::List(first_number) => {
                self.end_paragraph();
                self.lists.push((*first_number, Vec::new()));
            }
            Tag::Item => self.containers.push(Vec::new()),
            Tag::Emphasis => self.style.is_emphasized = true,
            Tag::Strong => self.style.is_strong = true,
            Tag::Link { dest_url, .. } => self.open_link(dest_url, range),
            Tag::Image { dest_url, .. } => self.open_image(dest_url, range),
            Tag::Table(_) => self.table = Some((Vec::new(), Vec::new())),
            Tag::Heading { .. } | Tag::Paragraph | Tag::TableHead | Tag::TableRow | Tag::TableCell | Tag::HtmlBlock => {
            }
            _ => self.refuse(
                "markdown",
                range,
                "readings do not have this kind of text",
                "Write it as a paragraph or a list",
            ),
        }
    }

    fn open_link(&mut self, address: &str, range: Range<usize>) {
        let link = match address.split_once(':') {
            Some(("question", id)) => id.parse().ok().map(Link::Question),
            Some(("reading", id)) => id.parse().ok().map(Link::Reading),
            _ => None,
        };
        match link {
            Some(link) => {
                self.body.references.push(Reference { target: ReferenceTarget::Link(link.clone()), span: range });
                self.style.link = Some(link);
            }
            None => self.refuse(
                "link",
                range,
                "a link leads to a question or a reading",
                "Write question:BANK/ID or reading:ID. Name works in \"sources\".",
            ),
        }
    }

    fn open_image(&mut self, address: &str, range: Range<usize>) {
        let file = address.strip_prefix("images/").filter(|file| is_image_name(file));
        match file {
            Some(file) => {
                let target = ReferenceTarget::Image(file.to_owned());
                self.body.references.push(Reference { target, span: range });
                self.image = Some(Image { file: file.to_owned(), alt: String::new() });
            }
            None => {
                let help = "Put an SVG file into the folder \"images\" beside the banks, and write images/NAME.svg";
                self.refuse("image", range, "an image must be an SVG file in the folder \"images\"", help);
            }
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(level) => {
                let text = std::mem::take(&mut self.spans);
                self.push_block(Block::Heading { level: level as u8, text });
            }
            TagEnd::Item => {
                self.end_paragraph();
                let item = self.containers.pop().unwrap_or_default();
                if let Some((_, items)) = self.lists.last_mut() {
                    items.push(item);
                }
            }
            TagEnd::List(_) => {
                if let Some((first_number, items)) = self.lists.pop() {
                    self.push_block(Block::List { first_number, items });
                }
            }
            TagEnd::Emphasis => self.style.is_emphasized = false,
            TagEnd::Strong => self.style.is_strong = false,
            TagEnd::Link => self.style.link = None,
            TagEnd::Image => self.close_image(),
            TagEnd::TableCell => self.row.push(std::mem::take(&mut self.spans)),
            TagEnd::TableHead => {
                let row = std::mem::take(&mut self.row);
                self.table = self.table.take().map(|(_, rows)| (row, rows));
            }
            TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                if let Some((_, rows)) = &mut self.table {
                    rows.push(row);
                }
            }
            TagEnd::Table => {
                if let Some((header, rows)) = self.table.take() {
                    self.push_block(Block::Table { header, rows });
                }
            }
            _ => {}
        }
    }

    /// Ends an image. It is a block of its own, so the text around it becomes paragraphs.
    fn close_image(&mut self) {
        let Some(image) = self.image.take() else { return };
        if image.alt.trim().is_empty() {
            let span = self.body.references.last().map_or(0..0, |reference| reference.span.clone());
            let help = "Say in words what the drawing shows";
            self.refuse("image", span, "the description of the image is empty", help);
        }
        self.end_paragraph();
        self.push_block(Block::Image(image));
    }

    fn push_text(&mut self, text: &str) {
        if let Some(image) = &mut self.image {
            image.alt.push_str(text);
            return;
        }
        self.body.word_count += text.split_whitespace().count();
        let span = Span { text: text.to_owned(), ..self.style.clone() };
        match self.spans.last_mut() {
            // The parser splits a text at every character that could have been a mark.
            Some(last)
                if (last.is_strong, last.is_emphasized, &last.link)
                    == (span.is_strong, span.is_emphasized, &span.link) =>
            {
                last.text.push_str(text);
            }
            _ => self.spans.push(span),
        }
    }

    fn end_paragraph(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if spans.iter().any(|span| !span.text.trim().is_empty()) {
            self.push_block(Block::Paragraph(spans));
        }
    }

    fn push_block(&mut self, block: Block) {
        if let Some(container) = self.containers.last_mut() {
            container.push(block);
        }
    }

    fn finish(mut self) -> ParsedBody {
        self.body.blocks = self.containers.pop().unwrap_or_default();
        if self.body.blocks.is_empty() && self.body.problems.is_empty() {
            let end = self.source.text().len();
            self.refuse(
                "markdown",
                self.start.min(end)..end,
                "the reading has no text",
                "Write it below the front matter",
            );
        }
        self.body
    }
}

/// Returns whether a name can be that of an image file: a slug with the ending `.svg`.
pub fn is_image_name(file: &str) -> bool {
    file.strip_suffix(".svg").is_some_and(crate::ids::is_slug)
}
