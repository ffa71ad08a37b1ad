//! Signs a credential: two Data Integrity proofs, one of its meaning and one of its text.

use serde::Serialize;

use crate::canonical;
use crate::clock::Timestamp;
use crate::credential::key::SigningKeyPair;
use crate::credential::rdf_graph;
use crate::credential::types::{Credential, JCS, Proof, RDFC};
use crate::ids::Digest;

/// The proof without its signature, in the form in which it is hashed.
#[derive(Serialize)]
struct ProofOptions<'a> {
    /// The contexts of the credential for [`RDFC`], and none for [`JCS`].
    #[serde(rename = "@context", skip_serializing_if = "Option::is_none")]
    context: Option<&'a [String]>,
    #[serde(rename = "type")]
    proof_type: &'a str,
    cryptosuite: &'a str,
    created: &'a str,
    #[serde(rename = "verificationMethod")]
    verification_method: &'a str,
    #[serde(rename = "proofPurpose")]
    purpose: &'a str,
}

/// Returns the 64 bytes that a proof signs: SHA-256 of the proof options, then SHA-256 of the credential without its
/// proofs. Both cryptosuites define this order. Any cryptosuite but [`JCS`] is taken for [`RDFC`].
///
/// # Errors
/// The message of the JSON-LD parser.
pub(super) fn hash_data(credential: &Credential, proof: &Proof) -> Result<[u8; 64], String> {
    let is_jcs = proof.cryptosuite == JCS;
    let options = ProofOptions {
        context: (!is_jcs).then_some(credential.context.as_slice()),
        proof_type: &proof.proof_type,
        cryptosuite: &proof.cryptosuite,
        created: &proof.created,
        verification_method: &proof.verification_method,
        purpose: &proof.purpose,
    };
    let plain = Credential { proof: Vec::new(), ..credential.clone() };
    let (options, plain) = if is_jcs {
        (canonical::text(&options), canonical::text(&plain))
    } else {
        (rdf_graph::canonical_n_quads(&options)?, rdf_graph::canonical_n_quads(&plain)?)
    };
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(Digest::of(options).as_bytes());
    bytes[32..].copy_from_slice(Digest::of(plain).as_bytes());
    Ok(bytes)
}

/// Signs a credential with both cryptosuites and returns its JSON text. The credential's issuer must be the did:key of
/// `key`.
///
/// # Errors
/// The message of the JSON-LD parser, if the credential cannot be canonicalized.
pub fn sign(credential: Credential, key: &SigningKeyPair, created: Timestamp) -> Result<String, String> {
    let did = key.did();
    let mut proofs = [RDFC, JCS].map(|cryptosuite| Proof {
        proof_type: "DataIntegrityProof".to_owned(),
        cryptosuite: cryptosuite.to_owned(),
        created: created.truncate_to_second().to_string(),
        verification_method: format!("{did}#{}", did.trim_start_matches("did:key:")),
        purpose: "assertionMethod".to_owned(),
        value: String::new(),
    });
    // The crate `ssi` is not used, because other verifiers reject what it signs.
    for proof in &mut proofs {
        let signature = key.sign(&hash_data(&credential, proof)?);
        proof.value = format!("z{}", bs58::encode(signature).into_string());
    }
    let signed = Credential { proof: proofs.into(), ..credential };
    serde_json::to_string_pretty(&signed).map(|text| text + "\n").map_err(|error| error.to_string())
}
