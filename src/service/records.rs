//! Reports for a clinic: the compliance matrix, exports, the history and data of one person, and replays of attempts.

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::bank::exam::ReviewPolicy;
use crate::credential::{TrustList, verify};
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::exam::replay::{self, ReplayResult};
use crate::issuing::request::CertificateRequest;
use crate::projections::certificates::CertificateRow;
use crate::projections::export::{ExportRecords, ExportedAttempt};
use crate::projections::matrix::Matrix;
use crate::service::*;

impl Service {
    /// Returns everybody and where they stand.
    ///
    /// # Errors
    /// What the store says.
    pub fn matrix(&self) -> Result<Matrix, ServiceError> {
        let exams = self.catalog.exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        let (people, certificates) = (self.store.people()?, self.store.certificates(None)?);
        Ok(Matrix::new(people, certificates, exams, &self.trust, self.clock.now().wall))
    }

    /// Returns how much may be shown of an attempt, by the exam as it is now; an exam that is gone shows objectives.
    ///
    /// # Errors
    /// What the store says.
    pub fn disclosure_level(&self, row: &AttemptRow) -> Result<DisclosureLevel, ServiceError> {
        let exam = row.exam.as_ref().and_then(|id| self.catalog.exam(id).ok());
        match (row.mode, exam) {
            (Mode::Practice, _) => Ok(DisclosureLevel::Everything),
            (Mode::Exam, None) | (Mode::Mock, _) => Ok(DisclosureLevel::Objectives),
            (Mode::Exam, Some(exam)) if exam.value.review == ReviewPolicy::None => Ok(DisclosureLevel::PassFail),
            (Mode::Exam, Some(exam)) => {
                let level = disclosure::level(row.mode, exam.value.review, self.eligibility(row.trainee, &exam.value)?);
                if level <= DisclosureLevel::Objectives {
                    return Ok(level);
                }
                // Its questions may stand on a paper that is being sat.
                let (trainee, mode) = (Some(row.trainee), Some(Mode::Exam));
                let open_query = AttemptQuery { trainee, mode, open_only: true, ..AttemptQuery::default() };
                let now = self.clock.now().wall;
                let has_open_exam = self.store.attempts(&open_query)?.iter().any(|row| !row.is_time_over(now));
                Ok(if has_open_exam { DisclosureLevel::Objectives } else { level })
            }
        }
    }

    /// Draws and marks an attempt again from its facts alone.
    ///
    /// # Errors
    /// Those of [`Service::load_paper`], or content that is missing or was changed.
    pub fn replay(
        &self,
        attempt: AttemptId,
    ) -> Result<(Vec<StoredFact>, Arc<LoadedPaper>, ReplayResult), ServiceError> {
        let (rows, loaded_paper) = self.load_paper(attempt)?;
        let loaded_paper = Arc::new(loaded_paper);
        let facts: Vec<_> = applicable_facts(&rows).into_iter().map(|(_, fact)| fact).collect();
        let content = |digest| self.content(digest);
        let replayed = replay::replay(&loaded_paper, &facts, content)
            .map_err(|missing| ServiceError::MissingContent(attempt, missing))?;
        Ok((rows, loaded_paper, replayed))
    }

    /// Replays the attempt of a request, which may have been sat anywhere.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] with the reason.
    pub fn replay_request(
        &self,
        request: &CertificateRequest,
    ) -> Result<(Vec<StoredFact>, Arc<LoadedPaper>, ReplayResult), ServiceError> {
        let catalog_content = self.catalog_content();
        let find_content = |digest: Digest| catalog_content.get(&digest).cloned().or_else(|| self.content(digest));
        request
            .replay(find_content)
            .map_err(|reason| ServiceError::Rejected(format!("The request cannot be replayed. {reason}")))
    }

    /// Verifies the signatures behind some rows, because a row written into the store by hand proves nothing.
    ///
    /// # Errors
    /// [`ServiceError::ForgedCertificate`] for the first that its credential does not bear out, or what the store says.
    pub fn verify_signatures(
        &self,
        rows: &[&CertificateRow],
        report_verified: &(dyn Fn() + Sync),
    ) -> Result<(), ServiceError> {
        let now = self.trust.latest_known_time(self.clock.now().wall);
        for chunk in rows.chunks(VERIFICATION_CHUNK_SIZE) {
            let load_certificate =
                |row: &&CertificateRow| Ok((row.id, (*row).clone(), self.imported_certificate(row)?));
            let loaded = chunk.iter().map(load_certificate).collect::<Result<Vec<_>, ServiceError>>()?;
            let forged = loaded.into_par_iter().find_map_first(|(id, row, loaded)| {
                report_verified();
                // A clock that was set back makes nothing a forgery.
                let verified_at = now.max(row.valid_from);
                let credential = verify(loaded.credential.as_bytes(), &TrustList::default(), verified_at).credential;
                let is_authentic = credential
                    .and_then(|credential| CertificateRow::from_credential(&credential, row.fact))
                    == Some(row);
                (!is_authentic).then_some(id)
            });
            if let Some(id) = forged {
                return Err(ServiceError::ForgedCertificate(id));
            }
        }
        Ok(())
    }

    /// Returns everything that is exported: standings, attempts, certificates; nobody's answers.
    ///
    /// # Errors
    /// What the store says.
    pub fn export_records(&self) -> Result<ExportRecords, ServiceError> {
        let mut attempts = self.store.attempts(&AttemptQuery::default())?;
        attempts.reverse();
        let facts = |row: AttemptRow| {
            let (facts, discloses_points) =
                (self.facts(row.id)?, self.disclosure_level(&row)? > DisclosureLevel::PassFail);
            Ok(ExportedAttempt { row, facts, discloses_points })
        };
        let attempts = attempts.into_iter().map(facts).collect::<Result<_, ServiceError>>()?;
        let mut certificates = Vec::new();
        for row in self.store.certificates(None)? {
            let credential = self.imported_certificate(&row)?.credential;
            certificates.push((row, credential));
        }
        Ok(ExportRecords { matrix: self.matrix()?, attempts, certificates })
    }

    /// Returns what happened with a person, and when: their record, their attempts, their certificates; in no order.
    ///
    /// # Errors
    /// What the store says.
    pub fn timeline(&self, id: TraineeId) -> Result<Vec<(Timestamp, String)>, ServiceError> {
        let query = AttemptQuery { trainee: Some(id), ..AttemptQuery::default() };
        let mut events = Vec::new();
        for row in self.store.stream(id.into())? {
            let description = match row.fact() {
                Some(Fact::PersonAdded(_)) => "added".to_owned(),
                Some(Fact::PersonUpdated(_)) => "record changed".to_owned(),
                Some(Fact::Imported(imported)) => format!("certificate {} taken in", imported.certificate.short()),
                _ => continue,
            };
            events.push((row.stored_at, description));
        }
        for row in self.store.attempts(&query)? {
            let label = row.exam.as_ref().map_or_else(|| row.mode.to_string(), ToString::to_string);
            events.push((row.started_at, format!("{label} begun")));
            events.extend(row.finished_at.map(|finished_at| (finished_at, format!("{label} ended: {}", row.state()))));
        }
        Ok(events)
    }

    /// Returns everything that is held about a person, answers included, for that person.
    ///
    /// # Errors
    /// What the store says.
    pub fn export_person(&self, row: &PersonRow) -> Result<Value, ServiceError> {
        let fact_to_json = |stored: &StoredFact| {
            // What became of a faulty question tells of its key, and is the school's and no part of anybody's data.
            let payload = stored.salted_payload.as_ref().filter(|_| stored.kind != "remarked");
            let payload = payload.and_then(|secret| serde_json::from_str::<Value>(&secret.payload).ok());
            json!({ "seq": stored.seq, "kind": stored.kind, "at": stored.stored_at.to_string(), "content": payload })
        };
        let query = AttemptQuery { trainee: Some(row.id), ..AttemptQuery::default() };
        let mut attempts = Vec::new();
        for attempt in self.store.attempts(&query)? {
            let discloses_points = self.disclosure_level(&attempt)? > DisclosureLevel::PassFail;
            // Where an exam tells passed or not and no more, that is all that goes out of its result.
            let rows = self.facts(attempt.id)?;
            let facts: Vec<_> =
                rows.iter().filter(|row| discloses_points || row.kind != "finished").map(fact_to_json).collect();
            let attempt = AttemptRow { earned: attempt.earned.clone().filter(|_| discloses_points), ..attempt };
            attempts.push(json!({ "attempt": attempt, "facts": facts }));
        }
        let person_facts: Vec<_> = self.store.stream(row.id.into())?.iter().map(fact_to_json).collect();
        let question_progress = self.store.question_progress(row.id)?;
        let certificates = self
            .stored_certificates(Some(row.id))?
            .into_iter()
            .filter_map(|stored_certificate| serde_json::from_str::<Value>(&stored_certificate.credential).ok());
        Ok(json!({
            "format": 1,
            "exported": self.clock.now().wall.to_string(),
            "person": { "id": row.id, "record": row.person },
            "facts": person_facts,
            "attempts": attempts,
            "practice": question_progress,
            "certificates": certificates.collect::<Vec<_>>(),
        }))
    }
}

/// How many certificates are in memory at once while their signatures are verified.
const VERIFICATION_CHUNK_SIZE: usize = 256;
