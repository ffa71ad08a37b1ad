//! Drawings as colored pixels, for terminals that show them as half blocks.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

/// The font of the digits and words in a drawing.
const FONT_FAMILY: &str = "DejaVu Sans";

/// The red, green and blue of a pixel.
pub type Rgb = [u8; 3];

/// A drawing as cells of a terminal. Each cell has two pixels, one above the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPicture {
    /// The rows from top to bottom. Each cell has its upper and its lower pixel.
    pub rows: Vec<Vec<(Rgb, Rgb)>>,
}

/// Draws an SVG into at most `columns` by `rows` cells, on white. Returns `None` if the text is not a drawing, or if there
/// is no space. The SVG can come from anybody, so images in it are left out: they could name any file of this computer.
pub fn draw(svg: &str, columns: usize, rows: usize) -> Option<CellPicture> {
    let mut database = Database::new();
    for file in [dejavu::sans::regular(), dejavu::sans::bold()] {
        database.load_font_source(Source::Binary(Arc::new(file)));
    }
    database.set_sans_serif_family(FONT_FAMILY);
    let no_images = ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options {
        fontdb: Arc::new(database),
        font_family: FONT_FAMILY.to_owned(),
        image_href_resolver: no_images,
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).ok()?;
    let (width, height) = (tree.size().width(), tree.size().height());
    // A cell is about twice as high as wide, so its two pixels are about square.
    let scale = (columns as f32 / width).min(2.0 * rows as f32 / height);
    // The result is at most `columns` by two times `rows`, so it fits, and it is positive.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is a small positive number")]
    let to_pixels = |length: f32| (length * scale) as u32;
    let (width, height) = (to_pixels(width), to_pixels(height));
    let mut pixmap = Pixmap::new(width.max(1), (height.max(1)).next_multiple_of(2))?;
    pixmap.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let pixel =
        |x: u32, y: u32| pixmap.pixel(x, y).map_or([255; 3], |pixel| [pixel.red(), pixel.green(), pixel.blue()]);
    let row = |y: u32| (0..pixmap.width()).map(|x| (pixel(x, 2 * y), pixel(x, 2 * y + 1))).collect();
    Some(CellPicture { rows: (0..pixmap.height() / 2).map(row).collect() })
}
