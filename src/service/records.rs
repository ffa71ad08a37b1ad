//! What a clinic asks of its records: who stands where, everything for export, everything about one person.

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
    pub fn roll(&self) -> Result<Matrix, ServiceError> {
        let exams = self.catalog.exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        let (people, certificates) = (self.store.people()?, self.store.certificates(None)?);
        Ok(Matrix::new(people, certificates, exams, &self.trust, self.clock.now().wall))
    }

    /// Returns how much may be shown of an attempt, by the exam as it is now; an exam that is gone shows objectives.
    ///
    /// # Errors
    /// What the store says.
    pub fn extent(&self, row: &AttemptRow) -> Result<DisclosureLevel, ServiceError> {
        let exam = row.exam.as_ref().and_then(|id| self.catalog.exam(id).ok());
        match (row.mode, exam) {
            (Mode::Practice, _) => Ok(DisclosureLevel::Everything),
            (Mode::Exam, None) | (Mode::Mock, _) => Ok(DisclosureLevel::Objectives),
            (Mode::Exam, Some(exam)) if exam.value.review == ReviewPolicy::None => Ok(DisclosureLevel::PassFail),
            (Mode::Exam, Some(exam)) => {
                let extent = disclosure::level(row.mode, exam.value.review, self.may_start(row.trainee, &exam.value)?);
                if extent <= DisclosureLevel::Objectives {
                    return Ok(extent);
                }
                // Its questions may stand on a paper that is being sat.
                let (trainee, mode) = (Some(row.trainee), Some(Mode::Exam));
                let open = AttemptQuery { trainee, mode, open: true, ..AttemptQuery::default() };
                let now = self.clock.now().wall;
                let sat = self.store.attempts(&open)?.iter().any(|row| !row.is_over(now));
                Ok(if sat { DisclosureLevel::Objectives } else { extent })
            }
        }
    }

    /// Draws and marks an attempt again from its facts alone.
    ///
    /// # Errors
    /// Those of [`Desk::sheet`], or content that is missing or was changed.
    pub fn replay(
        &self,
        attempt: AttemptId,
    ) -> Result<(Vec<StoredFact>, Arc<LoadedPaper>, ReplayResult), ServiceError> {
        let (rows, sheet) = self.sheet(attempt)?;
        let sheet = Arc::new(sheet);
        let facts: Vec<_> = applicable_facts(&rows).into_iter().map(|(_, fact)| fact).collect();
        let content = |digest| self.content(digest);
        let replayed =
            replay::replay(&sheet, &facts, content).map_err(|missing| ServiceError::Missing(attempt, missing))?;
        Ok((rows, sheet, replayed))
    }

    /// Replays the attempt of a request, which may have been sat anywhere.
    ///
    /// # Errors
    /// [`Error::NotTaken`] with the reason.
    pub fn replay_request(
        &self,
        request: &CertificateRequest,
    ) -> Result<(Vec<StoredFact>, Arc<LoadedPaper>, ReplayResult), ServiceError> {
        let in_use = self.in_use();
        let held = |digest: Digest| in_use.get(&digest).cloned().or_else(|| self.content(digest));
        request.replay(held).map_err(|why| ServiceError::NotTaken(format!("The request cannot be replayed. {why}")))
    }

    /// Verifies the signatures behind some rows: a row that somebody wrote into the store by hand proves nothing. `done` is
    /// told of each.
    ///
    /// # Errors
    /// [`Error::Forged`] for the first that its credential does not bear out, or what the store says.
    pub fn prove(&self, rows: &[&CertificateRow], done: &(dyn Fn() + Sync)) -> Result<(), ServiceError> {
        let now = self.trust.latest_known_time(self.clock.now().wall);
        for some in rows.chunks(PROVED_AT_ONCE) {
            let read = |row: &&CertificateRow| Ok((row.id, (*row).clone(), self.taken_in(row)?));
            let held = some.iter().map(read).collect::<Result<Vec<_>, ServiceError>>()?;
            let forged = held.into_par_iter().find_map_first(|(id, row, held)| {
                done();
                // A clock that was set back makes nothing a forgery.
                let at = now.max(row.valid_from);
                let credential = verify(held.credential.as_bytes(), &TrustList::default(), at).credential;
                let borne_out =
                    credential.and_then(|credential| CertificateRow::of(&credential, row.fact)) == Some(row);
                (!borne_out).then_some(id)
            });
            if let Some(id) = forged {
                return Err(ServiceError::Forged(id));
            }
        }
        Ok(())
    }

    /// Returns everything that is exported: standings, attempts, certificates; nobody's answers.
    ///
    /// # Errors
    /// What the store says.
    pub fn everything(&self) -> Result<ExportRecords, ServiceError> {
        let mut attempts = self.store.attempts(&AttemptQuery::default())?;
        attempts.reverse();
        let facts = |row: AttemptRow| {
            let (facts, told) = (self.facts(row.id)?, self.extent(&row)? > DisclosureLevel::PassFail);
            Ok(ExportedAttempt { row, facts, told })
        };
        let attempts = attempts.into_iter().map(facts).collect::<Result<_, ServiceError>>()?;
        let mut certificates = Vec::new();
        for row in self.store.certificates(None)? {
            let credential = self.taken_in(&row)?.credential;
            certificates.push((row, credential));
        }
        Ok(ExportRecords { roll: self.roll()?, attempts, certificates })
    }

    /// Returns what happened with a person, and when: their record, their attempts, their certificates; in no order.
    ///
    /// # Errors
    /// What the store says.
    pub fn timeline(&self, id: TraineeId) -> Result<Vec<(Timestamp, String)>, ServiceError> {
        let query = AttemptQuery { trainee: Some(id), ..AttemptQuery::default() };
        let mut told = Vec::new();
        for row in self.store.stream(id.into())? {
            let says = match row.fact() {
                Some(Fact::PersonAdded(_)) => "added".to_owned(),
                Some(Fact::PersonUpdated(_)) => "record changed".to_owned(),
                Some(Fact::Imported(imported)) => format!("certificate {} taken in", imported.certificate.short()),
                _ => continue,
            };
            told.push((row.stored_at, says));
        }
        for row in self.store.attempts(&query)? {
            let what = row.exam.as_ref().map_or_else(|| row.mode.to_string(), ToString::to_string);
            told.push((row.started, format!("{what} begun")));
            told.extend(row.finished.map(|at| (at, format!("{what} ended: {}", row.state()))));
        }
        Ok(told)
    }

    /// Returns everything that is held about a person, answers included, for that person.
    ///
    /// # Errors
    /// What the store says.
    pub fn archive(&self, row: &PersonRow) -> Result<Value, ServiceError> {
        let fact = |stored: &StoredFact| {
            // What became of a faulty question tells of its key, and is the school's and no part of anybody's data.
            let payload = stored.salted_payload.as_ref().filter(|_| stored.kind != "remarked");
            let payload = payload.and_then(|secret| serde_json::from_str::<Value>(&secret.payload).ok());
            json!({ "seq": stored.seq, "kind": stored.kind, "at": stored.stored_at.to_string(), "content": payload })
        };
        let query = AttemptQuery { trainee: Some(row.id), ..AttemptQuery::default() };
        let mut attempts = Vec::new();
        for attempt in self.store.attempts(&query)? {
            let told = self.extent(&attempt)? > DisclosureLevel::PassFail;
            // Where an exam tells passed or not and no more, that is all that goes out of its result.
            let rows = self.facts(attempt.id)?;
            let facts: Vec<_> = rows.iter().filter(|row| told || row.kind != "finished").map(fact).collect();
            let attempt = AttemptRow { earned: attempt.earned.clone().filter(|_| told), ..attempt };
            attempts.push(json!({ "attempt": attempt, "facts": facts }));
        }
        let own: Vec<_> = self.store.stream(row.id.into())?.iter().map(fact).collect();
        let learned = self.store.learned(row.id)?;
        let certificates = self
            .held(Some(row.id))?
            .into_iter()
            .filter_map(|held| serde_json::from_str::<Value>(&held.credential).ok());
        Ok(json!({
            "format": 1,
            "exported": self.clock.now().wall.to_string(),
            "person": { "id": row.id, "record": row.person },
            "facts": own,
            "attempts": attempts,
            "practice": learned,
            "certificates": certificates.collect::<Vec<_>>(),
        }))
    }
}

/// How many certificates are in memory at once while their signatures are verified.
const PROVED_AT_ONCE: usize = 256;
