//! Finds the person that a command is about.

use super::Env;
use crate::attempt::person::PersonAdded;
use crate::cli::error::Failure;
use crate::projections::people::PersonRow;
use crate::service::{ServiceError, Services};
use crate::store::{Conflict, StoreError};
use crate::text;

impl Env<'_> {
    /// Finds the person given with `--trainee`, or the only person in the store.
    ///
    /// # Errors
    /// Exit code 2 with a list of people, if no one or several people match `--trainee`, or if it is missing and there
    /// is not exactly one person. Otherwise an error of the store.
    pub fn find_trainee(&self, service: &Services) -> Result<PersonRow, Failure> {
        let people = service.people().list()?;
        if let Some(name) = &self.global.trainee {
            let not_found = || {
                Failure::usage(format!(
                    "No trainee matches \"{}\". {}",
                    text::single_line(name),
                    format_people(&people)
                ))
            };
            return service.people().find(name)?.ok_or_else(not_found);
        }
        match <[PersonRow; 1]>::try_from(people) {
            Ok([only]) => Ok(only),
            Err(people) => Err(Failure::usage(format!("Add --trainee NAME. {}", format_people(&people)))),
        }
    }

    /// Finds the person who starts practice or an exam. Adds a person if `--trainee` gives a new name.
    ///
    /// # Errors
    /// The errors of [`Env::find_trainee`], an invalid name, or an error of the store.
    pub fn find_or_add_trainee(&self, service: &mut Services) -> Result<PersonRow, Failure> {
        match &self.global.trainee {
            // An unknown ID is a typing error, never the name of a new person.
            Some(name) if service.people().find(name)?.is_none() && name.parse::<crate::ids::TraineeId>().is_err() => {
                match service.people_mut().add(PersonAdded::from_name(name)) {
                    // Another program added the same name at the same time, so the person exists now.
                    Err(ServiceError::Store(StoreError::Conflict(Conflict::NameTaken))) => self.find_trainee(service),
                    added => Ok(added?),
                }
            }
            _ => self.find_trainee(service),
        }
    }
}

fn format_people(people: &[PersonRow]) -> String {
    if people.is_empty() {
        return "There are no trainees yet. Run `needlewise trainee add NAME`, or practice with --trainee NAME."
            .to_owned();
    }
    // A school can have thousands of people, and the message must stay readable.
    let names: Vec<_> =
        people.iter().take(20).map(|row| format!("  {}  {}", row.id, text::single_line(&row.person.name))).collect();
    let more = people.len().saturating_sub(20);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    format!("These trainees are on this computer:\n{}{more}", names.join("\n"))
}
