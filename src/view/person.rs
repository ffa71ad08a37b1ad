//! What the records show of one person.

use crate::clock::Timestamp;
use crate::credential::VerificationResult;
use crate::exam::disclosure::DisclosureLevel;
use crate::ids::TraineeId;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::matrix::Matrix;
use crate::projections::people::PersonRow;
use crate::projections::status::MatrixCell;
use crate::service::certificates::StoredCertificate;
use crate::service::{Service, ServiceError};

/// What is shown of a person; nobody's answers are among it.
pub struct PersonView {
    /// The person.
    pub person: PersonRow,
    /// Where they stand, by the exam's title; what it rests on is verified.
    pub standings: Vec<(String, MatrixCell)>,
    /// Their attempts, the newest first, with the score where it may be shown.
    pub attempts: Vec<(AttemptRow, bool)>,
    /// Their certificates with the verdict of the day.
    pub certificates: Vec<(StoredCertificate, VerificationResult)>,
    /// What happened when, the newest first.
    pub timeline: Vec<(Timestamp, String)>,
}

impl PersonView {
    /// Reads it, and verifies the signatures of the certificates that count.
    ///
    /// # Errors
    /// Where the person is not stored any more, a signature does not match, or the store cannot be read.
    pub fn load(desk: &Service, id: TraineeId) -> Result<Self, ServiceError> {
        let now = desk.clock.now().wall;
        let person = desk.person(id)?.ok_or(ServiceError::InvalidName("This person is not here any more"))?;
        let held = desk.store.certificates(Some(id))?;
        let exams = desk.catalog.exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        let mut roll = Matrix::new(vec![person.clone()], held, exams, &desk.trust, now);
        let cells = roll.rows.pop().map_or_else(Vec::new, |row| row.cells);
        desk.verify_signatures(
            &cells.iter().filter_map(|cell| cell.certificate_row.as_ref()).collect::<Vec<_>>(),
            &|| {},
        )?;
        let standings = roll.exams.into_iter().map(|(_, title)| title).zip(cells).collect();
        let query = AttemptQuery { trainee: Some(id), ..AttemptQuery::default() };
        let attempt = |row: AttemptRow| {
            let told = desk.disclosure_level(&row)? > DisclosureLevel::PassFail;
            Ok((row, told))
        };
        let attempts =
            desk.store.attempts(&query)?.into_iter().map(attempt).collect::<Result<Vec<_>, ServiceError>>()?;
        let mut timeline: Vec<_> = desk.timeline(id)?;
        timeline.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let check = |held: StoredCertificate| {
            let checked = held.verify(&desk.trust, now);
            (held, checked)
        };
        let certificates = desk.stored_certificates(Some(id))?.into_iter().map(check).collect();
        Ok(Self { person, standings, attempts, certificates, timeline })
    }
}
