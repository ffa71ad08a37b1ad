//! Layout of page two: how to verify the certificate, and a QR code with the whole credential.

use qrcode::{Color, EcLevel, QrCode};

use crate::credential::key::fingerprint;
use crate::credential::qr_text;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{ACCENT, BlockRole, CertificatePage, DIM, HEIGHT, PageBlock, TextStyle, WIDTH};
use crate::credential::types::Credential;

/// The side of the code: 60 mm.
const CODE_SIDE: f32 = 60.0 / 25.4 * 72.0;
/// The empty border that a scanner needs, in modules.
const QUIET_ZONE_MODULES: usize = 4;
/// Where text begins on the left.
const LEFT: f32 = 64.0;

/// Lays out page two.
///
/// # Errors
/// A character that no font has a sign for, or a credential too long for a code.
pub fn lay_out(credential: &Credential, fonts: &Fonts) -> Result<Vec<PageBlock>, RenderError> {
    let mut page = CertificatePage::new(fonts);
    page.add_artifact(format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>"));
    page.add_line(
        BlockRole::Title,
        (LEFT, 84.0),
        TextStyle::plain(22.0).bold().color(ACCENT),
        "How to check this certificate",
    );
    let code_position = (WIDTH - 64.0 - CODE_SIDE, 64.0);
    let max_width = code_position.0 - LEFT - 40.0;
    let key_fingerprint = fingerprint(&credential.issuer.id).unwrap_or_default();
    let paragraphs = [
        "This page and the pictures of this certificate prove nothing by themselves. What counts is the signed credential that \
         they carry. It can be checked without a network.",
        "With the file: needlewise certificate verify FILE, where FILE is this PDF, the picture, or the credential itself (it \
         is attached to this PDF and ends in .json).",
        "With a scanner: the code holds the whole credential. Give what the scanner reads to needlewise certificate verify \
         --qr TEXT.",
        "It is valid for you once you trust its issuer: compare these words with the issuer by telephone or in person.",
    ];
    let mut y = 116.0;
    for paragraph in paragraphs {
        y = page.add_paragraph((LEFT, y), TextStyle::plain(11.0), 15.5, paragraph, max_width) + 8.0;
    }
    y = page.add_paragraph((LEFT, y), TextStyle::plain(14.0).bold(), 19.0, &key_fingerprint, max_width) + 14.0;
    let certificate_id = credential.certificate_id().map_or_else(String::new, |id| id.to_string());
    for (label, value) in [
        ("Holder", credential.subject.name.as_str()),
        ("Certificate", &certificate_id),
        ("Issuer", &credential.issuer.name),
        ("Issuer's key", &credential.issuer.id),
    ] {
        page.add_line(BlockRole::Text, (LEFT, y), TextStyle::plain(8.0).bold().color(DIM), label);
        y = page.add_paragraph((LEFT, y + 12.0), TextStyle::plain(9.5), 12.0, value, WIDTH - 2.0 * LEFT) + 6.0;
    }
    let code_text = qr_text::encode(credential).map_err(RenderError::Other)?;
    page.add_figure("Code with the whole signed credential", draw_code(&code_text, code_position)?);
    page.finish()
}

/// Draws the code at a place.
fn draw_code(text: &str, (x, y): (f32, f32)) -> Result<String, RenderError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)
        .map_err(|_| RenderError::Other("the credential is too long for a code".to_owned()))?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (index, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (column, row) = (index % width + QUIET_ZONE_MODULES, index / width + QUIET_ZONE_MODULES);
        path += &format!("M{column} {row}h1v1h-1z");
    }
    let scale = CODE_SIDE / crate::credential::render::page::to_f32(width + 2 * QUIET_ZONE_MODULES);
    Ok(format!("<path transform=\"translate({x} {y}) scale({scale})\" fill=\"#000000\" d=\"{path}\"/>"))
}
