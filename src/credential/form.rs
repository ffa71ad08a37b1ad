//! Checks that a credential has the one form that this program writes.
//!
//! The signed graph has no order and no duplicates. Fields that are read by position must therefore be in their
//! positions.

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::credential::assurance::Assurance;
use crate::credential::key;
use crate::credential::types::{
    CONTACT_HOURS, CONTEXTS, Credential, JCS, PROVIDER_NUMBER, ResultDescription, ResultValue,
};
use crate::ids::{CertificateId, Digest};
use crate::text;

/// Checks contexts, types, results, evidence, IDs and dates.
///
/// # Errors
/// A message to show the user.
pub(super) fn check_form(credential: &Credential) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{what}. Ask the issuer for a new copy."));
    if !has_expected_types(credential) {
        return wrong("Its contexts or types are not those of a needlewise certificate");
    }
    if !has_expected_results(credential) || !has_expected_evidence(credential) {
        return wrong("Its results or its evidence are incomplete or out of order");
    }
    if !has_expected_ids(credential) {
        return wrong("An ID in it is malformed or used twice");
    }
    if credential.proof.windows(2).any(|pair| pair[0].created != pair[1].created) {
        return wrong("Its two signatures have different times");
    }
    let dates = [&credential.valid_from, &credential.valid_until, &credential.awarded_date];
    let dates = dates.into_iter().chain(credential.proof.iter().map(|proof| &proof.created));
    // A date has one allowed spelling, so that all readers see the same date.
    let is_canonical_time =
        |time: &&String| time.parse::<Timestamp>().is_ok_and(|timestamp| timestamp.to_string() == **time);
    if dates.into_iter().all(|time| is_canonical_time(&time)) {
        Ok(())
    } else {
        wrong("A date in it is not in the UTC format")
    }
}

/// Returns whether older programs wrote the credential: it has only the proof of its meaning, which was the only one.
fn is_of_first_form(credential: &Credential) -> bool {
    credential.proof.iter().all(|proof| proof.cryptosuite != JCS)
}

/// Returns whether provider number, signatory and contact hours are allowed: only a school gives them.
fn may_have_branding(credential: &Credential) -> bool {
    !is_of_first_form(credential)
        && credential.assurance().is_some_and(|assurance| assurance != Assurance::SelfAttested)
}

fn has_expected_types(credential: &Credential) -> bool {
    let is_exactly =
        |actual: &[String], expected: &[&str]| actual.iter().map(String::as_str).eq(expected.iter().copied());
    let subject = &credential.subject;
    let achievement = &subject.achievement;
    let is_provider_number = |entry: &crate::credential::types::OtherIdentifier| {
        (entry.entry_type.as_str(), entry.identifier_type.as_str()) == ("IdentifierEntry", PROVIDER_NUMBER)
    };
    let is_branding_expected = match (credential.issuer.other_identifiers.as_slice(), &subject.source) {
        ([], None) => true,
        (entries, source) => {
            may_have_branding(credential)
                && entries.len() <= 1
                && entries.iter().all(is_provider_number)
                && source.iter().all(|source| is_exactly(&source.types, &["Profile"]))
        }
    };
    is_branding_expected
        && is_exactly(&credential.context, &CONTEXTS)
        && is_exactly(&credential.types, &["VerifiableCredential", "OpenBadgeCredential"])
        && is_exactly(&credential.issuer.types, &["Profile"])
        && is_exactly(&subject.types, &["AchievementSubject"])
        && is_exactly(&achievement.types, &["Achievement"])
        && achievement
            .result_descriptions
            .iter()
            .all(|description| is_exactly(&description.types, &["ResultDescription"]))
        && subject.results.iter().all(|result| is_exactly(&result.types, &["Result"]))
        && credential.evidence.iter().all(|evidence| is_exactly(&evidence.types, &["Evidence"]))
}

/// Returns whether each result has its description, and contact hours, if any, come last.
fn has_expected_results(credential: &Credential) -> bool {
    let achievement = &credential.subject.achievement;
    let descriptions = &achievement.result_descriptions;
    let is_id_expected = |(index, description): (usize, &ResultDescription)| {
        is_of_first_form(credential) || description.id == result_id(&achievement.id, index)
    };
    let is_type_expected = |(index, description): (usize, &ResultDescription)| {
        let is_last = index + 1 == descriptions.len();
        match description.result_type.as_str() {
            "RawScore" | "Status" => true,
            CONTACT_HOURS => {
                let hours = credential.subject.results.get(index).and_then(|result| result.value.as_deref());
                is_last && may_have_branding(credential) && hours.is_some_and(text::is_contact_hours)
            }
            _ => false,
        }
    };
    let result_ids = credential.subject.results.iter().map(|result: &ResultValue| result.description_id.as_str());
    result_ids.eq(descriptions.iter().map(|description| description.id.as_str()))
        && descriptions.iter().enumerate().all(|entry| is_id_expected(entry) && is_type_expected(entry))
}

/// Returns the ID of a result in a credential: the ID of the achievement with the index of the result as its fragment.
pub fn result_id(achievement_id: &str, index: usize) -> String {
    format!("{achievement_id}#r{index}")
}

fn has_expected_evidence(credential: &Credential) -> bool {
    let genres: Vec<_> = credential.evidence.iter().skip(1).map(|evidence| evidence.genre.as_str()).collect();
    matches!(genres.as_slice(), ["paper", "exam", "banks"] | ["paper", "exam", "banks", "renewal"])
        && credential.assurance().is_some()
        && credential.exam_id().is_some()
}

/// Returns whether all IDs have their one spelling and none is used twice.
fn has_expected_ids(credential: &Credential) -> bool {
    let subject = &credential.subject;
    let ids: Vec<_> = [&credential.id, &credential.issuer.id, &subject.id, &subject.achievement.id]
        .into_iter()
        .chain(subject.source.iter().map(|source| &source.id))
        .chain(credential.evidence.iter().map(|evidence| &evidence.id))
        .map(String::as_str)
        .collect();
    let result_ids = || subject.achievement.result_descriptions.iter().map(|description| description.id.as_str());
    // `has_expected_results` has compared those of today.
    let are_result_ids_canonical = !is_of_first_form(credential) || result_ids().all(is_canonical_id);
    let distinct: BTreeSet<_> = ids.iter().copied().chain(result_ids()).collect();
    distinct.len() == ids.len() + subject.achievement.result_descriptions.len()
        && are_result_ids_canonical
        && ids.iter().all(|id| is_canonical_id(id))
        && credential.certificate_id().is_some()
        && credential.holder_id().is_some()
}

/// Returns whether an ID has exactly the spelling that this program writes. The signed graph leaves out a node whose ID
/// is not an absolute IRI, so its fields would look signed without being signed.
fn is_canonical_id(id: &str) -> bool {
    if let Some(uuid) = id.strip_prefix("urn:uuid:") {
        return uuid.parse::<CertificateId>().is_ok_and(|id| id.to_string() == uuid);
    }
    match id.strip_prefix("urn:sha256:") {
        Some(digest) => digest.parse::<Digest>().is_ok(),
        None => key::fingerprint(id).is_some(),
    }
}
