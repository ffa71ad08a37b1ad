//! What a pass is worth putting on a certificate, and how its words are put.

use crate::attempt::outcome::SectionOutcome;
use crate::attempt::points::points_needed;
use crate::attempt::{Outcome, Points};
use crate::bank::exam::Exam;
use crate::canonical;
use crate::clock::{Day, Timestamp};
use crate::credential::assurance::Assurance;
use crate::credential::types::{
    Achievement, CONTEXTS, Credential, CredentialSubject, Criteria, Evidence, IssuerProfile, ResultDescription,
    ResultValue,
};
use crate::exam::LoadedPaper;
use crate::ids::{CertificateId, Digest, TraineeId};

/// A pass with everything that a certificate says of it. A person's time factor is not among it.
#[derive(Debug)]
pub struct CredentialClaims<'a> {
    /// The certificate's name.
    pub id: CertificateId,
    /// The person's id.
    pub holder: TraineeId,
    /// The person's name as it is printed.
    pub name: &'a str,
    /// The person's license, if it is to be printed.
    pub license: Option<&'a str>,
    /// What was asked.
    pub sheet: &'a LoadedPaper,
    /// The exam's blueprint.
    pub exam: &'a Exam,
    /// When a clinician reviewed the questions: the earliest day, or nothing while one of them lacks a review. An issuer goes by
    /// its own banks, and not by what a request says.
    pub reviewed: Option<Day>,
    /// The digest of the last fact of the attempt.
    pub head: Digest,
    /// What the attempt came to.
    pub outcome: &'a Outcome,
    /// The certificate that this one renews.
    pub renews: Option<CertificateId>,
    /// From when it is valid: the end of the sitting.
    pub valid_from: Timestamp,
    /// Until when it is valid: the end of a day in UTC.
    pub valid_until: Timestamp,
    /// How far others can rely on it.
    pub assurance: Assurance,
    /// How many of the person's earlier attempts were voided, and how many more were granted, by a decision that no issuer
    /// signed.
    pub unsigned: (usize, usize),
}

fn urn(digest: Digest) -> String {
    format!("urn:sha256:{digest}")
}

impl CredentialClaims<'_> {
    /// Puts the award as an unsigned credential of `issuer`, whose id is a did:key.
    pub fn credential(&self, issuer: &str, issuer_name: &str) -> Credential {
        let until = format!("Valid through {} (UTC)", self.valid_until.day().format_long());
        let title = match self.assurance {
            Assurance::SelfAttested => format!("Self-test record: {}", self.exam.title),
            Assurance::Unsupervised | Assurance::Invigilated => {
                format!("Certificate of completion: {}", self.exam.title)
            }
        };
        Credential {
            context: CONTEXTS.map(str::to_owned).to_vec(),
            id: format!("urn:uuid:{}", self.id),
            kinds: vec!["VerifiableCredential".to_owned(), "OpenBadgeCredential".to_owned()],
            name: title,
            description: format!("{until}. {}.{}", self.assurance.words(), self.decisions()),
            issuer: IssuerProfile {
                id: issuer.to_owned(),
                kinds: vec!["Profile".to_owned()],
                name: issuer_name.to_owned(),
            },
            valid_from: self.valid_from.truncate_to_second().to_string(),
            valid_until: self.valid_until.truncate_to_second().to_string(),
            awarded: self.valid_from.truncate_to_second().to_string(),
            subject: CredentialSubject {
                id: format!("urn:uuid:{}", self.holder),
                kinds: vec!["AchievementSubject".to_owned()],
                name: self.name.to_owned(),
                license: self.license.map(str::to_owned),
                achievement: self.achievement(),
                results: self.results(),
            },
            evidence: self.evidence(),
            proof: Vec::new(),
        }
    }

    /// Says what was decided about attempts without an issuer's signature.
    fn decisions(&self) -> String {
        match self.unsigned {
            (0, 0) => String::new(),
            (voided, granted) => {
                format!(
                    " Decided on this computer, not signed by an issuer: {voided} attempts voided, {granted} granted."
                )
            }
        }
    }

    /// Names a part of the exam, so that no two parts of the credential share an id.
    fn part(&self, name: &str) -> String {
        urn(Digest::of(format!("{}/{name}", self.exam.digest())))
    }

    fn achievement(&self) -> Achievement {
        let mut descriptions = vec![self.raw_score("score", "Score", self.outcome.possible, {
            self.outcome.pass.map(|pass| points_needed(pass, self.outcome.possible))
        })];
        for (at, section) in self.outcome.sections.iter().enumerate() {
            let needed = section.pass.map(|pass| points_needed(pass, section.possible));
            descriptions.push(self.raw_score(&format!("section/{at}"), &section.title, section.possible, needed));
        }
        descriptions.push(ResultDescription {
            id: self.part("critical"),
            kinds: vec!["ResultDescription".to_owned()],
            name: "Every safety-critical question right".to_owned(),
            result_type: "Status".to_owned(),
            least: None,
            most: None,
            required: None,
        });
        Achievement {
            id: self.part("achievement"),
            kinds: vec!["Achievement".to_owned()],
            achievement_type: "CertificateOfCompletion".to_owned(),
            name: self.exam.title.clone(),
            description: format!("Written exam \"{}\" on dry needling.", self.exam.title),
            version: self.exam.version.clone(),
            criteria: Criteria { narrative: self.statement() },
            descriptions,
        }
    }

    /// Returns the exam's statement with what must be known of its questions.
    fn statement(&self) -> String {
        let review = self.reviewed.map_or_else(
            || "Questions not yet reviewed by a clinician.".to_owned(),
            |day| format!("Questions reviewed by a clinician, the earliest on {}.", day.format_long()),
        );
        format!("{} {review}", self.exam.certificate.statement)
    }

    fn raw_score(&self, part: &str, name: &str, possible: usize, required: Option<usize>) -> ResultDescription {
        ResultDescription {
            id: self.part(part),
            kinds: vec!["ResultDescription".to_owned()],
            name: name.to_owned(),
            result_type: "RawScore".to_owned(),
            least: Some("0".to_owned()),
            most: Some(possible.to_string()),
            required: required.map(|count| count.to_string()),
        }
    }

    fn results(&self) -> Vec<ResultValue> {
        let value = |part: &str, points: &Points| ResultValue {
            kinds: vec!["Result".to_owned()],
            description: self.part(part),
            value: Some(points.to_string()),
            status: None,
        };
        let section = |(at, section): (usize, &SectionOutcome)| value(&format!("section/{at}"), &section.earned);
        let mut results = vec![value("score", &self.outcome.earned)];
        results.extend(self.outcome.sections.iter().enumerate().map(section));
        results.push(ResultValue {
            kinds: vec!["Result".to_owned()],
            description: self.part("critical"),
            value: None,
            status: Some("Completed".to_owned()),
        });
        results
    }

    fn evidence(&self) -> Vec<Evidence> {
        let evidence = |id: String, genre: &str, name: &str, narrative: String| Evidence {
            id,
            kinds: vec!["Evidence".to_owned()],
            name: name.to_owned(),
            narrative,
            genre: genre.to_owned(),
        };
        let pool = if self.sheet.has_practice_bank() {
            "Open pool: these questions can be practiced."
        } else {
            "Closed pool: these questions cannot be practiced."
        };
        let banks = self.sheet.banks.iter().zip(&self.sheet.paper.banks).map(|(bank, named)| {
            let replaced = if named.replaces_built_in { ", in place of the built-in bank" } else { "" };
            format!("{} {} ({}{replaced})", bank.title, named.version, named.digest)
        });
        let banks: Vec<_> = banks.collect();
        let paper = Digest::of(canonical::bytes(&self.sheet.paper));
        let exam = format!("{} {} {}", self.exam.id, self.exam.version, self.exam.digest());
        let mut all = vec![
            evidence(urn(self.head), self.assurance.name(), "Facts of the attempt", self.assurance.words().to_owned()),
            evidence(urn(paper), "paper", "Paper", "The questions in the order they were asked.".to_owned()),
            evidence(urn(self.exam.digest()), "exam", "Exam", exam),
            evidence(self.part("banks"), "banks", "Question banks", format!("{pool} {}.", banks.join("; "))),
        ];
        if let Some(earlier) = self.renews {
            let id = format!("urn:uuid:{earlier}");
            all.push(evidence(
                id,
                "renewal",
                "Renewed certificate",
                "This certificate renews an earlier one.".to_owned(),
            ));
        }
        all
    }
}
