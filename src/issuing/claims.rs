//! The claims of a certificate, and their conversion to an unsigned credential.
//!
//! Every text here is signed, and `credential::verify` requires this order of results and evidence. A change of either
//! would change new certificates.

use crate::attempt::points::points_needed;
use crate::attempt::{Outcome, Points};
use crate::bank::exam::{ContactHours, Exam, Percent};
use crate::canonical;
use crate::clock::{Day, Timestamp};
use crate::credential::assurance::Assurance;
use crate::credential::branding::Branding;
use crate::credential::form::result_id;
use crate::credential::types::{
    Achievement, CONTACT_HOURS, CONTEXTS, Credential, CredentialSubject, Criteria, Evidence, IssuerProfile,
    OtherIdentifier, PROVIDER_NUMBER, ResultDescription, ResultValue,
};
use crate::exam::LoadedPaper;
use crate::ids::{CertificateId, Digest, TraineeId};
use crate::text;

/// The facts that a certificate states about a passed exam. A person's time factor is private and not among them.
#[derive(Debug)]
pub struct CredentialClaims<'a> {
    pub certificate_id: CertificateId,
    pub holder_id: TraineeId,
    /// The holder's name, exactly as the certificate shows it.
    pub holder_name: &'a str,
    /// The holder's license, if the certificate shows one.
    pub license: Option<&'a str>,
    /// The questions of the attempt with their banks.
    pub loaded_paper: &'a LoadedPaper,
    pub exam: &'a Exam,
    /// The earliest day on which a clinician reviewed one of the questions. `None` if any question has no review. An
    /// issuer takes it from its own banks, because a request could claim any day.
    pub reviewed_on: Option<Day>,
    /// The digest of the last fact of the attempt.
    pub head_digest: Digest,
    /// The passed outcome: the score, the sections and their pass marks.
    pub outcome: &'a Outcome,
    /// The certificate that this one renews, if any.
    pub renewed_id: Option<CertificateId>,
    /// The end of the attempt.
    pub valid_from: Timestamp,
    /// The end of the last valid day in UTC.
    pub valid_until: Timestamp,
    pub assurance: Assurance,
    /// The issuer's provider number and signatory, if it has them.
    pub branding: Option<&'a Branding>,
    /// The number of voided attempts and of granted attempts, counting only decisions about this holder's earlier
    /// attempts that no issuer signed.
    pub unsigned_decisions: (usize, usize),
}

fn digest_urn(digest: Digest) -> String {
    format!("urn:sha256:{digest}")
}

/// Returns the description of a result without limits. Its ID is set when all results are known.
fn plain_result(name: String, result_type: &str) -> ResultDescription {
    ResultDescription {
        id: String::new(),
        types: vec!["ResultDescription".to_owned()],
        name,
        result_type: result_type.to_owned(),
        value_min: None,
        value_max: None,
        required_value: None,
    }
}

impl CredentialClaims<'_> {
    /// Returns the claims as an unsigned credential of the issuer with this did:key and name.
    pub fn to_credential(&self, issuer_did: &str, issuer_name: &str) -> Credential {
        // Screens write dates in another form. That form may change, but a signed sentence stays as it is.
        let validity = format!("Valid through {} (UTC)", self.valid_until.day().format_signed());
        let title = match self.assurance {
            Assurance::SelfAttested => format!("Self-test record: {}", self.exam.title),
            Assurance::Unsupervised | Assurance::Invigilated => {
                format!("Certificate of completion: {}", self.exam.title)
            }
        };
        Credential {
            context: CONTEXTS.map(str::to_owned).to_vec(),
            id: format!("urn:uuid:{}", self.certificate_id),
            types: vec!["VerifiableCredential".to_owned(), "OpenBadgeCredential".to_owned()],
            name: title,
            description: format!("{validity}. {}.{}", self.assurance.description(), self.unsigned_decisions_text()),
            issuer: IssuerProfile {
                id: issuer_did.to_owned(),
                types: vec!["Profile".to_owned()],
                name: issuer_name.to_owned(),
                other_identifiers: self.provider_number(),
            },
            valid_from: self.valid_from.truncate_to_second().to_string(),
            valid_until: self.valid_until.truncate_to_second().to_string(),
            awarded_date: self.valid_from.truncate_to_second().to_string(),
            subject: CredentialSubject {
                id: format!("urn:uuid:{}", self.holder_id),
                types: vec!["AchievementSubject".to_owned()],
                name: self.holder_name.to_owned(),
                license: self.license.map(str::to_owned),
                source: self.branding.and_then(|branding| branding.signatory.clone()),
                achievement: self.achievement(),
                results: self.results(),
            },
            evidence: self.evidence(),
            proof: Vec::new(),
        }
    }

    /// Returns a sentence about decisions that no issuer signed, or an empty text if there are none.
    fn unsigned_decisions_text(&self) -> String {
        match self.unsigned_decisions {
            (0, 0) => String::new(),
            (voided, granted) => {
                let voided = text::count_with_noun(voided, "attempt");
                format!(" Decided on this computer, not signed by an issuer: {voided} voided, {granted} granted.")
            }
        }
    }

    fn provider_number(&self) -> Vec<OtherIdentifier> {
        let number = self.branding.and_then(|branding| branding.provider_number.clone());
        let entry = |identifier| OtherIdentifier {
            entry_type: "IdentifierEntry".to_owned(),
            identifier,
            identifier_type: PROVIDER_NUMBER.to_owned(),
        };
        number.into_iter().map(entry).collect()
    }

    /// Returns the contact hours of the exam, which a self-test record never has.
    fn contact_hours(&self) -> Option<&str> {
        let hours = self.exam.certificate.contact_hours.as_ref().map(ContactHours::as_str);
        hours.filter(|_| self.assurance != Assurance::SelfAttested)
    }

    /// Returns an ID for a part of the credential. No two parts share one: the graph would merge them into one node.
    fn part_urn(&self, name: &str) -> String {
        digest_urn(Digest::of(format!("{}/{name}", self.exam.digest())))
    }

    fn achievement(&self) -> Achievement {
        let needed = |pass: Option<Percent>, possible| pass.map(|pass| points_needed(pass, possible).to_string());
        let raw_score = |name: String, possible: usize, required_value| ResultDescription {
            value_min: Some("0".to_owned()),
            value_max: Some(possible.to_string()),
            required_value,
            ..plain_result(name, "RawScore")
        };
        let possible = self.outcome.possible;
        let mut descriptions = vec![raw_score("Score".to_owned(), possible, needed(self.outcome.pass_mark, possible))];
        for (title, section) in self.outcome.titled_sections() {
            descriptions.push(raw_score(title, section.possible, needed(section.pass_mark, section.possible)));
        }
        descriptions.push(plain_result("Every safety-critical question right".to_owned(), "Status"));
        descriptions.extend(self.contact_hours().map(|_| plain_result("Contact hours".to_owned(), CONTACT_HOURS)));
        let id = self.part_urn("achievement");
        for (index, description) in descriptions.iter_mut().enumerate() {
            description.id = result_id(&id, index);
        }
        Achievement {
            id,
            types: vec!["Achievement".to_owned()],
            achievement_type: "CertificateOfCompletion".to_owned(),
            name: self.exam.title.clone(),
            description: format!("Written exam \"{}\" on dry needling.", self.exam.title),
            version: self.exam.version.clone(),
            criteria: Criteria { narrative: self.criteria_narrative() },
            result_descriptions: descriptions,
        }
    }

    /// Returns the exam's statement, and whether a clinician reviewed its questions.
    fn criteria_narrative(&self) -> String {
        let review = self.reviewed_on.map_or_else(
            || "Questions not yet reviewed by a clinician.".to_owned(),
            |day| format!("Questions reviewed by a clinician, the earliest on {}.", day.format_signed()),
        );
        format!("{} {review}", self.exam.certificate.statement)
    }

    /// Returns the results in the order of their descriptions in [`Self::achievement`].
    fn results(&self) -> Vec<ResultValue> {
        // Open Badges stores points as text, so fractions stay exact.
        let points = |earned: &Points| (Some(earned.to_string()), None);
        let mut values = vec![points(&self.outcome.earned)];
        values.extend(self.outcome.sections.iter().map(|section| points(&section.earned)));
        // Open Badges requires a status for a result of the type Status.
        values.push((None, Some("Completed".to_owned())));
        values.extend(self.contact_hours().map(|hours| (Some(hours.to_owned()), None)));
        let achievement_id = self.part_urn("achievement");
        let result = |(index, (value, status))| ResultValue {
            types: vec!["Result".to_owned()],
            description_id: result_id(&achievement_id, index),
            value,
            status,
        };
        values.into_iter().enumerate().map(result).collect()
    }

    /// Returns the evidence. The first genre is the assurance, and the first word of the exam's narrative is its ID.
    fn evidence(&self) -> Vec<Evidence> {
        let evidence = |id: String, genre: &str, name: &str, narrative: String| Evidence {
            id,
            types: vec!["Evidence".to_owned()],
            name: name.to_owned(),
            narrative,
            genre: genre.to_owned(),
        };
        let pool_note = if self.loaded_paper.has_practice_bank() {
            "Open pool: these questions can be practiced."
        } else {
            "Closed pool: these questions cannot be practiced."
        };
        // The paper's digest covers the digests of the banks.
        let banks = self.loaded_paper.banks.iter().zip(&self.loaded_paper.paper.banks).map(|(bank, bank_ref)| {
            let replaced = if bank_ref.replaces_built_in { ", in place of the built-in bank" } else { "" };
            format!("{} {}{replaced}", bank.title, bank_ref.version)
        });
        let banks: Vec<_> = banks.collect();
        let paper_digest = Digest::of(canonical::bytes(&self.loaded_paper.paper));
        let exam_text = format!("{} {}", self.exam.id, self.exam.version);
        let mut entries = vec![
            evidence(
                digest_urn(self.head_digest),
                self.assurance.name(),
                "Facts of the attempt",
                self.assurance.description().to_owned(),
            ),
            evidence(
                digest_urn(paper_digest),
                "paper",
                "Paper",
                "The questions in the order they were asked.".to_owned(),
            ),
            evidence(digest_urn(self.exam.digest()), "exam", "Exam", exam_text),
            evidence(self.part_urn("banks"), "banks", "Question banks", format!("{pool_note} {}.", banks.join("; "))),
        ];
        if let Some(renewed_id) = self.renewed_id {
            let id = format!("urn:uuid:{renewed_id}");
            entries.push(evidence(
                id,
                "renewal",
                "Renewed certificate",
                "This certificate renews an earlier one.".to_owned(),
            ));
        }
        entries
    }
}
