//! The certificate as an SVG picture: text as outlines, so that no font is needed, and the credential baked in after the
//! Open Badges rules.

use resvg::usvg::WriteOptions;

use crate::credential::carrier::NAMESPACE;
use crate::credential::render::page::picture;
use crate::credential::render::xml::escaped;
use crate::credential::render::{Fonts, RenderError, front_page};
use crate::credential::types::Credential;

/// Draws the picture.
///
/// # Errors
/// What cannot be drawn.
pub fn write(credential: &Credential, text: &str, fonts: &Fonts) -> Result<String, RenderError> {
    let drawn = fonts.tree(&picture(&front_page::lay_out(credential, fonts)?))?.to_string(&WriteOptions::default());
    let opened = drawn.split_once("<svg").and_then(|(_, rest)| rest.split_once('>'));
    let (attributes, rest) = opened.ok_or_else(|| RenderError::Otherwise("the picture has no root".to_owned()))?;
    // The one thing that would end the section early is split between two.
    let baked = text.replace("]]>", "]]]]><![CDATA[>");
    let title = escaped(&format!("{}: {}", credential.name, credential.subject.name));
    let says = escaped(&credential.description);
    Ok(format!(
        "<svg xmlns:openbadges=\"{NAMESPACE}\"{attributes}>\
         <openbadges:credential><![CDATA[{baked}]]></openbadges:credential>\
         <title>{title}</title><desc>{says}</desc>{rest}"
    ))
}
