//! Extracts the credential from a file: plain JSON, an SVG or PNG picture, or a PDF with an attachment.
//!
//! The visible content of a picture or a PDF is ignored; only the embedded credential is returned.

use std::io::{Cursor, Read};
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Object, Stream, String as PdfString};
use resvg::usvg::roxmltree::{Document, ParsingOptions};

/// The largest carrier that is looked at.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The namespace of a credential in an SVG picture.
pub const SVG_NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";

/// The keyword of a credential in a PNG picture.
pub const PNG_KEYWORD: &str = "openbadgecredential";

/// The largest page that is looked at: its parts can be packed, and unpacked they fill a thousand times the space.
const PDF_MAX_BYTES: usize = 512 * 1024;

/// The largest attachment of a page that is looked at.
const ATTACHMENT_MAX_BYTES: u64 = 64 * 1024;

/// What is kept of a file that is neither picture nor page: a byte more than a credential may have.
const PLAIN_FILE_MAX_BYTES: usize = 64 * 1024 + 1;

/// The most attributes that a part of a picture may have.
const SVG_ATTRIBUTES_MAX: usize = 200;

/// Returns the credential's bytes; a file that is neither picture nor page is taken for the credential itself.
///
/// # Errors
/// In words, where a picture or a page carries none, or more than one.
pub fn extract_credential(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if bytes.len() > MAX_BYTES {
        return Err("It is larger than 4 MB.".to_owned());
    }
    let trimmed = bytes.trim_ascii_start();
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        extract_from_png(bytes)
    } else if bytes.starts_with(b"%PDF-") {
        extract_from_pdf(bytes)
    } else if trimmed.starts_with(b"<") {
        extract_from_svg(bytes)
    } else {
        // No credential is as large as that; its first bytes are enough to say so.
        Ok(bytes[..bytes.len().min(PLAIN_FILE_MAX_BYTES)].to_vec())
    }
}

/// Makes sure that there is exactly one.
fn require_one(mut credentials: Vec<Vec<u8>>, carrier_name: &str) -> Result<Vec<u8>, String> {
    match (credentials.pop(), credentials.len()) {
        (Some(credential), 0) => Ok(credential),
        (None, _) => Err(format!("The {carrier_name} carries no credential.")),
        _ => Err(format!("The {carrier_name} carries more than one credential.")),
    }
}

fn extract_from_png(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let describe_error = |error: png::DecodingError| format!("The picture cannot be read: {error}.");
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(describe_error)?;
    // To the last chunk: a second credential may stand behind the picture itself.
    reader.finish().map_err(describe_error)?;
    let mut credentials = Vec::new();
    for chunk in reader.info().utf8_text.iter().filter(|chunk| chunk.keyword == PNG_KEYWORD) {
        if chunk.compressed {
            return Err("The credential in the picture is compressed, which the rules forbid.".to_owned());
        }
        credentials.push(chunk.get_text().map_err(describe_error)?.into_bytes());
    }
    require_one(credentials, "picture")
}

fn extract_from_svg(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "The picture is not UTF-8.".to_owned())?;
    if has_too_many_attributes(text) {
        return Err("The picture is not one that a certificate is drawn as.".to_owned());
    }
    // No document type: entities can be nested to any size.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 100_000, ..ParsingOptions::default() };
    let picture = Document::parse_with_options(text, options)
        .map_err(|error| format!("The picture cannot be read: {}.", crate::text::single_line(&error.to_string())))?;
    let credential_nodes = picture.descendants().filter(|node| node.has_tag_name((SVG_NAMESPACE, "credential")));
    let text = |node: resvg::usvg::roxmltree::Node<'_, '_>| {
        let parts = node.children().filter(|child| child.is_text()).filter_map(|child| child.text());
        parts.collect::<String>().into_bytes()
    };
    require_one(credential_nodes.map(text).collect(), "picture")
}

fn extract_from_pdf(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if bytes.len() > PDF_MAX_BYTES {
        return Err("The page is larger than any that is drawn here.".to_owned());
    }
    let pdf = Pdf::new(Arc::new(bytes.to_vec())).map_err(|_| "The page cannot be read as a PDF.".to_owned())?;
    let name_tree_entries = || {
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
        let names = root.get::<Dict<'_>>("Names")?.get::<Dict<'_>>("EmbeddedFiles")?.get::<Array<'_>>("Names")?;
        // Names and file specifications by turns.
        Some(names.iter::<Object<'_>>().collect::<Vec<_>>())
    };
    let mut credentials = Vec::new();
    for pair in name_tree_entries().unwrap_or_default().chunks(2) {
        let [Object::String(name), Object::Dict(file)] = pair else { continue };
        if !is_json_name(name) {
            continue;
        }
        let stream = file.get::<Dict<'_>>("EF").and_then(|files| files.get::<Stream<'_>>("F"));
        let content = stream.and_then(|stream| decode_attachment(&stream));
        credentials.push(content.ok_or("The credential attached to the page cannot be read.")?);
    }
    require_one(credentials, "page")
}

/// Unpacks an attachment that is packed once or not at all, and no further than a credential can go: packed twice, a
/// few kilobytes fill the memory.
fn decode_attachment(stream: &Stream<'_>) -> Option<Vec<u8>> {
    let raw = stream.raw_data();
    let mut content = Vec::new();
    let max_bytes = ATTACHMENT_MAX_BYTES + 1;
    let read_result = match stream.filters().as_slice() {
        [] => raw.as_ref().take(max_bytes).read_to_end(&mut content),
        [Filter::FlateDecode] => ZlibDecoder::new(raw.as_ref()).take(max_bytes).read_to_end(&mut content),
        _ => return None,
    };
    read_result.ok().map(|_| content)
}

/// Returns whether a part of a picture has more attributes than any that is drawn here: their number is squared in the
/// time that reading takes.
fn has_too_many_attributes(text: &str) -> bool {
    text.split('<').any(|part| part.matches('=').count() > SVG_ATTRIBUTES_MAX)
}

fn is_json_name(name: &PdfString<'_>) -> bool {
    name.as_bytes().ends_with(b".json")
}
