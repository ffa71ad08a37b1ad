//! Stored certificates: sign a self-test certificate after a pass, find and list certificates, and write their files.
//! The fact is authoritative. The files can be written again at any time.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

use super::{ActiveAttempt, ServiceError, Services};
use crate::attempt::fact::CertificateIssued;
use crate::attempt::{ExamResult, Fact, Mode};
use crate::bank::exam::Exam;
use crate::clock::Timestamp;
use crate::credential::render::{CertificateFormat, CertificateRenderer, Fonts};
use crate::credential::{Assurance, SigningKeyPair, TrustList, VerificationResult, sign, verify};
use crate::exam::eligibility::RENEWAL_WINDOW;
use crate::ids::{AttemptId, CertificateId, Digest, ExamId, TraineeId};
use crate::issuing::claims::CredentialClaims;
use crate::issuing::decision::applicable_facts;
use crate::paths::{self, Paths};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::people::PersonRow;
use crate::store::{Conflict, StoreError};
use crate::text;

/// The certificates of this store.
#[derive(Debug)]
pub struct Certificates<S> {
    pub(super) services: S,
}

/// The name that this computer's own key signs under.
pub const SELF_TEST_ISSUER_NAME: &str = "The holder's own computer (needlewise self-test)";

/// A certificate that is stored here: one this computer made itself, or one that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCertificate {
    /// The holder.
    pub holder: PersonRow,
    /// Its name.
    pub certificate_id: CertificateId,
    /// The exam.
    pub exam: ExamId,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
    /// The credential's text.
    pub credential: String,
    /// Where its file belongs.
    pub path: PathBuf,
}

impl StoredCertificate {
    /// Checks it under the trust of the day.
    pub fn verify(&self, trust: &TrustList, now: Timestamp) -> VerificationResult {
        verify(self.credential.as_bytes(), trust, now)
    }

    /// Returns whether its file is there and has the credential.
    pub fn has_current_file(&self) -> bool {
        let credential = self.credential.as_bytes();
        paths::read_bounded(&self.path, credential.len()).is_ok_and(|bytes| bytes == credential)
    }
}

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
        let holder = self.services.people().get(active_attempt.trainee)?.ok_or(unknown)?;
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

/// Lets pass that a file of a certificate cannot be written: the certificate is stored, and the file can be written
/// later.
fn ignore_unwritable(result: Result<(), ServiceError>) -> Result<(), ServiceError> {
    match result {
        Err(ServiceError::Certificate(_)) => Ok(()),
        result => result,
    }
}

impl<S: Deref<Target = Services>> Certificates<S> {
    /// Finds the certificate that a pass at that moment renews: one still valid, in the time in which it can be
    /// renewed.
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

    /// Returns a certificate that this computer made itself as it is held.
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
        let stored_facts = self.services.attempts().facts(attempt)?;
        let facts = applicable_facts(&stored_facts);
        let Some((_, Fact::Started(started))) = facts.first() else { return Ok(None) };
        // The last one: an invigilated attempt can have been signed again.
        let issued = facts.iter().rev().find_map(|(_, fact)| match fact {
            Fact::Issued(issued) => Some(issued.clone()),
            _ => None,
        });
        let exam = started.paper.exam.as_ref().map(|exam| exam.id.clone());
        let holder = self.services.people().get(started.trainee)?;
        let (Some(issued), Some(exam), Some(holder)) = (issued, exam, holder) else { return Ok(None) };
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
        let self_issued = self.services.store.attempts(&query)?.into_iter().map(|row| self.issued(row.id));
        let query = CertificateQuery { trainee, ..CertificateQuery::default() };
        let imported = self.services.store.certificates(&query)?.into_iter().map(|row| self.imported(&row).map(Some));
        let mut stored: Vec<_> = self_issued.chain(imported).filter_map(Result::transpose).collect::<Result<_, _>>()?;
        // One that was signed on this machine for an attempt on this machine is stored twice.
        let mut seen_ids = std::collections::HashSet::new();
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

/// Writes the file of a certificate's credential, unless it is there as it should be. Returns whether it was written.
///
/// # Errors
/// What the disk says; the certificate is stored before.
pub fn write_credential(certificate: &StoredCertificate) -> Result<bool, ServiceError> {
    if certificate.has_current_file() {
        return Ok(false);
    }
    let credential = certificate.credential.as_bytes();
    paths::write_atomic(&certificate.path, credential).map_err(|error| write_error(&certificate.path, &error))?;
    Ok(true)
}

/// Draws a certificate beside its credential. A picture that cannot be drawn is left out: the credential is what counts,
/// and `certificate export` says what is wrong.
///
/// # Errors
/// What the disk says.
pub fn write_pictures(paths: &Paths, certificate: &StoredCertificate) -> Result<(), ServiceError> {
    let Ok(credential) = serde_json::from_str(&certificate.credential) else { return Ok(()) };
    // A font that cannot be read is left out as well: a name that needed it is then not drawn.
    let fonts = load_fonts(paths, Vec::new()).unwrap_or_default();
    let renderer = CertificateRenderer::new(&credential, &certificate.credential, &fonts);
    for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
        let path = certificate.path.with_extension(format.name());
        if let Ok(bytes) = renderer.write(format) {
            paths::write_atomic(&path, &bytes).map_err(|error| write_error(&path, &error))?;
        }
    }
    Ok(())
}

/// The largest font file that is read.
pub const FONT_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Returns the fonts to draw with: the built-in ones, those of the data directory, and these.
///
/// # Errors
/// A font of the data directory that cannot be read, or is larger than [`FONT_MAX_BYTES`].
pub fn load_fonts(paths: &Paths, mut font_files: Vec<Vec<u8>>) -> Result<Fonts, ServiceError> {
    let folder = paths.fonts_dir();
    let to_error = |error: std::io::Error| {
        let display_path = text::single_line(&folder.to_string_lossy());
        ServiceError::Certificate(format!(
            "The fonts in {display_path} cannot be read: {error}. Check its permissions."
        ))
    };
    let mut entries: Vec<_> = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        entries => entries.and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(to_error)?,
    };
    entries.retain(|entry| entry.path().is_file());
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let font = paths::read_bounded(&entry.path(), FONT_MAX_BYTES).map_err(|error| {
            let display_path = text::single_line(&entry.path().to_string_lossy());
            ServiceError::Certificate(format!(
                "The font {display_path} cannot be read: {error}. Check its permissions, or move it away."
            ))
        })?;
        font_files.push(font);
    }
    Ok(Fonts::with_extra(font_files))
}

fn write_error(path: &std::path::Path, error: &std::io::Error) -> ServiceError {
    let display_path = text::single_line(&path.to_string_lossy());
    ServiceError::Certificate(format!(
        "The certificate is stored, but its file {display_path} cannot be written: {error}. Free space or fix the folder; \
         `needlewise doctor --repair` then writes it."
    ))
}

/// Returns until when a pass at that moment is valid: whole months from its day, or from the last day of the
/// certificate it renews, where that is later.
pub(super) fn valid_until(exam: &Exam, passed_at: Timestamp, renewed_until: Option<Timestamp>) -> Timestamp {
    let start_day = renewed_until.map_or(passed_at.day(), |until| until.day().max(passed_at.day()));
    start_day.plus_months(exam.certificate.valid_months).end_of_day()
}
