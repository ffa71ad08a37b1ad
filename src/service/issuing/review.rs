//! Reviews a certificate request for the issuer: who asks, with what result, and what is unusual.

use std::ops::{Deref, DerefMut};

use super::Issuing;
use crate::attempt::Fact;
use crate::attempt::chain::read_facts;
use crate::attempt::fact::{AttemptStarted, RequestReceived, is_result_kind};
use crate::attempt::signature::DecisionKind;
use crate::canonical;
use crate::clock::Timestamp;
use crate::credential::{Assurance, Issuer};
use crate::exam::LoadedPaper;
use crate::exam::draw::question_counts;
use crate::exam::eligibility::RENEWAL_WINDOW;
use crate::ids::{AttemptId, Digest, TraineeId};
use crate::issuing::copies::find_copies;
use crate::issuing::decision::{is_signature_valid, is_signed_by};
use crate::issuing::ledger::Ledger;
use crate::issuing::request::{CertificateRequest, RequestRefusal, RescoredAttempt};
use crate::projections::certificates::CertificateRow;
use crate::projections::links::LinkedPeople;
use crate::projections::people::PersonRow;
use crate::service::certificates::valid_until;
use crate::service::{ServiceError, Services};
use crate::text;

/// A request that passed all checks, with what the issuer should see before signing.
#[derive(Debug)]
pub struct RequestReview {
    /// The request as the trainee sent it.
    pub request: CertificateRequest,
    /// The attempt, marked again with the issuer's own questions.
    pub rescored: RescoredAttempt,
    /// How many requests this person has sent, including this one.
    pub request_count: usize,
    /// How many certificates this issuer has signed for this person.
    pub granted_count: usize,
    /// The certificate that the new one renews, if any.
    pub renewed_certificate: Option<CertificateRow>,
    /// The last moment at which the new certificate is valid.
    pub valid_until: Timestamp,
    /// The people on the roster who may be this person, each with name and staff number.
    pub roster: Vec<String>,
    /// What the issuer should look at before signing, one sentence each. An ordinary request has none.
    pub anomalies: Vec<String>,
    /// The assurance of the new certificate.
    pub assurance: Assurance,
}

impl<S: Deref<Target = Services>> Issuing<S> {
    /// Finds the certificate that a pass renews: this issuer signed it, has not revoked it, and its renewal window was
    /// open when the attempt ended.
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
            let is_revoked = ledger.is_revoked(row.id);
            let is_in_renewal_period =
                row.valid_from < ended_at && row.valid_until.saturating_sub(RENEWAL_WINDOW) <= ended_at;
            Some(&row.exam) == exam && is_recorded && !is_revoked && is_in_renewal_period && row.valid_until >= ended_at
        };
        Ok(self.services.certificates().rows(trainee)?.into_iter().find(is_renewable))
    }

    /// Compares the name that would be signed with the people of this store. Returns the people on the roster who may be its
    /// sender, and what is unusual.
    fn check_person(
        &self,
        request: &CertificateRequest,
        name: &str,
    ) -> Result<(Vec<String>, Vec<String>), ServiceError> {
        let requester = &request.trainee;
        let (people, name_key) = (self.services.people().all_records()?, text::name_key(name));
        let links = LinkedPeople::new(&people);
        let main_id = links.main_record(requester.id);
        let is_sender = |row: &PersonRow| links.main_record(row.id) == main_id;
        let has_name = |row: &PersonRow| text::name_key(&row.person.name) == name_key;
        let mut anomalies = Vec::new();
        if let Some(known) = people.iter().find(|row| row.id == requester.id && !has_name(row)) {
            let name = text::single_line(&known.person.name);
            anomalies.push(format!("This person is stored here under another name: {name}"));
        }
        for other in people.iter().filter(|row| has_name(row) && !is_sender(row)) {
            if !self.services.certificates().rows(other.id)?.is_empty() {
                let id = other.id.short();
                anomalies.push(format!("Another person here has this name and a certificate: {id}"));
            }
        }
        let on_roster: Vec<_> =
            people.iter().filter(|row| row.person.staff_id.is_some() && !row.person.archived).collect();
        let candidates: Vec<_> = match on_roster.iter().find(|row| is_sender(row)) {
            Some(row) => vec![*row],
            None => on_roster.iter().copied().filter(|row| has_name(row)).collect(),
        };
        match candidates.len() {
            0 if !on_roster.is_empty() => anomalies.push("Nobody on the roster has this name".to_owned()),
            0 | 1 => {}
            count => anomalies.push(format!("{count} people on the roster have this name")),
        }
        for row in &candidates {
            if let (Some(requested), Some(known)) = (&requester.license, &row.person.license)
                && text::name_key(requested) != text::name_key(known)
            {
                let known = text::single_line(known);
                anomalies.push(format!("The license on the roster is another one: {known}"));
            }
        }
        let describe = |row: &PersonRow| {
            let staff_id = text::single_line(row.person.staff_id.as_deref().unwrap_or_default());
            let basis = if is_sender(row) { "" } else { " (the same name only)" };
            format!("{}, {staff_id}{basis}", text::single_line(&row.person.name))
        };
        Ok((candidates.into_iter().map(describe).collect(), anomalies))
    }

    /// Describes earlier requests that share random parts with this one, which only copies do.
    fn describe_copies(&self, request: &CertificateRequest, ledger: &Ledger) -> Result<Vec<String>, ServiceError> {
        let copies = request
            .trace()
            .map_or_else(Vec::new, |trace| find_copies(request.trainee.id, &trace, &ledger.received_requests));
        let describe = |copy: crate::issuing::copies::CopiedAttempt| -> Result<String, ServiceError> {
            let id = copy.trainee.short();
            let sender = match self.services.people().get(copy.trainee)? {
                _ if copy.trainee == request.trainee.id => "for another attempt of this person".to_owned(),
                Some(row) => format!("from {} ({id})", text::single_line(&row.person.name)),
                None => format!("from another person ({id})"),
            };
            Ok(format!("Copied attempt: {} match an earlier request {sender}", copy.common))
        };
        copies.into_iter().map(describe).collect()
    }
}

impl<S: DerefMut<Target = Services>> Issuing<S> {
    /// Records a request in the ledger, then reviews it: verifies its chain, marks it again, and checks that it was not
    /// used before. `name` replaces the requested name.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] with the reason, and the errors of [`Issuing::ledger`].
    pub fn review_request(
        &mut self,
        request: CertificateRequest,
        issuer: &Issuer,
        name: Option<&str>,
    ) -> Result<RequestReview, ServiceError> {
        // Record the request before the review, so that refused requests are counted too.
        self.record_request(&request, request.digest(), issuer)?;
        self.assess_request(request, issuer, name)
    }

    fn record_request(
        &mut self,
        request: &CertificateRequest,
        digest: Digest,
        issuer: &Issuer,
    ) -> Result<(), ServiceError> {
        let ledger = self.ledger(issuer.id)?;
        if ledger.has_received(digest) {
            return Ok(());
        }
        let received = RequestReceived { request: digest, trainee: request.trainee.id, trace: request.trace() };
        self.append_to_ledger(issuer.id, &ledger, &Fact::RequestReceived(received))
    }

    fn assess_request(
        &mut self,
        request: CertificateRequest,
        issuer: &Issuer,
        name: Option<&str>,
    ) -> Result<RequestReview, ServiceError> {
        let rejection = |reason: String| ServiceError::Rejected(format!("The request is refused. {reason}"));
        let now = self.services.now().wall;
        let keys = &issuer.keys;
        let mut rescored = request.verify_and_rescore(|digest| self.services.content(digest), keys, now);
        if matches!(rescored, Err(RequestRefusal::UnknownContent(_))) {
            // The request may refer to a bank or an exam that was added after the catalog was last stored.
            self.store_catalog_content()?;
            rescored = request.verify_and_rescore(|digest| self.services.content(digest), keys, now);
        }
        let rescored = rescored.map_err(|reason| rejection(reason.to_string()))?;
        // If the attempt is stored here too, its result here may be newer than the one in the request.
        let recorded = self.services.store.stream(request.attempt.into())?;
        let last_result_fact = recorded.iter().rfind(|row| is_result_kind(&row.kind));
        if last_result_fact.is_some_and(|row| !request.has_fact(row.digest)) {
            return Err(rejection(
                "The attempt was re-marked later, or its copy here differs. Ask for a new request.".to_owned(),
            ));
        }
        let ledger = self.ledger(issuer.id)?;
        Self::ensure_unused(&request, rescored.head_digest, &ledger)?;
        let request_count =
            ledger.received_requests.iter().filter(|received| received.trainee == request.trainee.id).count();
        let granted_count = ledger.entries.iter().filter(|line| line.trainee == request.trainee.id).count();
        let renewed_certificate = self.find_renewable(request.trainee.id, &rescored, &ledger)?;
        let (roster, mut anomalies) = self.check_person(&request, name.unwrap_or(&request.trainee.name))?;
        anomalies.extend(self.describe_copies(&request, &ledger)?);
        anomalies.extend(rescored.anomalies.iter().cloned());
        anomalies.extend(excluded_too_many(&rescored.loaded_paper));
        let exam = rescored.loaded_paper.exam.as_ref().ok_or(ServiceError::UnknownAttempt(request.attempt))?;
        let until = valid_until(exam, rescored.ended_at, renewed_certificate.as_ref().map(|row| row.valid_until));
        if until < now {
            let day = until.day().format_for_people();
            return Err(rejection(format!(
                "The certificate would already have expired on {day}. The exam must be passed again."
            )));
        }
        // A request is never more than unsupervised. Only an exam taken on this computer can be invigilated.
        let assurance = Assurance::Unsupervised;
        Ok(RequestReview {
            request,
            rescored,
            request_count,
            granted_count,
            renewed_certificate,
            valid_until: until,
            roster,
            anomalies,
            assurance,
        })
    }

    /// Reviews an invigilated exam that was taken and passed on this computer.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if no invigilator of this issuer signed its start, and the errors of
    /// [`Issuing::build_request`] and [`Issuing::review_request`].
    pub fn review_invigilated_attempt(
        &mut self,
        attempt: AttemptId,
        issuer: &Issuer,
    ) -> Result<RequestReview, ServiceError> {
        let stored_facts = self.services.attempts().facts(attempt)?;
        // Only the first fact counts: its signature was made before the trainee saw a question.
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
                "No invigilator of this issuer signed the start of this exam, so it cannot get an invigilated \
                 certificate."
                    .to_owned(),
            ));
        }
        let request = self.build_request(attempt)?;
        // Recorded too, so that a later copy of the attempt is recognized. It is no request, so it gets another digest: a
        // request for the same attempt must not look granted.
        let digest = Digest::of(canonical::text(&("invigilated", request.digest())));
        self.record_request(&request, digest, issuer)?;
        let review = self.assess_request(request, issuer, None)?;
        Ok(RequestReview { assurance: Assurance::Invigilated, ..review })
    }
}

/// Describes sections that left more questions out of the draw than all attempts of the exam could have asked. With
/// enough of them, a sender can choose the paper. `None` for an ordinary paper.
fn excluded_too_many(loaded_paper: &LoadedPaper) -> Option<String> {
    let exam = loaded_paper.exam.as_ref()?;
    let excluded = |section: &crate::attempt::paper::PaperSection| section.excluded.len();
    let sections = loaded_paper.paper.sections.iter().map(excluded).zip(question_counts(exam));
    // A case is left out as a whole, so an attempt can exclude a few more questions than it asks.
    let most = |count: usize| 2 * count * usize::try_from(exam.attempts.max).unwrap_or(usize::MAX);
    let total: usize = loaded_paper.paper.sections.iter().map(excluded).sum();
    sections.into_iter().any(|(excluded, count)| excluded > most(count)).then(|| {
        format!("{total} questions were left out of the draw as asked before, more than this exam can have asked")
    })
}
