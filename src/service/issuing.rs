//! What an issuer does: hold what may be asked, look at a request, sign, keep a ledger, revoke.

use crate::attempt::fact::{CertificateIssued, CertificateRevoked, LedgerEntry, RequestReceived};
use crate::attempt::paper::BankRef;
use crate::canonical;
use crate::clock::Day;
use crate::credential::bundle::BundleContents;
use crate::credential::{Assurance, Bundle, Issuer, RevocationReason, SigningKeyPair, sign};
use crate::exam::eligibility::RENEWAL_WINDOW;
use crate::ids::{CertificateId, IssuerId};
use crate::issuing::claims::CredentialClaims;
use crate::issuing::decision::{is_signature_valid, is_signed_by};
use crate::issuing::ledger::Ledger;
use crate::issuing::request::{
    CertificateRequest, RESULT_FACT_KINDS, RequestRefusal, RescoredAttempt, bank_marker, pool_marker,
};
use crate::projections::certificates::CertificateRow;
use crate::service::certificates::{StoredCertificate, valid_until};
use crate::service::people::clean_name;
use crate::service::*;

/// A request that can be granted.
#[derive(Debug)]
pub struct RequestReview {
    /// The request.
    pub request: CertificateRequest,
    /// The attempt, marked again.
    pub examined: RescoredAttempt,
    /// How many requests this person has sent, this one among them.
    pub sent: usize,
    /// How many of them were granted before.
    pub granted: usize,
    /// The certificate that the new one renews.
    pub renews: Option<CertificateRow>,
    /// Until when the new one will be valid.
    pub until: Timestamp,
    /// The name that the person of this id has here, where it is another one.
    pub known_as: Option<String>,
    /// How far others will be able to rely on it.
    pub assurance: Assurance,
}

impl Service {
    /// Makes the request for the certificate of an attempt.
    ///
    /// # Errors
    /// [`Error::NotTaken`] where the exam was not passed, or those of [`Desk::sheet`].
    pub fn request(&self, attempt: AttemptId) -> Result<CertificateRequest, ServiceError> {
        let sitting = self.take_up(attempt, false)?;
        if (sitting.row.mode, sitting.row.standing) != (Mode::Exam, Some(crate::attempt::ExamResult::Passed)) {
            return Err(ServiceError::NotTaken("Only a passed exam has a certificate.".to_owned()));
        }
        let person = self.person(sitting.trainee)?.ok_or(ServiceError::Unknown(attempt))?;
        let rows = self.facts(attempt)?;
        Ok(CertificateRequest::new(person.id, &person.person, attempt, &rows, |digest| self.content(digest)))
    }

    /// Keeps every question, frame, pool and exam in use: an issuer believes in no version that its store never held.
    ///
    /// # Errors
    /// What the store says.
    pub fn hold_catalog(&mut self) -> Result<(), ServiceError> {
        Ok(self.store.append(&Batch { content: self.in_use(), ..Batch::default() })?)
    }

    /// Returns every question, frame, pool and exam in use, by digest.
    pub(super) fn in_use(&self) -> std::collections::BTreeMap<Digest, String> {
        let mut content = std::collections::BTreeMap::new();
        let mut keep = |text: String| {
            let digest = Digest::of(&text);
            content.insert(digest, text);
            digest
        };
        for bank in self.catalog.banks() {
            let (value, replaced) = (&bank.value, bank.replaces_built_in);
            let frame = keep(canonical::text(&value.without_questions()));
            let (id, version, digest) = (value.id.clone(), value.version.clone(), value.digest());
            keep(bank_marker(&BankRef { id, version, digest, frame, replaces_built_in: replaced }));
        }
        for exam in self.catalog.exams() {
            let digest = keep(canonical::text(&exam.value));
            for (at, section) in exam.value.sections.iter().enumerate() {
                let Ok(bank) = self.catalog.bank(&section.bank) else { continue };
                let pool: Vec<_> =
                    draw::pool(&bank.value, section).map(|question| keep(question.content_json())).collect();
                let pool = keep(canonical::text(&pool));
                keep(pool_marker(digest, at, pool));
            }
        }
        content
    }

    /// Returns when a clinician reviewed the questions of a paper, by the banks in use here: the earliest day, or nothing
    /// while one of them lacks a review or is not in use any more.
    fn reviewed(&self, sheet: &LoadedPaper) -> Option<Day> {
        let banks: Vec<_> = sheet.banks.iter().map(|bank| self.catalog.bank(&bank.id).ok()).collect();
        let day = |item: &crate::exam::loaded_paper::LoadedQuestion| {
            let bank = banks[item.bank]?;
            let digest = item.question.digest();
            let question = bank.value.questions.iter().find(|known| known.id == item.question.id)?;
            question.reviewed.as_ref().filter(|_| question.digest() == digest).map(|reviewed| reviewed.on)
        };
        let days = sheet.questions.iter().map(day).collect::<Option<Vec<_>>>()?;
        days.into_iter().min()
    }

    /// Reads an issuer's ledger and checks its chain.
    ///
    /// # Errors
    /// [`Error::Broken`], or what the store says.
    pub fn ledger(&self, issuer: IssuerId) -> Result<Ledger, ServiceError> {
        let rows = self.store.stream(issuer.into())?;
        chain::verify_chain(issuer.into(), &rows).map_err(ServiceError::Broken)?;
        Ledger::from_facts(&rows).map_err(|line| {
            ServiceError::Certificate(format!(
                "Line {line} of the issuer's ledger cannot be read. Go back to a backup."
            ))
        })
    }

    /// Notes in the ledger that a request came in, and looks at it: checks its chain, marks it again, and finds out whether it
    /// was used before.
    ///
    /// # Errors
    /// [`Error::NotTaken`] with the reason, or what the store says.
    pub fn consider(&mut self, request: CertificateRequest, issuer: &Issuer) -> Result<RequestReview, ServiceError> {
        let received = RequestReceived { request: request.digest(), trainee: request.trainee.id };
        if !self.ledger(issuer.id)?.received_requests.contains(&received) {
            self.note(issuer.id, &Fact::RequestReceived(received))?;
        }
        self.look(request, issuer)
    }

    fn look(&mut self, request: CertificateRequest, issuer: &Issuer) -> Result<RequestReview, ServiceError> {
        let refused = |why: String| ServiceError::NotTaken(format!("The request is refused. {why}"));
        let now = self.clock.now().wall;
        let keys = &issuer.keys;
        let mut examined = request.verify_and_rescore(|digest| self.content(digest), keys, now);
        if matches!(examined, Err(RequestRefusal::UnknownContent(_))) {
            // It may ask for what came into use here since the catalog was last kept.
            self.hold_catalog()?;
            examined = request.verify_and_rescore(|digest| self.content(digest), keys, now);
        }
        let examined = examined.map_err(|why| refused(why.to_string()))?;
        // What is stored here of the attempt says more than a copy that was made before.
        let own = self.store.stream(request.attempt.into())?;
        let told = own.iter().rfind(|row| RESULT_FACT_KINDS.contains(&row.kind.as_str()));
        if told.is_some_and(|row| !request.has_fact(row.digest)) {
            return Err(refused(
                "The attempt was marked again since, or it is not the one stored here. Request it anew.".to_owned(),
            ));
        }
        let ledger = self.ledger(issuer.id)?;
        self.unused(&request, examined.head_digest, &ledger)?;
        let sent = ledger.received_requests.iter().filter(|received| received.trainee == request.trainee.id).count();
        let granted = ledger.entries.iter().filter(|line| line.trainee == request.trainee.id).count();
        let exam = examined.loaded_paper.exam.as_ref().map(|exam| &exam.id);
        let counts = |row: &CertificateRow| {
            // Only what this issuer signed itself, and what still counts, in the time in which it can be renewed.
            let own = ledger.entries.iter().any(|line| line.certificate == row.id && line.credential == row.digest);
            let within = row.valid_from < examined.ended_at
                && row.valid_until.saturating_sub(RENEWAL_WINDOW) <= examined.ended_at;
            let revoked = ledger.revocations.iter().any(|revoked| revoked.id == row.id);
            Some(&row.exam) == exam && own && within && row.valid_until >= examined.ended_at && !revoked
        };
        let renews = self.store.certificates(Some(request.trainee.id))?.into_iter().find(counts);
        let known = self.person(request.trainee.id)?.map(|row| row.person.name);
        let known_as = known.filter(|name| text::name_key(name) != text::name_key(&request.trainee.name));
        let exam = examined.loaded_paper.exam.as_ref().ok_or(ServiceError::Unknown(request.attempt))?;
        let until = valid_until(exam, examined.ended_at, renews.as_ref().map(|row| row.valid_until));
        if until < now {
            let day = until.day().format_long();
            return Err(refused(format!("The certificate would have ended already, on {day}.")));
        }
        // Whatever a request says of who watched, it was not watched on this machine.
        let assurance = Assurance::Unsupervised;
        Ok(RequestReview { request, examined, sent, granted, renews, until, known_as, assurance })
    }

    /// Looks at an invigilated exam that was sat on this machine and passed.
    ///
    /// # Errors
    /// [`Error::NotTaken`] where this issuer's invigilator did not give their word at its start, and those of
    /// [`Desk::consider`].
    pub fn consider_invigilated(&mut self, attempt: AttemptId, issuer: &Issuer) -> Result<RequestReview, ServiceError> {
        let started = self.facts(attempt)?.first().and_then(StoredFact::fact);
        let watched = match started {
            Some(Fact::Started(AttemptStarted { invigilated: Some(word), .. })) => {
                let fits = is_signature_valid(&word.signature, attempt.into(), DecisionKind::Identity, &word.identity);
                fits && is_signed_by(&word.signature, &issuer.keys)
            }
            _ => false,
        };
        if !watched {
            return Err(ServiceError::NotTaken(
                "No invigilator of this issuer gave their word at its start.".to_owned(),
            ));
        }
        let considered = self.look(self.request(attempt)?, issuer)?;
        Ok(RequestReview { assurance: Assurance::Invigilated, ..considered })
    }

    /// Returns an invigilated exam of this person that is passed and not signed yet, or whose certificate was revoked
    /// for a fault of the issuer's own.
    ///
    /// # Errors
    /// What the store says.
    pub fn unsigned_pass(&self, trainee: TraineeId, issuer: &Issuer) -> Result<Option<AttemptId>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let ledger = self.ledger(issuer.id)?;
        let mut certificates = self.store.certificates(Some(trainee))?;
        certificates.retain(|held| !ledger.reissuable.contains(&held.id));
        for row in self.store.attempts(&query)? {
            let passed = row.standing == Some(crate::attempt::ExamResult::Passed);
            // The certificate of a sitting begins when it ended.
            let signed = certificates
                .iter()
                .any(|held| row.finished.is_some_and(|at| held.valid_from == at.truncate_to_second()));
            if passed && !signed && self.take_up(row.id, false)?.invigilated {
                return Ok(Some(row.id));
            }
        }
        Ok(None)
    }

    /// Makes sure that a request was not used, or that what it was used for is revoked.
    fn unused(&self, request: &CertificateRequest, head: Digest, ledger: &Ledger) -> Result<(), ServiceError> {
        let used = |line: &&LedgerEntry| line.attempt == request.attempt || line.head == head;
        let stands = |line: &&LedgerEntry| ledger.revocations.iter().all(|revoked| revoked.id != line.certificate);
        ledger.entries.iter().find(|line| used(line) && stands(line)).map_or(Ok(()), |line| {
            let id = line.certificate.short();
            Err(ServiceError::NotTaken(format!(
                "The request is refused. It was used before, for certificate {id}. To correct that one, revoke it first."
            )))
        })
    }

    /// Signs the certificate of a request, adds a line to the ledger, and keeps the certificate.
    ///
    /// # Errors
    /// [`Error::NotTaken`], [`Error::BadName`], or what the store says. Nothing is signed without its line in the ledger; the
    /// files are for [`Desk::settle`].
    pub fn issue(
        &mut self,
        considered: &RequestReview,
        issuer: &Issuer,
        key: &SigningKeyPair,
        name: Option<&str>,
    ) -> Result<StoredCertificate, ServiceError> {
        let RequestReview { request, examined, renews, until, .. } = considered;
        // Another one may have been signed while the passphrase was asked.
        self.unused(request, examined.head_digest, &self.ledger(issuer.id)?)?;
        let exam = examined.loaded_paper.exam.as_ref().ok_or(ServiceError::Unknown(request.attempt))?;
        let name = clean_name(name.unwrap_or(&request.trainee.name)).map_err(ServiceError::BadName)?;
        let now = self.clock.now().wall;
        let certificate = CertificateId::new(now, self.bytes());
        let award = CredentialClaims {
            certificate_id: certificate,
            holder_id: request.trainee.id,
            holder_name: &name,
            license: request.trainee.license.as_deref(),
            loaded_paper: &examined.loaded_paper,
            exam,
            reviewed_on: self.reviewed(&examined.loaded_paper),
            head_digest: examined.head_digest,
            outcome: &examined.finished.outcome,
            renewed_id: renews.as_ref().map(|row| row.id),
            valid_from: examined.ended_at,
            valid_until: *until,
            assurance: considered.assurance,
            unsigned_decisions: (0, 0),
        };
        let unsigned = award.to_credential(&key.did(), &issuer.name);
        let text = sign::sign(unsigned, key, now).map_err(ServiceError::Certificate)?;
        let signed: crate::credential::Credential =
            serde_json::from_str(&text).map_err(|error| ServiceError::Certificate(error.to_string()))?;
        let line = LedgerEntry {
            certificate,
            credential: signed.digest(),
            did: key.did(),
            trainee: request.trainee.id,
            attempt: request.attempt,
            head: examined.head_digest,
            exam: exam.id.clone(),
        };
        let stream = issuer.id.into();
        let head = self.head(stream)?;
        let fact = self.link(stream, head, &Fact::IssuedOnRequest(line));
        let mut facts = vec![fact];
        // A sitting that was watched here is passed here: its own chain says so.
        let attempt = if considered.assurance == Assurance::Invigilated {
            let sitting = self.take_up(request.attempt, false)?;
            let (digest, valid_from, valid_until) = (Digest::of(&text), examined.ended_at, *until);
            let issued = CertificateIssued { certificate, digest, valid_from, valid_until, credential: text.clone() };
            let fact = Fact::Issued(issued);
            let stored = self.link(request.attempt.into(), sitting.head, &fact);
            let mut row = sitting.row;
            row.take(stored.stored_at, &fact);
            facts.push(stored);
            Some(row)
        } else {
            None
        };
        Ok(self.import_with(text.as_bytes(), facts, attempt)?.held)
    }

    /// Revokes a certificate that this issuer signed.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] where the ledger does not hold it, [`Error::NotTaken`] where it is revoked already; or what the
    /// store says.
    pub fn revoke(
        &mut self,
        issuer: IssuerId,
        id: &str,
        reason: RevocationReason,
        told: bool,
    ) -> Result<CertificateId, ServiceError> {
        let ledger = self.ledger(issuer)?;
        let ids: Vec<_> = ledger.entries.iter().map(|line| line.certificate).filter(|known| known.is(id)).collect();
        let certificate = match ids.as_slice() {
            [only] => *only,
            several => return Err(ServiceError::NoCertificate(text::single_line(id), several.to_vec())),
        };
        if ledger.revocations.iter().any(|revoked| revoked.id == certificate) {
            return Err(ServiceError::NotTaken(format!("Certificate {} is revoked already.", certificate.short())));
        }
        let revoked = CertificateRevoked { certificate, reason: reason.name().to_owned(), reason_published: told };
        self.note(issuer, &Fact::Revoked(revoked))?;
        Ok(certificate)
    }

    /// Adds a line to an issuer's ledger.
    fn note(&mut self, issuer: IssuerId, fact: &Fact) -> Result<(), ServiceError> {
        let head = self.head(issuer.into())?;
        let fact = self.link(issuer.into(), head, fact);
        Ok(self.store.append(&Batch { facts: vec![fact], ..Batch::default() })?)
    }

    /// Makes an issuer's bundle as of now.
    ///
    /// # Errors
    /// Those of [`Desk::ledger`].
    pub fn bundle(&self, issuer: &Issuer, key: &SigningKeyPair) -> Result<Bundle, ServiceError> {
        let ledger = self.ledger(issuer.id)?;
        let contents = BundleContents {
            issuer: issuer.id,
            name: issuer.name.clone(),
            keys: issuer.keys.clone(),
            revoked: ledger.revocations,
            // Grows with the ledger and with every new key.
            sequence: ledger.fact_count + u64::try_from(issuer.keys.len()).unwrap_or(0),
            ledger: ledger.entries.into_iter().map(|line| line.credential).collect(),
        };
        Ok(Bundle::sign(contents, key, self.clock.now().wall))
    }
}
