//! Signs a credential: a Data Integrity proof with the cryptosuite eddsa-rdfc-2022.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::credential::key::SigningKeyPair;
use crate::credential::rdf_graph;
use crate::credential::types::{Credential, Proof};
use crate::ids::Digest;

/// The proof without its signature, in the form in which it is hashed. The context is the one of the credential.
#[derive(Serialize)]
struct ProofOptions<'a> {
    #[serde(rename = "@context")]
    context: &'a [String],
    #[serde(rename = "type")]
    proof_type: &'a str,
    cryptosuite: &'a str,
    created: &'a str,
    #[serde(rename = "verificationMethod")]
    verification_method: &'a str,
    #[serde(rename = "proofPurpose")]
    purpose: &'a str,
}

/// Returns the 64 bytes that are signed: SHA-256 of the proof options, then SHA-256 of the credential without its
/// proof. The W3C cryptosuite eddsa-rdfc-2022 defines this order.
///
/// # Errors
/// The message of the JSON-LD parser.
pub(super) fn hash_data(credential: &Credential, proof: &Proof) -> Result<[u8; 64], String> {
    let options = ProofOptions {
        context: &credential.context,
        proof_type: &proof.proof_type,
        cryptosuite: &proof.cryptosuite,
        created: &proof.created,
        verification_method: &proof.verification_method,
        purpose: &proof.purpose,
    };
    let plain = Credential { proof: Vec::new(), ..credential.clone() };
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(Digest::of(rdf_graph::canonical_n_quads(&options)?).as_bytes());
    bytes[32..].copy_from_slice(Digest::of(rdf_graph::canonical_n_quads(&plain)?).as_bytes());
    Ok(bytes)
}

/// Signs a credential and returns its JSON text. The credential's issuer must be the did:key of `key`.
///
/// # Errors
/// The message of the JSON-LD parser, if the credential cannot be canonicalized.
pub fn sign(credential: Credential, key: &SigningKeyPair, created: Timestamp) -> Result<String, String> {
    let did = key.did();
    let mut proof = Proof {
        proof_type: "DataIntegrityProof".to_owned(),
        cryptosuite: "eddsa-rdfc-2022".to_owned(),
        created: created.truncate_to_second().to_string(),
        verification_method: format!("{did}#{}", did.trim_start_matches("did:key:")),
        purpose: "assertionMethod".to_owned(),
        value: String::new(),
    };
    // The crate `ssi` is not used, because other verifiers reject what it signs.
    let signature = key.sign(&hash_data(&credential, &proof)?);
    proof.value = format!("z{}", bs58::encode(signature).into_string());
    let signed = Credential { proof: vec![proof], ..credential };
    serde_json::to_string_pretty(&signed).map(|text| text + "\n").map_err(|error| error.to_string())
}
