//! Reports for a clinic: the compliance matrix, exports, the timeline and data of one person, and replays of requests.

use std::ops::Deref;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::attempts::ReplayedAttempt;
use super::certificates::CHAIN_CHUNK_SIZE;
use super::damage::SoundRecords;
use super::{Certificates, ServiceError, Services};
use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::attempt::fact::kind_label;
use crate::clock::Timestamp;
use crate::credential::{TrustList, verify};
use crate::exam::disclosure::DisclosureLevel;
use crate::ids::{Digest, ExamId, TraineeId};
use crate::issuing::request::CertificateRequest;
use crate::parallel;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::export::json::AttemptRecord;
use crate::projections::export::{ExportRecords, ExportedAttempt};
use crate::projections::links::LinkedPeople;
use crate::projections::matrix::{Matrix, MatrixRecords};
use crate::projections::people::PersonRow;

/// Whether people who were archived are in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchivedPeople {
    Hidden,
    Shown,
}

/// The records that a clinic works with: who is certified, and what happened.
#[derive(Debug)]
pub struct Records<S> {
    pub(super) services: S,
}

impl<S: Deref<Target = Services>> Records<S> {
    /// Returns the compliance matrix of all people and all exams. Its certificate rows are not verified yet:
    /// call [`Certificates::verify_signatures`] for the rows that are shown.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn matrix(&self, archived: ArchivedPeople) -> Result<Matrix, ServiceError> {
        let mut people = self.services.people().all_records()?;
        let links = LinkedPeople::new(&people);
        people
            .retain(|row| links.is_main_record(row.id) && (archived == ArchivedPeople::Shown || !row.person.archived));
        let certificates = self.services.certificate_rows(&CertificateQuery::default())?;
        let records = MatrixRecords { people, links, certificates, passes: self.passes(None)? };
        self.compute_matrix(records)
    }

    /// Lists attempts, newest first. One whose row is damaged is computed from its facts.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, ServiceError> {
        self.services.attempt_rows(query)
    }

    /// Returns the compliance matrix of one person alone.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn matrix_of(&self, person: &PersonRow) -> Result<Matrix, ServiceError> {
        let mut records = self.services.people().linked_records(person.id)?;
        records.push(person.clone());
        let (mut certificates, mut passes) = (Vec::new(), Vec::new());
        for record in &records {
            certificates.extend(self.services.certificates().rows(record.id)?);
            passes.extend(self.passes(Some(record.id))?);
        }
        let links = LinkedPeople::new(&records);
        let records = MatrixRecords { people: vec![person.clone()], links, certificates, passes };
        self.compute_matrix(records)
    }

    fn compute_matrix(&self, records: MatrixRecords) -> Result<Matrix, ServiceError> {
        let exams = self.services.catalog().exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        Ok(Matrix::new(records, exams, self.services.trust()?, self.services.now().wall))
    }

    /// Returns the exams that were passed on this computer, with the time. A void attempt is left out.
    fn passes(&self, trainee: Option<TraineeId>) -> Result<Vec<(TraineeId, ExamId, Timestamp)>, ServiceError> {
        let query = AttemptQuery { trainee, certified_only: true, ..AttemptQuery::default() };
        let rows = self.services.attempt_rows(&query)?;
        let pass = |row: AttemptRow| {
            let is_void = row.is_void(self.services.authority());
            Some((row.trainee, row.exam?, row.finished_at?)).filter(|_| !is_void)
        };
        Ok(rows.into_iter().filter_map(pass).collect())
    }

    /// Replays the attempt in a certificate request, even if it was taken on another computer.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] with the reason.
    pub fn replay_request(&self, request: &CertificateRequest) -> Result<ReplayedAttempt, ServiceError> {
        let catalog_content = self.services.issuing().catalog_content();
        let find_content =
            |digest: Digest| catalog_content.get(&digest).cloned().or_else(|| self.services.content(digest));
        request
            .replay(find_content)
            .map_err(|reason| ServiceError::Rejected(format!("The request cannot be replayed. {reason}")))
    }

    /// Returns the records for an export: the matrix, all attempts (oldest first) and all imported certificates. Also
    /// returns one sentence for each attempt that is damaged and left out.
    ///
    /// # Errors
    /// [`ServiceError::BrokenChain`] or [`ServiceError::ForgedCertificate`] if a certificate is damaged, or an error of
    /// the store.
    pub fn export_records(&self) -> Result<(ExportRecords, Vec<String>), ServiceError> {
        let mut attempts = self.services.attempt_rows(&AttemptQuery::default())?;
        attempts.reverse();
        let levels = self.services.attempts().disclosure_levels(&attempts)?;
        let mut exported = SoundRecords::default();
        for (row, level) in attempts.into_iter().zip(levels) {
            let (id, label) = (row.id, row.label());
            let facts = self.services.attempts().facts(id);
            let discloses_points = level > DisclosureLevel::PassFail;
            let attempt = facts.map(|facts| ExportedAttempt { row, facts, discloses_points });
            exported.add(attempt, || format!("attempt {id} ({label})"))?;
        }
        let rows = self.services.certificate_rows(&CertificateQuery::default())?;
        // A damaged certificate stops the export: without it, a status would say that an exam was not taken.
        let mut certificates = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(CHAIN_CHUNK_SIZE) {
            let stored = self.services.certificates().imported_chunk(&chunk.iter().collect::<Vec<_>>())?;
            for (row, stored) in chunk.iter().zip(stored) {
                certificates.push((row.clone(), stored?.credential));
            }
        }
        let SoundRecords { records: attempts, damaged } = exported;
        let authority = self.services.authority().clone();
        Ok((ExportRecords { matrix: self.matrix(ArchivedPeople::Hidden)?, attempts, certificates, authority }, damaged))
    }

    /// Returns the events of a person's record, attempts and certificates, each with its time. They are not sorted.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn timeline(&self, id: TraineeId) -> Result<Vec<(Timestamp, String)>, ServiceError> {
        let query = AttemptQuery { trainee: Some(id), ..AttemptQuery::default() };
        let mut events = Vec::new();
        let chain = self.services.store.stream(id.into())?;
        for (stored_fact, fact) in read_facts(&chain) {
            let description = match fact {
                Fact::PersonAdded(_) => "added".to_owned(),
                Fact::NameChanged(_) => "name changed".to_owned(),
                Fact::StaffIdChanged(_) => "staff number changed".to_owned(),
                Fact::LicenseChanged(_) => "license changed".to_owned(),
                Fact::TimeGranted(_) => "more time granted".to_owned(),
                Fact::HoldSet(_) => "put on hold".to_owned(),
                Fact::HoldReleased(_) => "hold released".to_owned(),
                Fact::PersonLinked(_) => "linked to another record".to_owned(),
                Fact::PersonUnlinked(_) => "link removed".to_owned(),
                Fact::PersonArchived(_) => "archived".to_owned(),
                Fact::PersonUnarchived(_) => "brought back".to_owned(),
                Fact::Imported(imported) => format!("certificate {} imported", imported.certificate.short()),
                _ => continue,
            };
            events.push((stored_fact.stored_at, description));
        }
        for row in self.services.attempt_rows(&query)? {
            let label = row.label();
            events.push((row.started_at, format!("{label} started")));
            events.extend(row.finished_at.map(|finished_at| {
                (finished_at, format!("{label} ended: {}", row.state(self.services.authority()).label()))
            }));
        }
        Ok(events)
    }

    /// Returns all stored data about a person as JSON, to give to that person. It includes their answers. It leaves out
    /// keys of questions, and points that the disclosure level does not allow.
    ///
    /// # Errors
    /// [`ServiceError::BrokenChain`] or [`ServiceError::ForgedCertificate`] if a record is damaged, or an error of the
    /// store.
    pub fn export_person(&self, row: &PersonRow) -> Result<Value, ServiceError> {
        let fact_to_json = |stored: &StoredFact| {
            // A remark reveals the key of a question. The key belongs to the school and is not the person's data.
            let payload = stored.salted_payload.as_ref().filter(|_| kind_label(&stored.kind) != "remarked");
            let payload = payload.and_then(|secret| serde_json::from_str::<Value>(&secret.payload).ok());
            json!({ "seq": stored.seq, "kind": kind_label(&stored.kind), "at": stored.stored_at.to_string(), "content": payload })
        };
        let query = AttemptQuery { trainee: Some(row.id), ..AttemptQuery::default() };
        let mut attempts = Vec::new();
        for attempt in self.services.attempt_rows(&query)? {
            let discloses_points = self.services.attempts().disclosure_level(&attempt)? > DisclosureLevel::PassFail;
            // If only pass or fail may be shown, leave out the fact that contains points and missed objectives.
            let rows = self.services.attempts().facts(attempt.id)?;
            let facts: Vec<_> = rows
                .iter()
                .filter(|row| discloses_points || kind_label(&row.kind) != "finished")
                .map(fact_to_json)
                .collect();
            let attempt = AttemptRow { earned: attempt.earned.clone().filter(|_| discloses_points), ..attempt };
            let attempt = AttemptRecord::from_row(&attempt, self.services.authority());
            attempts.push(json!({ "attempt": attempt, "facts": facts }));
        }
        let person_facts: Vec<_> = self.services.store.stream(row.id.into())?.iter().map(fact_to_json).collect();
        let question_progress = self.services.store.question_progress(row.id)?;
        let certificates = self
            .services
            .certificates()
            .stored(Some(row.id))?
            .records
            .into_iter()
            .filter_map(|stored_certificate| serde_json::from_str::<Value>(&stored_certificate.credential).ok());
        let person = &row.person;
        let person_record = json!({
            "name": person.name, "staff_id": person.staff_id, "license": person.license, "hold": person.hold,
            "time_factor": row.time_factor(self.services.authority()),
        });
        Ok(json!({
            "format": 1,
            "exported": self.services.now().wall.to_string(),
            "person": { "id": row.id, "record": person_record },
            "facts": person_facts,
            "attempts": attempts,
            "practice": question_progress,
            "certificates": certificates.collect::<Vec<_>>(),
        }))
    }
}

impl<S: Deref<Target = Services>> Certificates<S> {
    /// Verifies the signatures behind some rows. Anyone with write access to the store can write a row, so a row alone
    /// proves nothing. Pass visible rows only: each signature takes milliseconds. Calls `report_verified` for each row.
    ///
    /// # Errors
    /// [`ServiceError::ForgedCertificate`] if a row does not match its credential, or an error of the store.
    pub fn verify_signatures(
        &self,
        rows: &[&CertificateRow],
        report_verified: &(dyn Fn() + Sync),
    ) -> Result<(), ServiceError> {
        let now = self.services.trust()?.latest_known_time(self.services.now().wall);
        for chunk in rows.chunks(CHAIN_CHUNK_SIZE) {
            let loaded = self.imported_chunk(chunk)?.into_iter().collect::<Result<Vec<_>, _>>()?;
            let loaded: Vec<_> = chunk.iter().copied().zip(loaded).collect();
            parallel::prepare();
            let forged = loaded.into_par_iter().find_map_first(|(row, loaded)| {
                report_verified();
                // A clock that was set back must not make a certificate look forged.
                let verified_at = now.max(row.valid_from);
                let credential = verify(loaded.credential.as_bytes(), &TrustList::default(), verified_at).credential;
                let is_authentic = credential
                    .and_then(|credential| CertificateRow::from_credential(&credential, row.fact))
                    .is_some_and(|signed_row| signed_row == *row);
                (!is_authentic).then_some(row.id)
            });
            if let Some(id) = forged {
                return Err(ServiceError::ForgedCertificate(id));
            }
        }
        Ok(())
    }
}
