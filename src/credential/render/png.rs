//! Renders a certificate as a PNG at 192 pixels per inch.
//! The credential is in an uncompressed iTXt chunk, as Open Badges 3.0 requires.

use png::text_metadata::ITXtChunk;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

use crate::credential::carrier::PNG_KEYWORD;
use crate::credential::render::RenderError;

/// The pixels for each point: 192 for each inch.
const SCALE: f32 = 192.0 / 72.0;

/// Returns a PNG of page one that contains the credential.
///
/// # Errors
/// [`RenderError::Other`] if there is not enough memory, or if the picture cannot be encoded.
pub fn write(picture: &Tree, signed_text: &str) -> Result<Vec<u8>, RenderError> {
    let points = picture.size();
    let pixels = points.scale_by(SCALE).ok_or_else(|| RenderError::Other("the page has no size".to_owned()))?;
    let pixels = pixels.to_int_size();
    let (width, height) = (pixels.width(), pixels.height());
    let mut pixmap = Pixmap::new(width, height)
        .ok_or_else(|| RenderError::Other("there is not enough memory for the picture".to_owned()))?;
    let scale = pixels.to_size().width() / points.width();
    resvg::render(picture, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let to_render_error = |_: png::EncodingError| RenderError::Other("its picture cannot be encoded".to_owned());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(to_render_error)?;
    // Open Badges 3.0 forbids compression, so that every reader finds the credential.
    writer.write_text_chunk(&ITXtChunk::new(PNG_KEYWORD, signed_text)).map_err(to_render_error)?;
    // PNG has straight colors and the pixmap premultiplied ones. They are equal, because the background is opaque.
    writer.write_image_data(pixmap.data()).map_err(to_render_error)?;
    writer.finish().map_err(to_render_error)?;
    Ok(bytes)
}
