//! Work of an issuer: review a certificate request, sign the certificate, keep the ledger, and revoke.

use std::ops::{Deref, DerefMut};

use super::certificate_files::StoredCertificate;
use super::certificates::valid_until;
use super::people::normalize_name;
use super::{ServiceError, Services};
use crate::attempt::chain::{ChainHead, read_facts};
use crate::attempt::fact::{AttemptStarted, CertificateIssued, LedgerEntry, RequestReceived, is_result_kind};
use crate::attempt::paper::BankRef;
use crate::attempt::signature::DecisionKind;
use crate::attempt::{ExamResult, Fact, Mode};
use crate::canonical;
use crate::clock::{Day, Timestamp};
use crate::credential::{Assurance, Issuer, SigningKeyPair, sign};
use crate::exam::eligibility::RENEWAL_WINDOW;
use crate::exam::{LoadedPaper, draw};
use crate::ids::{AttemptId, CertificateId, Digest, TraineeId};
use crate::issuing::claims::CredentialClaims;
use crate::issuing::decision::{is_signature_valid, is_signed_by};
use crate::issuing::ledger::Ledger;
use crate::issuing::request::{
    CertificateRequest, RequestRefusal, Requester, RescoredAttempt, bank_marker, pool_marker,
};
use crate::projections::attempts::AttemptQuery;
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::store::Batch;
use crate::text;

/// The work of an issuer.
#[derive(Debug)]
pub struct Issuing<S> {
    pub(super) services: S,
}

/// A request that can be granted.
#[derive(Debug)]
pub struct RequestReview {
    /// The request.
    pub request: CertificateRequest,
    /// The attempt, marked again.
    pub rescored: RescoredAttempt,
    /// How many requests this person has sent, this one among them.
    pub request_count: usize,
    /// How many of them were granted before.
    pub granted_count: usize,
    /// The certificate that the new one renews.
    pub renewed_certificate: Option<CertificateRow>,
    /// Until when the new one will be valid.
    pub valid_until: Timestamp,
    /// The name that the person of this id has here, where it is another one.
    pub stored_name: Option<String>,
    /// How far others will be able to rely on it.
    pub assurance: Assurance,
}

impl<S: Deref<Target = Services>> Issuing<S> {
    /// Makes the request for the certificate of an attempt.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] where the exam was not passed, or those of [`super::Attempts::load_paper`].
    pub fn build_request(&self, attempt: AttemptId) -> Result<CertificateRequest, ServiceError> {
        let active_attempt = self.services.attempts().load(attempt)?;
        if (active_attempt.row.mode, active_attempt.row.result) != (Mode::Exam, Some(ExamResult::Passed)) {
            return Err(ServiceError::Rejected("Only a passed exam has a certificate.".to_owned()));
        }
        let person =
            self.services.people().by_facts(active_attempt.trainee)?.ok_or(ServiceError::UnknownAttempt(attempt))?;
        let rows = self.services.attempts().facts(attempt)?;
        let requester = Requester { id: person.id, name: person.person.name, license: person.person.license };
        Ok(CertificateRequest::new(requester, attempt, &rows, |digest| self.services.content(digest)))
    }

    /// Returns every question, frame, pool and exam in use, by digest.
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

    /// Returns when a clinician reviewed the questions of a paper, by the banks in use here: the earliest day, or
    /// nothing while one of them lacks a review or is not in use any more.
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

    /// Returns an invigilated exam of this person that is passed and not signed yet, or whose certificate was revoked
    /// for a fault of the issuer's own.
    ///
    /// # Errors
    /// What the store says.
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
            // The certificate of an attempt begins when it ended.
            let is_signed = certificates.iter().any(|certificate| {
                row.finished_at.is_some_and(|finished_at| certificate.valid_from == finished_at.truncate_to_second())
            });
            if has_passed && !is_signed && self.services.attempts().load(row.id)?.invigilated {
                return Ok(Some(row.id));
            }
        }
        Ok(None)
    }

    /// Makes sure that a request was not used, or that what it was used for is revoked.
    fn ensure_unused(&self, request: &CertificateRequest, head: Digest, ledger: &Ledger) -> Result<(), ServiceError> {
        let is_same_attempt = |line: &&LedgerEntry| line.attempt == request.attempt || line.head == head;
        let is_in_force = |line: &&LedgerEntry| ledger.revocations.iter().all(|revoked| revoked.id != line.certificate);
        ledger.entries.iter().find(|line| is_same_attempt(line) && is_in_force(line)).map_or(Ok(()), |line| {
            let id = line.certificate.short();
            Err(ServiceError::Rejected(format!(
                "The request is refused. It was used before, for certificate {id}. To correct that one, revoke it first."
            )))
        })
    }

    /// Finds the certificate that a pass renews: one that this issuer signed itself and that still counts, in the time in
    /// which it can be renewed.
    fn find_renewable(
        &self,
        trainee: TraineeId,
        rescored: &RescoredAttempt,
        ledger: &Ledger,
    ) -> Result<Option<CertificateRow>, ServiceError> {
        let exam = rescored.loaded_paper.exam.as_ref().map(|exam| &exam.id);
        let ended_at = rescored.ended_at;
        let is_renewable = |row: &CertificateRow| {
            let is_recorded =
                ledger.entries.iter().any(|line| line.certificate == row.id && line.credential == row.digest);
            let is_revoked = ledger.revocations.iter().any(|revoked| revoked.id == row.id);
            let is_in_renewal_period =
                row.valid_from < ended_at && row.valid_until.saturating_sub(RENEWAL_WINDOW) <= ended_at;
            Some(&row.exam) == exam && is_recorded && !is_revoked && is_in_renewal_period && row.valid_until >= ended_at
        };
        Ok(self.services.certificates().rows(trainee)?.into_iter().find(is_renewable))
    }
}

impl<S: DerefMut<Target = Services>> Issuing<S> {
    /// Stores every question, frame, pool and exam in use. An issuer accepts only versions that its store contains.
    ///
    /// # Errors
    /// What the store says.
    pub fn store_catalog_content(&mut self) -> Result<(), ServiceError> {
        let batch = Batch { content: self.catalog_content(), ..Batch::default() };
        Ok(self.services.store.append(&batch)?)
    }

    /// Records a request in the ledger and reviews it: verifies its chain, marks it again, and checks whether it was
    /// used before.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] with the reason, or what the store says.
    pub fn review_request(
        &mut self,
        request: CertificateRequest,
        issuer: &Issuer,
    ) -> Result<RequestReview, ServiceError> {
        let received = RequestReceived { request: request.digest(), trainee: request.trainee.id };
        let ledger = self.ledger(issuer.id)?;
        if !ledger.received_requests.contains(&received) {
            self.append_to_ledger(issuer.id, &ledger, &Fact::RequestReceived(received))?;
        }
        self.assess_request(request, issuer)
    }

    fn assess_request(&mut self, request: CertificateRequest, issuer: &Issuer) -> Result<RequestReview, ServiceError> {
        let rejection = |reason: String| ServiceError::Rejected(format!("The request is refused. {reason}"));
        let now = self.services.now().wall;
        let keys = &issuer.keys;
        let mut rescored = request.verify_and_rescore(|digest| self.services.content(digest), keys, now);
        if matches!(rescored, Err(RequestRefusal::UnknownContent(_))) {
            // It may refer to a bank or an exam that was added since the catalog was last stored.
            self.store_catalog_content()?;
            rescored = request.verify_and_rescore(|digest| self.services.content(digest), keys, now);
        }
        let rescored = rescored.map_err(|reason| rejection(reason.to_string()))?;
        // This store can have newer facts of the attempt than the request.
        let recorded = self.services.store.stream(request.attempt.into())?;
        let last_result_fact = recorded.iter().rfind(|row| is_result_kind(&row.kind));
        if last_result_fact.is_some_and(|row| !request.has_fact(row.digest)) {
            return Err(rejection(
                "The attempt was marked again later, or differs from the one stored here. Request it again.".to_owned(),
            ));
        }
        let ledger = self.ledger(issuer.id)?;
        self.ensure_unused(&request, rescored.head_digest, &ledger)?;
        let request_count =
            ledger.received_requests.iter().filter(|received| received.trainee == request.trainee.id).count();
        let granted_count = ledger.entries.iter().filter(|line| line.trainee == request.trainee.id).count();
        let renewed_certificate = self.find_renewable(request.trainee.id, &rescored, &ledger)?;
        let person_name = self.services.people().get(request.trainee.id)?.map(|row| row.person.name);
        let stored_name = person_name.filter(|name| text::name_key(name) != text::name_key(&request.trainee.name));
        let exam = rescored.loaded_paper.exam.as_ref().ok_or(ServiceError::UnknownAttempt(request.attempt))?;
        let until = valid_until(exam, rescored.ended_at, renewed_certificate.as_ref().map(|row| row.valid_until));
        if until < now {
            let day = until.day().format_long();
            return Err(rejection(format!("The certificate would already have expired on {day}.")));
        }
        // Only an exam taken on this machine can count as invigilated.
        let assurance = Assurance::Unsupervised;
        Ok(RequestReview {
            request,
            rescored,
            request_count,
            granted_count,
            renewed_certificate,
            valid_until: until,
            stored_name,
            assurance,
        })
    }

    /// Reviews an invigilated exam that was taken and passed on this machine.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if no invigilator of this issuer signed its start, and those of
    /// [`Issuing::review_request`].
    pub fn review_invigilated_attempt(
        &mut self,
        attempt: AttemptId,
        issuer: &Issuer,
    ) -> Result<RequestReview, ServiceError> {
        let stored_facts = self.services.attempts().facts(attempt)?;
        let is_invigilated = match read_facts(&stored_facts).first() {
            Some((_, Fact::Started(AttemptStarted { invigilated: Some(invigilation), .. }))) => {
                let has_valid_signature = is_signature_valid(
                    &invigilation.signature,
                    attempt.into(),
                    DecisionKind::Identity,
                    &invigilation.identity,
                );
                has_valid_signature && is_signed_by(&invigilation.signature, &issuer.keys)
            }
            _ => false,
        };
        if !is_invigilated {
            return Err(ServiceError::Rejected(
                "No invigilator of this issuer signed the start of this exam.".to_owned(),
            ));
        }
        let review = self.assess_request(self.build_request(attempt)?, issuer)?;
        Ok(RequestReview { assurance: Assurance::Invigilated, ..review })
    }

    /// Signs the certificate of a request, adds a line to the ledger, and keeps the certificate.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`], [`ServiceError::InvalidName`], or what the store says. Nothing is signed without its
    /// line in the ledger; the files are for [`write_credential`](super::certificate_files::write_credential) and
    /// [`write_pictures`](super::certificate_files::write_pictures).
    pub fn issue(
        &mut self,
        review: &RequestReview,
        issuer: &Issuer,
        key: &SigningKeyPair,
        name: Option<&str>,
    ) -> Result<StoredCertificate, ServiceError> {
        let RequestReview { request, rescored, renewed_certificate, valid_until: until, .. } = review;
        // Another one may have been signed while the passphrase was asked.
        let ledger = self.ledger(issuer.id)?;
        self.ensure_unused(request, rescored.head_digest, &ledger)?;
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
            unsigned_decisions: (0, 0),
        };
        let unsigned_credential = claims.to_credential(&key.did(), &issuer.name);
        let credential_text = sign::sign(unsigned_credential, key, now).map_err(ServiceError::Certificate)?;
        let signed_credential: crate::credential::Credential =
            serde_json::from_str(&credential_text).map_err(|error| ServiceError::Certificate(error.to_string()))?;
        let ledger_entry = LedgerEntry {
            certificate,
            credential: signed_credential.digest(),
            did: key.did(),
            trainee: request.trainee.id,
            attempt: request.attempt,
            head: rescored.head_digest,
            exam: exam.id.clone(),
        };
        let stream = issuer.id.into();
        // It follows the ledger that was checked: a line that was added meanwhile is a conflict.
        let head = ledger.head.unwrap_or(ChainHead::START);
        let fact = self.services.link_fact(stream, head, &Fact::IssuedOnRequest(ledger_entry));
        let mut facts = vec![fact];
        // The chain of an invigilated attempt on this machine records its certificate too.
        if review.assurance == Assurance::Invigilated {
            let active_attempt = self.services.attempts().load(request.attempt)?;
            let (digest, valid_from, valid_until) = (Digest::of(&credential_text), rescored.ended_at, *until);
            let credential = credential_text.clone();
            let issued = CertificateIssued { certificate, digest, valid_from, valid_until, credential };
            let (stream, head) = (request.attempt.into(), active_attempt.row.head);
            facts.push(self.services.link_fact(stream, head, &Fact::Issued(issued)));
        }
        let outcome = self.services.certificates_mut().import_with_facts(credential_text.as_bytes(), facts)?;
        Ok(outcome.certificate)
    }
}
