//! The data of the home screen: the trainee's study, and the attempts in progress.

use crate::attempt::Mode;
use crate::bank::catalog::Catalog;
use crate::clock::{Millis, Zone};
use crate::ids::{AttemptId, BankId};
use crate::projections::attempts::AttemptRow;
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};
use crate::view::study::StudyView;

/// How many practices in progress the home screen shows. More of them would hide the rest of its menu.
const SHOWN_PRACTICES: usize = 2;

/// The data of the home screen.
#[derive(Debug, Clone)]
pub struct HomeView {
    pub trainee_name: String,
    pub study: StudyView,
    /// The exam in progress, if any.
    pub open_exam: Option<OpenExamView>,
    /// Today's session, if it is in progress.
    pub open_session: Option<AttemptId>,
    /// The mock exam in progress, if any.
    pub open_mock: Option<OpenExamView>,
    /// The newest other practices in progress, newest first. Older ones appear as these are ended.
    pub open_practices: Vec<OpenPracticeView>,
    /// Whether there is any exam.
    pub has_exams: bool,
}

/// An exam in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenExamView {
    pub attempt: AttemptId,
    /// The title of the exam, or `exam` if its file is missing now.
    pub title: String,
    /// The time left. `None` if there is no limit: a trainee's time factor can remove it.
    pub time_left: Option<Millis>,
}

impl OpenExamView {
    /// Returns the exam of a row that is in progress.
    pub fn new(service: &Services, row: &AttemptRow) -> Self {
        let entry = row.exam.as_ref().and_then(|id| service.catalog().exam(id).ok());
        let title = entry.map_or_else(|| "exam".to_owned(), |entry| entry.value.title.clone());
        let elapsed = service.now().wall.since(row.started_at);
        Self { attempt: row.id, title, time_left: row.time_limit.map(|limit| limit.saturating_sub(elapsed)) }
    }

    /// Returns the time left in words, such as `20 min left`.
    pub fn time_text(&self) -> String {
        self.time_left
            .map_or_else(|| "no time limit".to_owned(), |left| format!("{} min left", left.0.div_ceil(60_000)))
    }
}

/// A practice in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPracticeView {
    pub attempt: AttemptId,
    /// The topic, or `mixed topics`.
    pub topic: String,
    /// The position and the day of its start: `4 of 10 answered, Nov 29`.
    pub position: String,
}

impl OpenPracticeView {
    fn new(service: &Services, row: &AttemptRow, zone: &Zone) -> Self {
        let day = row.started_at.format_local_day(zone);
        let position = format!("{} of {} answered, {day}", row.answered, row.possible);
        Self { attempt: row.id, topic: topic_title(service.catalog(), &row.topics), position }
    }
}

impl HomeView {
    /// Loads the home screen of one person, with two queries.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(service: &Services, person: &PersonRow) -> Result<Self, ServiceError> {
        let record = service.study().record(person)?;
        let study = StudyView::new(&record, &record.deck());
        let open_attempts = service.attempts().open_attempts(person.id)?;
        let of_mode = |mode: Mode| open_attempts.iter().filter(move |row| row.mode == mode);
        let open_session = of_mode(Mode::Practice).find(|row| row.session_day == Some(study.today));
        let other_practices = of_mode(Mode::Practice).filter(|row| row.session_day.is_none());
        Ok(Self {
            trainee_name: person.person.name.clone(),
            open_exam: of_mode(Mode::Exam).next().map(|row| OpenExamView::new(service, row)),
            open_session: open_session.map(|row| row.id),
            open_mock: of_mode(Mode::Mock).next().map(|row| OpenExamView::new(service, row)),
            open_practices: other_practices
                .take(SHOWN_PRACTICES)
                .map(|row| OpenPracticeView::new(service, row, service.zone()))
                .collect(),
            has_exams: service.catalog().exams().next().is_some(),
            study,
        })
    }
}

/// Returns the title of the topic of a practice, or `mixed topics`. A bank that is missing now has its ID.
pub(super) fn topic_title(catalog: &Catalog, topics: &[BankId]) -> String {
    match topics {
        [only] => {
            let title = catalog.bank(only).map(|bank| bank.value.summary().title.clone());
            title.unwrap_or_else(|_| only.to_string())
        }
        _ => "mixed topics".to_owned(),
    }
}
