//! Renders a certificate as an SVG with text converted to outlines, so that viewers need no font.
//! The credential is in an `openbadges:credential` element, as Open Badges 3.0 requires.

use resvg::usvg::WriteOptions;

use crate::credential::carrier::SVG_NAMESPACE;
use crate::credential::render::page::page_svg;
use crate::credential::render::xml::escape;
use crate::credential::render::{Fonts, RenderError, front_page};
use crate::credential::types::Credential;

/// Draws the picture.
///
/// # Errors
/// What cannot be drawn.
pub fn write(credential: &Credential, signed_text: &str, fonts: &Fonts) -> Result<String, RenderError> {
    let picture_svg =
        fonts.parse_svg(&page_svg(&front_page::lay_out(credential, fonts)?))?.to_string(&WriteOptions::default());
    let root_parts = picture_svg.split_once("<svg").and_then(|(_, rest)| rest.split_once('>'));
    let (attributes, rest) = root_parts.ok_or_else(|| RenderError::Other("the picture has no root".to_owned()))?;
    // The one thing that would end the section early is split between two.
    let cdata = signed_text.replace("]]>", "]]]]><![CDATA[>");
    let title = escape(&format!("{}: {}", credential.name, credential.subject.name));
    let description = escape(&credential.description);
    Ok(format!(
        "<svg xmlns:openbadges=\"{SVG_NAMESPACE}\"{attributes}>\
         <openbadges:credential><![CDATA[{cdata}]]></openbadges:credential>\
         <title>{title}</title><desc>{description}</desc>{rest}"
    ))
}
