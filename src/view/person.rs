//! The data of the person screen in the records.

use crate::clock::Timestamp;
use crate::credential::VerificationResult;
use crate::exam::disclosure::DisclosureLevel;
use crate::ids::TraineeId;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::matrix::Matrix;
use crate::projections::people::PersonRow;
use crate::projections::status::MatrixCell;
use crate::service::certificate_files::StoredCertificate;
use crate::service::{ServiceError, Services};

/// What is shown of a person; nobody's answers are among it.
pub struct PersonView {
    /// The person.
    pub person: PersonRow,
    /// Where they stand, by the exam's title; what it rests on is verified.
    pub statuses: Vec<(String, MatrixCell)>,
    /// Their attempts, the newest first.
    pub attempts: Vec<PersonAttemptView>,
    /// Their certificates with the verdict of the day.
    pub certificates: Vec<(StoredCertificate, VerificationResult)>,
    /// What happened when, the newest first.
    pub timeline: Vec<(Timestamp, String)>,
}

/// An attempt of a person.
pub struct PersonAttemptView {
    /// The attempt.
    pub row: AttemptRow,
    /// Its state, by the decisions that take effect here.
    pub state: &'static str,
    /// Whether the score may be shown.
    pub is_disclosed: bool,
}

impl PersonView {
    /// Reads it, and verifies the signatures of the certificates that count.
    ///
    /// # Errors
    /// Where the person is not stored any more, a signature does not match, or the store cannot be read.
    pub fn load(service: &Services, trainee_id: TraineeId) -> Result<Self, ServiceError> {
        let now = service.now().wall;
        let person =
            service.people().get(trainee_id)?.ok_or(ServiceError::InvalidName("This person is not here any more"))?;
        let stored = service.certificates().rows(trainee_id)?;
        let exams = service.catalog().exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        let mut matrix = Matrix::new(vec![person.clone()], stored, exams, service.trust(), now);
        let cells = matrix.rows.pop().map_or_else(Vec::new, |row| row.cells);
        service.certificates().verify_signatures(
            &cells.iter().filter_map(|cell| cell.certificate_row.as_ref()).collect::<Vec<_>>(),
            &|| {},
        )?;
        let statuses = matrix.exams.into_iter().map(|(_, title)| title).zip(cells).collect();
        let query = AttemptQuery { trainee: Some(trainee_id), ..AttemptQuery::default() };
        let rows = service.attempts().list(&query)?;
        let levels = service.attempts().disclosure_levels(&rows)?;
        let to_view = |(row, level): (AttemptRow, DisclosureLevel)| PersonAttemptView {
            state: row.state(service.authority()),
            row,
            is_disclosed: level > DisclosureLevel::PassFail,
        };
        let attempts = rows.into_iter().zip(levels).map(to_view).collect();
        let mut timeline: Vec<_> = service.records().timeline(trainee_id)?;
        timeline.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let certificates = service.certificates().verified(Some(trainee_id))?;
        Ok(Self { person, statuses, attempts, certificates, timeline })
    }
}
