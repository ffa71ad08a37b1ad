//! Stored certificates: sign a self-test certificate after a pass, find and list certificates, and write their files.
//! The fact is authoritative. The files can be written again at any time.

use std::collections::{HashMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

use super::certificate_files::{StoredCertificate, ignore_unwritable, write_credential, write_pictures};
use super::{ActiveAttempt, ServiceError, Services};
use crate::attempt::chain::{self, StoredFact, read_facts};
use crate::attempt::fact::CertificateIssued;
use crate::attempt::{ExamResult, Fact, Mode};
use crate::bank::exam::Exam;
use crate::clock::Timestamp;
use crate::credential::{Assurance, SigningKeyPair, VerificationResult, sign};
use crate::exam::eligibility::RENEWAL_WINDOW;
use crate::ids::{AttemptId, CertificateId, Digest, ExamId, StreamId, TraineeId};
use crate::issuing::claims::CredentialClaims;
use crate::issuing::decision::applicable_facts;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::store::{Conflict, StoreError};
use crate::text;

/// The certificates of this store.
#[derive(Debug)]
pub struct Certificates<S> {
    pub(super) services: S,
}

/// How many chains are in memory at once while certificates are read from them.
pub(super) const CHAIN_CHUNK_SIZE: usize = 256;

/// The name that this computer's own key signs under.
pub const SELF_TEST_ISSUER_NAME: &str = "The holder's own computer (needlewise self-test)";

impl<S: DerefMut<Target = Services>> Certificates<S> {
    /// Makes the certificate of a passed exam, or finds the one that was made, and writes its credential. The pictures are
    /// for [`write_pictures`], which takes longer and needs no store.
    ///
    /// # Errors
    /// What the store, the key or the disk says; the pass itself is stored before.
    pub fn certify(&mut self, active_attempt: &mut ActiveAttempt) -> Result<StoredCertificate, ServiceError> {
        let certificate = match self.issued(active_attempt.row.id)? {
            Some(certificate) => certificate,
            None => self.issue_self_test(active_attempt)?,
        };
        write_credential(&certificate)?;
        Ok(certificate)
    }

    fn issue_self_test(&mut self, active_attempt: &mut ActiveAttempt) -> Result<StoredCertificate, ServiceError> {
        let attempt = active_attempt.row.id;
        let unknown = ServiceError::UnknownAttempt(attempt);
        let holder = self.services.people().by_facts(active_attempt.trainee)?.ok_or(unknown)?;
        let exam = active_attempt.exam_id()?;
        let issued = self.sign_certificate(active_attempt, &holder)?;
        match self.services.attempts_mut().append_fact(active_attempt, &Fact::Issued(issued.clone())) {
            // Another process made it in the same moment.
            Err(ServiceError::Store(StoreError::Conflict(Conflict::ChainContinued))) => {
                let conflict = ServiceError::Store(StoreError::Conflict(Conflict::ChainContinued));
                self.issued(attempt)?.ok_or(conflict)
            }
            result => result.map(|()| self.stored_from_issued(holder, exam, issued)),
        }
    }

    /// Signs the certificate of a passed exam with this computer's own key.
    fn sign_certificate(
        &mut self,
        active_attempt: &ActiveAttempt,
        holder: &PersonRow,
    ) -> Result<CertificateIssued, ServiceError> {
        let loaded_paper = Arc::clone(active_attempt.session.loaded_paper());
        let finished = active_attempt.session.finished().filter(|ended| ended.outcome.result == ExamResult::Passed);
        let (Some(exam), Some(finished), Mode::Exam) = (&loaded_paper.exam, finished, loaded_paper.mode) else {
            return Err(ServiceError::Certificate("There is no certificate without a passed exam.".to_owned()));
        };
        let seed = self.services.random_bytes();
        let key = SigningKeyPair::load_or_create(&self.services.paths().computer_key_file(), seed)
            .map_err(ServiceError::Certificate)?;
        let now = self.services.now().wall;
        let passed_at = active_attempt.row.finished_at.unwrap_or(now);
        let renewed_attempt = self.find_renewed_attempt(active_attempt, exam, passed_at)?;
        let valid_until = valid_until(exam, passed_at, renewed_attempt.as_ref().and_then(|row| row.valid_until));
        let certificate = CertificateId::new(now, self.services.random_bytes());
        let claims = CredentialClaims {
            certificate_id: certificate,
            holder_id: holder.id,
            holder_name: &holder.person.name,
            license: holder.person.license.as_deref(),
            loaded_paper: &loaded_paper,
            exam,
            reviewed_on: loaded_paper.paper.reviewed,
            head_digest: active_attempt.last_digest(),
            outcome: &finished.outcome,
            renewed_id: renewed_attempt.and_then(|row| row.certificate),
            valid_from: passed_at,
            valid_until,
            assurance: Assurance::SelfAttested,
            unsigned_decisions: self.services.attempts().unsigned_decisions(holder.id, &exam.id)?,
        };
        let credential = sign::sign(claims.to_credential(&key.did(), SELF_TEST_ISSUER_NAME), &key, now)
            .map_err(ServiceError::Certificate)?;
        let digest = Digest::of(&credential);
        Ok(CertificateIssued { certificate, digest, valid_from: passed_at, valid_until, credential })
    }

    /// Makes the certificates of a person's passes that have none yet, with all their files, and writes files that are
    /// missing. What cannot be made or written now is left for the next time.
    ///
    /// # Errors
    /// What the store says.
    pub fn complete(&mut self, trainee: TraineeId) -> Result<(), ServiceError> {
        for certificate in self.sign_pending(trainee)? {
            ignore_unwritable(write_pictures(self.services.paths(), &certificate))?;
        }
        self.write_missing(trainee)
    }

    /// Writes the credentials of a person's certificates whose file is missing. What cannot be written now is left for
    /// the next time.
    ///
    /// # Errors
    /// What the store says.
    pub fn write_missing(&mut self, trainee: TraineeId) -> Result<(), ServiceError> {
        self.stored(Some(trainee))?
            .iter()
            .try_for_each(|certificate| ignore_unwritable(write_credential(certificate).map(|_| ())))
    }

    /// Makes the certificates of a person's passes that have none yet, because the program ended in between. Returns
    /// those that were made; their pictures are for [`write_pictures`].
    ///
    /// # Errors
    /// What the store says; a certificate that cannot be made now stays pending.
    pub fn sign_pending(&mut self, trainee: TraineeId) -> Result<Vec<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let mut made = Vec::new();
        for row in self.services.attempts().list(&query)? {
            if row.result == Some(ExamResult::Passed) && row.certificate.is_none() {
                let mut active_attempt = self.services.attempts().load(row.id)?;
                // That one is the invigilator's to sign.
                if active_attempt.invigilated {
                    continue;
                }
                match self.certify(&mut active_attempt) {
                    Ok(certificate) => made.push(certificate),
                    Err(ServiceError::Certificate(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(made)
    }
}

impl<S: Deref<Target = Services>> Certificates<S> {
    /// Finds the passed attempt whose certificate a pass at `passed_at` renews: it is still valid, and its renewal
    /// window is open.
    fn find_renewed_attempt(
        &self,
        active_attempt: &ActiveAttempt,
        exam: &Exam,
        passed_at: Timestamp,
    ) -> Result<Option<AttemptRow>, ServiceError> {
        let rows = self.services.attempts().exam_attempts(active_attempt.trainee, &exam.id)?;
        // A pass that came later by the calendar can have come earlier into being, by another marking.
        let is_renewable = |row: &AttemptRow| {
            let is_void = row.is_void(self.services.authority());
            let is_passed = row.result == Some(ExamResult::Passed) && !is_void;
            let is_earlier = row.finished_at.is_some_and(|finished_at| finished_at < passed_at);
            let is_in_renewal_period =
                |until: Timestamp| until >= passed_at && until.saturating_sub(RENEWAL_WINDOW) <= passed_at;
            is_passed && is_earlier && row.valid_until.is_some_and(is_in_renewal_period)
        };
        let renewable_attempts = rows.into_iter().filter(is_renewable);
        Ok(renewable_attempts.max_by_key(|row| row.valid_until))
    }

    /// Returns the stored form of a certificate that this computer signed.
    fn stored_from_issued(&self, holder: PersonRow, exam: ExamId, issued: CertificateIssued) -> StoredCertificate {
        let CertificateIssued { certificate, valid_from, valid_until, credential, .. } = issued;
        let path = self.credential_path(&holder, &exam, valid_from, certificate);
        StoredCertificate { holder, certificate_id: certificate, exam, valid_from, valid_until, credential, path }
    }

    /// Returns where a certificate's credential goes.
    pub(super) fn credential_path(
        &self,
        holder: &PersonRow,
        exam: &ExamId,
        valid_from: Timestamp,
        certificate_id: CertificateId,
    ) -> PathBuf {
        let stem = self.services.paths().certificate_path(
            (&holder.person.name, holder.id),
            exam,
            valid_from.day(),
            certificate_id,
        );
        stem.with_file_name(format!("{}.json", stem.file_name().unwrap_or_default().to_string_lossy()))
    }

    /// Returns the certificate of an attempt, if one was issued.
    pub(super) fn issued(&self, attempt: AttemptId) -> Result<Option<StoredCertificate>, ServiceError> {
        let chain = self.services.store.stream(attempt.into())?;
        let holder = match read_facts(&chain[..chain.len().min(1)]).first() {
            Some((_, Fact::Started(started))) => self.services.people().get(started.trainee)?,
            _ => None,
        };
        holder.map_or(Ok(None), |holder| self.issued_in(attempt, &chain, holder))
    }

    /// Returns the certificate that an attempt's chain contains, if one was issued.
    fn issued_in(
        &self,
        attempt: AttemptId,
        chain: &[StoredFact],
        holder: PersonRow,
    ) -> Result<Option<StoredCertificate>, ServiceError> {
        chain::verify_chain(attempt.into(), chain).map_err(ServiceError::BrokenChain)?;
        let facts = applicable_facts(chain);
        let Some((_, Fact::Started(started))) = facts.first() else { return Ok(None) };
        // The last one: an invigilated attempt can have been signed again.
        let issued = facts.iter().rev().find_map(|(_, fact)| match fact {
            Fact::Issued(issued) => Some(issued.clone()),
            _ => None,
        });
        let exam = started.paper.exam.as_ref().map(|exam| exam.id.clone());
        let (Some(issued), Some(exam)) = (issued, exam) else { return Ok(None) };
        Ok(Some(self.stored_from_issued(holder, exam, issued)))
    }

    /// Lists the rows of a person's imported certificates, those that end last first.
    ///
    /// # Errors
    /// What the store says.
    pub fn rows(&self, trainee: TraineeId) -> Result<Vec<CertificateRow>, ServiceError> {
        let query = CertificateQuery { trainee: Some(trainee), ..CertificateQuery::default() };
        Ok(self.services.store.certificates(&query)?)
    }

    /// Returns the certificates that are stored, of one person or of all, the newest first.
    ///
    /// # Errors
    /// What the store says.
    pub fn stored(&self, trainee: Option<TraineeId>) -> Result<Vec<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee, certified_only: true, ..AttemptQuery::default() };
        let self_issued = self.services.store.attempts(&query)?;
        let imported =
            self.services.store.certificates(&CertificateQuery { trainee, ..CertificateQuery::default() })?;
        let people = self.services.people().select(&PersonQuery { id: trainee, ..PersonQuery::default() })?;
        let people: HashMap<TraineeId, PersonRow> = people.into_iter().map(|row| (row.id, row)).collect();
        let mut stored = Vec::with_capacity(self_issued.len() + imported.len());
        for rows in self_issued.chunks(CHAIN_CHUNK_SIZE) {
            let streams: Vec<StreamId> = rows.iter().map(|row| row.id.into()).collect();
            let chains = self.services.store.streams(&streams)?;
            for row in rows {
                let chain = chains.get(&row.id.into()).map_or(&[][..], Vec::as_slice);
                let holder = people.get(&row.trainee).ok_or(ServiceError::UnknownAttempt(row.id))?;
                stored.extend(self.issued_in(row.id, chain, holder.clone())?);
            }
        }
        for rows in imported.chunks(CHAIN_CHUNK_SIZE) {
            stored.extend(self.imported_chunk(&rows.iter().collect::<Vec<_>>())?);
        }
        // One that was signed on this machine for an attempt on this machine is stored twice.
        let mut seen_ids = HashSet::new();
        stored.retain(|stored| seen_ids.insert(stored.certificate_id));
        stored.sort_by_key(|stored| std::cmp::Reverse((stored.valid_from, stored.certificate_id.to_string())));
        Ok(stored)
    }

    /// Returns [`Certificates::stored`], each verified with the trust list and the clock of this machine.
    ///
    /// # Errors
    /// What the store or the disk says.
    pub fn verified(
        &self,
        trainee: Option<TraineeId>,
    ) -> Result<Vec<(StoredCertificate, VerificationResult)>, ServiceError> {
        let now = self.services.now().wall;
        let with_verification = |stored: StoredCertificate| {
            let verification = stored.verify(self.services.trust(), now);
            (stored, verification)
        };
        Ok(self.stored(trainee)?.into_iter().map(with_verification).collect())
    }

    /// Finds a certificate by its id or the last eight digits of it.
    ///
    /// # Errors
    /// [`ServiceError::UnresolvedCertificateId`] where there is none, or several end so; or what the store or the disk
    /// says.
    pub fn find(&self, id_or_suffix: &str) -> Result<StoredCertificate, ServiceError> {
        let query = AttemptQuery { certified_only: true, ..AttemptQuery::default() };
        let mut self_issued = self.services.store.attempts(&query)?;
        self_issued.retain(|row| row.certificate.is_some_and(|certificate| certificate.is(id_or_suffix)));
        let mut imported = self.services.store.certificates(&CertificateQuery::default())?;
        imported.retain(|row| {
            row.id.is(id_or_suffix) && self_issued.iter().all(|self_issued| self_issued.certificate != Some(row.id))
        });
        let unresolved = |ids| ServiceError::UnresolvedCertificateId(text::single_line(id_or_suffix), ids);
        match (self_issued.as_slice(), imported.as_slice()) {
            ([row], []) => self.issued(row.id)?.ok_or_else(|| unresolved(Vec::new())),
            ([], [row]) => self.imported(row),
            _ => {
                let ids = self_issued.iter().filter_map(|row| row.certificate).chain(imported.iter().map(|row| row.id));
                Err(unresolved(ids.collect()))
            }
        }
    }
}

/// Returns until when a pass at that moment is valid: whole months from its day, or from the last day of the
/// certificate it renews, where that is later.
pub(super) fn valid_until(exam: &Exam, passed_at: Timestamp, renewed_until: Option<Timestamp>) -> Timestamp {
    let start_day = renewed_until.map_or(passed_at.day(), |until| until.day().max(passed_at.day()));
    start_day.plus_months(exam.certificate.valid_months).end_of_day()
}
