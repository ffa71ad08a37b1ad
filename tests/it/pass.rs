//! A passed exam from which tests issue certificates. Every value is fixed unless a test sets it.

use needlewise::attempt::outcome::SectionOutcome;
use needlewise::attempt::paper::{BankRef, Paper, Seed};
use needlewise::attempt::{ExamResult, Mode, Outcome, Points};
use needlewise::bank::exam::Exam;
use needlewise::clock::Timestamp;
use needlewise::credential::branding::{Branding, PaperSize};
use needlewise::credential::types::Signatory;
use needlewise::credential::{Assurance, SigningKeyPair, sign};
use needlewise::exam::LoadedPaper;
use needlewise::ids::{CertificateId, Digest, TraineeId};
use needlewise::issuing::claims::CredentialClaims;

use crate::world::{small_bank, small_exam};

/// Parses a time such as `2026-11-23T09:05:00Z`.
pub fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// Returns the key that signs by default.
pub fn key() -> SigningKeyPair {
    SigningKeyPair::from_seed([7; 32])
}

/// A passed exam, with everything that its certificate shows.
pub struct Pass<'a> {
    pub name: &'a str,
    pub license: Option<&'a str>,
    pub title: &'a str,
    pub statement: &'a str,
    pub at: &'a str,
    pub until: &'a str,
    pub key: &'a SigningKeyPair,
    pub issuer: &'a str,
    /// The titles of its sections.
    pub sections: &'a [&'a str],
    pub assurance: Assurance,
    pub certificate: u8,
    pub holder: u8,
    pub renews: Option<CertificateId>,
    pub contact_hours: Option<&'a str>,
    pub branding: Option<&'a Branding>,
}

impl Default for Pass<'_> {
    fn default() -> Self {
        Self {
            name: "Zoë Ångström",
            license: Some("PT 12345"),
            title: "Brief",
            statement: "Written test only.",
            at: "2026-11-23T09:05:00Z",
            until: "2028-11-23T23:59:59Z",
            key: Box::leak(Box::new(key())),
            issuer: "A computer",
            sections: &["Small"],
            assurance: Assurance::SelfAttested,
            certificate: 2,
            holder: 1,
            renews: None,
            contact_hours: None,
            branding: None,
        }
    }
}

impl Pass<'_> {
    /// Signs the credential and returns its JSON text.
    pub fn certificate(&self) -> String {
        let at = moment(self.at);
        let (outcome, loaded_paper, exam) = (self.outcome(), loaded_paper(), self.exam());
        let claims = CredentialClaims {
            certificate_id: self.certificate_id(),
            holder_id: TraineeId::new(moment("2026-11-23T09:05:00Z"), [self.holder; 10]),
            holder_name: self.name,
            license: self.license,
            loaded_paper: &loaded_paper,
            exam: &exam,
            reviewed_on: None,
            head_digest: Digest::of("last fact"),
            outcome: &outcome,
            renewed_id: self.renews,
            valid_from: at,
            valid_until: moment(self.until),
            assurance: self.assurance,
            branding: self.branding,
            unsigned_decisions: (0, 0),
        };
        sign::sign(claims.to_credential(&self.key.did(), self.issuer), self.key, at).expect("a credential")
    }

    /// Returns the ID of the certificate.
    pub fn certificate_id(&self) -> CertificateId {
        CertificateId::new(moment(self.at), [self.certificate; 10])
    }

    fn exam(&self) -> Exam {
        let mut exam = small_exam();
        exam["title"] = self.title.into();
        exam["certificate"]["statement"] = self.statement.into();
        if let Some(hours) = self.contact_hours {
            exam["certificate"]["contact_hours"] = hours.into();
        }
        serde_json::from_value(exam).expect("an exam")
    }

    fn outcome(&self) -> Outcome {
        let percent = |n: u8| n.try_into().expect("a percent");
        let points = |text: &str| text.parse::<Points>().expect("points");
        let section = |title: &&str| SectionOutcome {
            bank: "small".parse().expect("an id"),
            title: (*title).to_owned(),
            earned: points("13/2"),
            possible: 7,
            pass_mark: Some(percent(70)),
            is_pass_mark_reached: true,
        };
        Outcome {
            earned: points("13/2"),
            possible: 7,
            pass_mark: Some(percent(80)),
            sections: self.sections.iter().map(section).collect(),
            missed_critical_objectives: Vec::new(),
            missed_objectives: Vec::new(),
            unanswered: 0,
            result: ExamResult::Passed,
        }
    }
}

/// Returns a paper of the small exam without its questions. A certificate names only its banks.
fn loaded_paper() -> LoadedPaper {
    let (id, version) = ("small".parse().expect("an id"), "1.0.0".to_owned());
    let (digest, frame) = (Digest::of("bank"), Digest::of("frame"));
    let banks = vec![BankRef { id, version, digest, frame, replaces_built_in: true }];
    let seed = Seed([0; 32]);
    let draw = needlewise::attempt::paper::DrawVersion::V1;
    let paper = Paper {
        exam: None,
        draw,
        seed,
        retries: 0,
        banks,
        sections: Vec::new(),
        reviewed: None,
        questions: Vec::new(),
    };
    let bank = serde_json::from_value(small_bank()).expect("a bank");
    LoadedPaper {
        mode: Mode::Exam,
        limit: None,
        paper,
        exam: None,
        banks: vec![bank],
        questions: Vec::new(),
        images: std::collections::BTreeMap::new(),
    }
}

/// Returns the branding of a school with everything that can be signed.
pub fn school_branding() -> Branding {
    let signatory = Signatory {
        id: "urn:uuid:01a207a6-c660-7404-8404-040404040404".to_owned(),
        types: vec!["Profile".to_owned()],
        name: "Dr. Rosa Delgado".to_owned(),
        description: "Director of education".to_owned(),
    };
    Branding { provider_number: Some("CE-20417".to_owned()), signatory: Some(signatory), paper: PaperSize::Letter }
}

/// Returns the example of a certificate with contact hours, provider number and signatory.
pub fn branded(branding: &Branding) -> Pass<'_> {
    Pass {
        issuer: "Northside School of Physical Therapy",
        assurance: Assurance::Unsupervised,
        contact_hours: Some("1.5"),
        branding: Some(branding),
        ..Pass::default()
    }
}
