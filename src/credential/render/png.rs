//! The certificate as a PNG picture, wide enough to print, with the credential baked in after the Open Badges rules.

use png::text_metadata::ITXtChunk;
use resvg::tiny_skia::{Pixmap, Transform};

use crate::credential::carrier::KEYWORD;
use crate::credential::render::page::{WIDTH, picture};
use crate::credential::render::{Fonts, RenderError, front_page};
use crate::credential::types::Credential;

/// The picture's width and height in points of light: 192 an inch.
const PIXELS: (u16, u16) = (2246, 1588);

/// Draws the picture.
///
/// # Errors
/// What cannot be drawn.
pub fn write(credential: &Credential, text: &str, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    let tree = fonts.tree(&picture(&front_page::lay_out(credential, fonts)?))?;
    let (width, height) = PIXELS;
    let mut pixels = Pixmap::new(width.into(), height.into())
        .ok_or_else(|| RenderError::Otherwise("there is no memory for the picture".to_owned()))?;
    let scale = f32::from(width) / WIDTH;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let failed = |error: png::EncodingError| RenderError::Otherwise(error.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width.into(), height.into());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    // The chunk is never compressed: it has to be found by whoever looks for it.
    writer.write_text_chunk(&ITXtChunk::new(KEYWORD, text)).map_err(failed)?;
    // The ground is opaque, so that straight and premultiplied colors are the same.
    writer.write_image_data(pixels.data()).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
