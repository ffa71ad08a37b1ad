//! Layout of page one, the certificate for display.
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
    ACCENT, BlockRole, CertificatePage, DIM, HEIGHT, HeaderScope, PageBlock, TextStyle, WIDTH, to_f32,
};
use crate::credential::types::{Credential, ResultDescription, ResultValue};

/// The x position of centered text.
const MIDDLE: f32 = WIDTH / 2.0;
/// The left edge of the text in points.
const LEFT: f32 = 64.0;
/// The right edge of the text in points.
const RIGHT: f32 = WIDTH - 64.0;
/// The maximum width of the holder's name in points.
const NAME_MAX_WIDTH: f32 = 600.0;
/// The left edge of the right column in points.
const RIGHT_COLUMN: f32 = 500.0;

/// Lays out page one and returns its blocks in reading order.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if no font has a character.
pub fn lay_out(credential: &Credential, fonts: &Fonts) -> Result<Vec<PageBlock>, RenderError> {
    let mut page = CertificatePage::new(fonts);
    draw_frame(&mut page);
    draw_header(&mut page, credential);
    draw_results(&mut page, credential);
    draw_details(&mut page, credential);
    draw_footer(&mut page, credential);
    page.finish()
}

fn draw_frame(page: &mut CertificatePage<'_>) {
    let frame_rectangle = |margin: f32, stroke_width: f32| {
        let (frame_width, frame_height) = (WIDTH - 2.0 * margin, HEIGHT - 2.0 * margin);
        format!(
            "<rect x=\"{margin}\" y=\"{margin}\" width=\"{frame_width}\" height=\"{frame_height}\" fill=\"none\" stroke=\"{ACCENT}\" stroke-width=\"{stroke_width}\"/>"
        )
    };
    let background = format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>");
    page.add_artifact(format!("{background}{}{}", frame_rectangle(24.0, 2.4), frame_rectangle(30.0, 0.6)));
}

fn draw_header(page: &mut CertificatePage<'_>, credential: &Credential) {
    let subject = &credential.subject;
    let max_width = RIGHT - LEFT;
    let is_self_attested = credential.assurance() == Some(Assurance::SelfAttested);
    // A self-test record must not pass for the certificate of a school.
    let title = if is_self_attested { "Self-test record" } else { "Certificate of completion" };
    let middle = |size| TextStyle::plain(size).middle();
    page.add_fitted_line(
        BlockRole::Text,
        (MIDDLE, 68.0),
        middle(12.0).color(DIM),
        &credential.issuer.name,
        max_width,
        7.0,
    );
    page.add_line(BlockRole::Title, (MIDDLE, 106.0), middle(30.0).bold().color(ACCENT), title);
    let introduction =
        if is_self_attested { "This records that, on their own computer," } else { "This confirms that" };
    page.add_line(BlockRole::Text, (MIDDLE, 134.0), middle(11.0).color(DIM), introduction);
    page.add_fitted_line(BlockRole::Text, (MIDDLE, 186.0), middle(40.0).bold(), &subject.name, NAME_MAX_WIDTH, 18.0);
    if let Some(license) = &subject.license {
        page.add_fitted_line(
            BlockRole::Text,
            (MIDDLE, 208.0),
            middle(10.0).color(DIM),
            &format!("License: {license}"),
            max_width,
            6.0,
        );
    }
    page.add_line(BlockRole::Text, (MIDDLE, 228.0), middle(11.0).color(DIM), "passed the written exam");
    page.add_fitted_line(
        BlockRole::Text,
        (MIDDLE, 256.0),
        middle(22.0).color(ACCENT),
        &subject.achievement.name,
        max_width,
        9.0,
    );
    let format_day =
        |time: Option<crate::clock::Timestamp>| time.map_or_else(String::new, |time| time.day().format_for_people());
    let dates = format!(
        "on {}. Valid through {} (UTC)",
        format_day(credential.starts_at()),
        format_day(credential.expires_at())
    );
    page.add_line(BlockRole::Text, (MIDDLE, 280.0), middle(12.0).bold(), &dates);
    page.add_artifact(format!(
        "<path d=\"M{LEFT} 298H{RIGHT}\" stroke=\"{ACCENT}\" stroke-width=\"0.6\" fill=\"none\"/>"
    ));
}

/// Draws the table of results. With many sections the rows are closer and smaller, so the table never grows.
fn draw_results(page: &mut CertificatePage<'_>, credential: &Credential) {
    let subject = &credential.subject;
    let rows: Vec<_> = subject.achievement.result_descriptions.iter().zip(&subject.results).map(result_row).collect();
    let leading = (158.0 / to_f32(rows.len() + 1)).min(16.0);
    let size = (leading * 0.66).min(9.5);
    let (score_x, needed_x) = (RIGHT_COLUMN - 110.0, RIGHT_COLUMN - 36.0);
    let mut y = 318.0;
    let header_style = TextStyle::plain(size).bold().color(DIM);
    page.add_line(BlockRole::Cell(0, HeaderScope::Column), (LEFT, y), header_style, "Section");
    page.add_line(BlockRole::Cell(0, HeaderScope::Column), (score_x, y), header_style.end(), "Score");
    page.add_line(BlockRole::Cell(0, HeaderScope::Column), (needed_x, y), header_style.end(), "Needed");
    for (index, [name, value, required]) in rows.iter().enumerate() {
        y += leading;
        let style = if index == 0 { TextStyle::plain(size).bold() } else { TextStyle::plain(size) };
        page.add_fitted_line(
            BlockRole::Cell(index + 1, HeaderScope::Row),
            (LEFT, y),
            style,
            name,
            score_x - LEFT - 60.0,
            4.0,
        );
        page.add_line(BlockRole::Cell(index + 1, HeaderScope::None), (score_x, y), style.end(), value);
        page.add_line(BlockRole::Cell(index + 1, HeaderScope::None), (needed_x, y), style.end(), required);
    }
}

/// Returns a row of the table: the section, the score and the score needed.
fn result_row((what, result): (&ResultDescription, &ResultValue)) -> [String; 3] {
    let value = match &what.value_max {
        Some(most) => format!("{} of {most}", result.format_for_people()),
        None => result.format_for_people(),
    };
    [what.name.clone(), value, what.required_value.clone().unwrap_or_else(|| "–".to_owned())]
}

fn draw_details(page: &mut CertificatePage<'_>, credential: &Credential) {
    let assurance = credential.assurance();
    let pool_note = credential.evidence.iter().find(|evidence| evidence.genre == "banks");
    // The first sentence says whether the questions can be practiced. After it comes the list of banks with digests.
    let pool_note = pool_note.and_then(|banks| banks.narrative.split_inclusive('.').next()).unwrap_or_default();
    let certificate_id = credential.certificate_id();
    let key_fingerprint = fingerprint(&credential.issuer.id).unwrap_or_default();
    let renewal = credential
        .renewed_certificate_id()
        .map(|certificate_id| format!("Renews certificate {}", certificate_id.short()));
    let entries = [
        ("Assurance", assurance.map_or("", Assurance::description)),
        ("Questions", pool_note),
        ("Issuer", &credential.issuer.name),
        ("Fingerprint words", &key_fingerprint),
        (
            "Certificate",
            &certificate_id
                .map_or_else(String::new, |certificate_id| format!("{} ({certificate_id})", certificate_id.short())),
        ),
        ("Renewal", renewal.as_deref().unwrap_or_default()),
    ];
    let mut y = 318.0;
    for (label, content) in entries.into_iter().filter(|(_, content)| !content.is_empty()) {
        page.add_line(BlockRole::Text, (RIGHT_COLUMN, y), TextStyle::plain(7.5).bold().color(DIM), label);
        y = page.add_paragraph((RIGHT_COLUMN, y + 11.0), TextStyle::plain(9.0), 11.0, content, RIGHT - RIGHT_COLUMN)
            + 5.0;
    }
}

fn draw_footer(page: &mut CertificatePage<'_>, credential: &Credential) {
    page.add_artifact(format!(
        "<path d=\"M{LEFT} 492H{RIGHT}\" stroke=\"{ACCENT}\" stroke-width=\"0.6\" fill=\"none\"/>"
    ));
    let statement = &credential.subject.achievement.criteria.narrative;
    // A statement of the maximum length still fits at the smaller size.
    let size = if statement.chars().count() > 500 { 6.0 } else { 8.5 };
    page.add_paragraph((LEFT, 508.0), TextStyle::plain(size), size * 1.35, statement, RIGHT - LEFT);
    let note =
        "To check this certificate, run `needlewise certificate verify` on its file. The page alone proves nothing.";
    page.add_line(BlockRole::Text, (MIDDLE, 556.0), TextStyle::plain(7.5).middle().color(DIM), note);
}
