//! Takes the credential out of whatever carries it: a plain file, a picture it is baked into, a page it is attached to.
//!
//! Nothing else of a picture or a page is looked at: pictures prove nothing.

use std::io::{Cursor, Read};
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Object, Stream, String as PdfString};
use resvg::usvg::roxmltree::{Document, ParsingOptions};

/// The largest carrier that is looked at.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// The namespace of a credential in an SVG picture.
pub const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";

/// The keyword of a credential in a PNG picture.
pub const KEYWORD: &str = "openbadgecredential";

/// The largest page that is looked at: its parts can be packed, and unpacked they fill a thousand times the space.
const PDF_MAX: usize = 512 * 1024;

/// The largest attachment of a page that is looked at.
const ATTACHED_MAX: u64 = 64 * 1024;

/// What is kept of a file that is neither picture nor page: a byte more than a credential may have.
const PLAIN_MAX: usize = 64 * 1024 + 1;

/// The most attributes that a part of a picture may have.
const ATTRIBUTES_MAX: usize = 200;

/// Returns the credential's bytes; a file that is neither picture nor page is taken for the credential itself.
///
/// # Errors
/// In words, where a picture or a page carries none, or more than one.
pub fn credential(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if bytes.len() > LARGEST {
        return Err("It is larger than 4 MB.".to_owned());
    }
    let text = bytes.trim_ascii_start();
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        of_png(bytes)
    } else if bytes.starts_with(b"%PDF-") {
        of_pdf(bytes)
    } else if text.starts_with(b"<") {
        of_svg(bytes)
    } else {
        // No credential is as large as that; its first bytes are enough to say so.
        Ok(bytes[..bytes.len().min(PLAIN_MAX)].to_vec())
    }
}

/// Makes sure that there is exactly one.
fn one(mut found: Vec<Vec<u8>>, what: &str) -> Result<Vec<u8>, String> {
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(format!("The {what} carries no credential.")),
        _ => Err(format!("The {what} carries more than one credential.")),
    }
}

fn of_png(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let unreadable = |error: png::DecodingError| format!("The picture cannot be read: {error}.");
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(unreadable)?;
    // To the last chunk: a second credential may stand behind the picture itself.
    reader.finish().map_err(unreadable)?;
    let mut found = Vec::new();
    for chunk in reader.info().utf8_text.iter().filter(|chunk| chunk.keyword == KEYWORD) {
        if chunk.compressed {
            return Err("The credential in the picture is compressed, which the rules forbid.".to_owned());
        }
        found.push(chunk.get_text().map_err(unreadable)?.into_bytes());
    }
    one(found, "picture")
}

fn of_svg(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "The picture is not UTF-8.".to_owned())?;
    if is_crowded(text) {
        return Err("The picture is not one that a certificate is drawn as.".to_owned());
    }
    // No document type: entities can be nested to any size.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 100_000, ..ParsingOptions::default() };
    let picture = Document::parse_with_options(text, options)
        .map_err(|error| format!("The picture cannot be read: {}.", crate::text::single_line(&error.to_string())))?;
    let found = picture.descendants().filter(|node| node.has_tag_name((NAMESPACE, "credential")));
    let text = |node: resvg::usvg::roxmltree::Node<'_, '_>| {
        let parts = node.children().filter(|child| child.is_text()).filter_map(|child| child.text());
        parts.collect::<String>().into_bytes()
    };
    one(found.map(text).collect(), "picture")
}

fn of_pdf(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if bytes.len() > PDF_MAX {
        return Err("The page is larger than any that is drawn here.".to_owned());
    }
    let pdf = Pdf::new(Arc::new(bytes.to_vec())).map_err(|_| "The page cannot be read as a PDF.".to_owned())?;
    let attached = || {
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
        let names = root.get::<Dict<'_>>("Names")?.get::<Dict<'_>>("EmbeddedFiles")?.get::<Array<'_>>("Names")?;
        // Names and file specifications by turns.
        Some(names.iter::<Object<'_>>().collect::<Vec<_>>())
    };
    let mut found = Vec::new();
    for pair in attached().unwrap_or_default().chunks(2) {
        let [Object::String(name), Object::Dict(file)] = pair else { continue };
        if !is_json(name) {
            continue;
        }
        let stream = file.get::<Dict<'_>>("EF").and_then(|files| files.get::<Stream<'_>>("F"));
        let content = stream.and_then(|stream| unpacked(&stream));
        found.push(content.ok_or("The credential attached to the page cannot be read.")?);
    }
    one(found, "page")
}

/// Unpacks an attachment that is packed once or not at all, and no further than a credential can go: packed twice, a few
/// kilobytes fill the memory.
fn unpacked(stream: &Stream<'_>) -> Option<Vec<u8>> {
    let raw = stream.raw_data();
    let mut content = Vec::new();
    let most = ATTACHED_MAX + 1;
    let read = match stream.filters().as_slice() {
        [] => raw.as_ref().take(most).read_to_end(&mut content),
        [Filter::FlateDecode] => ZlibDecoder::new(raw.as_ref()).take(most).read_to_end(&mut content),
        _ => return None,
    };
    read.ok().map(|_| content)
}

/// Returns whether a part of a picture has more attributes than any that is drawn here: their number is squared in the time
/// that reading takes.
fn is_crowded(text: &str) -> bool {
    text.split('<').any(|part| part.matches('=').count() > ATTRIBUTES_MAX)
}

fn is_json(name: &PdfString<'_>) -> bool {
    name.as_bytes().ends_with(b".json")
}
