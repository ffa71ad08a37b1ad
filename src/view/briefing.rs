//! The data of the briefing: an exam before it starts.

use std::sync::Arc;

use crate::bank::catalog::CatalogEntry;
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::clock::Millis;
use crate::exam::eligibility::Eligibility;
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};

/// What a trainee learns about an exam before they start it.
#[derive(Debug, Clone)]
pub struct BriefingView {
    /// The exam itself.
    pub exam: Arc<Exam>,
    /// Whether the trainee may start it now, and when otherwise.
    pub eligibility: Eligibility,
    /// The name that a certificate would show.
    pub certificate_name: String,
    /// The exam's time limit with the trainee's own time factor; none if the exam has no limit.
    pub time_limit: Option<Millis>,
    /// The banks that the exam draws from, in the order of its sections. A bank that cannot be read is left out.
    pub banks: Vec<CatalogEntry<LazyBank>>,
}

impl BriefingView {
    /// Reads what the briefing of this exam shows to this person.
    ///
    /// # Errors
    /// What the store says.
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
