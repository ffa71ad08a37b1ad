//! Renders a certificate as an SVG with text converted to outlines, so that viewers need no font.
//! The credential is in an `openbadges:credential` element, as Open Badges 3.0 requires.

use resvg::usvg::{Tree, WriteOptions};

use crate::credential::carrier::SVG_NAMESPACE;
use crate::credential::render::RenderError;
use crate::credential::render::xml::escape;
use crate::credential::types::Credential;

/// Returns an SVG of page one that contains the credential.
///
/// # Errors
/// [`RenderError::Other`] if the picture has no root element.
pub fn write(picture: &Tree, credential: &Credential, signed_text: &str) -> Result<String, RenderError> {
    let picture_svg = picture.to_string(&WriteOptions::default());
    let root_parts = picture_svg.split_once("<svg").and_then(|(_, rest)| rest.split_once('>'));
    let (attributes, rest) = root_parts.ok_or_else(|| RenderError::Other("the picture has no root".to_owned()))?;
    // `]]>` would end the CDATA section early, so it is split between two sections.
    let cdata = signed_text.replace("]]>", "]]]]><![CDATA[>");
    let title = escape(&format!("{}: {}", credential.name, credential.subject.name));
    let description = escape(&credential.description);
    Ok(format!(
        "<svg xmlns:openbadges=\"{SVG_NAMESPACE}\"{attributes}>\
         <openbadges:credential><![CDATA[{cdata}]]></openbadges:credential>\
         <title>{title}</title><desc>{description}</desc>{rest}"
    ))
}
