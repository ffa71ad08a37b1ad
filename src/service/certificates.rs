//! Stored certificates: sign a self-test record after a pass, find and list certificates, and write their files.
//! The fact is authoritative. The files can be written again at any time.

use std::collections::{HashMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

use super::certificate_files::{StoredCertificate, ignore_unwritable, write_credential, write_pictures};
use super::damage::SoundRecords;
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
use crate::projections::people::PersonRow;
use crate::store::{Conflict, StoreError};
use crate::text;

/// The certificates in this store: signed by this computer, or imported.
#[derive(Debug)]
pub struct Certificates<S> {
    pub(super) services: S,
}

/// How many chains are read into memory at once. This limits memory for stores with many certificates.
pub(super) const CHAIN_CHUNK_SIZE: usize = 256;

/// The issuer name on self-test records, which this computer's own key signs.
pub const SELF_TEST_ISSUER_NAME: &str = "The holder's own computer (needlewise self-test)";

impl<S: DerefMut<Target = Services>> Certificates<S> {
    /// Signs the self-test record of a passed exam, or finds the one that was signed before, and writes its credential
    /// file. The caller draws the pictures with [`write_pictures`], which takes longer and needs no store.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] if the attempt is not a passed exam, the computer's key cannot be used, or the
    /// file cannot be written. Otherwise an error of the store. A pass itself is already stored.
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
        match self.services.attempts_mut().append_facts(active_attempt, &[Fact::Issued(issued.clone())]) {
            // Another process signed it at the same time. Its certificate counts, and ours was never stored.
            Err(ServiceError::Store(StoreError::Conflict(Conflict::ChainContinued))) => {
                let conflict = ServiceError::Store(StoreError::Conflict(Conflict::ChainContinued));
                self.issued(attempt)?.ok_or(conflict)
            }
            result => result.map(|()| self.stored_from_issued(holder, exam, issued)),
        }
    }

    /// Signs the self-test record of a passed exam with this computer's own key. Stores nothing but the key.
    fn sign_certificate(
        &mut self,
        active_attempt: &ActiveAttempt,
        holder: &PersonRow,
    ) -> Result<CertificateIssued, ServiceError> {
        let loaded_paper = Arc::clone(active_attempt.session.loaded_paper());
        let finished = active_attempt.session.finished().filter(|ended| ended.outcome.result == ExamResult::Passed);
        let (Some(exam), Some(finished), Mode::Exam) = (&loaded_paper.exam, finished, loaded_paper.mode) else {
            return Err(ServiceError::Certificate("Only a passed exam can get a certificate.".to_owned()));
        };
        let seed = self.services.random_bytes();
        let key = SigningKeyPair::load_or_create(&self.services.paths().computer_key_file(), seed)
            .map_err(ServiceError::Certificate)?;
        let now = self.services.now().wall;
        // A clock that was set back during the exam must not date the certificate before it.
        let passed_at = active_attempt.row.finished_at.unwrap_or(now).max(active_attempt.row.started_at);
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
            branding: None,
            unsigned_decisions: self.services.attempts().unsigned_decisions(holder.id, &exam.id)?,
        };
        let credential = sign::sign(claims.to_credential(&key.did(), SELF_TEST_ISSUER_NAME), &key, now)
            .map_err(ServiceError::Certificate)?;
        let digest = Digest::of(&credential);
        Ok(CertificateIssued { certificate, digest, valid_from: passed_at, valid_until, credential })
    }

    /// Signs the self-test records that are missing for a person's passes, with all their files, and writes missing
    /// credential files. What fails now is tried again at the next start.
    ///
    /// # Errors
    /// The errors of [`Certificates::sign_pending`] and [`Certificates::write_missing`].
    pub fn complete(&mut self, trainee: TraineeId) -> Result<(), ServiceError> {
        for certificate in self.sign_pending(trainee)? {
            ignore_unwritable(write_pictures(self.services.paths(), &certificate).map(|_| ()))?;
        }
        self.write_missing(trainee)
    }

    /// Writes the missing credential files of a person. Files that cannot be written now are written at the next start.
    ///
    /// # Errors
    /// The errors of [`Certificates::stored`].
    pub fn write_missing(&mut self, trainee: TraineeId) -> Result<(), ServiceError> {
        self.stored(Some(trainee))?
            .records
            .iter()
            .try_for_each(|certificate| ignore_unwritable(write_credential(certificate).map(|_| ())))
    }

    /// Signs the self-test records that are missing for a person's passes, because the program ended after the pass.
    /// Returns the new ones. The caller draws their pictures with [`write_pictures`].
    ///
    /// # Errors
    /// The errors of [`super::Attempts::load`]. A certificate that cannot be signed or written now is no error and
    /// stays pending.
    pub fn sign_pending(&mut self, trainee: TraineeId) -> Result<Vec<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let mut made = Vec::new();
        for row in self.services.attempts().list(&query)? {
            if row.result == Some(ExamResult::Passed) && row.certificate.is_none() {
                let mut active_attempt = self.services.attempts().load(row.id)?;
                // Only the invigilator signs this one, at the end of the attempt.
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
        // Require an earlier pass: a remark can turn an old attempt into a pass after a newer one was certified.
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

    /// Builds the stored form of a certificate from its fact.
    fn stored_from_issued(&self, holder: PersonRow, exam: ExamId, issued: CertificateIssued) -> StoredCertificate {
        let CertificateIssued { certificate, valid_from, valid_until, credential, .. } = issued;
        let path = self.credential_path(&holder, &exam, valid_from, certificate);
        StoredCertificate { holder, certificate_id: certificate, exam, valid_from, valid_until, credential, path }
    }

    /// Returns the path of a certificate's credential file.
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

    /// Returns the certificate of an attempt, if its chain contains one.
    pub(super) fn issued(&self, attempt: AttemptId) -> Result<Option<StoredCertificate>, ServiceError> {
        let chain = self.services.store.stream(attempt.into())?;
        let holder = match read_facts(&chain[..chain.len().min(1)]).first() {
            Some((_, Fact::Started(started))) => self.services.people().get(started.trainee)?,
            _ => None,
        };
        holder.map_or(Ok(None), |holder| self.issued_in(attempt, &chain, holder))
    }

    /// Verifies an attempt's chain and returns the certificate in it, if there is one.
    fn issued_in(
        &self,
        attempt: AttemptId,
        chain: &[StoredFact],
        holder: PersonRow,
    ) -> Result<Option<StoredCertificate>, ServiceError> {
        chain::verify_chain(attempt.into(), chain).map_err(ServiceError::BrokenChain)?;
        let facts = applicable_facts(chain);
        let Some((_, Fact::Started(started))) = facts.first() else { return Ok(None) };
        // Take the last one: an invigilated attempt can be signed again after a revocation.
        let issued = facts.iter().rev().find_map(|(_, fact)| match fact {
            Fact::Issued(issued) => Some(issued.clone()),
            _ => None,
        });
        let exam = started.paper.exam.as_ref().map(|exam| exam.id.clone());
        let (Some(issued), Some(exam)) = (issued, exam) else { return Ok(None) };
        Ok(Some(self.stored_from_issued(holder, exam, issued)))
    }

    /// Lists the rows of a person's imported certificates, latest expiry first.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn rows(&self, trainee: TraineeId) -> Result<Vec<CertificateRow>, ServiceError> {
        let query = CertificateQuery { trainee: Some(trainee), ..CertificateQuery::default() };
        Ok(self.services.store.certificates(&query)?)
    }

    /// Returns the stored certificates of one person, or of all people, newest first. A damaged one hides no others.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn stored(&self, trainee: Option<TraineeId>) -> Result<SoundRecords<StoredCertificate>, ServiceError> {
        let people = match trainee {
            None => self.services.people().all_records()?,
            Some(id) => {
                let mut records = self.services.people().linked_records(id)?;
                records.extend(self.services.people().get(id)?);
                records
            }
        };
        let record_ids = match trainee {
            None => vec![None],
            Some(_) => people.iter().map(|row| Some(row.id)).collect(),
        };
        let (mut self_issued, mut imported) = (Vec::new(), Vec::new());
        for trainee in record_ids {
            let query = AttemptQuery { trainee, certified_only: true, ..AttemptQuery::default() };
            self_issued.extend(self.services.attempt_rows(&query)?);
            imported
                .extend(self.services.certificate_rows(&CertificateQuery { trainee, ..CertificateQuery::default() })?);
        }
        let people: HashMap<TraineeId, PersonRow> = people.into_iter().map(|row| (row.id, row)).collect();
        let holder_name = |trainee: TraineeId| {
            people.get(&trainee).map_or_else(|| trainee.to_string(), |row| text::single_line(&row.person.name))
        };
        let mut stored = SoundRecords::default();
        for rows in self_issued.chunks(CHAIN_CHUNK_SIZE) {
            let streams: Vec<StreamId> = rows.iter().map(|row| row.id.into()).collect();
            let mut chains = self.services.readable_streams(&streams)?;
            for row in rows {
                let chain = chains.remove(&row.id.into()).unwrap_or(Ok(Vec::new()));
                let holder = people.get(&row.trainee).ok_or(ServiceError::UnknownAttempt(row.id))?;
                let issued =
                    chain.map_err(ServiceError::from).and_then(|chain| self.issued_in(row.id, &chain, holder.clone()));
                if let Some(issued) = issued.transpose() {
                    stored.add(issued, || format!("exam {} of {}", row.label(), holder_name(row.trainee)))?;
                }
            }
        }
        for rows in imported.chunks(CHAIN_CHUNK_SIZE) {
            let certificates = self.imported_chunk(&rows.iter().collect::<Vec<_>>())?;
            for (row, certificate) in rows.iter().zip(certificates) {
                stored
                    .add(certificate, || format!("certificate {} of {}", row.id.short(), holder_name(row.trainee)))?;
            }
        }
        // A certificate that was signed here for an attempt here is stored twice: in its attempt and as an import.
        let mut seen_ids = HashSet::new();
        stored.records.retain(|stored| seen_ids.insert(stored.certificate_id));
        stored.records.sort_by_key(|stored| std::cmp::Reverse((stored.valid_from, stored.certificate_id.to_string())));
        Ok(stored)
    }

    /// Returns [`Certificates::stored`], each with its verification result by the trust list and the clock of this
    /// computer.
    ///
    /// # Errors
    /// The errors of [`Certificates::stored`].
    pub fn verified(
        &self,
        trainee: Option<TraineeId>,
    ) -> Result<SoundRecords<(StoredCertificate, VerificationResult)>, ServiceError> {
        let now = self.services.now().wall;
        let trust = self.services.trust()?;
        let with_verification = |stored: StoredCertificate| {
            let verification = stored.verify(trust, now);
            (stored, verification)
        };
        Ok(self.stored(trainee)?.map(with_verification))
    }

    /// Returns the attempt on this computer for which a certificate was signed; `None` if it was taken elsewhere.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn attempt_of(&self, certificate: &StoredCertificate) -> Result<Option<AttemptId>, ServiceError> {
        let trainee = Some(certificate.holder.id);
        let query = AttemptQuery { trainee, certified_only: true, ..AttemptQuery::default() };
        let attempts = self.services.store.attempts(&query)?;
        Ok(attempts.into_iter().find(|row| row.certificate == Some(certificate.certificate_id)).map(|row| row.id))
    }

    /// Finds a certificate by its ID, or by the last eight digits of it.
    ///
    /// # Errors
    /// [`ServiceError::UnresolvedCertificateId`] if no ID matches or several do, and the errors of
    /// [`Certificates::stored`].
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

/// Returns the end of validity of a pass, at the end of a day in UTC. The exam's number of months counts from the day
/// of the pass, or from the last day of the renewed certificate if that is later. So renewing early loses no time.
pub(super) fn valid_until(exam: &Exam, passed_at: Timestamp, renewed_until: Option<Timestamp>) -> Timestamp {
    let start_day = renewed_until.map_or(passed_at.day(), |until| until.day().max(passed_at.day()));
    start_day.plus_months(exam.certificate.valid_months).end_of_day()
}
