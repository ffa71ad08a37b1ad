//! Stored certificates: sign a self-test certificate after a pass, find and list certificates, and write their files.
//! The fact is authoritative. The files can be written again at any time.

use std::path::PathBuf;

use crate::attempt::ExamResult;
use crate::attempt::fact::CertificateIssued;
use crate::credential::render::{CertificateFormat, CertificateRenderer, Fonts};
use crate::credential::{Assurance, SigningKeyPair, TrustList, VerificationResult, sign, verify};
use crate::exam::eligibility::RENEWAL_WINDOW;
use crate::ids::CertificateId;
use crate::issuing::claims::CredentialClaims;
use crate::paths;
use crate::service::*;

/// The name that this computer's own key signs under.
pub const SELF_TEST_ISSUER_NAME: &str = "The holder's own computer (needlewise self-test)";

/// A certificate that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedFile {
    /// Its name.
    pub certificate_id: CertificateId,
    /// Where its file is.
    pub path: PathBuf,
}

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
}

impl Service {
    /// Makes the certificate of a passed exam, or finds the one that was made, and writes its credential. The pictures
    /// are for [`Service::certificate_renderer`] or [`Service::write_files`].
    ///
    /// # Errors
    /// What the store, the key or the disk says; the pass itself is stored before.
    pub fn certify(&mut self, active_attempt: &mut ActiveAttempt) -> Result<StoredCertificate, ServiceError> {
        let stored_certificate = self.find_or_sign_certificate(active_attempt)?;
        self.write_credential_file(&stored_certificate)?;
        Ok(stored_certificate)
    }

    fn find_or_sign_certificate(
        &mut self,
        active_attempt: &mut ActiveAttempt,
    ) -> Result<StoredCertificate, ServiceError> {
        if let Some(stored_certificate) = self.issued_certificate(active_attempt.row.id)? {
            return Ok(stored_certificate);
        }
        let holder = self.person(active_attempt.trainee)?.ok_or(ServiceError::UnknownAttempt(active_attempt.row.id))?;
        let issued = self.sign_certificate(active_attempt, &holder)?;
        let fact = Fact::Issued(issued.clone());
        let stored_fact = self.link_fact(active_attempt.row.id.into(), active_attempt.chain_head, &fact);
        let head = ChainHead::after_fact(&stored_fact);
        let mut row = active_attempt.row.clone();
        row.apply(stored_fact.stored_at, &fact);
        match self.store.append(&Batch { facts: vec![stored_fact], attempt: Some(row.clone()), ..Batch::default() }) {
            // Another process made it in the same moment.
            Err(StoreError::ConcurrentAppend) => {
                let stored_certificate = self.issued_certificate(active_attempt.row.id)?;
                return stored_certificate.ok_or(ServiceError::Store(StoreError::ConcurrentAppend));
            }
            append_result => append_result?,
        }
        (active_attempt.row, active_attempt.chain_head) = (row, head);
        let exam = active_attempt.exam_id()?;
        Ok(self.stored_from_issued(holder, exam, issued))
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
        let seed = self.random_bytes();
        let key =
            SigningKeyPair::load_or_create(&self.paths.computer_key_file(), seed).map_err(ServiceError::Certificate)?;
        let now = self.clock.now().wall;
        let passed_at = active_attempt.row.finished_at.unwrap_or(now);
        let renewed_attempt = self.find_renewed_attempt(active_attempt, exam, passed_at)?;
        let valid_until = valid_until(exam, passed_at, renewed_attempt.as_ref().and_then(|row| row.valid_until));
        let certificate = CertificateId::new(now, self.random_bytes());
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
            unsigned_decisions: self.unsigned_decisions(holder.id, &exam.id)?,
        };
        let credential = sign::sign(claims.to_credential(&key.did(), SELF_TEST_ISSUER_NAME), &key, now)
            .map_err(ServiceError::Certificate)?;
        let digest = Digest::of(&credential);
        Ok(CertificateIssued { certificate, digest, valid_from: passed_at, valid_until, credential })
    }

    /// Finds the certificate that a pass at that moment renews: one still valid, in the time in which it can be
    /// renewed.
    fn find_renewed_attempt(
        &self,
        active_attempt: &ActiveAttempt,
        exam: &Exam,
        passed_at: Timestamp,
    ) -> Result<Option<AttemptRow>, ServiceError> {
        let rows = self.exam_attempts(active_attempt.trainee, &exam.id)?;
        // A pass that came later by the calendar can have come earlier into being, by another marking.
        let is_renewable = |row: &AttemptRow| {
            let is_passed = row.result == Some(ExamResult::Passed) && !row.voided;
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
        let stem =
            self.paths.certificate_path((&holder.person.name, holder.id), exam, valid_from.day(), certificate_id);
        stem.with_file_name(format!("{}.json", stem.file_name().unwrap_or_default().to_string_lossy()))
    }

    /// Writes the files of a certificate that was just made.
    ///
    /// # Errors
    /// What the disk says; the certificate is stored before.
    pub fn write_files(&self, stored_certificate: &StoredCertificate) -> Result<IssuedFile, ServiceError> {
        let issued_file = self.write_credential_file(stored_certificate)?;
        render_certificate_files(&self.paths, stored_certificate)?;
        Ok(issued_file)
    }

    /// Returns the work of [`render_certificate_files`] for a certificate. It needs no service, so that it can run in a
    /// thread of its own.
    pub fn certificate_renderer(
        &self,
        stored_certificate: StoredCertificate,
    ) -> impl FnOnce() -> Result<(), ServiceError> + Send + use<> {
        let paths = self.paths.clone();
        move || render_certificate_files(&paths, &stored_certificate)
    }

    /// Writes a certificate's file, unless it is there as it should be.
    pub(super) fn write_credential_file(
        &self,
        stored_certificate: &StoredCertificate,
    ) -> Result<IssuedFile, ServiceError> {
        let issued_file =
            IssuedFile { certificate_id: stored_certificate.certificate_id, path: stored_certificate.path.clone() };
        let credential = stored_certificate.credential.as_bytes();
        let is_current =
            paths::read_bounded(&stored_certificate.path, credential.len()).is_ok_and(|bytes| bytes == credential);
        if !is_current {
            paths::write_atomic(&stored_certificate.path, credential)
                .map_err(|error| write_error(&stored_certificate.path, &error))?;
        }
        Ok(issued_file)
    }

    /// Returns the certificate of an attempt, if one was issued.
    pub(super) fn issued_certificate(&self, attempt: AttemptId) -> Result<Option<StoredCertificate>, ServiceError> {
        let active_attempt = self.load_attempt(attempt, false)?;
        // The last one: an invigilated attempt can have been signed anew.
        let issued = self.facts(attempt)?.iter().rev().filter_map(StoredFact::fact).find_map(|fact| match fact {
            Fact::Issued(issued) => Some(issued),
            _ => None,
        });
        let (Some(issued), Some(holder)) = (issued, self.person(active_attempt.trainee)?) else { return Ok(None) };
        Ok(Some(self.stored_from_issued(holder, active_attempt.exam_id()?, issued)))
    }

    /// Returns the certificates that are stored, of one person or of all, the newest first, and sees to their files.
    ///
    /// # Errors
    /// What the store or the disk says.
    pub fn stored_certificates(&self, trainee: Option<TraineeId>) -> Result<Vec<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee, certified_only: true, ..AttemptQuery::default() };
        let self_issued = self.store.attempts(&query)?.into_iter().map(|row| self.issued_certificate(row.id));
        let imported =
            self.store.certificates(trainee)?.into_iter().map(|row| self.imported_certificate(&row).map(Some));
        let mut stored: Vec<_> = self_issued.chain(imported).filter_map(Result::transpose).collect::<Result<_, _>>()?;
        // One that was signed on this machine for an attempt on this machine is held twice.
        let mut seen_ids = std::collections::HashSet::new();
        stored.retain(|stored| seen_ids.insert(stored.certificate_id));
        stored.sort_by_key(|stored| std::cmp::Reverse((stored.valid_from, stored.certificate_id.to_string())));
        stored.iter().try_for_each(|stored| self.write_credential_file(stored).map(|_| ()))?;
        Ok(stored)
    }

    /// Returns [`Self::stored_certificates`], each verified with the trust list and the clock of this machine.
    ///
    /// # Errors
    /// What the store or the disk says.
    pub fn verified_certificates(
        &self,
        trainee: Option<TraineeId>,
    ) -> Result<Vec<(StoredCertificate, VerificationResult)>, ServiceError> {
        let now = self.clock.now().wall;
        let with_verification = |stored: StoredCertificate| {
            let verification = stored.verify(&self.trust, now);
            (stored, verification)
        };
        Ok(self.stored_certificates(trainee)?.into_iter().map(with_verification).collect())
    }

    /// Finds a certificate by its id or the last eight digits of it.
    ///
    /// # Errors
    /// [`ServiceError::UnresolvedCertificateId`] where there is none, or several end so; or what the store or the disk
    /// says.
    pub fn find_certificate(&self, id_or_suffix: &str) -> Result<StoredCertificate, ServiceError> {
        let query = AttemptQuery { certified_only: true, ..AttemptQuery::default() };
        let mut self_issued = self.store.attempts(&query)?;
        self_issued.retain(|row| row.certificate.is_some_and(|certificate| certificate.is(id_or_suffix)));
        let mut imported = self.store.certificates(None)?;
        imported.retain(|row| {
            row.id.is(id_or_suffix) && self_issued.iter().all(|self_issued| self_issued.certificate != Some(row.id))
        });
        let unresolved = |ids| ServiceError::UnresolvedCertificateId(text::single_line(id_or_suffix), ids);
        match (self_issued.as_slice(), imported.as_slice()) {
            ([row], []) => self.issued_certificate(row.id)?.ok_or_else(|| unresolved(Vec::new())),
            ([], [row]) => self.imported_certificate(row),
            _ => {
                let ids = self_issued.iter().filter_map(|row| row.certificate).chain(imported.iter().map(|row| row.id));
                Err(unresolved(ids.collect()))
            }
        }
    }

    /// Makes certificates of passes that have none yet, because the program ended in between, with all their files.
    ///
    /// # Errors
    /// What the store says; a certificate that cannot be made now stays pending.
    pub fn certify_pending(&mut self, trainee: TraineeId) -> Result<(), ServiceError> {
        for stored_certificate in self.sign_pending(trainee)? {
            match self.write_files(&stored_certificate) {
                Ok(_) | Err(ServiceError::Certificate(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Does the same without the pictures, and returns the certificates that were made.
    ///
    /// # Errors
    /// What the store says; a certificate that cannot be made now stays pending.
    pub fn sign_pending(&mut self, trainee: TraineeId) -> Result<Vec<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let mut made = Vec::new();
        for row in self.store.attempts(&query)? {
            if row.result == Some(ExamResult::Passed) && row.certificate.is_none() {
                let mut active_attempt = self.load_attempt(row.id, false)?;
                // That one is the invigilator's to sign.
                if active_attempt.invigilated {
                    continue;
                }
                match self.certify(&mut active_attempt) {
                    Ok(stored_certificate) => made.push(stored_certificate),
                    Err(ServiceError::Certificate(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(made)
    }
}

/// The largest font file that is read.
pub const FONT_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Draws the pictures and pages of a certificate beside its credential. A picture that cannot be drawn is left out: the
/// credential is what counts, and `certificate export` says what is wrong.
///
/// # Errors
/// What the disk says; the certificate is stored before.
pub fn render_certificate_files(paths: &Paths, stored_certificate: &StoredCertificate) -> Result<(), ServiceError> {
    let Ok(credential) = serde_json::from_str(&stored_certificate.credential) else { return Ok(()) };
    // A font that cannot be read is left out as well: a name that needed it is then not drawn.
    let fonts = load_fonts(paths, Vec::new()).unwrap_or_default();
    let renderer = CertificateRenderer::new(&credential, &stored_certificate.credential, &fonts);
    for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
        let path = stored_certificate.path.with_extension(format.name());
        if let Ok(bytes) = renderer.write(format) {
            paths::write_atomic(&path, &bytes).map_err(|error| write_error(&path, &error))?;
        }
    }
    Ok(())
}

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
        "The certificate is stored, but its file {display_path} cannot be written: {error}. Free space or mend the folder; \
         `needlewise certificate list` then writes it."
    ))
}

/// Returns until when a pass at that moment is valid: whole months from its day, or from the last day of the
/// certificate it renews, where that is later.
pub(super) fn valid_until(exam: &Exam, passed_at: Timestamp, renewed_until: Option<Timestamp>) -> Timestamp {
    let start_day = renewed_until.map_or(passed_at.day(), |until| until.day().max(passed_at.day()));
    start_day.plus_months(exam.certificate.valid_months).end_of_day()
}
