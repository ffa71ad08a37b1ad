//! Verifies a certificate and returns a verdict with a reason.
//! It accepts any bytes and uses neither network nor files. Malformed input gives the verdict `Invalid`.

use crate::clock::{Millis, Timestamp};
use crate::credential::assurance::Assurance;
use crate::credential::form::check_form;
use crate::credential::sign::hash_data;
use crate::credential::trust::TrustList;
use crate::credential::types::{Credential, JCS, Proof, RDFC};
use crate::credential::verdict::{Verdict, VerdictBasis, evaluate_trust};
use crate::credential::{foreign, key};
use crate::problem::json_reason;
use crate::text;

/// The size limit of a credential in bytes. A real one has about 5 KB. The limit bounds the time for a hostile one.
const MAX_BYTES: usize = 64 * 1024;
/// How much earlier than the issuer's clock this one may be. Clocks of two computers differ by minutes.
const CLOCK_SKEW: Millis = Millis(5 * 60 * 1000);

/// A verdict with its reason and the verified credential.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct VerificationResult {
    pub verdict: Verdict,
    /// Why, and what to do next, in full sentences.
    pub reason: String,
    /// The signed credential. `None` if the verdict is `Invalid`, because then no field can be trusted.
    pub credential: Option<Credential>,
    /// The name of the issuer in the trust list, if the issuer is trusted or is the issuer on this computer.
    pub issuer_name: Option<String>,
    /// Whether the issuer on this computer signed it and lists it in its ledger.
    pub is_issued_here: bool,
    /// Whether the file is no certificate of this program at all, so that there is nothing to check. The verdict is
    /// `Invalid` then.
    pub is_foreign: bool,
}

impl VerificationResult {
    /// Returns the issuer's name for people: the name in the trust list, or the signed name marked as self-declared.
    /// Empty if the verdict is `Invalid`.
    pub fn issuer_label(&self) -> String {
        match (&self.issuer_name, &self.credential) {
            (Some(name), _) => name.clone(),
            (None, Some(credential)) => format!("{} (self-declared)", credential.issuer.name),
            (None, None) => String::new(),
        }
    }

    /// Returns a result with the verdict `Invalid`.
    pub fn invalid(reason: String) -> Self {
        Self {
            verdict: Verdict::Invalid,
            reason,
            credential: None,
            issuer_name: None,
            is_issued_here: false,
            is_foreign: false,
        }
    }
}

/// The cryptosuites of the proofs of a file: those of today, and those of older programs.
const FILE_PROOFS: &[&[&str]] = &[&[RDFC, JCS], &[RDFC]];
/// The cryptosuites of the proofs in a QR code. Leaving one out makes the code smaller.
const CODE_PROOFS: &[&[&str]] = &[&[JCS], &[RDFC]];

/// Verifies the bytes of a credential.
///
/// Today is the later of `system_time` and the newest revocation list, so a clock that was set back cannot revive an
/// expired certificate.
pub fn verify(bytes: &[u8], trust: &TrustList, system_time: Timestamp) -> VerificationResult {
    verify_from(CredentialSource::File, bytes, trust, system_time)
}

/// Where the bytes of a credential come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialSource {
    /// A file that is the credential itself, or is no certificate at all.
    File,
    /// A picture or a PDF of a certificate, which contains the credential.
    Carrier,
    /// A QR code of a certificate, which has fewer signatures than a file.
    Code,
}

/// Verifies the bytes of a credential from this source. See [`verify`].
pub fn verify_from(
    source: CredentialSource,
    bytes: &[u8],
    trust: &TrustList,
    system_time: Timestamp,
) -> VerificationResult {
    let now = trust.latest_known_time(system_time);
    // Some editors write this mark before UTF-8 text. No signature covers it.
    let bytes = text::without_byte_order_mark(bytes);
    let allowed_proofs = if source == CredentialSource::Code { CODE_PROOFS } else { FILE_PROOFS };
    let credential = match verify_proofs(allowed_proofs, bytes, now) {
        Ok(credential) => credential,
        Err(reason) => {
            // What a carrier of a certificate contains is a certificate, so it is damaged and not something else.
            let foreign = (source == CredentialSource::File).then(|| foreign::recognize(bytes)).flatten();
            return match foreign {
                Some(reason) => VerificationResult { is_foreign: true, ..VerificationResult::invalid(reason) },
                None => VerificationResult::invalid(reason),
            };
        }
    };
    // `verify_proofs` has checked their form, so this never fails.
    let Some(basis) = VerdictBasis::of(&credential) else {
        return VerificationResult::invalid(
            "Its ID or its dates cannot be read. Ask the issuer for a new copy.".to_owned(),
        );
    };
    let signer_did = basis.signer_did;
    match evaluate_trust(&basis, trust, now) {
        (Verdict::Invalid, reason) => VerificationResult::invalid(reason),
        (verdict, reason) => {
            // There is no issuer to ask about a self-test record: each computer signs its own.
            let is_self_test = credential.assurance() == Some(Assurance::SelfAttested);
            let reason =
                if verdict == Verdict::Untrusted && is_self_test { SELF_TEST_REASON.to_owned() } else { reason };
            let own = trust.own_issuer.as_ref().filter(|own| own.has_issued(signer_did, basis.credential_digest));
            let trusted = || trust.find_by_did(signer_did).map(|(issuer, _)| issuer.name.clone());
            let (is_issued_here, issuer_name) = (own.is_some(), own.map(|own| own.name.clone()).or_else(trusted));
            VerificationResult {
                verdict,
                reason,
                credential: Some(credential),
                issuer_name,
                is_issued_here,
                is_foreign: false,
            }
        }
    }
}

const SELF_TEST_REASON: &str = "This is a self-test record. The computer on which it was made signed it, so it does not \
                                count elsewhere. The holder can ask an issuer for a certificate that does: \
                                `needlewise certificate request ATTEMPT --to FILE`.";

/// Checks form, signer, signatures and first day, in this order. The form comes first, because it bans the blank node
/// IDs that make a hostile credential slow to canonicalize.
fn verify_proofs(allowed_proofs: &[&[&str]], bytes: &[u8], now: Timestamp) -> Result<Credential, String> {
    let credential = parse_credential(bytes)?;
    let has_cryptosuites = |expected: &&&[&str]| {
        credential.proof.iter().map(|proof| proof.cryptosuite.as_str()).eq(expected.iter().copied())
    };
    if !allowed_proofs.iter().any(|expected| has_cryptosuites(&expected)) {
        return Err(
            "It does not have exactly the signatures of a certificate. Ask the issuer for a new copy.".to_owned()
        );
    }
    // Before anything is canonicalized: eight linked blank nodes took almost four seconds in a test.
    check_form(&credential)?;
    for proof in &credential.proof {
        verify_proof(&credential, proof)?;
    }
    match credential.starts_at() {
        Some(valid_from) if valid_from <= now.saturating_add(CLOCK_SKEW) => Ok(credential),
        _ => Err("It is not valid yet. Check the date of this computer.".to_owned()),
    }
}

/// Checks the signer and the signature of one proof.
fn verify_proof(credential: &Credential, proof: &Proof) -> Result<(), String> {
    let did = expected_signer(credential, proof)?;
    // An Ed25519 signature has 88 base58 digits. The time to decode more digits grows with their square.
    let signature = proof
        .value
        .strip_prefix('z')
        .filter(|value| value.len() <= 100)
        .and_then(|value| bs58::decode(value).into_vec().ok());
    let signature: [u8; 64] = signature
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or("Its signature cannot be read. Ask the issuer for a new copy.")?;
    let signed_hash = hash_data(credential, proof).map_err(|error| {
        format!("Its signature cannot be checked: {}. Ask the issuer for a new copy.", text::single_line(&error))
    })?;
    if key::is_valid_signature(did, &signed_hash, &signature) {
        Ok(())
    } else {
        Err("The certificate does not match its signature. It may have been edited. Ask the issuer for a new copy."
            .to_owned())
    }
}

/// Parses a credential into closed types that contain only text. Unknown and duplicate members are refused: they could
/// hide the expiry date, or show another value to other readers.
fn parse_credential(bytes: &[u8]) -> Result<Credential, String> {
    if bytes.len() > MAX_BYTES {
        return Err("It is larger than 64 KB. Choose the JSON, SVG, PNG or PDF file of a certificate.".to_owned());
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "It is not UTF-8 text. Choose the JSON, SVG, PNG or PDF file of a certificate.".to_owned())?;
    let credential: Credential = serde_json::from_str(text).map_err(|error| {
        format!(
            "It is not a needlewise certificate: {}. Choose another file, or ask the issuer for a new copy.",
            json_reason(&error)
        )
    })?;
    // Serde reads null like a missing member. The signature does not cover it, so it must not be there.
    let reserialized = serde_json::to_value(&credential).map_err(|error| error.to_string())?;
    let original: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if reserialized != original {
        return Err(
            "It contains empty fields, which a certificate never has. Ask the issuer for a new copy.".to_owned()
        );
    }
    // A name could otherwise send commands to the terminal of the clinic, or show its letters in another order.
    if has_harmful_text(&original) {
        return Err(
            "It contains hidden or control characters and is not shown. Ask the issuer for a new copy.".to_owned()
        );
    }
    Ok(credential)
}

/// Returns whether any text in a document contains a control, hidden or direction-changing character.
fn has_harmful_text(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => !text.chars().all(text::is_harmless),
        serde_json::Value::Array(values) => values.iter().any(has_harmful_text),
        serde_json::Value::Object(members) => members.values().any(has_harmful_text),
        _ => false,
    }
}

/// Returns the did:key that must have signed, which is the issuer's. The key comes from the body of the DID. The
/// fragment must repeat it: otherwise `did:key:TRUSTED#ATTACKER` would pass.
fn expected_signer<'a>(credential: &'a Credential, proof: &Proof) -> Result<&'a str, String> {
    let did = &credential.issuer.id;
    let expected_method = did.strip_prefix("did:key:").map(|encoded_key| format!("{did}#{encoded_key}"));
    if expected_method.as_ref() != Some(&proof.verification_method) {
        return Err("Its signature names another key than the issuer's. Ask the issuer for a new copy.".to_owned());
    }
    if (proof.proof_type.as_str(), proof.purpose.as_str()) != ("DataIntegrityProof", "assertionMethod") {
        return Err("Its kind of signature is not supported. Ask the issuer for a new copy.".to_owned());
    }
    Ok(did)
}
