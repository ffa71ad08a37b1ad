//! Renders a certificate as a PNG at 192 pixels per inch.
//! The credential is in an uncompressed iTXt chunk, as Open Badges 3.0 requires.

use png::text_metadata::ITXtChunk;
use resvg::tiny_skia::{Pixmap, Transform};

use crate::credential::carrier::PNG_KEYWORD;
use crate::credential::render::page::{WIDTH, page_svg};
use crate::credential::render::{Fonts, RenderError, front_page};
use crate::credential::types::Credential;

/// The picture's width and height in points of light: 192 an inch.
const SIZE_PIXELS: (u16, u16) = (2246, 1588);

/// Draws the picture.
///
/// # Errors
/// What cannot be drawn.
pub fn write(credential: &Credential, signed_text: &str, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    let tree = fonts.parse_svg(&page_svg(&front_page::lay_out(credential, fonts)?))?;
    let (width, height) = SIZE_PIXELS;
    let mut pixmap = Pixmap::new(width.into(), height.into())
        .ok_or_else(|| RenderError::Other("there is no memory for the picture".to_owned()))?;
    let scale = f32::from(width) / WIDTH;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let to_render_error = |error: png::EncodingError| RenderError::Other(error.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width.into(), height.into());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(to_render_error)?;
    // The chunk is never compressed: it has to be found by whoever looks for it.
    writer.write_text_chunk(&ITXtChunk::new(PNG_KEYWORD, signed_text)).map_err(to_render_error)?;
    // The ground is opaque, so that straight and premultiplied colors are the same.
    writer.write_image_data(pixmap.data()).map_err(to_render_error)?;
    writer.finish().map_err(to_render_error)?;
    Ok(bytes)
}
