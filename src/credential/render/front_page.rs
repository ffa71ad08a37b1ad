//! Layout of page one, the certificate for display.
//!
//! ```text
//! ┌────────────────────────────────────────────────────────────┐
//! │  logo                    the issuer                        │
//! │                  Certificate of completion                 │
//! │                       The name, large                      │
//! │              passed the written exam … on … valid          │
//! │  results by section              issuer, assurance, pool   │
//! │  statement                                    signatory    │
//! └────────────────────────────────────────────────────────────┘
//! ```

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::credential::assurance::Assurance;
use crate::credential::branding::{Appearance, Logo};
use crate::credential::key::fingerprint;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{
    ACCENT, BlockRole, CertificatePage, DIM, HeaderScope, INK, Page, TextStyle, WIDTH, to_f32,
};
use crate::credential::types::{Credential, ResultDescription, ResultValue, Signatory};

/// The x position of centered text.
const MIDDLE: f32 = WIDTH / 2.0;
/// The left edge of the text in points.
const LEFT: f32 = 64.0;
/// The right edge of the text in points.
const RIGHT: f32 = WIDTH - 64.0;
/// The maximum width of the holder's name in points.
const NAME_MAX_WIDTH: f32 = 600.0;
/// The width and height of the space for the logo in points.
const LOGO_SIZE: (f32, f32) = (118.0, 58.0);
/// The top of the logo in points.
const LOGO_TOP: f32 = 46.0;
/// The width of the line to sign on in points.
const SIGNATURE_WIDTH: f32 = 220.0;
/// The left edge of the right column in points.
const RIGHT_COLUMN: f32 = 500.0;

/// Lays out page one and returns its blocks in reading order.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if no font has a character.
pub fn lay_out(credential: &Credential, appearance: &Appearance, fonts: &Fonts) -> Result<Page, RenderError> {
    let mut page = CertificatePage::new(fonts, appearance.paper);
    draw_frame(&mut page, credential);
    draw_header(&mut page, credential, appearance.logo.as_ref());
    draw_results(&mut page, credential);
    draw_details(&mut page, credential);
    draw_footer(&mut page, credential);
    page.finish()
}

/// Draws the double frame of a certificate, or the broken one of a self-test record.
fn draw_frame(page: &mut CertificatePage<'_>, credential: &Credential) {
    if is_self_test(credential) {
        page.add_frame(27.0, &format!("fill=\"none\" stroke=\"{DIM}\" stroke-width=\"1\" stroke-dasharray=\"6 5\""));
    } else {
        page.add_frame(24.0, &format!("fill=\"none\" stroke=\"{ACCENT}\" stroke-width=\"2.4\""));
        page.add_frame(30.0, &format!("fill=\"none\" stroke=\"{ACCENT}\" stroke-width=\"0.6\""));
    }
}

/// Returns whether this is a self-test record. It must not pass for the certificate of a school at a glance.
fn is_self_test(credential: &Credential) -> bool {
    credential.assurance() == Some(Assurance::SelfAttested)
}

/// Draws a logo in the upper left corner, as large as fits.
fn draw_logo(page: &mut CertificatePage<'_>, logo: &Logo, issuer_name: &str) {
    let to_f32 = |pixels: u32| to_f32(usize::try_from(pixels).unwrap_or(usize::MAX));
    let (pixel_width, pixel_height) = (to_f32(logo.width), to_f32(logo.height));
    let scale = (LOGO_SIZE.0 / pixel_width).min(LOGO_SIZE.1 / pixel_height);
    let (width, height) = (pixel_width * scale, pixel_height * scale);
    let data = BASE64_STANDARD.encode(&logo.png);
    page.add_figure(
        &format!("Logo of {issuer_name}"),
        format!(
            "<image x=\"{LEFT}\" y=\"{LOGO_TOP}\" width=\"{width}\" height=\"{height}\" \
             href=\"data:image/png;base64,{data}\"/>"
        ),
    );
}

fn draw_header(page: &mut CertificatePage<'_>, credential: &Credential, logo: Option<&Logo>) {
    let subject = &credential.subject;
    let max_width = RIGHT - LEFT;
    let is_self_attested = is_self_test(credential);
    let title = if is_self_attested { "Self-test record" } else { "Certificate of completion" };
    let issuer_width = if logo.is_some() { max_width - 2.0 * LOGO_SIZE.0 - 24.0 } else { max_width };
    if let Some(logo) = logo {
        draw_logo(page, logo, &credential.issuer.name);
    }
    let middle = |size| TextStyle::plain(size).middle();
    page.add_fitted_line(
        BlockRole::Text,
        (MIDDLE, 68.0),
        middle(12.0).color(DIM),
        &credential.issuer.name,
        issuer_width,
        7.0,
    );
    let title_color = if is_self_attested { DIM } else { ACCENT };
    page.add_line(BlockRole::Title, (MIDDLE, 106.0), middle(30.0).bold().color(title_color), title);
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
    page.add_line(BlockRole::Cell(0, HeaderScope::Column), (LEFT, y), header_style, "Result");
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
    // The first sentence says whether the questions can be practiced. After it comes the list of banks.
    let pool_note = pool_note.and_then(|banks| banks.narrative.split_inclusive('.').next()).unwrap_or_default();
    let certificate_id = credential.certificate_id();
    let key_fingerprint = fingerprint(&credential.issuer.id).unwrap_or_default();
    let renewal = credential
        .renewed_certificate_id()
        .map(|certificate_id| format!("Renews certificate {}", certificate_id.short()));
    let issuer = match credential.provider_number() {
        Some(number) => format!("{} (provider number {number})", credential.issuer.name),
        None => credential.issuer.name.clone(),
    };
    let entries = [
        ("Assurance", assurance.map_or("", Assurance::description)),
        ("Questions", pool_note),
        ("Issuer", &issuer),
        ("Fingerprint words", &key_fingerprint),
        (
            "Certificate",
            &certificate_id
                .map_or_else(String::new, |certificate_id| format!("{} ({certificate_id})", certificate_id.short())),
        ),
        ("Renewal", renewal.as_deref().unwrap_or_default()),
    ];
    let entries: Vec<_> = entries.into_iter().filter(|(_, content)| !content.is_empty()).collect();
    let width = RIGHT - RIGHT_COLUMN;
    // Long names need more lines, which are smaller then, so that the last entry stays above the line.
    let line_count = |size: f32| -> usize {
        entries.iter().map(|(_, content)| page.line_count(content, TextStyle::plain(size), width)).sum()
    };
    let height = |size: f32| size * 1.22 * to_f32(line_count(size)) + size * 1.8 * to_f32(entries.len());
    let size = [9.0, 8.0, 7.0, 6.0, 5.0].into_iter().find(|size| height(*size) <= 170.0).unwrap_or(4.0);
    let mut y = 318.0;
    for (label, content) in entries {
        page.add_line(BlockRole::Text, (RIGHT_COLUMN, y), TextStyle::plain(size * 0.83).bold().color(DIM), label);
        let position = (RIGHT_COLUMN, y + size * 1.22);
        y = page.add_paragraph(position, TextStyle::plain(size), size * 1.22, content, width) + size * 0.56;
    }
}

fn draw_footer(page: &mut CertificatePage<'_>, credential: &Credential) {
    page.add_artifact(format!(
        "<path d=\"M{LEFT} 492H{RIGHT}\" stroke=\"{ACCENT}\" stroke-width=\"0.6\" fill=\"none\"/>"
    ));
    let mut statement_width = RIGHT - LEFT;
    if let Some(signatory) = &credential.subject.source {
        statement_width -= SIGNATURE_WIDTH + 28.0;
        draw_signature(page, signatory);
    }
    let statement = &credential.subject.achievement.criteria.narrative;
    // The last line stays above the note.
    let height = |size: f32| {
        let lines = page.line_count(statement, TextStyle::plain(size), statement_width);
        size * 1.35 * to_f32(lines.saturating_sub(1))
    };
    let sizes = [8.5, 7.5, 6.5, 6.0, 5.5, 5.0, 4.5, 4.0, 3.5];
    let size = sizes.into_iter().find(|size| height(*size) <= 40.0).unwrap_or(3.0);
    page.add_paragraph((LEFT, 508.0), TextStyle::plain(size), size * 1.35, statement, statement_width);
    let note = if is_self_test(credential) {
        "Made by the holder's own computer, without supervision. It does not count as a certificate of a school."
    } else {
        "To check this certificate, run `needlewise certificate verify` on its file. The page alone proves nothing."
    };
    let style = TextStyle::plain(7.5).color(DIM);
    // A signatory can have lines down to the note, so the note stays beside them.
    if credential.subject.source.is_some() {
        page.add_line(BlockRole::Text, (LEFT, 560.0), style, note);
    } else {
        page.add_line(BlockRole::Text, (MIDDLE, 560.0), style.middle(), note);
    }
}

/// Draws a line to sign on, with the name and the title of the signatory below it.
fn draw_signature(page: &mut CertificatePage<'_>, signatory: &Signatory) {
    let (left, line_y) = (RIGHT - SIGNATURE_WIDTH, 518.0);
    page.add_artifact(format!(
        "<path d=\"M{left} {line_y}H{RIGHT}\" stroke=\"{INK}\" stroke-width=\"0.6\" fill=\"none\"/>"
    ));
    let (name, title) = (TextStyle::plain(9.0).bold(), TextStyle::plain(8.0).color(DIM));
    let mut y = line_y + 11.0;
    for (text, style) in [(&signatory.name, name), (&signatory.description, title)] {
        let fits = |size: &f32| page.line_count(text, TextStyle { size: *size, ..style }, SIGNATURE_WIDTH) <= 2;
        let size = [style.size, 7.0, 6.0, 5.0].into_iter().find(fits).unwrap_or(4.0);
        y = page.add_paragraph((left, y), TextStyle { size, ..style }, size * 1.2, text, SIGNATURE_WIDTH) + 1.0;
    }
}
