//! From a pass to a certificate: signed, stored as a fact, and written to its file. The file can be written again at any
//! time; the fact is what counts.

use std::path::PathBuf;

use crate::attempt::ExamResult;
use crate::attempt::fact::CertificateIssued;
use crate::credential::render::{CertificateFormat, Fonts, render};
use crate::credential::{Assurance, SigningKeyPair, TrustList, VerificationResult, sign, verify};
use crate::exam::eligibility::RENEWAL_WINDOW;
use crate::ids::CertificateId;
use crate::issuing::claims::CredentialClaims;
use crate::paths;
use crate::service::*;

/// The name that this computer's own key signs under.
pub const COMPUTER: &str = "The holder's own computer (needlewise self-test)";

/// A certificate that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedFile {
    /// Its name.
    pub certificate: CertificateId,
    /// Where its file is.
    pub path: PathBuf,
}

/// A certificate that is stored here: one this computer made itself, or one that was taken in.
#[derive(Debug, Clone)]
pub struct StoredCertificate {
    /// The holder.
    pub holder: PersonRow,
    /// Its name.
    pub certificate: CertificateId,
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
    pub fn checked(&self, trust: &TrustList, now: Timestamp) -> VerificationResult {
        verify(self.credential.as_bytes(), trust, now)
    }
}

impl Service {
    /// Makes the certificate of a passed exam, or finds the one that was made, and sees to its file.
    ///
    /// # Errors
    /// What the store, the key or the disk says; the pass itself is stored before.
    pub fn certify(&mut self, sitting: &mut ActiveAttempt) -> Result<IssuedFile, ServiceError> {
        if let Some(held) = self.issued(sitting.row.id)? {
            return self.write(&held);
        }
        let holder = self.person(sitting.trainee)?.ok_or(ServiceError::Unknown(sitting.row.id))?;
        let issued = self.sign(sitting, &holder)?;
        let fact = Fact::Issued(issued.clone());
        let stored = self.link(sitting.row.id.into(), sitting.head, &fact);
        let head = ChainHead::after_fact(&stored);
        let mut row = sitting.row.clone();
        row.take(stored.stored_at, &fact);
        match self.store.append(&Batch { facts: vec![stored], attempt: Some(row.clone()), ..Batch::default() }) {
            // Another process made it in the same moment.
            Err(StoreError::ContinuedElsewhere) => {
                let held = self.issued(sitting.row.id)?;
                return held.map_or(Err(ServiceError::Store(StoreError::ContinuedElsewhere)), |held| self.write(&held));
            }
            appended => appended?,
        }
        (sitting.row, sitting.head) = (row, head);
        let exam = sitting.exam()?;
        let held = self.own(holder, exam, issued);
        self.settle(&held)
    }

    /// Signs the certificate of a passed exam with this computer's own key.
    fn sign(&mut self, sitting: &ActiveAttempt, holder: &PersonRow) -> Result<CertificateIssued, ServiceError> {
        let sheet = Arc::clone(sitting.session.loaded_paper());
        let finished = sitting.session.finished().filter(|ended| ended.outcome.result == ExamResult::Passed);
        let (Some(exam), Some(finished), Mode::Exam) = (&sheet.exam, finished, sheet.mode) else {
            return Err(ServiceError::Certificate("There is no certificate without a passed exam.".to_owned()));
        };
        let seed = self.bytes();
        let key =
            SigningKeyPair::load_or_create(&self.place.computer_key_file(), seed).map_err(ServiceError::Certificate)?;
        let now = self.clock.now().wall;
        let passed = sitting.row.finished.unwrap_or(now);
        let earlier = self.renewed(sitting, exam, passed)?;
        let valid_until = valid_until(exam, passed, earlier.as_ref().and_then(|row| row.valid_until));
        let certificate = CertificateId::new(now, self.bytes());
        let award = CredentialClaims {
            certificate_id: certificate,
            holder_id: holder.id,
            holder_name: &holder.person.name,
            license: holder.person.license.as_deref(),
            loaded_paper: &sheet,
            exam,
            reviewed_on: sheet.paper.reviewed,
            head_digest: sitting.last_digest(),
            outcome: &finished.outcome,
            renewed_id: earlier.and_then(|row| row.certificate),
            valid_from: passed,
            valid_until,
            assurance: Assurance::SelfAttested,
            unsigned_decisions: self.unsigned_decisions(holder.id, &exam.id)?,
        };
        let credential =
            sign::sign(award.to_credential(&key.did(), COMPUTER), &key, now).map_err(ServiceError::Certificate)?;
        let digest = Digest::of(&credential);
        Ok(CertificateIssued { certificate, digest, valid_from: passed, valid_until, credential })
    }

    /// Finds the certificate that a pass at that moment renews: one still valid, in the time in which it can be renewed.
    fn renewed(
        &self,
        sitting: &ActiveAttempt,
        exam: &Exam,
        passed: Timestamp,
    ) -> Result<Option<AttemptRow>, ServiceError> {
        let rows = self.exam_attempts(sitting.trainee, &exam.id)?;
        // A pass that came later by the calendar can have come earlier into being, by another marking.
        let renewable = |row: &AttemptRow| {
            let stands = row.standing == Some(ExamResult::Passed) && !row.voided;
            let before = row.finished.is_some_and(|at| at < passed);
            let ends = |until: Timestamp| until >= passed && until.saturating_sub(RENEWAL_WINDOW) <= passed;
            stands && before && row.valid_until.is_some_and(ends)
        };
        let earlier = rows.into_iter().filter(renewable);
        Ok(earlier.max_by_key(|row| row.valid_until))
    }

    /// Returns a certificate that this computer made itself as it is held.
    fn own(&self, holder: PersonRow, exam: ExamId, issued: CertificateIssued) -> StoredCertificate {
        let CertificateIssued { certificate, valid_from, valid_until, credential, .. } = issued;
        let path = self.file(&holder, &exam, valid_from, certificate);
        StoredCertificate { holder, certificate, exam, valid_from, valid_until, credential, path }
    }

    /// Returns where a certificate's credential goes.
    pub(super) fn file(&self, holder: &PersonRow, exam: &ExamId, from: Timestamp, id: CertificateId) -> PathBuf {
        let stem = self.place.certificate_path((&holder.person.name, holder.id), exam, from.day(), id);
        stem.with_file_name(format!("{}.json", stem.file_name().unwrap_or_default().to_string_lossy()))
    }

    /// Writes the files of a certificate that was just made.
    ///
    /// # Errors
    /// What the disk says; the certificate is stored before.
    pub fn settle(&self, held: &StoredCertificate) -> Result<IssuedFile, ServiceError> {
        let made = self.write(held)?;
        self.draw(held)?;
        Ok(made)
    }

    /// Draws a certificate that was just made, beside its credential. A picture that cannot be drawn is left out: the
    /// credential is what counts, and `certificate export` says what is wrong.
    fn draw(&self, held: &StoredCertificate) -> Result<(), ServiceError> {
        let Ok(credential) = serde_json::from_str(&held.credential) else { return Ok(()) };
        // A font that cannot be read is left out as well: a name that needed it is then not drawn.
        let fonts = fonts(&self.place, Vec::new()).unwrap_or_default();
        for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
            let path = held.path.with_extension(format.name());
            if let Ok(bytes) = render(format, &credential, &held.credential, &fonts) {
                paths::write_atomic(&path, &bytes).map_err(|error| unwritten(&path, &error))?;
            }
        }
        Ok(())
    }

    /// Writes a certificate's file, unless it is there as it should be.
    pub(super) fn write(&self, held: &StoredCertificate) -> Result<IssuedFile, ServiceError> {
        let made = IssuedFile { certificate: held.certificate, path: held.path.clone() };
        let there = std::fs::read(&held.path).is_ok_and(|bytes| bytes == held.credential.as_bytes());
        if !there {
            paths::write_atomic(&held.path, held.credential.as_bytes())
                .map_err(|error| unwritten(&held.path, &error))?;
        }
        Ok(made)
    }

    /// Returns the certificate of an attempt, if one was issued.
    pub(super) fn issued(&self, attempt: AttemptId) -> Result<Option<StoredCertificate>, ServiceError> {
        let sitting = self.take_up(attempt, false)?;
        // The last one: an invigilated sitting can have been signed anew.
        let issued = self.facts(attempt)?.iter().rev().filter_map(StoredFact::fact).find_map(|fact| match fact {
            Fact::Issued(issued) => Some(issued),
            _ => None,
        });
        let (Some(issued), Some(holder)) = (issued, self.person(sitting.trainee)?) else { return Ok(None) };
        Ok(Some(self.own(holder, sitting.exam()?, issued)))
    }

    /// Returns the certificates that are stored, of one person or of all, the newest first, and sees to their files.
    ///
    /// # Errors
    /// What the store or the disk says.
    pub fn held(&self, trainee: Option<TraineeId>) -> Result<Vec<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee, certified: true, ..AttemptQuery::default() };
        let own = self.store.attempts(&query)?.into_iter().map(|row| self.issued(row.id));
        let taken_in = self.store.certificates(trainee)?.into_iter().map(|row| self.taken_in(&row).map(Some));
        let mut held: Vec<_> = own.chain(taken_in).filter_map(Result::transpose).collect::<Result<_, _>>()?;
        // One that was signed on this machine for a sitting on this machine is held twice.
        let mut seen = std::collections::HashSet::new();
        held.retain(|held| seen.insert(held.certificate));
        held.sort_by_key(|held| std::cmp::Reverse((held.valid_from, held.certificate.to_string())));
        held.iter().try_for_each(|held| self.write(held).map(|_| ()))?;
        Ok(held)
    }

    /// Finds a certificate by its id or the last eight digits of it.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] where there is none, or several end so; or what the store or the disk says.
    pub fn find_certificate(&self, id: &str) -> Result<StoredCertificate, ServiceError> {
        let query = AttemptQuery { certified: true, ..AttemptQuery::default() };
        let mut own = self.store.attempts(&query)?;
        own.retain(|row| row.certificate.is_some_and(|certificate| certificate.is(id)));
        let mut taken_in = self.store.certificates(None)?;
        taken_in.retain(|row| row.id.is(id) && own.iter().all(|own| own.certificate != Some(row.id)));
        let none = |ids| ServiceError::NoCertificate(text::single_line(id), ids);
        match (own.as_slice(), taken_in.as_slice()) {
            ([row], []) => self.issued(row.id)?.ok_or_else(|| none(Vec::new())),
            ([], [row]) => self.taken_in(row),
            _ => {
                let ids = own.iter().filter_map(|row| row.certificate).chain(taken_in.iter().map(|row| row.id));
                Err(none(ids.collect()))
            }
        }
    }

    /// Makes certificates of passes that have none yet, because the program ended in between.
    ///
    /// # Errors
    /// What the store says; a certificate that cannot be made now stays pending.
    pub fn certify_pending(&mut self, trainee: TraineeId) -> Result<(), ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        for row in self.store.attempts(&query)? {
            if row.standing == Some(ExamResult::Passed) && row.certificate.is_none() {
                let mut sitting = self.take_up(row.id, false)?;
                // That one is the invigilator's to sign.
                if sitting.invigilated {
                    continue;
                }
                match self.certify(&mut sitting) {
                    Ok(_) | Err(ServiceError::Certificate(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

/// Returns the fonts to draw with: the built-in ones, those of the data directory, and these.
///
/// # Errors
/// A font of the data directory that cannot be read.
pub fn fonts(place: &Paths, mut given: Vec<Vec<u8>>) -> Result<Fonts, ServiceError> {
    let folder = place.fonts_dir();
    let unreadable = |error: std::io::Error| {
        let shown = text::single_line(&folder.to_string_lossy());
        ServiceError::Certificate(format!("The fonts in {shown} cannot be read: {error}. Check its permissions."))
    };
    let mut entries: Vec<_> = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        entries => entries.and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(unreadable)?,
    };
    entries.retain(|entry| entry.path().is_file());
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        given.push(std::fs::read(entry.path()).map_err(unreadable)?);
    }
    Ok(Fonts::with_extra(given))
}

fn unwritten(path: &std::path::Path, error: &std::io::Error) -> ServiceError {
    let shown = text::single_line(&path.to_string_lossy());
    ServiceError::Certificate(format!(
        "The certificate is stored, but its file {shown} cannot be written: {error}. Free space or mend the folder; \
         `needlewise certificate list` then writes it."
    ))
}

/// Returns until when a pass at that moment is valid: whole months from its day, or from the last day of the certificate it
/// renews, where that is later.
pub(super) fn valid_until(exam: &Exam, passed: Timestamp, earlier: Option<Timestamp>) -> Timestamp {
    let from = earlier.map_or(passed.day(), |until| until.day().max(passed.day()));
    from.plus_months(exam.certificate.valid_months).end_of_day()
}
