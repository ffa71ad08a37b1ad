//! Makes the logo of an issuer from a picture: pixels only, so that no text, link or script gets onto a certificate.

use resvg::tiny_skia::{Color, FilterQuality, IntSize, Pixmap, PixmapPaint, Transform};
use resvg::usvg::{Options, Tree};
use roxmltree::{Document, ParsingOptions};

use crate::credential::branding::Logo;
use crate::credential::carrier::has_too_many_attributes;

/// The size limit of the picture file in bytes.
pub const MAX_BYTES: usize = 200 * 1024;

/// The size limit of a stored logo in bytes: its pixels without compression.
pub const STORED_MAX_BYTES: usize = 4 * 1024 * 1024;

/// The size limit of a picture in pixels, for each side.
const PICTURE_MAX_PIXELS: u32 = 4000;

/// The largest width and height of a logo in pixels. On paper they are over 300 for each inch.
const LOGO_MAX_PIXELS: (u32, u32) = (600, 286);

/// The SVG elements that a logo may have. Each of the others can contain text, links, scripts or pictures, or can be
/// nested so that drawing takes very long.
const ALLOWED_ELEMENTS: [&str; 16] = [
    "svg",
    "g",
    "defs",
    "title",
    "desc",
    "metadata",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "linearGradient",
    "radialGradient",
    "stop",
];

const SVG_ELEMENTS_NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// Makes a logo from the bytes of a PNG or SVG file. Transparent parts become white.
///
/// # Errors
/// A message to show the user.
pub fn make_logo(bytes: &[u8]) -> Result<Logo, String> {
    if bytes.len() > MAX_BYTES {
        return Err("The logo is larger than 200 KB. Save it smaller.".to_owned());
    }
    let drawn = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") { draw_png(bytes)? } else { draw_svg(bytes)? };
    let mut opaque = Pixmap::new(drawn.width(), drawn.height()).ok_or_else(no_size)?;
    opaque.fill(Color::WHITE);
    opaque.draw_pixmap(0, 0, drawn.as_ref(), &PixmapPaint::default(), Transform::identity(), None);
    let png = opaque.encode_png().map_err(|_| "The logo cannot be saved. Try another picture.".to_owned())?;
    Ok(Logo { png, width: opaque.width(), height: opaque.height() })
}

/// Reads a logo that [`make_logo`] made. Returns `None` if it is damaged.
pub fn read_logo(png: Vec<u8>) -> Option<Logo> {
    let (width, height) = png_size(&png).ok()?;
    (width <= LOGO_MAX_PIXELS.0 && height <= LOGO_MAX_PIXELS.1).then_some(())?;
    Pixmap::decode_png(&png).ok()?;
    Some(Logo { png, width, height })
}

fn no_size() -> String {
    "The logo has no width or no height. Choose another picture.".to_owned()
}

fn png_size(bytes: &[u8]) -> Result<(u32, u32), String> {
    let damaged = "The logo is damaged. Choose another picture.";
    let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().map_err(|_| damaged)?;
    Ok((reader.info().width, reader.info().height))
}

/// Returns the factor that makes a picture fit.
fn fitting_scale(width: f32, height: f32) -> f32 {
    let max = |pixels: u32| u16::try_from(pixels).map_or(f32::MAX, f32::from);
    (max(LOGO_MAX_PIXELS.0) / width).min(max(LOGO_MAX_PIXELS.1) / height)
}

fn draw_png(bytes: &[u8]) -> Result<Pixmap, String> {
    let (width, height) = png_size(bytes)?;
    if width.max(height) > PICTURE_MAX_PIXELS {
        return Err(format!("The logo is larger than {PICTURE_MAX_PIXELS} pixels. Save it smaller."));
    }
    let damaged = |_| "The logo is damaged. Choose another picture.".to_owned();
    let mut picture = Pixmap::decode_png(bytes).map_err(damaged)?;
    loop {
        let size = IntSize::from_wh(picture.width(), picture.height()).ok_or_else(no_size)?.to_size();
        let scale = fitting_scale(size.width(), size.height());
        if scale >= 1.0 {
            return Ok(picture);
        }
        // Halves first: one large step would skip pixels.
        let scale = scale.max(0.5);
        let smaller = size.scale_by(scale).ok_or_else(no_size)?.to_int_size();
        // Rounding up can keep a picture of one pixel as it is.
        if (smaller.width(), smaller.height()) == (picture.width(), picture.height()) {
            return Err(no_size());
        }
        let mut target = Pixmap::new(smaller.width(), smaller.height()).ok_or_else(no_size)?;
        let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
        target.draw_pixmap(0, 0, picture.as_ref(), &paint, Transform::from_scale(scale, scale), None);
        picture = target;
    }
}

fn draw_svg(bytes: &[u8]) -> Result<Pixmap, String> {
    let unreadable = || "The logo is neither a PNG nor an SVG picture. Save it as PNG.".to_owned();
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable())?;
    if has_too_many_attributes(text) {
        return Err(unreadable());
    }
    // Without a document type there are no entities, which could expand to any size.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 20_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|_| unreadable())?;
    let svg_elements =
        document.descendants().filter(|node| node.tag_name().namespace() == Some(SVG_ELEMENTS_NAMESPACE));
    for element in svg_elements {
        let name = element.tag_name().name();
        if !ALLOWED_ELEMENTS.contains(&name) {
            let name: String = crate::text::single_line(name).chars().take(40).collect();
            return Err(format!("The logo contains \"{name}\", which a logo cannot have. Save it as PNG."));
        }
    }
    let tree = Tree::from_str(text, &Options::default()).map_err(|_| unreadable())?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let scale = fitting_scale(width, height);
    let size = tree.size().scale_by(scale).ok_or_else(no_size)?.to_int_size();
    let mut pixmap =
        Pixmap::new(size.width().min(LOGO_MAX_PIXELS.0), size.height().min(LOGO_MAX_PIXELS.1)).ok_or_else(no_size)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap)
}
