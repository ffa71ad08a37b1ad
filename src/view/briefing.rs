//! The data of the briefing: what a trainee sees before an exam starts.

use std::sync::Arc;

use crate::bank::catalog::CatalogEntry;
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::clock::Millis;
use crate::exam::eligibility::Eligibility;
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};

/// What a trainee sees before an exam starts.
#[derive(Debug, Clone)]
pub struct BriefingView {
    pub exam: Arc<Exam>,
    /// Whether the trainee may start the exam now, or else when.
    pub eligibility: Eligibility,
    /// The name that a certificate would show.
    pub certificate_name: String,
    /// The time limit with the trainee's own time factor; `None` if there is no limit.
    pub time_limit: Option<Millis>,
    /// The banks of the exam, in the order of its sections. A bank that cannot be read is missing.
    pub banks: Vec<CatalogEntry<LazyBank>>,
}

impl BriefingView {
    /// Loads the briefing of an exam for one person.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(services: &Services, person: &PersonRow, exam: Arc<Exam>) -> Result<Self, ServiceError> {
        let banks = exam.sections.iter().filter_map(|section| services.catalog().bank(&section.bank).ok());
        Ok(Self {
            eligibility: services.attempts().eligibility(person.id, &exam)?,
            certificate_name: person.person.name.clone(),
            time_limit: services.attempts().time_limit(person.id, &exam)?,
            banks: banks.cloned().collect(),
            exam,
        })
    }
}
