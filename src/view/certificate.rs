//! The signed fields of a certificate, in words.

use crate::clock::Timestamp;
use crate::credential::types::{Evidence, ResultDescription, ResultValue};
use crate::credential::{Assurance, Credential, Verdict, VerificationResult};
use crate::issuing::request::MAX_AGE;
use crate::text;

/// Returns the label and the value of every signed field. What the certificate says comes first. IDs, keys and digests
/// come last, because people only compare them.
pub fn labeled_fields(credential: &Credential) -> Vec<(String, String)> {
    let subject = &credential.subject;
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut add = |label: &str, value: &str| fields.push((label.to_owned(), value.to_owned()));
    add("Title", &credential.name);
    add("Name", &subject.name);
    if let Some(license) = &subject.license {
        add("License", license);
    }
    add("Exam", &format!("{} (version {})", subject.achievement.name, subject.achievement.version));
    add("Assurance", credential.evidence.first().map_or("", |evidence| &evidence.genre));
    add("Summary", &credential.description);
    add("Valid from", &format_day(&credential.valid_from));
    add("Valid through", &format_day(&credential.valid_until));
    add("Awarded", &format_day(&credential.awarded_date));
    for (description, value) in subject.achievement.result_descriptions.iter().zip(&subject.results) {
        add(&description.name, &result_text(description, value));
    }
    let kind = match subject.achievement.achievement_type.as_str() {
        "CertificateOfCompletion" => "Certificate of completion",
        other => other,
    };
    add("Kind", kind);
    add("About", &subject.achievement.description);
    add("Statement", &subject.achievement.criteria.narrative);
    for evidence in &credential.evidence {
        add(&evidence.name, &evidence.narrative);
    }
    add("Issuer", &credential.issuer.name);
    if let Some(number) = credential.provider_number() {
        add("Provider number", number);
    }
    if let Some(signatory) = &subject.source {
        add("Signatory", &signatory.name);
        add("Title of the signatory", &signatory.description);
        add("Signatory ID", without_prefix(&signatory.id));
    }
    add("Issuer's key", without_prefix(&credential.issuer.id));
    add("Certificate ID", without_prefix(&credential.id));
    add("Holder ID", without_prefix(&subject.id));
    for evidence in &credential.evidence {
        add(&identifier_label(evidence), without_prefix(&evidence.id));
    }
    fields
}

/// Returns what a certificate says in plain words, as labels and values: who, what, when, by whom, until when. Empty if
/// nothing in it is known to be signed.
pub fn summary_fields(verification: &VerificationResult, now: Timestamp) -> Vec<(&'static str, String)> {
    let Some(credential) = &verification.credential else { return Vec::new() };
    let day = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.day().format_for_people());
    let is_self_test = credential.assurance() == Some(Assurance::SelfAttested);
    let signer = match (is_self_test, verification.is_issued_here) {
        (true, _) => "the holder's own computer, without supervision".to_owned(),
        (false, true) => format!("{}, on this computer", verification.issuer_label()),
        (false, false) => verification.issuer_label(),
    };
    // A revocation list can show that the clock was set back. Then only the verdict says that the certificate has ended.
    let has_ended =
        verification.verdict == Verdict::Expired || credential.expires_at().is_some_and(|until| until < now);
    let license = credential.subject.license.as_ref().map(|license| ("License", license.clone()));
    let hours = credential.contact_hours().map(|hours| ("Contact hours", hours.to_owned()));
    let mut fields = vec![("Holder", credential.subject.name.clone())];
    fields.extend(license);
    fields.push(("Exam", credential.subject.achievement.name.clone()));
    fields.push(("Passed", day(credential.starts_at())));
    fields.extend(hours);
    fields.push(("Signed by", signer));
    let until = day(credential.expires_at());
    fields.push(if has_ended {
        ("Expired", format!("{until} (UTC)"))
    } else {
        ("Valid through", format!("{until} (UTC)"))
    });
    let status = match verification.verdict {
        _ if is_self_test => "self-test record",
        Verdict::Untrusted => "not checked here, because this computer does not trust the issuer yet",
        Verdict::Stale => "not certain, because the issuer's revocation list is missing or old",
        verdict => verdict.name(),
    };
    fields.push(("Status", status.to_owned()));
    fields
}

/// Returns what can be done next, in full sentences. `how_to_request` says how to make a certificate request here.
pub fn next_step(verification: &VerificationResult, now: Timestamp, how_to_request: &str) -> String {
    let credential = verification.credential.as_ref();
    if credential.and_then(Credential::assurance) == Some(Assurance::SelfAttested) {
        let passed_at = credential.and_then(Credential::starts_at);
        let is_too_old = passed_at.is_some_and(|passed_at| now.since(passed_at) > MAX_AGE);
        let next = if is_too_old {
            "The exam was passed more than 90 days ago, so a school no longer signs a certificate for it. Pass the exam again."
        } else {
            how_to_request
        };
        return format!("It shows that the holder passed, and does not count elsewhere. {next}");
    }
    match verification.verdict {
        Verdict::Valid => "Nothing is left to do.".to_owned(),
        Verdict::Expired => "For a new certificate, the exam must be passed again.".to_owned(),
        Verdict::Revoked if verification.is_issued_here => verification.reason.clone(),
        Verdict::Revoked => format!("{} Ask the issuer why.", verification.reason),
        Verdict::Invalid | Verdict::Untrusted | Verdict::Stale => verification.reason.clone(),
    }
}

/// Returns the verdict with the holder, the exam and the last day, such as `valid for Amira Okafor: Brief, until Nov 29,
/// 2028`. A verdict without them could be taken for that of another file.
pub fn verdict_text(verification: &VerificationResult) -> String {
    if verification.is_foreign {
        return "nothing to check".to_owned();
    }
    let verdict = verification.verdict;
    let Some(credential) = &verification.credential else { return verdict.to_string() };
    let (name, exam) =
        (text::single_line(&credential.subject.name), text::single_line(&credential.subject.achievement.name));
    let until = credential.expires_at().map_or_else(String::new, |until| until.day().format_for_people());
    match verdict {
        Verdict::Valid => format!("valid for {name}: {exam}, until {until}"),
        Verdict::Expired => format!("expired: {name}, {exam}, was valid through {until}"),
        _ => format!("{verdict}: {name}, {exam}"),
    }
}

/// Returns the day of a signed moment. People read the day, and the JSON file has the moment.
fn format_day(moment: &str) -> String {
    let day = |at: Timestamp| format!("{} (UTC)", at.day().format_for_people());
    moment.parse().map_or_else(|_| moment.to_owned(), day)
}

/// Returns a result such as `58.08 of 60, 48 needed`.
fn result_text(description: &ResultDescription, value: &ResultValue) -> String {
    let maximum = description.value_max.as_ref().map_or(String::new(), |maximum| format!(" of {maximum}"));
    let required = description.required_value.as_ref().map_or(String::new(), |required| format!(", {required} needed"));
    format!("{}{maximum}{required}", value.format_for_people())
}

/// Returns what the ID of a piece of evidence is: a certificate's ID or a SHA-256 digest.
fn identifier_label(evidence: &Evidence) -> String {
    let kind = if evidence.id.starts_with("urn:uuid:") { "ID" } else { "SHA-256" };
    format!("{} ({kind})", evidence.name)
}

/// Returns an identifier without the scheme that tells programs what it is.
fn without_prefix(identifier: &str) -> &str {
    ["urn:uuid:", "urn:sha256:", "did:key:"]
        .into_iter()
        .find_map(|prefix| identifier.strip_prefix(prefix))
        .unwrap_or(identifier)
}
