//! Renders a certificate as a PNG at 192 pixels per inch.
//! The credential is in an uncompressed iTXt chunk, as Open Badges 3.0 requires.

use png::text_metadata::ITXtChunk;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

use crate::credential::carrier::PNG_KEYWORD;
use crate::credential::render::RenderError;
use crate::credential::render::page::WIDTH;

/// The picture's width and height in points of light: 192 an inch.
const SIZE_PIXELS: (u16, u16) = (2246, 1588);

/// Draws the picture of the first page, and adds the credential.
///
/// # Errors
/// [`RenderError::Other`] if there is no memory for the picture, or it cannot be encoded.
pub fn write(picture: &Tree, signed_text: &str) -> Result<Vec<u8>, RenderError> {
    let (width, height) = SIZE_PIXELS;
    let mut pixmap = Pixmap::new(width.into(), height.into())
        .ok_or_else(|| RenderError::Other("there is no memory for the picture".to_owned()))?;
    let scale = f32::from(width) / WIDTH;
    resvg::render(picture, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
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
