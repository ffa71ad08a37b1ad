//! The data of the history: the attempts of a trainee that have ended.

use crate::clock::Zone;
use crate::ids::AttemptId;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};
use crate::view::home::topic_title;

/// How many attempts the history shows, the newest ones.
const SHOWN_COUNT: u32 = 200;

/// An attempt that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    pub attempt: AttemptId,
    /// The exam or the topics, such as `Foundations of dry needling (mock exam)`.
    pub title: String,
    /// The day and the result, such as `Nov 29, 2026, 6:05 PM: Passed`.
    pub detail: String,
}

/// Loads the ended attempts of a person, newest first.
///
/// # Errors
/// The store cannot be read.
pub fn load(service: &Services, person: &PersonRow) -> Result<Vec<HistoryEntry>, ServiceError> {
    let query = AttemptQuery { trainee: Some(person.id), max_count: Some(SHOWN_COUNT), ..AttemptQuery::default() };
    let rows = service.attempts().list(&query)?;
    let ended = rows.into_iter().filter(|row| row.finished_at.is_some());
    Ok(ended.map(|row| entry(service, &row, service.zone())).collect())
}

fn entry(service: &Services, row: &AttemptRow, zone: &Zone) -> HistoryEntry {
    let catalog = service.catalog();
    let title = match (&row.exam, row.session_day) {
        (Some(exam), _) => {
            let title = catalog.exam(exam).map_or_else(|_| exam.to_string(), |entry| entry.value.title.clone());
            if row.mode == crate::attempt::Mode::Mock { format!("{title} (mock exam)") } else { title }
        }
        (None, Some(day)) => format!("Session of {}", day.format_for_people()),
        (None, None) => format!("Practice: {}", topic_title(catalog, &row.topics)),
    };
    let result = match row.exam {
        Some(_) => row.state(service.authority()).label().to_owned(),
        None => format!("{} of {} answered", row.answered, row.possible),
    };
    HistoryEntry { attempt: row.id, title, detail: format!("{}: {result}", row.started_at.format_for_people(zone)) }
}
