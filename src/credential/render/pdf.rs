//! The certificate as a PDF to print: tagged (PDF/UA-1), to be kept (PDF/A-3a), with the credential attached.

use std::num::NonZeroU16;

use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{Point, Size};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::{Document, SerializeSettings};
use krilla_svg::{SurfaceExt, SvgSettings};

use crate::clock::Timestamp;
use crate::credential::render::page::{BlockRole, HEIGHT, HeaderScope, PageBlock, WIDTH, picture};
use crate::credential::render::{Fonts, RenderError, back_page, front_page};
use crate::credential::types::Credential;

/// Draws the two pages.
///
/// # Errors
/// What cannot be drawn.
pub fn write(credential: &Credential, text: &str, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    let made = credential.from().unwrap_or(Timestamp::from_millis(0));
    let name = format!("{}.json", credential.certificate().map_or_else(String::new, |id| id.short()));
    let attached = EmbeddedFile {
        path: name,
        mime_type: MimeType::new("application/json"),
        description: Some("The signed credential".to_owned()),
        association_kind: AssociationKind::Source,
        data: text.as_bytes().to_vec().into(),
        modification_date: Some(date(made)),
        compress: Some(true),
        location: None,
    };
    let about = DocumentInfo {
        title: format!("{}: {}", credential.name, credential.subject.name),
        says: credential.description.clone(),
        author: credential.issuer.name.clone(),
        id: credential.id.clone(),
        made,
    };
    let pages = [front_page::lay_out(credential, fonts)?, back_page::lay_out(credential, fonts)?];
    let titles = [credential.name.as_str(), "How to check this certificate"];
    document(&about, &titles, &pages, Some(attached), fonts)
}

/// What a document says of itself.
pub(super) struct DocumentInfo {
    /// Its title.
    pub(super) title: String,
    /// What it is, in a sentence or two.
    pub(super) says: String,
    /// Who made it.
    pub(super) author: String,
    /// What tells it from all others.
    pub(super) id: String,
    /// When it was made.
    pub(super) made: Timestamp,
}

/// Writes pages as a document; each is found in the outline under its title.
pub(super) fn document(
    about: &DocumentInfo,
    titles: &[&str],
    pages: &[Vec<PageBlock>],
    attached: Option<EmbeddedFile>,
    fonts: &Fonts,
) -> Result<Vec<u8>, RenderError> {
    let failed = |why: String| RenderError::Otherwise(why);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| failed(format!("{error:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() });
    let mut tags = TagTree::new().with_lang(Some("en".to_owned()));
    pages.iter().try_for_each(|blocks| draw(&mut document, blocks, &mut tags, fonts))?;
    document.set_tag_tree(tags);
    let mut outline = Outline::new();
    for (at, title) in titles.iter().enumerate() {
        let top = XyzDestination::new(at, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new((*title).to_owned(), top));
    }
    document.set_outline(outline);
    let metadata = Metadata::new()
        .title(about.title.clone())
        .description(about.says.clone())
        .language("en".to_owned())
        .authors(vec![about.author.clone()])
        .creator("needlewise".to_owned())
        .document_id(about.id.clone())
        .creation_date(date(about.made));
    document.set_metadata(metadata);
    if let Some(file) = attached {
        document.embed_file(file).ok_or_else(|| failed("the credential cannot be attached".to_owned()))?;
    }
    document.finish().map_err(|error| failed(format!("{error:?}")))
}

/// Draws the blocks of a page, each under its own tag.
fn draw(document: &mut Document, blocks: &[PageBlock], tags: &mut TagTree, fonts: &Fonts) -> Result<(), RenderError> {
    let sizeless = || RenderError::Otherwise("the page has no size".to_owned());
    let size = Size::from_wh(WIDTH, HEIGHT).ok_or_else(sizeless)?;
    let mut page = document.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(sizeless)?);
    let mut surface = page.surface();
    let mut table = Table::default();
    for block in blocks {
        let tree = fonts.tree(&picture([block]))?;
        let mark = surface.start_tagged(content(block));
        surface.draw_svg(&tree, size, SvgSettings::default());
        surface.end_tagged();
        if !matches!(block.role, BlockRole::Cell(..)) {
            table.end(tags);
        }
        if let Some(group) = table.take(block, mark) {
            tags.push(group);
        }
    }
    table.end(tags);
    surface.finish();
    page.finish();
    Ok(())
}

/// Returns a moment as PDF dates hold it. The certificate's own date is taken, so that its page is the same each time.
fn date(at: Timestamp) -> DateTime {
    let text = at.to_string();
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u16>().ok()).unwrap_or(0);
    let small = |from: usize, to: usize| u8::try_from(part(from, to)).unwrap_or(0);
    DateTime::new(part(0, 4))
        .month(small(5, 7))
        .day(small(8, 10))
        .hour(small(11, 13))
        .minute(small(14, 16))
        .second(small(17, 19))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// Returns how a block's marks on the page are to be read.
fn content(block: &PageBlock) -> ContentTag<'_> {
    match &block.role {
        BlockRole::Ornament => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        BlockRole::Figure(_) => ContentTag::Other,
        // Signs that the font joins, or that stand from right to left, are told as the text they came from.
        BlockRole::Title | BlockRole::Text | BlockRole::Cell(..) => {
            let text = Some(block.says.as_str()).filter(|text| text.chars().any(runs_left));
            ContentTag::Span(SpanTag::empty().with_actual_text(text))
        }
    }
}

/// Returns whether a character is of a script that runs from right to left.
fn runs_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

/// The table of results while its cells come in.
#[derive(Default)]
struct Table {
    rows: Vec<TagGroup>,
}

impl Table {
    /// Takes a cell in; returns the group of any other block that is read.
    fn take(&mut self, block: &PageBlock, mark: Identifier) -> Option<TagGroup> {
        let mut group = match &block.role {
            BlockRole::Ornament => return None,
            BlockRole::Title => TagGroup::new(Tag::Hn(NonZeroU16::MIN, Some(block.says.clone()))),
            BlockRole::Text => TagGroup::new(Tag::P),
            BlockRole::Figure(alt) => TagGroup::new(Tag::Figure(Some(alt.clone()))),
            BlockRole::Cell(_, HeaderScope::Column) => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
            BlockRole::Cell(_, HeaderScope::Row) => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
            BlockRole::Cell(_, HeaderScope::None) => TagGroup::new(Tag::TD),
        };
        group.push(mark);
        let BlockRole::Cell(row, _) = block.role else { return Some(group) };
        while self.rows.len() <= row {
            self.rows.push(TagGroup::new(Tag::TR));
        }
        self.rows[row].push(group);
        None
    }

    /// Ends the table, where one was begun.
    fn end(&mut self, tags: &mut TagTree) {
        if !self.rows.is_empty() {
            let mut table = TagGroup::new(Tag::Table.with_summary(Some("Results".to_owned())));
            self.rows.drain(..).for_each(|row| table.push(row));
            tags.push(table);
        }
    }
}
