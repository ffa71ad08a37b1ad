//! The data of the settings screen.

use crate::clock::Day;
use crate::ids::ExamId;
use crate::projections::people::PersonRow;
use crate::service::Services;
use crate::study::settings::StudySettings;

/// The settings of one trainee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsView {
    pub trainee_name: String,
    pub settings: StudySettings,
    /// Every exam with its title, and the day that the trainee plans for. A day that has passed is no plan.
    pub exams: Vec<(ExamId, String, Option<Day>)>,
    pub today: Day,
}

impl SettingsView {
    /// Returns the settings of a person.
    pub fn new(services: &Services, person: &PersonRow) -> Self {
        let (settings, today) = (person.person.study.clone(), services.study().today());
        let exams = services.catalog().exams().map(|exam| {
            let day = settings.day_of(&exam.value.id).filter(|day| *day >= today);
            (exam.value.id.clone(), exam.value.title.clone(), day)
        });
        Self { trainee_name: person.person.name.clone(), exams: exams.collect(), settings, today }
    }
}
