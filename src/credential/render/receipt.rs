//! A receipt of a verification: who checked what, when, against which lists, and what came of it.

use crate::clock::Timestamp;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{
    ACCENT, BlockRole, CertificatePage, DIM, HEIGHT, HeaderScope, PageBlock, TextStyle, WIDTH, count,
};
use crate::credential::render::pdf::{DocumentInfo, document};
use crate::credential::{TrustList, VerificationResult};
use crate::ids::Digest;
use crate::text;

/// How many lines a page of results has.
const LINES: usize = 15;
/// Where text begins on the left.
const LEFT: f32 = 48.0;
/// Where the columns begin: verdict, name, exam, end, issuer and file.
const COLUMNS: [f32; 5] = [LEFT, 116.0, 286.0, 440.0, 516.0];

/// What is written on a receipt.
#[derive(Debug)]
pub struct Receipt<'a> {
    /// Who checked.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
    /// What was checked: each file's name, and what came of it.
    pub results: Vec<(&'a str, &'a VerificationResult)>,
    /// Whom the machine trusted.
    pub trust: &'a TrustList,
}

/// Writes the receipt as a PDF.
///
/// # Errors
/// What cannot be drawn.
pub fn write(receipt: &Receipt<'_>, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    let about = DocumentInfo {
        title: format!("Verification of {}", text::count_with_noun(receipt.results.len(), "certificate")),
        says: format!("Checked by {} on {}.", receipt.by, receipt.at),
        author: receipt.by.to_owned(),
        id: format!("urn:sha256:{}", Digest::of(format!("{} {} {:?}", receipt.by, receipt.at, names(receipt)))),
        made: receipt.at,
    };
    let parts: Vec<_> = receipt.results.chunks(LINES).collect();
    let pages = parts.iter().enumerate().map(|(at, part)| lay_out(receipt, part, (at + 1, parts.len()), fonts));
    let pages = pages.collect::<Result<Vec<_>, _>>()?;
    let titles: Vec<_> = (1..=pages.len()).map(|page| format!("Page {page}")).collect();
    document(&about, &titles.iter().map(String::as_str).collect::<Vec<_>>(), &pages, None, fonts)
}

fn names<'a>(receipt: &Receipt<'a>) -> Vec<&'a str> {
    receipt.results.iter().map(|(name, _)| *name).collect()
}

fn lay_out(
    receipt: &Receipt<'_>,
    part: &[(&str, &VerificationResult)],
    (number, of): (usize, usize),
    fonts: &Fonts,
) -> Result<Vec<PageBlock>, RenderError> {
    let mut page = CertificatePage::new(fonts);
    page.ornament(format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>"));
    let title = TextStyle::plain(22.0).bold().color(ACCENT);
    page.line(BlockRole::Title, (LEFT, 66.0), title, &format!("Verification receipt, page {number} of {of}"));
    let most = WIDTH - 2.0 * LEFT;
    let says = format!(
        "Checked by {} on {} with needlewise {}, without a network. {}",
        receipt.by,
        receipt.at,
        env!("CARGO_PKG_VERSION"),
        lists(receipt.trust)
    );
    let mut y = page.text((LEFT, 90.0), TextStyle::plain(9.5), 13.0, &says, most) + 12.0;
    let head = TextStyle::plain(8.0).bold().color(DIM);
    for (x, label) in COLUMNS.into_iter().zip(["Verdict", "Name", "Exam", "Valid through", "Issuer, certificate, file"])
    {
        page.line(BlockRole::Cell(0, HeaderScope::Column), (x, y), head, label);
    }
    let leading = (HEIGHT - 40.0 - y) / count(LINES);
    for (row, (file, checked)) in part.iter().enumerate() {
        y += leading;
        let cells = cells(file, checked);
        for (at, (x, says)) in COLUMNS.into_iter().zip(&cells).enumerate() {
            let wide = COLUMNS.get(at + 1).copied().unwrap_or(WIDTH - LEFT) - x - 8.0;
            let heads = if at == 0 { HeaderScope::Row } else { HeaderScope::None };
            let says = fonts.spelled_out(says);
            page.fitted(BlockRole::Cell(row + 1, heads), (x, y), TextStyle::plain(8.5), &says, wide, 5.0);
        }
    }
    page.finish()
}

/// Returns what stands in a line: of an invalid certificate nothing but the reason.
fn cells(file: &str, checked: &VerificationResult) -> [String; 5] {
    let verdict = checked.verdict.to_string();
    let Some(credential) = &checked.credential else {
        return [verdict, "–".to_owned(), "–".to_owned(), "–".to_owned(), format!("{file}: {}", checked.reason)];
    };
    let until = credential.until().map_or_else(String::new, |until| until.day().format_long());
    let id = credential.certificate().map_or_else(String::new, |id| id.short());
    let issuer = checked.issuer_words();
    let exam = credential.subject.achievement.name.clone();
    [verdict, credential.subject.name.clone(), exam, until, format!("{issuer}, {id}, {file}")]
}

/// Says whom the machine trusted, and by which lists.
fn lists(trust: &TrustList) -> String {
    let list = |issuer: &crate::credential::trust::TrustedIssuer| match &issuer.list {
        Some(list) => format!("{} (list {} of {})", issuer.name, list.sequence, list.issued),
        None => format!("{} (no list)", issuer.name),
    };
    match trust.issuers.as_slice() {
        [] => "Nobody was trusted on that machine.".to_owned(),
        issuers => format!("Trusted issuers: {}.", issuers.iter().map(list).collect::<Vec<_>>().join("; ")),
    }
}
