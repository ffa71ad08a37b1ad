//! Extracts the credential from a file: plain JSON, an SVG or PNG picture, or a PDF with an attachment.
//!
//! What a picture or a PDF shows proves nothing, so only the embedded credential is returned.

use std::io::{Cursor, Read};
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Object, Stream, String as PdfString};
use roxmltree::{Document, ParsingOptions};

/// The size limit of a file in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The XML namespace of a credential in an SVG picture, as Open Badges 3.0 defines it.
pub const SVG_NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";

/// The keyword of a credential's text chunk in a PNG picture, as Open Badges 3.0 defines it.
pub const PNG_KEYWORD: &str = "openbadgecredential";

/// The size limit of a PDF. It is low because compressed parts can unpack to a thousand times their size.
const PDF_MAX_BYTES: usize = 512 * 1024;

/// The size limit of a PDF attachment, which is that of a credential.
const ATTACHMENT_MAX_BYTES: u64 = 64 * 1024;

/// How much of any other file is returned: one byte more than a credential may have, so that `verify` reports the size.
const PLAIN_FILE_MAX_BYTES: usize = 64 * 1024 + 1;

/// The limit for attributes of one SVG element. See [`has_too_many_attributes`].
const SVG_ATTRIBUTES_MAX: usize = 200;

const PNG_START: &[u8] = b"\x89PNG\r\n\x1a\n";
const PDF_START: &[u8] = b"%PDF-";

/// Returns whether a file is a PNG, a PDF or an SVG, which can contain a credential.
pub fn is_carrier(bytes: &[u8]) -> bool {
    bytes.starts_with(PNG_START) || bytes.starts_with(PDF_START) || bytes.trim_ascii_start().starts_with(b"<")
}

/// Why no credential is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierError {
    /// A message to show the user, in full sentences.
    pub reason: String,
    /// Whether the file is in order and contains no credential, so that there is nothing to check.
    pub is_empty: bool,
}

impl From<String> for CarrierError {
    fn from(reason: String) -> Self {
        Self { reason, is_empty: false }
    }
}

impl From<&str> for CarrierError {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

/// Returns the bytes of the credential in a file. A file that is not PNG, PDF or SVG is returned as the credential
/// itself.
///
/// # Errors
/// A picture or a PDF cannot be read, or contains no credential or several.
pub fn extract_credential(bytes: &[u8]) -> Result<Vec<u8>, CarrierError> {
    if bytes.len() > MAX_BYTES {
        return Err("It is larger than 4 MB. Choose the JSON, SVG, PNG or PDF file of a certificate.".into());
    }
    if bytes.starts_with(PNG_START) {
        extract_from_png(bytes)
    } else if bytes.starts_with(PDF_START) {
        extract_from_pdf(bytes)
    } else if is_carrier(bytes) {
        extract_from_svg(bytes)
    } else {
        Ok(bytes[..bytes.len().min(PLAIN_FILE_MAX_BYTES)].to_vec())
    }
}

/// Returns the only credential. With several, other readers could show another one than the one verified here.
fn require_one(mut credentials: Vec<Vec<u8>>, carrier_name: &str) -> Result<Vec<u8>, CarrierError> {
    match (credentials.pop(), credentials.len()) {
        (Some(credential), 0) => Ok(credential),
        (None, _) => Err(CarrierError {
            reason: format!(
                "The {carrier_name} contains no certificate. Copies can lose it: ask for the original file."
            ),
            is_empty: true,
        }),
        _ => {
            Err(format!("The {carrier_name} contains more than one certificate. Ask the issuer for a new copy.").into())
        }
    }
}

fn extract_from_png(bytes: &[u8]) -> Result<Vec<u8>, CarrierError> {
    let damaged = |_: png::DecodingError| "The PNG file is damaged. Ask for the original file.".to_owned();
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(damaged)?;
    // A second credential can follow the image data, so all chunks are read.
    reader.finish().map_err(damaged)?;
    let mut credentials = Vec::new();
    for chunk in reader.info().utf8_text.iter().filter(|chunk| chunk.keyword == PNG_KEYWORD) {
        if chunk.compressed {
            return Err(
                "The certificate in the picture is compressed, which Open Badges forbids. Ask for the original file."
                    .into(),
            );
        }
        credentials.push(
            chunk
                .get_text()
                .map_err(|_| "The certificate in the picture cannot be read. Ask for the original file.".to_owned())?
                .into_bytes(),
        );
    }
    require_one(credentials, "picture")
}

fn extract_from_svg(bytes: &[u8]) -> Result<Vec<u8>, CarrierError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "The picture is not UTF-8 text. Ask for the original file.".to_owned())?;
    if has_too_many_attributes(text) {
        return Err("The picture is not a needlewise certificate. Ask for the original file.".into());
    }
    // Without a document type there are no entities, which could expand to any size.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 100_000, ..ParsingOptions::default() };
    let picture = Document::parse_with_options(text, options).map_err(|_| {
        "The SVG file cannot be read: it is damaged or was changed. Ask for the original file.".to_owned()
    })?;
    let credential_nodes = picture.descendants().filter(|node| node.has_tag_name((SVG_NAMESPACE, "credential")));
    let text = |node: roxmltree::Node<'_, '_>| {
        let parts = node.children().filter(|child| child.is_text()).filter_map(|child| child.text());
        parts.collect::<String>().into_bytes()
    };
    require_one(credential_nodes.map(text).collect(), "picture")
}

fn extract_from_pdf(bytes: &[u8]) -> Result<Vec<u8>, CarrierError> {
    if bytes.len() > PDF_MAX_BYTES {
        return Err("The PDF is larger than 512 KB. Ask for the original file.".into());
    }
    let pdf = Pdf::new(Arc::new(bytes.to_vec()))
        .map_err(|_| "The PDF cannot be read. Ask for the original file.".to_owned())?;
    let name_tree_entries = || {
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
        let names = root.get::<Dict<'_>>("Names")?.get::<Dict<'_>>("EmbeddedFiles")?.get::<Array<'_>>("Names")?;
        // A name tree lists a name and its file specification in turn.
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
        credentials
            .push(content.ok_or("The certificate attached to the PDF cannot be read. Ask for the original file.")?);
    }
    require_one(credentials, "PDF")
}

/// Unpacks an attachment that is compressed once or not at all, up to the size of a credential. A few kilobytes that
/// are compressed twice can fill the memory.
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

/// Returns whether an SVG element has more attributes than the program ever writes. The XML parser takes time in the
/// square of their number.
pub fn has_too_many_attributes(text: &str) -> bool {
    text.split('<').any(|part| part.matches('=').count() > SVG_ATTRIBUTES_MAX)
}

fn is_json_name(name: &PdfString<'_>) -> bool {
    name.as_bytes().ends_with(b".json")
}
