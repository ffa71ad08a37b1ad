//! Page one: what a clinic hangs on the wall.
//!
//! ```text
//! ┌────────────────────────────────────────────────────────────┐
//! │                          the issuer                        │
//! │                  Certificate of completion                 │
//! │                       The name, large                      │
//! │              passed the written exam … on … valid          │
//! │  results by section              issuer, assurance, pool   │
//! │  statement                                                 │
//! └────────────────────────────────────────────────────────────┘
//! ```

use crate::credential::assurance::Assurance;
use crate::credential::key::fingerprint;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{
    ACCENT, BlockRole, CertificatePage, DIM, HEIGHT, HeaderScope, PageBlock, TextStyle, WIDTH, count,
};
use crate::credential::types::{Credential, ResultDescription, ResultValue};

/// The middle of the page.
const MIDDLE: f32 = WIDTH / 2.0;
/// Where text begins on the left.
const LEFT: f32 = 64.0;
/// Where it ends on the right.
const RIGHT: f32 = WIDTH - 64.0;
/// How wide a name may be.
const NAME_MOST: f32 = 600.0;
/// Where the column on the right begins.
const ASIDE: f32 = 500.0;

/// Lays out page one.
///
/// # Errors
/// A character that no font has a sign for.
pub fn lay_out(credential: &Credential, fonts: &Fonts) -> Result<Vec<PageBlock>, RenderError> {
    let mut page = CertificatePage::new(fonts);
    frame(&mut page);
    head(&mut page, credential);
    results(&mut page, credential);
    aside(&mut page, credential);
    foot(&mut page, credential);
    page.finish()
}

fn frame(page: &mut CertificatePage<'_>) {
    let inset = |by: f32, width: f32| {
        let (w, h) = (WIDTH - 2.0 * by, HEIGHT - 2.0 * by);
        format!(
            "<rect x=\"{by}\" y=\"{by}\" width=\"{w}\" height=\"{h}\" fill=\"none\" stroke=\"{ACCENT}\" stroke-width=\"{width}\"/>"
        )
    };
    let ground = format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>");
    page.ornament(format!("{ground}{}{}", inset(24.0, 2.4), inset(30.0, 0.6)));
}

fn head(page: &mut CertificatePage<'_>, credential: &Credential) {
    let subject = &credential.subject;
    let most = RIGHT - LEFT;
    let own = credential.assurance() == Some(Assurance::SelfAttested);
    let title = if own { "Self-test record" } else { "Certificate of completion" };
    let middle = |size| TextStyle::plain(size).middle();
    page.fitted(BlockRole::Text, (MIDDLE, 68.0), middle(12.0).color(DIM), &credential.issuer.name, most, 7.0);
    page.line(BlockRole::Title, (MIDDLE, 106.0), middle(30.0).bold().color(ACCENT), title);
    let says = if own { "This records that, on a computer of their own," } else { "This is to state that" };
    page.line(BlockRole::Text, (MIDDLE, 134.0), middle(11.0).color(DIM), says);
    page.fitted(BlockRole::Text, (MIDDLE, 180.0), middle(44.0).bold(), &subject.name, NAME_MOST, 18.0);
    if let Some(license) = &subject.license {
        page.fitted(
            BlockRole::Text,
            (MIDDLE, 202.0),
            middle(10.0).color(DIM),
            &format!("License: {license}"),
            most,
            6.0,
        );
    }
    page.line(BlockRole::Text, (MIDDLE, 228.0), middle(11.0).color(DIM), "passed the written exam");
    page.fitted(BlockRole::Text, (MIDDLE, 256.0), middle(22.0).color(ACCENT), &subject.achievement.name, most, 9.0);
    let day = |at: Option<crate::clock::Timestamp>| at.map_or_else(String::new, |at| at.day().format_long());
    let dates = format!("on {}. Valid through {} (UTC)", day(credential.from()), day(credential.until()));
    page.line(BlockRole::Text, (MIDDLE, 280.0), middle(12.0).bold(), &dates);
    page.ornament(format!("<path d=\"M{LEFT} 298H{RIGHT}\" stroke=\"{ACCENT}\" stroke-width=\"0.6\" fill=\"none\"/>"));
}

/// Sets the table of results; with many sections its lines stand closer.
fn results(page: &mut CertificatePage<'_>, credential: &Credential) {
    let subject = &credential.subject;
    let rows: Vec<_> = subject.achievement.descriptions.iter().zip(&subject.results).map(row).collect();
    let leading = (158.0 / count(rows.len() + 1)).min(16.0);
    let size = (leading * 0.66).min(9.5);
    let (score, needed) = (ASIDE - 110.0, ASIDE - 36.0);
    let mut y = 318.0;
    let head = TextStyle::plain(size).bold().color(DIM);
    page.line(BlockRole::Cell(0, HeaderScope::Column), (LEFT, y), head, "Section");
    page.line(BlockRole::Cell(0, HeaderScope::Column), (score, y), head.end(), "Score");
    page.line(BlockRole::Cell(0, HeaderScope::Column), (needed, y), head.end(), "Needed");
    for (at, [name, value, least]) in rows.iter().enumerate() {
        y += leading;
        let style = if at == 0 { TextStyle::plain(size).bold() } else { TextStyle::plain(size) };
        page.fitted(BlockRole::Cell(at + 1, HeaderScope::Row), (LEFT, y), style, name, score - LEFT - 60.0, 4.0);
        page.line(BlockRole::Cell(at + 1, HeaderScope::None), (score, y), style.end(), value);
        page.line(BlockRole::Cell(at + 1, HeaderScope::None), (needed, y), style.end(), least);
    }
}

/// Returns a line of the table: what, how much, how much was needed.
fn row((what, result): (&ResultDescription, &ResultValue)) -> [String; 3] {
    let value = match (&result.value, &what.most) {
        (Some(value), Some(most)) => format!("{value} of {most}"),
        (Some(value), None) => value.clone(),
        (None, _) => "yes".to_owned(),
    };
    [what.name.clone(), value, what.required.clone().unwrap_or_else(|| "–".to_owned())]
}

fn aside(page: &mut CertificatePage<'_>, credential: &Credential) {
    let assurance = credential.assurance();
    let pool = credential.evidence.iter().find(|evidence| evidence.genre == "banks");
    let pool = pool.and_then(|banks| banks.narrative.split_inclusive('.').next()).unwrap_or_default();
    let id = credential.certificate();
    let words = fingerprint(&credential.issuer.id).unwrap_or_default();
    let renews = credential.renews().map(|id| format!("Renews certificate {}", id.short()));
    let facts = [
        ("Assurance", assurance.map_or("", Assurance::words)),
        ("Questions", pool),
        ("Issuer", &credential.issuer.name),
        ("Words of its key", &words),
        ("Certificate", &id.map_or_else(String::new, |id| format!("{} ({id})", id.short()))),
        ("Earlier one", renews.as_deref().unwrap_or_default()),
    ];
    let mut y = 318.0;
    for (label, says) in facts.into_iter().filter(|(_, says)| !says.is_empty()) {
        page.line(BlockRole::Text, (ASIDE, y), TextStyle::plain(7.5).bold().color(DIM), label);
        y = page.text((ASIDE, y + 11.0), TextStyle::plain(9.0), 11.0, says, RIGHT - ASIDE) + 5.0;
    }
}

fn foot(page: &mut CertificatePage<'_>, credential: &Credential) {
    page.ornament(format!("<path d=\"M{LEFT} 492H{RIGHT}\" stroke=\"{ACCENT}\" stroke-width=\"0.6\" fill=\"none\"/>"));
    let statement = &credential.subject.achievement.criteria.narrative;
    // A longer statement is set smaller; at the length a statement may have it still fits.
    let size = if statement.chars().count() > 500 { 6.0 } else { 8.5 };
    page.text((LEFT, 508.0), TextStyle::plain(size), size * 1.35, statement, RIGHT - LEFT);
    let check =
        "This proves nothing by itself: `needlewise certificate verify` checks the signed credential that it carries.";
    page.line(BlockRole::Text, (MIDDLE, 556.0), TextStyle::plain(7.5).middle().color(DIM), check);
}
