//! Writes a verification receipt as a PDF: verifier, time, and for each file the verdict, its reason, the digest of the
//! file, and the key and the revocation list that the verdict rests on.

use std::ops::Range;

use crate::clock::{Timestamp, Zone};
use crate::credential::branding::PaperSize;
use crate::credential::key::fingerprint;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{
    ACCENT, BlockRole, CertificatePage, DIM, HEIGHT, HeaderScope, INK, Page, TextStyle, WIDTH, to_f32,
};
use crate::credential::render::pdf::{DocumentInfo, write_document};
use crate::credential::{TrustList, VerificationResult};
use crate::ids::Digest;
use crate::text;

/// The left margin of the text in points.
const LEFT: f32 = 48.0;
/// The right edge of the text in points.
const RIGHT: f32 = WIDTH - LEFT;
/// The lowest baseline on a page in points.
const BOTTOM: f32 = HEIGHT - 44.0;
/// The columns: the heading and the left edge in points.
const COLUMNS: [(&str, f32); 6] = [
    ("Verdict", LEFT),
    ("Name", 118.0),
    ("Exam", 290.0),
    ("Assurance", 466.0),
    ("Valid through", 546.0),
    ("Issuer", 628.0),
];
/// The left edge of the reason and the details below the columns, in points.
const DETAILS_LEFT: f32 = COLUMNS[1].1;
/// The space for the signature in points.
const SIGNATURE_HEIGHT: f32 = 56.0;

/// The most characters of one text. An honest name or reason is shorter.
const TEXT_MAX_CHARS: usize = 600;

/// What is said if a name has letters that no font has.
const CODE_NOTE: &str = " Letters that no font here has are shown by their code (U+…).";

const CELL: TextStyle = TextStyle::plain(9.0);
const CELL_LEADING: f32 = 11.5;
const DETAIL: TextStyle = TextStyle::plain(7.5).color(DIM);
const DETAIL_LEADING: f32 = 9.5;
const ROW_GAP: f32 = 9.0;

/// The content of a verification receipt.
#[derive(Debug)]
pub struct Receipt<'a> {
    /// The name of the person who verified the files.
    pub verifier: &'a str,
    pub checked_at: Timestamp,
    /// The files, in the order of the receipt.
    pub entries: Vec<ReceiptEntry<'a>>,
    /// The trust list that the verdicts are based on.
    pub trust: &'a TrustList,
    pub paper: PaperSize,
}

/// What a receipt says about one file.
#[derive(Debug)]
pub struct ReceiptEntry<'a> {
    /// The path of the file.
    pub file: &'a str,
    /// The digest of the file's bytes. `None` if it could not be read.
    pub digest: Option<Digest>,
    pub result: &'a VerificationResult,
}

/// Returns the receipt as a PDF.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if no font has a character of the verifier's name. [`RenderError::Other`] if the PDF
/// cannot be made.
pub fn write(receipt: &Receipt<'_>, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    let files: Vec<_> = receipt.entries.iter().map(|entry| (entry.file, entry.digest)).collect();
    let info = DocumentInfo {
        title: format!("Verification of {}", text::count_with_noun(files.len(), "file")),
        description: format!("Checked by {} on {}.", receipt.verifier, utc_text(receipt.checked_at)),
        author: receipt.verifier.to_owned(),
        document_id: format!(
            "urn:sha256:{}",
            Digest::of(format!("{} {} {files:?}", receipt.verifier, receipt.checked_at))
        ),
        created: receipt.checked_at,
    };
    let pages = lay_out(receipt, fonts)?;
    let titles: Vec<_> = (1..=pages.len()).map(|page| format!("Page {page}")).collect();
    let titles: Vec<_> = titles.iter().map(String::as_str).collect();
    write_document(&info, &titles, &pages.iter().collect::<Vec<_>>(), None, fonts)
}

/// Lays out all pages.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if no font has a character of the verifier's name.
pub fn lay_out(receipt: &Receipt<'_>, fonts: &Fonts) -> Result<Vec<Page>, RenderError> {
    let rows: Vec<_> = receipt.entries.iter().map(|entry| Row::new(entry, receipt.trust, fonts)).collect();
    let code_note = if rows.iter().any(|row| row.has_codes) { CODE_NOTE } else { "" };
    // The number of pages is in each title, so the rows are distributed before any is drawn.
    let (ruler, top) = begin_page(receipt, (1, 1), code_note, fonts);
    let (mut sheets, mut y) = (Vec::from([Range { start: 0, end: 0 }]), top);
    for (index, row) in rows.iter().enumerate() {
        let height = row.height(&ruler);
        // A row that is higher than a page is drawn on a page of its own, as far as it fits.
        if index > 0 && y + height > BOTTOM {
            sheets.push(index..index);
            y = top;
        }
        if let Some(sheet) = sheets.last_mut() {
            sheet.end = index + 1;
        }
        y += height;
    }
    if y + SIGNATURE_HEIGHT > BOTTOM {
        sheets.push(rows.len()..rows.len());
        y = top;
    }
    let page_count = sheets.len();
    let mut pages = Vec::with_capacity(page_count);
    for (number, sheet) in (1..).zip(sheets) {
        let (mut page, mut row_top) = begin_page(receipt, (number, page_count), code_note, fonts);
        for index in sheet {
            row_top = rows[index].draw(&mut page, index + 1, row_top);
        }
        if number == page_count {
            draw_signature(&mut page, y + SIGNATURE_HEIGHT, receipt);
        }
        pages.push(page.finish()?);
    }
    Ok(pages)
}

/// Begins a page with its title and the headings of the columns. Returns the baseline of the first row too.
fn begin_page<'a>(
    receipt: &Receipt<'_>,
    (number, page_count): (usize, usize),
    code_note: &str,
    fonts: &'a Fonts,
) -> (CertificatePage<'a>, f32) {
    let mut page = CertificatePage::new(fonts, receipt.paper);
    let title = TextStyle::plain(20.0).bold().color(ACCENT);
    page.add_line(
        BlockRole::Title,
        (LEFT, 62.0),
        title,
        &format!("Verification receipt, page {number} of {page_count}"),
    );
    let files = text::count_with_noun(receipt.entries.len(), "file");
    let said = format!(
        "{files} checked by {} on {} with needlewise {}, without a network. The verdict is about the signed content, not \
         about the picture or the page.{code_note}",
        receipt.verifier,
        utc_text(receipt.checked_at),
        env!("CARGO_PKG_VERSION"),
    );
    let mut y = page.add_paragraph((LEFT, 82.0), TextStyle::plain(9.0), 12.0, &said, RIGHT - LEFT) + 10.0;
    for (heading, x) in COLUMNS {
        page.add_line(
            BlockRole::Cell(0, HeaderScope::Column),
            (x, y),
            TextStyle::plain(8.0).bold().color(DIM),
            heading,
        );
    }
    y += 6.0;
    page.add_artifact(format!(
        "<path d=\"M{LEFT} {y}H{RIGHT}\" stroke=\"{ACCENT}\" stroke-width=\"0.6\" fill=\"none\"/>"
    ));
    (page, y + 13.0)
}

/// Draws a line to sign on.
fn draw_signature(page: &mut CertificatePage<'_>, y: f32, receipt: &Receipt<'_>) {
    for (left, width, label) in [(LEFT, 260.0, receipt.verifier), (LEFT + 300.0, 160.0, "Date")] {
        let right = left + width;
        page.add_artifact(format!(
            "<path d=\"M{left} {y}H{right}\" stroke=\"{INK}\" stroke-width=\"0.6\" fill=\"none\"/>"
        ));
        page.add_fitted_line(BlockRole::Text, (left, y + 11.0), TextStyle::plain(8.0).color(DIM), label, width, 5.0);
    }
}

/// The texts of a file.
struct Row {
    cells: [String; 6],
    /// The reason of the verdict, and what identifies file, certificate, key and revocation list.
    details: Vec<String>,
    /// Whether letters without a font are written as codes.
    has_codes: bool,
}

impl Row {
    fn new(entry: &ReceiptEntry<'_>, trust: &TrustList, fonts: &Fonts) -> Self {
        let result = entry.result;
        let verdict = if result.is_foreign { "nothing to check".to_owned() } else { result.verdict.to_string() };
        let file = match entry.digest {
            Some(digest) => format!("File: {}. SHA-256: {digest}", entry.file),
            None => format!("File: {}. It could not be read.", entry.file),
        };
        let mut details = vec![result.reason.clone(), file];
        let none = || "–".to_owned();
        let cells = match &result.credential {
            // No field of an invalid certificate is known to be signed.
            None => [verdict, none(), none(), none(), none(), none()],
            Some(credential) => {
                let id = credential.certificate_id().map_or_else(String::new, |id| id.to_string());
                let words = fingerprint(&credential.issuer.id).unwrap_or_default();
                let list = basis_text(result, &credential.issuer.id, trust);
                details.push(format!("Certificate: {id}. Fingerprint words of the key: {words}. {list}"));
                [
                    verdict,
                    credential.subject.name.clone(),
                    credential.subject.achievement.name.clone(),
                    credential.assurance().map_or_else(none, |assurance| assurance.name().to_owned()),
                    credential.expires_at().map_or_else(none, |until| until.day().format_for_people()),
                    result.issuer_label(),
                ]
            }
        };
        // One name in a script without a font must not stop the whole receipt, and a hostile one must not fill it.
        let shorten = |text: &String| -> String { text.chars().take(TEXT_MAX_CHARS).collect() };
        let (cells, details) = (cells.each_ref().map(shorten), details.iter().map(shorten).collect::<Vec<_>>());
        let escape = |text: &String| fonts.escape_missing_chars(text);
        let (shown_cells, shown_details) =
            (cells.each_ref().map(escape), details.iter().map(escape).collect::<Vec<_>>());
        let has_codes = shown_cells != cells || shown_details != details;
        Self { cells: shown_cells, details: shown_details, has_codes }
    }

    fn cell_width(column: usize) -> f32 {
        COLUMNS.get(column + 1).map_or(RIGHT, |(_, next)| next - 8.0) - COLUMNS[column].1
    }

    fn height(&self, page: &CertificatePage<'_>) -> f32 {
        let cell_lines = |(column, text): (usize, &String)| page.line_count(text, CELL, Self::cell_width(column));
        let detail_lines = |text: &String| page.line_count(text, DETAIL, RIGHT - DETAILS_LEFT);
        to_f32(self.cells.iter().enumerate().map(cell_lines).max().unwrap_or(0)) * CELL_LEADING
            + to_f32(self.details.iter().map(detail_lines).sum()) * DETAIL_LEADING
            + ROW_GAP
    }

    /// Draws the row from this baseline on. Returns the baseline of the next one.
    fn draw(&self, page: &mut CertificatePage<'_>, row: usize, top: f32) -> f32 {
        let mut y = top;
        for (column, cell) in self.cells.iter().enumerate() {
            let (scope, style) = if column == 0 { (HeaderScope::Row, CELL.bold()) } else { (HeaderScope::None, CELL) };
            let position = (COLUMNS[column].1, top);
            let width = Self::cell_width(column);
            y = y.max(page.add_wrapped(BlockRole::Cell(row, scope), position, style, CELL_LEADING, cell, width));
        }
        for detail in &self.details {
            let (role, position) = (BlockRole::Cell(row, HeaderScope::None), (DETAILS_LEFT, y));
            y = page.add_wrapped(role, position, DETAIL, DETAIL_LEADING, detail, RIGHT - DETAILS_LEFT);
        }
        y + ROW_GAP
    }
}

/// Returns what the verdict rests on.
fn basis_text(result: &VerificationResult, signer_did: &str, trust: &TrustList) -> String {
    if result.is_issued_here {
        return "Checked against the ledger of this computer.".to_owned();
    }
    match trust.find_by_did(signer_did).map(|(issuer, _)| (&issuer.list, issuer.without_revocation)) {
        Some((Some(list), _)) => format!("Revocation list: {} of {}.", list.sequence, utc_text(list.issued)),
        Some((None, true)) => "Accepted without a revocation list.".to_owned(),
        Some((None, false)) => "Revocation list: none.".to_owned(),
        None => "This issuer is not trusted here.".to_owned(),
    }
}

/// Returns a moment for people, in UTC: a receipt is read in any place.
fn utc_text(moment: Timestamp) -> String {
    format!("{} (UTC)", moment.format_for_people(&Zone::UTC))
}
