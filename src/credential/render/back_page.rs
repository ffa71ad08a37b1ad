//! Page two: how to check the certificate, and the whole of it as a code.

use qrcode::{Color, EcLevel, QrCode};

use crate::credential::key::fingerprint;
use crate::credential::qr_text;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{ACCENT, BlockRole, CertificatePage, DIM, HEIGHT, PageBlock, TextStyle, WIDTH};
use crate::credential::types::Credential;

/// The side of the code: 60 mm.
const SIDE: f32 = 60.0 / 25.4 * 72.0;
/// The empty border that a scanner needs, in modules.
const QUIET: usize = 4;
/// Where text begins on the left.
const LEFT: f32 = 64.0;

/// Lays out page two.
///
/// # Errors
/// A character that no font has a sign for, or a credential too long for a code.
pub fn lay_out(credential: &Credential, fonts: &Fonts) -> Result<Vec<PageBlock>, RenderError> {
    let mut page = CertificatePage::new(fonts);
    page.ornament(format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>"));
    page.line(
        BlockRole::Title,
        (LEFT, 84.0),
        TextStyle::plain(22.0).bold().color(ACCENT),
        "How to check this certificate",
    );
    let code_at = (WIDTH - 64.0 - SIDE, 64.0);
    let most = code_at.0 - LEFT - 40.0;
    let words = fingerprint(&credential.issuer.id).unwrap_or_default();
    let parts = [
        "This page and the pictures of this certificate prove nothing by themselves. What counts is the signed credential that \
         they carry. It can be checked without a network.",
        "With the file: needlewise certificate verify FILE, where FILE is this PDF, the picture, or the credential itself (it \
         is attached to this PDF and ends in .json).",
        "With a scanner: the code holds the whole credential. Give what the scanner reads to needlewise certificate verify \
         --qr TEXT.",
        "It is valid for you once you trust its issuer: compare these words with the issuer by telephone or in person.",
    ];
    let mut y = 116.0;
    for part in parts {
        y = page.text((LEFT, y), TextStyle::plain(11.0), 15.5, part, most) + 8.0;
    }
    y = page.text((LEFT, y), TextStyle::plain(14.0).bold(), 19.0, &words, most) + 14.0;
    let certificate = credential.certificate().map_or_else(String::new, |id| id.to_string());
    for (label, value) in [
        ("Holder", credential.subject.name.as_str()),
        ("Certificate", &certificate),
        ("Issuer", &credential.issuer.name),
        ("Issuer's key", &credential.issuer.id),
    ] {
        page.line(BlockRole::Text, (LEFT, y), TextStyle::plain(8.0).bold().color(DIM), label);
        y = page.text((LEFT, y + 12.0), TextStyle::plain(9.5), 12.0, value, WIDTH - 2.0 * LEFT) + 6.0;
    }
    let text = qr_text::text(credential).map_err(RenderError::Otherwise)?;
    page.figure("Code with the whole signed credential", drawn(&text, code_at)?);
    page.finish()
}

/// Draws the code at a place.
fn drawn(text: &str, (x, y): (f32, f32)) -> Result<String, RenderError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)
        .map_err(|_| RenderError::Otherwise("the credential is too long for a code".to_owned()))?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (at, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (column, row) = (at % width + QUIET, at / width + QUIET);
        path += &format!("M{column} {row}h1v1h-1z");
    }
    let scale = SIDE / crate::credential::render::page::count(width + 2 * QUIET);
    Ok(format!("<path transform=\"translate({x} {y}) scale({scale})\" fill=\"#000000\" d=\"{path}\"/>"))
}
