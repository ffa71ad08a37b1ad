//! Links records of one person, and archives people who left.

use std::ops::{Deref, DerefMut};

use super::people::in_list_order;
use super::{People, ServiceError, Services};
use crate::attempt::Fact;
use crate::attempt::person::{PersonArchived, PersonKeptApart, PersonLinked, PersonUnarchived, PersonUnlinked};
use crate::ids::TraineeId;
use crate::projections::links::{LinkProposal, LinkedPeople, propose_links};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::text;

fn rejection(reason: &str) -> ServiceError {
    ServiceError::Rejected(reason.to_owned())
}

impl<S: Deref<Target = Services>> People<S> {
    /// Lists all records of people, also linked and archived ones, by name. One whose row is damaged is computed from its
    /// facts.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn all_records(&self) -> Result<Vec<PersonRow>, ServiceError> {
        Ok(in_list_order(self.services.people_rows(&PersonQuery::default())?))
    }

    /// Lists the people who were archived, by name.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn archived(&self) -> Result<Vec<PersonRow>, ServiceError> {
        self.main_records_where(|row| row.person.archived)
    }

    /// Lists the records that were linked to this one, directly or through each other.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn linked_records(&self, id: TraineeId) -> Result<Vec<PersonRow>, ServiceError> {
        let mut records: Vec<PersonRow> = Vec::new();
        let mut open = vec![id];
        while let Some(target) = open.pop() {
            for row in self.select(&PersonQuery { linked_to: Some(target), ..PersonQuery::default() })? {
                // A circle of links cannot be stored by this program. In a damaged store it must not be followed forever.
                if row.id != id && records.iter().all(|known| known.id != row.id) {
                    open.push(row.id);
                    records.push(row);
                }
            }
        }
        Ok(records)
    }

    /// Lists the records that may be of one person.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn link_proposals(&self) -> Result<Vec<LinkProposal>, ServiceError> {
        Ok(propose_links(&self.all_records()?))
    }
}

impl<S: DerefMut<Target = Services>> People<S> {
    /// Links the record `from` to `to`: they are of one person, and lists show `to` from now on. No fact is lost, and
    /// [`People::unlink`] takes it back.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if a record would be linked to itself or twice, or if both have staff numbers; a
    /// conflict; or an error of the store.
    pub fn merge(&mut self, from: &PersonRow, to: &PersonRow) -> Result<PersonRow, ServiceError> {
        let records = self.all_records()?;
        let links = LinkedPeople::new(&records);
        let main = links.main_record(to.id);
        if from.id == to.id || main == from.id {
            return Err(rejection("These are already one person. Nothing was changed."));
        }
        if !links.is_main_record(from.id) {
            return Err(ServiceError::Rejected(format!(
                "{} is already linked to another record. Undo that first with `needlewise trainee unlink {}`.",
                text::single_line(&from.person.name),
                from.id
            )));
        }
        let target = records.into_iter().find(|row| row.id == main).ok_or(ServiceError::Erased)?;
        if let (Some(one), Some(other)) = (&from.person.staff_id, &target.person.staff_id) {
            return Err(ServiceError::Rejected(format!(
                "They have different staff numbers, {} and {}, so they are two people. If one number is wrong, correct it \
                 in the roster first.",
                text::single_line(one),
                text::single_line(other)
            )));
        }
        if from.person.staff_id.is_some() {
            return Err(ServiceError::Rejected(format!(
                "The first record has the staff number, so link the other one to it: `needlewise record link {} {}`.",
                target.id, from.id
            )));
        }
        self.add_fact(from, &Fact::PersonLinked(PersonLinked { person: target.id }))?;
        Ok(target)
    }

    /// Takes back the link of a record, so that it is a person of its own again.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if it is not linked, a conflict, or an error of the store.
    pub fn unlink(&mut self, row: &PersonRow) -> Result<PersonRow, ServiceError> {
        if row.person.linked_to.is_none() {
            return Err(rejection("This record is not linked to another one. Nothing was changed."));
        }
        self.add_fact(row, &Fact::PersonUnlinked(PersonUnlinked {}))
    }

    /// Notes that two records that look alike are of different people, so that the link is not proposed again.
    ///
    /// # Errors
    /// A conflict, or an error of the store.
    pub fn keep_apart(&mut self, row: &PersonRow, other: &PersonRow) -> Result<PersonRow, ServiceError> {
        self.add_fact(row, &Fact::PersonKeptApart(PersonKeptApart { person: other.id }))
    }

    /// Archives a person who left, or brings them back. Their records stay as they are.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if nothing would change, a conflict, or an error of the store.
    pub fn set_archived(&mut self, row: &PersonRow, change: ArchiveChange) -> Result<PersonRow, ServiceError> {
        match (change, row.person.archived) {
            (ArchiveChange::Archive, false) => self.add_fact(row, &Fact::PersonArchived(PersonArchived {})),
            (ArchiveChange::BringBack, true) => self.add_fact(row, &Fact::PersonUnarchived(PersonUnarchived {})),
            (ArchiveChange::Archive, true) => Err(rejection("This person is already archived. Nothing was changed.")),
            (ArchiveChange::BringBack, false) => Err(rejection("This person is not archived. Nothing was changed.")),
        }
    }
}

/// A person leaves the lists, or comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveChange {
    Archive,
    BringBack,
}
