//! Layout of page two: how to verify the certificate, and a QR code with the whole credential.

use qrcode::{Color, EcLevel, QrCode};

use crate::credential::assurance::Assurance;
use crate::credential::branding::PaperSize;
use crate::credential::key::fingerprint;
use crate::credential::qr_text;
use crate::credential::render::RenderError;
use crate::credential::render::fonts::Fonts;
use crate::credential::render::page::{ACCENT, BlockRole, CertificatePage, DIM, Page, TextStyle, WIDTH};
use crate::credential::types::Credential;

/// The side of the QR code in points: 60 mm, large enough to scan a whole credential from paper.
// A printed code of 40 mm was read from a scan at 200 dpi, but not at 150 dpi.
const CODE_SIDE: f32 = 60.0 / 25.4 * 72.0;
/// The empty border around the QR code, in modules. The QR standard requires four.
const QUIET_ZONE_MODULES: usize = 4;
/// The left margin of the text in points.
const LEFT: f32 = 64.0;

/// Lays out page two and returns its blocks in reading order.
///
/// # Errors
/// [`RenderError::MissingGlyph`] if no font has a character, or [`RenderError::Other`] if the credential is too long
/// for a QR code.
pub fn lay_out(credential: &Credential, paper: PaperSize, fonts: &Fonts) -> Result<Page, RenderError> {
    let mut page = CertificatePage::new(fonts, paper);
    page.add_line(
        BlockRole::Title,
        (LEFT, 84.0),
        TextStyle::plain(22.0).bold().color(ACCENT),
        if credential.assurance() == Some(Assurance::SelfAttested) {
            "How to check this record"
        } else {
            "How to check this certificate"
        },
    );
    // In units of the layout, so that it has its size on any paper.
    let code_side = CODE_SIDE * WIDTH / paper.size().0;
    let code_position = (WIDTH - 64.0 - code_side, 64.0);
    let max_width = code_position.0 - LEFT - 40.0;
    let key_fingerprint = fingerprint(&credential.issuer.id).unwrap_or_default();
    let is_self_test = credential.assurance() == Some(Assurance::SelfAttested);
    let last = if is_self_test {
        "This is a self-test record, which its holder's own computer signed. Do not trust its key: ask the holder for a \
         certificate of a school. The fingerprint words of this key:"
    } else {
        "Before you trust the issuer, compare these fingerprint words with the issuer by telephone or in person:"
    };
    let paragraphs = [
        "This page and the pictures of this certificate prove nothing by themselves. \
         Only the signed credential inside them counts. You can check it offline.",
        "With the file: run needlewise certificate verify FILE. \
         FILE is this PDF, the picture, or the .json credential that is attached to this PDF.",
        "With a scanner: the code contains the whole credential. \
         Run needlewise certificate verify --qr TEXT with the scanned text.",
        last,
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
    page.add_figure("QR code with the whole signed credential", draw_code(&code_text, code_position, code_side)?);
    page.finish()
}

/// Draws the QR code with its top left corner at this position and this length of its side, in units of the layout.
fn draw_code(text: &str, (x, y): (f32, f32), side: f32) -> Result<String, RenderError> {
    // Level L has the least error correction, and so the largest modules for this much text.
    let code = QrCode::with_error_correction_level(text, EcLevel::L)
        .map_err(|_| RenderError::Other("the credential is too long for a QR code".to_owned()))?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (index, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (column, row) = (index % width + QUIET_ZONE_MODULES, index / width + QUIET_ZONE_MODULES);
        path += &format!("M{column} {row}h1v1h-1z");
    }
    let scale = side / crate::credential::render::page::to_f32(width + 2 * QUIET_ZONE_MODULES);
    Ok(format!("<path transform=\"translate({x} {y}) scale({scale})\" fill=\"#000000\" d=\"{path}\"/>"))
}
