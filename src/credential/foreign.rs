//! Recognizes files that are no certificates of this program. They are not invalid: there is nothing to check in them.

use serde_json::Value;

use crate::credential::assurance::Assurance;
use crate::text;

/// How much of a text of a foreign file a message shows, in columns.
const EXCERPT_COLUMNS: usize = 80;

/// The largest JSON file that is looked at. A bundle with many revocations can be larger than a certificate.
const JSON_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Returns what a file is that is no certificate of this program, and what to do with it. Returns `None` if it could be a
/// damaged certificate, or is unknown.
pub fn recognize(bytes: &[u8]) -> Option<String> {
    if is_photo(bytes) {
        return Some(
            "It is a photo or another picture without a certificate in it. Ask the holder for the JSON, SVG, PNG or PDF \
             file, or scan the code on the certificate."
                .to_owned(),
        );
    }
    if bytes.len() > JSON_MAX_BYTES {
        return None;
    }
    // Text in UTF-16 has zero bytes. A certificate that an editor saved so is damaged and not something else.
    if !bytes.trim_ascii_start().starts_with(b"{") && !bytes.contains(&0) {
        return Some(NO_CERTIFICATE.to_owned());
    }
    let value: Value = serde_json::from_slice(bytes).ok()?;
    // A file that looks like a certificate of this program stays one, so that a change to it is called invalid.
    if looks_like_certificate(&value) {
        return None;
    }
    let has = |names: &[&str]| names.iter().all(|name| value.get(name).is_some());
    if has(&["keys", "revoked", "sequence"]) || has(&["bundle"]) {
        return Some(
            "It is the bundle of an issuer, and not a certificate. Import it with `needlewise issuer trust --bundle FILE`."
                .to_owned(),
        );
    }
    if has(&["format", "facts"]) || has(&["attempt", "facts"]) {
        return Some(
            "It is a certificate request, and not a certificate. An issuer reviews it with `needlewise certificate issue \
             --request FILE`."
                .to_owned(),
        );
    }
    if has(&["format", "questions"]) || has(&["format", "sections"]) {
        return Some("It is a question bank or an exam, and not a certificate. Choose another file.".to_owned());
    }
    let contexts: Vec<&str> = match value.get("@context") {
        None => return Some(NO_CERTIFICATE.to_owned()),
        Some(Value::String(context)) => vec![context],
        Some(Value::Array(contexts)) => contexts.iter().filter_map(Value::as_str).collect(),
        Some(_) => Vec::new(),
    };
    if contexts.iter().any(|context| context.contains("openbadges/v2") || context.contains("openbadges/v1")) {
        return Some(
            "It is an Open Badge of version 2 or older, which has no signature that can be checked here. Ask its issuer."
                .to_owned(),
        );
    }
    contexts.iter().any(|context| context.contains("credentials/v")).then(|| {
        let issuer = value.get("issuer").and_then(|issuer| issuer.as_str().or_else(|| issuer.get("id")?.as_str()));
        let issuer = text::single_line(issuer.unwrap_or("unknown"));
        format!(
            "It is a credential that other software made, and not a needlewise certificate. It names the issuer {}. Check it \
             with the software of that issuer.",
            text::truncate(&issuer, EXCERPT_COLUMNS)
        )
    })
}

const NO_CERTIFICATE: &str = "This file is not a certificate. Choose the JSON, SVG, PNG or PDF file of a certificate.";

/// Returns whether a document has the title, the assurance or the evidence of a certificate of this program.
fn looks_like_certificate(value: &Value) -> bool {
    let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
    let genre = value.pointer("/evidence/0/genre").and_then(Value::as_str).unwrap_or_default();
    let evidence = value.get("evidence").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let has_genre = |genre: &str| evidence.iter().any(|entry| entry["genre"] == genre);
    ["Certificate of completion: ", "Self-test record: "].iter().any(|title| name.starts_with(title))
        || ["paper", "exam", "banks"].into_iter().all(has_genre)
        || Assurance::ALL.iter().any(|assurance| assurance.name() == genre)
}

/// Returns whether the bytes are a picture of a format in which no certificate is written: JPEG, GIF, WebP, HEIC or TIFF.
fn is_photo(bytes: &[u8]) -> bool {
    let brand = bytes.get(4..12).unwrap_or_default();
    bytes.starts_with(&[0xff, 0xd8, 0xff])
        || bytes.starts_with(b"GIF8")
        || bytes.starts_with(b"II*\0")
        || bytes.starts_with(b"MM\0*")
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
        || [&b"ftypheic"[..], b"ftypheix", b"ftypmif1", b"ftypavif"].contains(&brand)
}
