//! Work of an issuer: build and review certificate requests, sign certificates, and record both in the ledger.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;

use super::certificate_files::{StoredCertificate, export_error};
use super::people::normalize_name;
use super::{ServiceError, Services};
use crate::attempt::chain::ChainHead;
use crate::attempt::fact::{CertificateIssued, LedgerEntry};
use crate::attempt::paper::BankRef;
use crate::attempt::{ExamResult, Fact, Mode};
use crate::canonical;
use crate::clock::Day;
use crate::credential::{Assurance, Issuer, SigningKeyPair, sign};
use crate::exam::{LoadedPaper, draw};
use crate::ids::{AttemptId, CertificateId, Digest, TraineeId};
use crate::issuing::claims::CredentialClaims;
use crate::issuing::ledger::Ledger;
use crate::issuing::request::{CertificateRequest, Requester, bank_marker, pool_marker};
use crate::paths;
use crate::problem::json_reason;
use crate::projections::attempts::AttemptQuery;
use crate::projections::certificates::CertificateQuery;
use crate::store::Batch;

mod review;

pub use review::RequestReview;

/// The work of an issuer: certificates on request, revocations, bundles and re-marking.
#[derive(Debug)]
pub struct Issuing<S> {
    pub(super) services: S,
}

impl<S: Deref<Target = Services>> Issuing<S> {
    /// Builds the certificate request for a passed exam. An issuer on another computer can review it.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the attempt is not a passed exam, and the errors of
    /// [`super::Attempts::load_paper`].
    pub fn build_request(&self, attempt: AttemptId) -> Result<CertificateRequest, ServiceError> {
        let active_attempt = self.services.attempts().load(attempt)?;
        if (active_attempt.row.mode, active_attempt.row.result) != (Mode::Exam, Some(ExamResult::Passed)) {
            return Err(ServiceError::Rejected(
                "Only a passed exam can get a certificate. See `needlewise record list`.".to_owned(),
            ));
        }
        let person =
            self.services.people().by_facts(active_attempt.trainee)?.ok_or(ServiceError::UnknownAttempt(attempt))?;
        let rows = self.services.attempts().facts(attempt)?;
        let requester = Requester { id: person.id, name: person.person.name, license: person.person.license };
        Ok(CertificateRequest::new(requester, attempt, &rows, |digest| self.services.content(digest)))
    }

    /// Returns the content of all banks and exams in use, by digest: questions, bank frames, pools and exams. Requests
    /// are checked against it.
    pub(super) fn catalog_content(&self) -> std::collections::BTreeMap<Digest, String> {
        let mut content = std::collections::BTreeMap::new();
        let mut insert_text = |text: String| {
            let digest = Digest::of(&text);
            content.insert(digest, text);
            digest
        };
        for bank in self.services.catalog().banks() {
            let (value, replaced) = (&bank.value, bank.replaces_built_in);
            let frame = insert_text(canonical::text(&value.without_questions()));
            let (id, version, digest) = (value.id.clone(), value.version.clone(), value.digest());
            insert_text(bank_marker(&BankRef { id, version, digest, frame, replaces_built_in: replaced }));
        }
        for exam in self.services.catalog().exams() {
            let digest = insert_text(canonical::text(&exam.value));
            for (section_index, section) in exam.value.sections.iter().enumerate() {
                let Ok(bank) = self.services.catalog().bank(&section.bank) else { continue };
                let pool: Vec<_> =
                    draw::pool(&bank.value, section).map(|question| insert_text(question.content_json())).collect();
                let pool = insert_text(canonical::text(&pool));
                insert_text(pool_marker(digest, section_index, pool));
            }
        }
        content
    }

    /// Returns the earliest day on which a clinician reviewed a question of the paper, by the banks in use here. `None`
    /// if a question has no review, or has changed or left the banks since then.
    fn earliest_review_day(&self, loaded_paper: &LoadedPaper) -> Option<Day> {
        let banks: Vec<_> = loaded_paper.banks.iter().map(|bank| self.services.catalog().bank(&bank.id).ok()).collect();
        let review_day = |loaded_question: &crate::exam::loaded_paper::LoadedQuestion| {
            let bank = banks[loaded_question.bank]?;
            let digest = loaded_question.question.digest();
            let question = bank.value.questions.iter().find(|candidate| candidate.id == loaded_question.question.id)?;
            question.reviewed.as_ref().filter(|_| question.digest() == digest).map(|reviewed| reviewed.on)
        };
        let days = loaded_paper.questions.iter().map(review_day).collect::<Option<Vec<_>>>()?;
        days.into_iter().min()
    }

    /// Finds a passed invigilated exam of this person that the invigilator has not signed at its end. An exam whose
    /// certificate was revoked because of an issuer error counts as not signed.
    ///
    /// # Errors
    /// The errors of [`Issuing::ledger`] and [`super::Attempts::load`].
    pub fn find_unsigned_pass(&self, trainee: TraineeId, issuer: &Issuer) -> Result<Option<AttemptId>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let ledger = self.ledger(issuer.id)?;
        let mut certificates = self
            .services
            .store
            .certificates(&CertificateQuery { trainee: Some(trainee), ..CertificateQuery::default() })?;
        certificates.retain(|certificate| !ledger.reissuable.contains(&certificate.id));
        for row in self.services.store.attempts(&query)? {
            let has_passed = row.result == Some(ExamResult::Passed);
            // Rows of certificates do not name the attempt, but a certificate is valid from the end of its attempt.
            let is_signed = certificates.iter().any(|certificate| {
                let ended_at = row.finished_at.map(|finished_at| finished_at.max(row.started_at));
                ended_at.is_some_and(|ended_at| certificate.valid_from == ended_at.truncate_to_second())
            });
            if has_passed && !is_signed && self.services.attempts().load(row.id)?.invigilated {
                return Ok(Some(row.id));
            }
        }
        Ok(None)
    }

    /// Returns the certificate that this issuer signed for exactly this request and has not revoked, if there is one.
    ///
    /// # Errors
    /// The errors of [`Issuing::ledger`] and [`super::Certificates::find`].
    pub fn issued_before(
        &self,
        request: &CertificateRequest,
        issuer: &Issuer,
    ) -> Result<Option<StoredCertificate>, ServiceError> {
        let ledger = self.ledger(issuer.id)?;
        // A request with another name or another license is another request, also if it was received and refused.
        let digest = request.digest();
        let is_same = |line: &&LedgerEntry| line.attempt == request.attempt && request.ends_with(line.head);
        let Some(line) = ledger.entries.iter().find(|line| is_same(line) && !ledger.is_revoked(line.certificate))
        else {
            return Ok(None);
        };
        let certificate = self.services.certificates().find(&line.certificate.to_string())?;
        let was_granted = match line.request {
            Some(granted) => granted == digest,
            // Older lines do not name the request. The name on the certificate tells which one it was.
            None => ledger.has_received(digest) && certificate.has_signed_name(&request.trainee.name),
        };
        Ok(was_granted.then_some(certificate))
    }

    /// Ensures that no certificate in force was signed for this request or its attempt.
    pub(super) fn ensure_unused(
        request: &CertificateRequest,
        head: Digest,
        ledger: &Ledger,
    ) -> Result<(), ServiceError> {
        let is_same_attempt = |line: &&LedgerEntry| line.attempt == request.attempt || line.head == head;
        let is_in_force = |line: &&LedgerEntry| !ledger.is_revoked(line.certificate);
        ledger.entries.iter().find(|line| is_same_attempt(line) && is_in_force(line)).map_or(Ok(()), |line| {
            let id = line.certificate.short();
            Err(ServiceError::Rejected(format!(
                "The request is refused. It was already used for certificate {id}. To write that certificate again, \
                 run `needlewise certificate export {id} --format json --to DIR`. To correct it, revoke it first."
            )))
        })
    }
}

impl<S: DerefMut<Target = Services>> Issuing<S> {
    /// Writes the certificate request for the attempt of a self-test record into the folder for exports, and returns its
    /// path.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the attempt is not on this computer, [`ServiceError::Certificate`] if the file cannot
    /// be written, and the errors of [`Self::build_request`].
    pub fn write_request(&mut self, certificate: &StoredCertificate) -> Result<PathBuf, ServiceError> {
        let attempt = self.services.certificates().attempt_of(certificate)?.ok_or_else(|| {
            ServiceError::Rejected("The attempt of this certificate is not on this computer.".to_owned())
        })?;
        let request = self.build_request(attempt)?;
        let text = request.to_json().map_err(|error| ServiceError::Certificate(json_reason(&error)))?;
        let path = self.services.paths().exports_dir().join(format!("request-{attempt}.json"));
        paths::write_output(&path, text.as_bytes()).map_err(|error| export_error(&path, &error))?;
        Ok(path)
    }

    /// Stores every question, bank frame, pool and exam in use. An issuer accepts a request only if its store contains
    /// the versions that the attempt used.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn store_catalog_content(&mut self) -> Result<(), ServiceError> {
        let batch = Batch { content: self.catalog_content(), ..Batch::default() };
        Ok(self.services.store.append(&batch)?)
    }

    /// Signs the certificate of a request. Stores it together with its ledger line, so that no signed certificate is
    /// missing from the ledger. The caller writes the files with
    /// [`write_credential`](super::certificate_files::write_credential) and
    /// [`write_pictures`](super::certificate_files::write_pictures). `name` replaces the requested name.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the request was used since the review, or if its holder has another name here.
    /// [`ServiceError::InvalidName`] for an invalid name, and the errors of [`Issuing::ledger`].
    pub fn issue(
        &mut self,
        review: &RequestReview,
        issuer: &Issuer,
        key: &SigningKeyPair,
        name: Option<&str>,
    ) -> Result<StoredCertificate, ServiceError> {
        let RequestReview { request, rescored, renewed_certificate, valid_until: until, .. } = review;
        // Check again: another program may have signed this request while the issuer typed the passphrase.
        let ledger = self.ledger(issuer.id)?;
        Self::ensure_unused(request, rescored.head_digest, &ledger)?;
        let exam = rescored.loaded_paper.exam.as_ref().ok_or(ServiceError::UnknownAttempt(request.attempt))?;
        let name = normalize_name(name.unwrap_or(&request.trainee.name)).map_err(ServiceError::InvalidName)?;
        let now = self.services.now().wall;
        let certificate = CertificateId::new(now, self.services.random_bytes());
        let claims = CredentialClaims {
            certificate_id: certificate,
            holder_id: request.trainee.id,
            holder_name: &name,
            license: request.trainee.license.as_deref(),
            loaded_paper: &rescored.loaded_paper,
            exam,
            reviewed_on: self.earliest_review_day(&rescored.loaded_paper),
            head_digest: rescored.head_digest,
            outcome: &rescored.finished.outcome,
            renewed_id: renewed_certificate.as_ref().map(|row| row.id),
            valid_from: rescored.ended_at,
            valid_until: *until,
            assurance: review.assurance,
            branding: Some(&issuer.branding()),
            unsigned_decisions: (0, 0),
        };
        let unsigned_credential = claims.to_credential(&key.did(), &issuer.name);
        let credential_text = sign::sign(unsigned_credential, key, now).map_err(ServiceError::Certificate)?;
        let signed_credential: crate::credential::Credential =
            serde_json::from_str(&credential_text).map_err(|error| ServiceError::Certificate(json_reason(&error)))?;
        let ledger_entry = LedgerEntry {
            certificate,
            credential: signed_credential.digest(),
            did: key.did(),
            trainee: request.trainee.id,
            attempt: request.attempt,
            head: rescored.head_digest,
            exam: exam.id.clone(),
            request: (review.assurance != Assurance::Invigilated).then(|| request.digest()),
        };
        let stream = issuer.id.into();
        // The fact follows the ledger that was checked, so a line that was added in the meantime is a conflict.
        let head = ledger.head.unwrap_or(ChainHead::START);
        let fact = self.services.link_fact(stream, head, &Fact::IssuedOnRequest(ledger_entry));
        let mut facts = vec![fact];
        // The attempt's own chain is on this computer, so it records the certificate too.
        if review.assurance == Assurance::Invigilated {
            let active_attempt = self.services.attempts().load(request.attempt)?;
            let (digest, valid_from, valid_until) = (Digest::of(&credential_text), rescored.ended_at, *until);
            let credential = credential_text.clone();
            let issued = CertificateIssued { certificate, digest, valid_from, valid_until, credential };
            let (stream, head) = (request.attempt.into(), active_attempt.row.head);
            facts.push(self.services.link_fact(stream, head, &Fact::Issued(issued)));
        }
        // One batch for all facts: a signed certificate must never exist without its line in the ledger.
        let outcome = self.services.certificates_mut().import_with_facts(credential_text.as_bytes(), facts)?;
        Ok(outcome.certificate)
    }
}
