//! Writes a verification receipt as a PDF: verifier, time, trust list and the result for each file.

use crate::clock::{Timestamp, Zone};
use crate::credential::branding::PaperSize;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{
    ACCENT, BlockRole, CertificatePage, DIM, HEIGHT, HeaderScope, Page, TextStyle, WIDTH, to_f32,
};
use crate::credential::render::pdf::{DocumentInfo, write_document};
use crate::credential::{TrustList, VerificationResult};
use crate::ids::Digest;
use crate::text;

/// The number of files on one page.
const ROWS_PER_PAGE: usize = 15;
/// The left margin of the text in points.
const LEFT: f32 = 48.0;
/// The left edges of the columns in points: verdict, name, exam, last day, and issuer with file.
const COLUMN_LEFTS: [f32; 5] = [LEFT, 116.0, 286.0, 440.0, 516.0];

/// The content of a verification receipt.
#[derive(Debug)]
pub struct Receipt<'a> {
    /// The name of the person who verified the files.
    pub verifier: &'a str,
    pub checked_at: Timestamp,
    /// The name and the result of each file, in the order of the receipt.
    pub results: Vec<(&'a str, &'a VerificationResult)>,
    /// The trust list that the verdicts are based on.
    pub trust: &'a TrustList,
    pub paper: PaperSize,
}

/// Returns the receipt as a PDF.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if no font has a character of the verifier's or an issuer's name.
/// [`RenderError::Other`] if the PDF cannot be made.
pub fn write(receipt: &Receipt<'_>, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    let info = DocumentInfo {
        title: format!("Verification of {}", text::count_with_noun(receipt.results.len(), "certificate")),
        description: format!("Checked by {} on {}.", receipt.verifier, utc_text(receipt.checked_at)),
        author: receipt.verifier.to_owned(),
        document_id: format!(
            "urn:sha256:{}",
            Digest::of(format!("{} {} {:?}", receipt.verifier, receipt.checked_at, file_names(receipt)))
        ),
        created: receipt.checked_at,
    };
    let chunks: Vec<_> = receipt.results.chunks(ROWS_PER_PAGE).collect();
    let pages =
        chunks.iter().enumerate().map(|(index, chunk)| lay_out(receipt, chunk, (index + 1, chunks.len()), fonts));
    let pages = pages.collect::<Result<Vec<_>, _>>()?;
    let titles: Vec<_> = (1..=pages.len()).map(|page| format!("Page {page}")).collect();
    write_document(
        &info,
        &titles.iter().map(String::as_str).collect::<Vec<_>>(),
        &pages.iter().collect::<Vec<_>>(),
        None,
        fonts,
    )
}

fn file_names<'a>(receipt: &Receipt<'a>) -> Vec<&'a str> {
    receipt.results.iter().map(|(name, _)| *name).collect()
}

fn lay_out(
    receipt: &Receipt<'_>,
    results: &[(&str, &VerificationResult)],
    (page_number, page_count): (usize, usize),
    fonts: &Fonts,
) -> Result<Page, RenderError> {
    let mut page = CertificatePage::new(fonts, receipt.paper);
    let title = TextStyle::plain(22.0).bold().color(ACCENT);
    page.add_line(
        BlockRole::Title,
        (LEFT, 66.0),
        title,
        &format!("Verification receipt, page {page_number} of {page_count}"),
    );
    let max_width = WIDTH - 2.0 * LEFT;
    let text = format!(
        "Checked by {} on {} with needlewise {}, without a network. {}",
        receipt.verifier,
        utc_text(receipt.checked_at),
        env!("CARGO_PKG_VERSION"),
        describe_trust(receipt.trust)
    );
    let mut y = page.add_paragraph((LEFT, 90.0), TextStyle::plain(9.5), 13.0, &text, max_width) + 12.0;
    let header_style = TextStyle::plain(8.0).bold().color(DIM);
    for (x, label) in
        COLUMN_LEFTS.into_iter().zip(["Verdict", "Name", "Exam", "Valid through", "Issuer, certificate, file"])
    {
        page.add_line(BlockRole::Cell(0, HeaderScope::Column), (x, y), header_style, label);
    }
    let leading = (HEIGHT - 40.0 - y) / to_f32(ROWS_PER_PAGE);
    for (row, (file, result)) in results.iter().enumerate() {
        y += leading;
        let cells = cell_texts(file, result);
        for (column, (x, text)) in COLUMN_LEFTS.into_iter().zip(&cells).enumerate() {
            let width = COLUMN_LEFTS.get(column + 1).copied().unwrap_or(WIDTH - LEFT) - x - 8.0;
            let scope = if column == 0 { HeaderScope::Row } else { HeaderScope::None };
            // One name in a script without a font must not stop the whole receipt.
            let text = fonts.escape_missing_chars(text);
            page.add_fitted_line(BlockRole::Cell(row + 1, scope), (x, y), TextStyle::plain(8.5), &text, width, 5.0);
        }
    }
    page.finish()
}

/// Returns the cells of a row. An invalid certificate has only its reason, because its fields are not trustworthy.
fn cell_texts(file: &str, checked: &VerificationResult) -> [String; 5] {
    let verdict = checked.verdict.to_string();
    let Some(credential) = &checked.credential else {
        return [verdict, "–".to_owned(), "–".to_owned(), "–".to_owned(), format!("{file}: {}", checked.reason)];
    };
    let until = credential.expires_at().map_or_else(String::new, |until| until.day().format_for_people());
    let id = credential.certificate_id().map_or_else(String::new, |id| id.short());
    let issuer = checked.issuer_label();
    let exam = credential.subject.achievement.name.clone();
    [verdict, credential.subject.name.clone(), exam, until, format!("{issuer}, {id}, {file}")]
}

/// Returns a sentence with the trusted issuers and their revocation lists.
fn describe_trust(trust: &TrustList) -> String {
    let list = |issuer: &crate::credential::trust::TrustedIssuer| match &issuer.list {
        Some(list) => format!("{} (list {} of {})", issuer.name, list.sequence, utc_text(list.issued)),
        None => format!("{} (no list)", issuer.name),
    };
    match trust.issuers.as_slice() {
        [] => "No issuer was trusted here.".to_owned(),
        issuers => format!("Trusted issuers: {}.", issuers.iter().map(list).collect::<Vec<_>>().join("; ")),
    }
}

/// Returns a moment for people, in UTC: a receipt is read in any place.
fn utc_text(moment: Timestamp) -> String {
    format!("{} (UTC)", moment.format_for_people(&Zone::UTC))
}
