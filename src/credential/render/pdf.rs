//! Writes a certificate as a printable, tagged PDF (PDF/UA-1, PDF/A-3a) with the credential attached.
//! Also writes other documents, such as verification receipts, from page blocks.

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
use crate::credential::render::page::{BlockRole, HeaderScope, Page, PageBlock, page_svg};
use crate::credential::render::{Fonts, RenderError, back_page};
use crate::credential::types::Credential;
use crate::text;

/// Writes a PDF of page one, which is laid out already, and page two. `text` is the signed credential to attach.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if page two needs a character that no font has. [`RenderError::Other`] if the
/// credential is too long for a QR code, or the PDF cannot be made.
pub fn write(front_page: &Page, credential: &Credential, text: &str, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    // The certificate's own date, so drawing it again gives the same bytes.
    let created = credential.starts_at().unwrap_or(Timestamp::from_millis(0));
    let file_name = format!("{}.json", credential.certificate_id().map_or_else(String::new, |id| id.short()));
    let attachment = EmbeddedFile {
        path: file_name,
        mime_type: MimeType::new("application/json"),
        description: Some("The signed credential".to_owned()),
        association_kind: AssociationKind::Source,
        data: text.as_bytes().to_vec().into(),
        modification_date: Some(to_pdf_date(created)),
        compress: Some(true),
        location: None,
    };
    let info = DocumentInfo {
        title: format!("{}: {}", credential.name, credential.subject.name),
        description: credential.description.clone(),
        author: credential.issuer.name.clone(),
        document_id: credential.id.clone(),
        created,
    };
    let back_page = back_page::lay_out(credential, front_page.paper, fonts)?;
    let titles = [credential.name.as_str(), "How to check this certificate"];
    write_document(&info, &titles, &[front_page, &back_page], Some(attachment), fonts)
}

/// The metadata of a PDF.
pub(super) struct DocumentInfo {
    pub(super) title: String,
    /// A description in one or two sentences.
    pub(super) description: String,
    /// The issuer of a certificate, or the verifier of a receipt.
    pub(super) author: String,
    /// A URN that identifies the document. It is never random, so drawing again gives the same bytes.
    pub(super) document_id: String,
    /// The date of the certificate or the verification.
    pub(super) created: Timestamp,
}

/// Writes pages as a PDF. The outline lists each page under its title, because PDF/UA-1 requires an outline.
pub(super) fn write_document(
    info: &DocumentInfo,
    titles: &[&str],
    pages: &[&Page],
    attachment: Option<EmbeddedFile>,
    fonts: &Fonts,
) -> Result<Vec<u8>, RenderError> {
    let to_render_error = |reason: String| RenderError::Other(reason);
    // With these validators krilla refuses to write a PDF that breaks either standard.
    // PDF/A-3 allows the attached credential. svg2pdf writes no tags, and typst needs three times as many crates.
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| to_render_error("the PDF standards cannot be combined".to_owned()))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() });
    let mut tags = TagTree::new().with_lang(Some("en".to_owned()));
    pages.iter().try_for_each(|page| draw_page(&mut document, page, &mut tags, fonts))?;
    document.set_tag_tree(tags);
    let mut outline = Outline::new();
    for (page_index, title) in titles.iter().enumerate() {
        let destination = XyzDestination::new(page_index, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new((*title).to_owned(), destination));
    }
    document.set_outline(outline);
    let metadata = Metadata::new()
        .title(info.title.clone())
        .description(info.description.clone())
        .language("en".to_owned())
        .authors(vec![info.author.clone()])
        .creator("needlewise".to_owned())
        .document_id(info.document_id.clone())
        .creation_date(to_pdf_date(info.created));
    document.set_metadata(metadata);
    if let Some(file) = attachment {
        document.embed_file(file).ok_or_else(|| to_render_error("the credential cannot be attached".to_owned()))?;
    }
    document.finish().map_err(|_| to_render_error("the PDF breaks a rule of its standard".to_owned()))
}

/// Draws the blocks of a page, each as its own SVG with its own tag for screen readers.
fn draw_page(document: &mut Document, content: &Page, tags: &mut TagTree, fonts: &Fonts) -> Result<(), RenderError> {
    let size_error = || RenderError::Other("the page has no size".to_owned());
    let (paper, (width, height)) = (content.paper, content.paper.size());
    let size = Size::from_wh(width, height).ok_or_else(size_error)?;
    let mut page = document.start_page_with(PageSettings::from_wh(width, height).ok_or_else(size_error)?);
    let mut surface = page.surface();
    let mut table = Table::default();
    for block in &content.blocks {
        let tree = fonts.parse_svg(&page_svg(paper, [block]))?;
        let identifier = surface.start_tagged(content_tag(block));
        if text::has_combining_marks(&block.text) {
            // A mark can be a part of a glyph that stands for no character, and the standards forbid such glyphs. So the
            // shapes are drawn, and a faint copy without marks holds the place of the text. The tag has the whole text.
            surface.draw_svg(&tree, size, SvgSettings { embed_text: false, ..SvgSettings::default() });
            let copy = PageBlock { svg: faint_copy(&block.svg), ..block.clone() };
            surface.draw_svg(&fonts.parse_svg(&page_svg(paper, [&copy]))?, size, SvgSettings::default());
        } else {
            surface.draw_svg(&tree, size, SvgSettings::default());
        }
        surface.end_tagged();
        if !matches!(block.role, BlockRole::Cell(..)) {
            table.finish(tags);
        }
        if let Some(group) = table.add_block(block, identifier) {
            tags.push(group);
        }
    }
    table.finish(tags);
    surface.finish();
    page.finish();
    Ok(())
}

/// Returns the drawing of a text without its combining marks, too faint to be seen.
fn faint_copy(svg: &str) -> String {
    text::without_combining_marks(svg).replace(" fill=\"", " fill-opacity=\"0.004\" fill=\"")
}

/// Converts a time to the date format of PDF.
fn to_pdf_date(timestamp: Timestamp) -> DateTime {
    let text = timestamp.to_string();
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u16>().ok()).unwrap_or(0);
    let part_u8 = |from: usize, to: usize| u8::try_from(part(from, to)).unwrap_or(0);
    DateTime::new(part(0, 4))
        .month(part_u8(5, 7))
        .day(part_u8(8, 10))
        .hour(part_u8(11, 13))
        .minute(part_u8(14, 16))
        .second(part_u8(17, 19))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// Returns how screen readers treat the drawn content of a block.
fn content_tag(block: &PageBlock) -> ContentTag<'_> {
    match &block.role {
        BlockRole::Artifact => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        BlockRole::Figure(_) => ContentTag::Other,
        // Marks are drawn without text, so the tag contains the original text.
        BlockRole::Title | BlockRole::Text | BlockRole::Cell(..) => {
            let text = Some(block.text.as_str())
                .filter(|text| text::has_combining_marks(text) && !text.chars().any(text::is_right_to_left));
            ContentTag::Span(SpanTag::empty().with_actual_text(text))
        }
    }
}

/// The table of results. It collects cells until another block ends it.
#[derive(Default)]
struct Table {
    rows: Vec<TagGroup>,
}

impl Table {
    /// Adds a cell to the table, or returns the tag group of any other block. Decoration has no group.
    fn add_block(&mut self, block: &PageBlock, identifier: Identifier) -> Option<TagGroup> {
        let mut group = match &block.role {
            BlockRole::Artifact => return None,
            BlockRole::Title => TagGroup::new(Tag::Hn(NonZeroU16::MIN, Some(block.text.clone()))),
            // Readers of text put right-to-left letters in order themselves, and fail if the text is given as a replacement.
            // So a screen reader gets it as the description.
            BlockRole::Text => {
                let text = Some(block.text.clone()).filter(|text| text.chars().any(text::is_right_to_left));
                TagGroup::new(Tag::P.with_alt_text(text))
            }
            BlockRole::Figure(alt) => TagGroup::new(Tag::Figure(Some(alt.clone()))),
            BlockRole::Cell(_, HeaderScope::Column) => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
            BlockRole::Cell(_, HeaderScope::Row) => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
            BlockRole::Cell(_, HeaderScope::None) => TagGroup::new(Tag::TD),
        };
        group.push(identifier);
        let BlockRole::Cell(row, _) = block.role else { return Some(group) };
        while self.rows.len() <= row {
            self.rows.push(TagGroup::new(Tag::TR));
        }
        self.rows[row].push(group);
        None
    }

    /// Adds the table to the tags, if it has cells, and empties it.
    fn finish(&mut self, tags: &mut TagTree) {
        if !self.rows.is_empty() {
            let mut table = TagGroup::new(Tag::Table.with_summary(Some("Results".to_owned())));
            self.rows.drain(..).for_each(|row| table.push(row));
            tags.push(table);
        }
    }
}
