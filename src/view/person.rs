//! The data of the person screen in the records.

use crate::clock::Timestamp;
use crate::credential::VerificationResult;
use crate::exam::disclosure::DisclosureLevel;
use crate::ids::TraineeId;
use crate::projections::attempts::{AttemptQuery, AttemptRow, AttemptState};
use crate::projections::links::LinkProposal;
use crate::projections::people::PersonRow;
use crate::projections::status::MatrixCell;
use crate::service::certificate_files::StoredCertificate;
use crate::service::damage::SoundRecords;
use crate::service::{ServiceError, Services};

/// What the records show about a person. It never contains answers.
pub struct PersonView {
    pub person: PersonRow,
    /// The other records of the same person.
    pub linked_records: Vec<PersonRow>,
    /// Records that may be of the same person, or of which this record may be a part.
    pub proposals: Vec<LinkProposal>,
    /// The certification status for each exam title. The certificates behind it are verified.
    pub statuses: Vec<(String, MatrixCell)>,
    /// The newest time that is known here, which decides what has expired.
    pub today: Timestamp,
    /// The person's attempts, newest first.
    pub attempts: Vec<PersonAttemptView>,
    /// The person's certificates, each with its verification result of today.
    pub certificates: SoundRecords<(StoredCertificate, VerificationResult)>,
    /// The time and the text of each event, newest first.
    pub timeline: Vec<(Timestamp, String)>,
}

/// An attempt of a person.
pub struct PersonAttemptView {
    pub row: AttemptRow,
    /// The state after all decisions, such as a void, that take effect on this computer.
    pub state: AttemptState,
    /// Whether the score may be shown.
    pub is_disclosed: bool,
}

impl PersonView {
    /// Loads a person, and verifies the signatures of the certificates that decide the status.
    ///
    /// # Errors
    /// The person is no longer stored, a signature does not match, or the store cannot be read.
    pub fn load(service: &Services, trainee_id: TraineeId) -> Result<Self, ServiceError> {
        let now = service.now().wall;
        let person =
            service.people().get(trainee_id)?.ok_or(ServiceError::InvalidName("This person is no longer stored"))?;
        // The same computation as for the list of people, so that the two cannot disagree.
        let mut matrix = service.records().matrix_of(&person)?;
        let cells = matrix.rows.pop().map_or_else(Vec::new, |row| row.cells);
        service.certificates().verify_signatures(
            &cells.iter().filter_map(|cell| cell.certificate_row.as_ref()).collect::<Vec<_>>(),
            &|| {},
        )?;
        let statuses = matrix.exams.into_iter().map(|(_, title)| title).zip(cells).collect();
        let linked_records = service.people().linked_records(trainee_id)?;
        let mut record_ids = vec![trainee_id];
        record_ids.extend(linked_records.iter().map(|row| row.id));
        let mut proposals = service.people().link_proposals()?;
        proposals.retain(|LinkProposal { from, to, .. }| record_ids.contains(&from.id) || record_ids.contains(&to.id));
        let (mut rows, mut timeline) = (Vec::new(), Vec::new());
        for id in record_ids {
            rows.extend(service.attempts().list(&AttemptQuery { trainee: Some(id), ..AttemptQuery::default() })?);
            timeline.extend(service.records().timeline(id)?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse((row.started_at, row.id)));
        let levels = service.attempts().disclosure_levels(&rows)?;
        let to_view = |(row, level): (AttemptRow, DisclosureLevel)| PersonAttemptView {
            state: row.state(service.authority()),
            row,
            is_disclosed: level > DisclosureLevel::PassFail,
        };
        let attempts = rows.into_iter().zip(levels).map(to_view).collect();
        timeline.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let certificates = service.certificates().verified(Some(trainee_id))?;
        Ok(Self {
            person,
            linked_records,
            proposals,
            statuses,
            today: service.trust()?.latest_known_time(now),
            attempts,
            certificates,
            timeline,
        })
    }
}
