//! The data of the person screen in the records.

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
    pub statuses: Vec<(String, MatrixCell)>,
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
    pub fn load(service: &Service, trainee_id: TraineeId) -> Result<Self, ServiceError> {
        let now = service.clock.now().wall;
        let person =
            service.person(trainee_id)?.ok_or(ServiceError::InvalidName("This person is not here any more"))?;
        let stored = service.store.certificates(Some(trainee_id))?;
        let exams = service.catalog.exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        let mut matrix = Matrix::new(vec![person.clone()], stored, exams, &service.trust, now);
        let cells = matrix.rows.pop().map_or_else(Vec::new, |row| row.cells);
        service.verify_signatures(
            &cells.iter().filter_map(|cell| cell.certificate_row.as_ref()).collect::<Vec<_>>(),
            &|| {},
        )?;
        let statuses = matrix.exams.into_iter().map(|(_, title)| title).zip(cells).collect();
        let query = AttemptQuery { trainee: Some(trainee_id), ..AttemptQuery::default() };
        let with_disclosure = |row: AttemptRow| {
            let is_disclosed = service.disclosure_level(&row)? > DisclosureLevel::PassFail;
            Ok((row, is_disclosed))
        };
        let attempts = service
            .store
            .attempts(&query)?
            .into_iter()
            .map(with_disclosure)
            .collect::<Result<Vec<_>, ServiceError>>()?;
        let mut timeline: Vec<_> = service.timeline(trainee_id)?;
        timeline.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let certificates = service.verified_certificates(Some(trainee_id))?;
        Ok(Self { person, statuses, attempts, certificates, timeline })
    }
}
