//! Converts a JSON-LD document to canonical N-Quads (RDFC-1.0), the input for signatures.
//! The two contexts are built in; nothing is fetched, and any other context is an error.

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::Dataset;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use serde::Serialize;

use crate::credential::types::CONTEXTS;

/// The contexts as they were published. They are built in, so nothing is ever fetched and no one can replace them:
///
/// - <https://www.w3.org/ns/credentials/v2>,
///   SHA-256 `8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f`
/// - <https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json>,
///   SHA-256 `3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84`
const CONTEXT_DOCUMENTS: [&str; 2] =
    [include_str!("contexts/credentials-v2.jsonld"), include_str!("contexts/ob-v3p0-context-3.0.3.json")];

/// Returns the canonical N-Quads of a JSON-LD document.
///
/// # Errors
/// The message of the JSON-LD parser, also for a context that is not built in.
pub fn canonical_n_quads(document: &impl Serialize) -> Result<String, String> {
    let bytes = serde_json::to_vec(document).map_err(|error| error.to_string())?;
    let parser = JsonLdParser::new().for_slice(&bytes).with_load_document_callback(|url, _| {
        let index = CONTEXTS.iter().position(|context| *context == url);
        let text =
            index.map(|index| CONTEXT_DOCUMENTS[index]).ok_or_else(|| format!("the context {url} is not known"))?;
        Ok(JsonLdRemoteDocument { document: text.as_bytes().to_vec(), document_url: url.to_owned() })
    });
    let mut graph = parser.collect::<Result<Dataset, _>>().map_err(|error| error.to_string())?;
    graph.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<_> = graph.iter().map(|quad| format!("{quad} .\n")).collect();
    // RDFC-1.0 requires the lines in code point order, which is the byte order of UTF-8.
    lines.sort_unstable();
    Ok(lines.concat())
}
