//! The two proofs of a certificate: which combinations count where, and golden signatures.

use needlewise::credential::types::{JCS, RDFC};
use needlewise::credential::{
    Assurance, Credential, CredentialSource, TrustList, Verdict, qr_text, verify, verify_from,
};
use needlewise::view::certificate::labeled_fields;
use serde_json::Value;

use crate::pass::{Pass, branded, moment, school_branding};

/// Returns the verdict of a file and of a code with these bytes, for somebody who trusts nobody.
fn verdicts(bytes: &[u8]) -> (Verdict, Verdict) {
    let (trust, now) = (TrustList::default(), moment("2027-01-01T00:00:00Z"));
    (verify(bytes, &trust, now).verdict, verify_from(CredentialSource::Code, bytes, &trust, now).verdict)
}

/// Returns the text of a certificate with only the proofs at these indexes, in this order.
fn with_proofs(text: &str, indexes: &[usize]) -> String {
    let mut value: Value = serde_json::from_str(text).expect("json");
    value["proof"] = indexes.iter().map(|index| value["proof"][*index].clone()).collect();
    value.to_string()
}

const COUNTS: Verdict = Verdict::Untrusted;
const REFUSED: Verdict = Verdict::Invalid;

#[test]
fn a_file_needs_both_proofs_and_a_code_only_the_second() {
    let text = branded(&school_branding()).certificate();
    assert_eq!(verdicts(text.as_bytes()), (COUNTS, REFUSED));
    assert_eq!(verdicts(with_proofs(&text, &[1]).as_bytes()), (REFUSED, COUNTS));
    for indexes in [&[][..], &[0], &[1, 0], &[0, 0], &[1, 1], &[0, 1, 1], &[0, 0, 1]] {
        assert_eq!(verdicts(with_proofs(&text, indexes).as_bytes()), (REFUSED, REFUSED), "{indexes:?}");
    }
}

#[test]
fn both_proofs_of_a_file_must_match() {
    let text = Pass::default().certificate();
    for index in [0, 1] {
        let mut value: Value = serde_json::from_str(&text).expect("json");
        value["proof"][index]["proofValue"] = value["proof"][1 - index]["proofValue"].clone();
        assert_eq!(verdicts(value.to_string().as_bytes()), (REFUSED, REFUSED), "the signature of the other proof");
    }
}

#[test]
fn certificates_of_older_programs_have_one_proof_in_files_and_codes() {
    let text = include_str!("../fixtures/certificates/unsupervised-brief.json");
    let credential: Credential = serde_json::from_str(text).expect("a credential");
    assert_eq!(credential.proof.iter().map(|proof| proof.cryptosuite.as_str()).collect::<Vec<_>>(), [RDFC]);
    assert_eq!(verdicts(text.as_bytes()), (COUNTS, COUNTS));
    let code = qr_text::encode(&credential).expect("a code");
    let decoded = qr_text::decode(&code).expect("a credential");
    assert_eq!(serde_json::from_slice::<Credential>(&decoded).expect("a credential"), credential);
}

#[test]
fn the_code_of_a_certificate_has_its_second_proof_and_its_digest() {
    let text = branded(&school_branding()).certificate();
    let credential: Credential = serde_json::from_str(&text).expect("a credential");
    let decoded = qr_text::decode(&qr_text::encode(&credential).expect("a code")).expect("a credential");
    assert_eq!(verdicts(&decoded), (REFUSED, COUNTS));
    let from_code: Credential = serde_json::from_slice(&decoded).expect("a credential");
    assert_eq!(from_code.proof.iter().map(|proof| proof.cryptosuite.as_str()).collect::<Vec<_>>(), [JCS]);
    // A ledger and a revocation list find a certificate by its digest.
    assert_eq!(from_code.digest(), credential.digest());
}

/// Other software accepted exactly this text: PyLD with cryptography for the first proof, jcs with cryptography for the
/// second one, and the strict schema of Open Badges 3.0.
#[test]
fn a_branded_certificate_never_changes() {
    insta::assert_snapshot!(branded(&school_branding()).certificate());
}

#[test]
fn every_signed_text_of_a_branded_certificate_is_shown() {
    let text = branded(&school_branding()).certificate();
    let credential: Credential = serde_json::from_str(&text).expect("a credential");
    let shown: Vec<_> = labeled_fields(&credential).into_iter().map(|(_, value)| value).collect();
    let shown = shown.join("\n");
    for value in ["CE-20417", "Dr. Rosa Delgado", "Director of education", "1.5"] {
        assert!(shown.contains(value), "{value}: {shown}");
    }
}

#[test]
fn a_self_test_record_never_has_branding_or_contact_hours() {
    let branding = school_branding();
    let forged = Pass { assurance: Assurance::SelfAttested, branding: Some(&branding), ..Pass::default() };
    assert_eq!(verdicts(forged.certificate().as_bytes()), (REFUSED, REFUSED), "signed by the holder's own computer");
    let hours = Pass { assurance: Assurance::SelfAttested, contact_hours: Some("40"), ..Pass::default() };
    let text = hours.certificate();
    assert!(!text.contains("ContactHours"));
    assert_eq!(verdicts(text.as_bytes()), (COUNTS, REFUSED));
}
