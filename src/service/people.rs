//! People: find them by ID, staff number or name, and add, change and erase them.

use std::ops::{Deref, DerefMut};

use super::{ServiceError, Services, backups};
use crate::attempt::Fact;
use crate::attempt::chain::{self, ChainHead, StoredFact};
use crate::attempt::fact::PersonErased;
use crate::attempt::person::{
    HoldReleased, HoldSet, LicenseChanged, NameChanged, PersonAdded, StaffIdChanged, TimeFactor, TimeGranted,
};
use crate::attempt::signature::DecisionKind;
use crate::credential::SigningKeyPair;
use crate::ids::TraineeId;
use crate::issuing::decision::sign_decision;
use crate::projections::links::LinkedPeople;
use crate::projections::people::{PersonQuery, PersonRow};
use crate::store::loss::{set_aside_folder, unsettled_losses};
use crate::store::{Batch, Expectation};
use crate::text;

/// The maximum length of a name, in characters.
const MAX_NAME_CHARS: usize = 120;

/// The maximum length of a staff number or a license, in bytes.
const MAX_DETAIL_BYTES: usize = 200;

/// Returns a name in the form in which it is printed: NFC, with single spaces between its words. The name may be of a
/// person or of an institution.
///
/// # Errors
/// The reason why the name is invalid, without a final period.
pub fn normalize_name(name: &str) -> Result<String, &'static str> {
    use unicode_normalization::UnicodeNormalization;
    if !name.chars().all(text::is_harmless) {
        return Err("The name contains a character that cannot be printed");
    }
    let name = name.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err("The name is empty"),
        length if length > MAX_NAME_CHARS => Err("The name is longer than 120 characters"),
        _ => Ok(name),
    }
}

/// Sorts people as lists show them: by name without case and accents.
pub(super) fn in_list_order(mut rows: Vec<PersonRow>) -> Vec<PersonRow> {
    rows.sort_by_cached_key(|row| (text::search_key(&row.person.name), row.person.name.clone(), row.id));
    rows
}

/// Returns a new person, after checking that the name, the staff number and the license can be printed.
///
/// # Errors
/// The reason why a detail is invalid, without a final period.
pub fn person_from_details(name: &str, staff_id: Option<&str>, license: Option<&str>) -> Result<PersonAdded, String> {
    let check_text = |field: &str, value: Option<&str>| match value {
        Some(text) if !text::is_printable(text) || text.len() > MAX_DETAIL_BYTES => {
            Err(format!("The {field} is empty, longer than 200 bytes, or has a character that cannot be printed"))
        }
        value => Ok(value.map(str::to_owned)),
    };
    let name = normalize_name(name)?;
    let (staff_id, license) = (check_text("staff number", staff_id)?, check_text("license", license)?);
    Ok(PersonAdded { staff_id, license, ..PersonAdded::from_name(name) })
}

/// Changes to a person. A field that is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonChanges {
    /// The new name. Certificates that were already issued keep the old one.
    pub name: Option<String>,
    /// The new staff number, which must be unique in the store.
    pub staff_id: Option<String>,
    /// The license, as the next certificate shows it.
    pub license: Option<String>,
    /// A hold keeps the record from being erased.
    pub hold: Option<HoldChange>,
    /// The person's exam time, as a multiple of the normal time.
    pub time_factor: Option<TimeFactor>,
}

/// A change to the hold on a person's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldChange {
    /// The record must not be erased, for this reason.
    Set(String),
    /// The record may be erased again.
    Release,
}

/// The people in this store.
#[derive(Debug)]
pub struct People<S> {
    pub(super) services: S,
}

impl<S: Deref<Target = Services>> People<S> {
    /// Lists all people by name, each once: without linked records, and without people who were archived.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn list(&self) -> Result<Vec<PersonRow>, ServiceError> {
        self.main_records_where(|row| !row.person.archived)
    }

    /// Lists the main records that `is_kept` selects, by name.
    pub(super) fn main_records_where(
        &self,
        is_kept: impl Fn(&PersonRow) -> bool,
    ) -> Result<Vec<PersonRow>, ServiceError> {
        let mut rows = self.all_records()?;
        let links = LinkedPeople::new(&rows);
        rows.retain(|row| is_kept(row) && links.is_main_record(row.id));
        Ok(rows)
    }

    /// Returns the option that a printed command needs to mean this trainee, such as ` --trainee "Amira Okafor"`. Empty
    /// while the trainee is the only person here.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn trainee_option(&self, trainee: &PersonRow) -> Result<String, ServiceError> {
        let two = self.select(&PersonQuery { max_count: Some(2), ..PersonQuery::default() })?;
        if two.len() < 2 {
            return Ok(String::new());
        }
        let name = &trainee.person.name;
        // Other characters could mean something to a shell, and a dash at the start is an option.
        let is_plain = |c: char| c.is_alphanumeric() || c == ' ' || c == '-';
        // Several people can have one name, and a name can be the staff number of somebody else.
        let is_clear = matches!(self.find(name), Ok(Some(row)) if row.id == trainee.id);
        Ok(if is_clear && name.chars().all(is_plain) && !name.starts_with('-') {
            format!(" --trainee \"{name}\"")
        } else {
            format!(" --trainee {}", trainee.id)
        })
    }

    /// Lists the records that a query selects, sorted by name as people expect: accents do not matter.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn select(&self, query: &PersonQuery) -> Result<Vec<PersonRow>, ServiceError> {
        Ok(in_list_order(self.services.store.people(query)?))
    }

    /// Returns the person with an ID, or `None` if the store has no such person.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn get(&self, id: TraineeId) -> Result<Option<PersonRow>, ServiceError> {
        Ok(self.select(&PersonQuery { id: Some(id), ..PersonQuery::default() })?.pop())
    }

    /// Returns a person computed from their facts, not from their row. Use it before the program signs or grants
    /// something: anyone with write access to the store could have edited the row.
    ///
    /// # Errors
    /// [`ServiceError::BrokenChain`], or an error of the store.
    pub(super) fn by_facts(&self, id: TraineeId) -> Result<Option<PersonRow>, ServiceError> {
        let chain = self.services.store.stream(id.into())?;
        chain::verify_chain(id.into(), &chain).map_err(ServiceError::BrokenChain)?;
        Ok(PersonRow::fold(id, &chain))
    }

    /// Finds a person by ID, then by staff number, then by name. Names are compared by [`text::name_key`]. Returns
    /// `None` if no person matches.
    ///
    /// # Errors
    /// [`ServiceError::AmbiguousName`] if several people have the name, or an error of the store.
    pub fn find(&self, name_or_id: &str) -> Result<Option<PersonRow>, ServiceError> {
        if let Ok(id) = name_or_id.parse::<TraineeId>()
            && let Some(row) = self.get(id)?
        {
            return Ok(Some(row));
        }
        // Before the name: a staff number is unique, and a name can be shared.
        let staff_id = Some(name_or_id.to_owned());
        if let Some(row) = self.select(&PersonQuery { staff_id, ..PersonQuery::default() })?.pop() {
            return Ok(Some(row));
        }
        let name_key = Some(text::name_key(name_or_id));
        let mut rows = self.select(&PersonQuery { name_key, ..PersonQuery::default() })?;
        if rows.iter().any(|row| row.person.linked_to.is_some()) {
            rows = self.main_records(&rows)?;
        }
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            _ => Err(ServiceError::AmbiguousName(rows.iter().map(|row| row.id).collect())),
        }
    }
}

impl<S: Deref<Target = Services>> People<S> {
    /// Returns the records that stand for the people of these records, each once.
    pub(super) fn main_records(&self, rows: &[PersonRow]) -> Result<Vec<PersonRow>, ServiceError> {
        let mut records = self.all_records()?;
        let links = LinkedPeople::new(&records);
        records.retain(|record| rows.iter().any(|row| links.main_record(row.id) == record.id));
        Ok(records)
    }
}

impl<S: DerefMut<Target = Services>> People<S> {
    /// Adds a person.
    ///
    /// # Errors
    /// [`ServiceError::InvalidName`]; a conflict if the staff number is taken, or if another person without a staff
    /// number has the name; or an error of the store.
    pub fn add(&mut self, person: PersonAdded) -> Result<PersonRow, ServiceError> {
        let name = normalize_name(&person.name).map_err(ServiceError::InvalidName)?;
        let person = PersonAdded { name, ..person };
        let now = self.services.now().wall;
        let id = TraineeId::new(now, self.services.random_bytes());
        // Staff numbers tell people apart, so two people with staff numbers may have the same name.
        let expectation = match person.staff_id.clone() {
            Some(staff_id) => Expectation::StaffIdFree { staff_id, except: id },
            None => Expectation::NameFree { name_key: text::name_key(&person.name), except: id },
        };
        let fact = self.services.link_fact(id.into(), ChainHead::START, &Fact::PersonAdded(person));
        self.append(id, vec![expectation], Vec::new(), vec![fact])
    }

    /// Stores all changes to a person, or none, and returns the changed person. If `key` is given, it signs a new time
    /// factor.
    ///
    /// # Errors
    /// [`ServiceError::InvalidName`]; a conflict as in [`People::add`], or if the person has changed since `row` was
    /// read; [`ServiceError::BrokenChain`]; [`ServiceError::Erased`]; or an error of the store.
    pub fn change(
        &mut self,
        row: &PersonRow,
        changes: &PersonChanges,
        key: Option<&SigningKeyPair>,
    ) -> Result<PersonRow, ServiceError> {
        let (id, person) = (row.id, &row.person);
        let mut facts = Vec::new();
        let mut expectations = Vec::new();
        if let Some(name) = &changes.name {
            let name = normalize_name(name).map_err(ServiceError::InvalidName)?;
            let name_key = text::name_key(&name);
            let has_staff_id = changes.staff_id.is_some() || person.staff_id.is_some();
            // A person keeps their name even if an import added another person with the same name.
            if name_key != text::name_key(&person.name) && !has_staff_id {
                expectations.push(Expectation::NameFree { name_key, except: id });
            }
            if name != person.name {
                facts.push(Fact::NameChanged(NameChanged { name }));
            }
        }
        if let Some(staff_id) = changes.staff_id.clone().filter(|staff_id| person.staff_id.as_ref() != Some(staff_id)) {
            expectations.push(Expectation::StaffIdFree { staff_id: staff_id.clone(), except: id });
            facts.push(Fact::StaffIdChanged(StaffIdChanged { staff_id: Some(staff_id) }));
        }
        if let Some(license) = changes.license.clone().filter(|license| person.license.as_ref() != Some(license)) {
            facts.push(Fact::LicenseChanged(LicenseChanged { license: Some(license) }));
        }
        match &changes.hold {
            Some(HoldChange::Set(reason)) if person.hold.as_ref() != Some(reason) => {
                facts.push(Fact::HoldSet(HoldSet { reason: reason.clone() }));
            }
            Some(HoldChange::Release) if person.hold.is_some() => facts.push(Fact::HoldReleased(HoldReleased {})),
            _ => {}
        }
        if let Some(factor) = changes.time_factor {
            let sign = |key| sign_decision(id.into(), DecisionKind::Time, &factor.to_string(), key);
            facts.push(Fact::TimeGranted(TimeGranted { factor, signature: key.map(sign) }));
        }
        if facts.is_empty() {
            return Ok(row.clone());
        }
        // Verify before storing: a change must not be stored and then reported as an error.
        let chain = self.services.store.stream(id.into())?;
        chain::verify_chain(id.into(), &chain).map_err(ServiceError::BrokenChain)?;
        // The facts follow the row that the user looked at, so a change by another program since then is a conflict.
        let facts = self.services.link_facts(id.into(), row.head, &facts);
        self.append(id, expectations, chain, facts)
    }

    /// Adds one fact to a person's chain, which must not have changed since `row` was read.
    pub(super) fn add_fact(&mut self, row: &PersonRow, fact: &Fact) -> Result<PersonRow, ServiceError> {
        let chain = self.services.store.stream(row.id.into())?;
        chain::verify_chain(row.id.into(), &chain).map_err(ServiceError::BrokenChain)?;
        let fact = self.services.link_fact(row.id.into(), row.head, fact);
        self.append(row.id, Vec::new(), chain, vec![fact])
    }

    /// Appends facts to a person's chain and returns the person after them.
    fn append(
        &mut self,
        id: TraineeId,
        mut expectations: Vec<Expectation>,
        mut chain: Vec<StoredFact>,
        facts: Vec<StoredFact>,
    ) -> Result<PersonRow, ServiceError> {
        expectations.push(Expectation::NotErased(id));
        chain.extend(facts.iter().cloned());
        self.services.store.append(&Batch { expectations, facts, ..Batch::default() })?;
        PersonRow::fold(id, &chain).ok_or(ServiceError::Erased)
    }

    /// Erases a person's data: their record and all records linked to it, their attempts, their stored certificates with
    /// the files, and all copies of the store. The chains still verify, and so does every certificate outside this store.
    ///
    /// # Errors
    /// [`ServiceError::OnHold`] if the record is on hold, [`ServiceError::Erased`] if it is already erased,
    /// [`ServiceError::BrokenChain`], [`ServiceError::Certificate`] if a file cannot be deleted, or an error of the
    /// store.
    pub fn erase(&mut self, row: &PersonRow) -> Result<(), ServiceError> {
        // Read the hold from the facts, because a row can be edited. The new fact follows these facts, so a hold that
        // is set in the meantime is a conflict.
        if let Some(main) = row.person.linked_to {
            return Err(ServiceError::Rejected(format!(
                "Nothing was erased. This record is linked to another one of the same person. Erase that one, which erases \
                 both: `needlewise trainee erase {main}`. Or take the link back first."
            )));
        }
        // A record only after those that are linked to it: if the program ends in between, erasing it again reaches the rest.
        let mut records = self.linked_records(row.id)?;
        records.reverse();
        records.push(row.clone());
        for record in &mut records {
            *record = self.by_facts(record.id)?.ok_or(ServiceError::Erased)?;
            if let Some(reason) = &record.person.hold {
                return Err(ServiceError::OnHold(text::single_line(reason)));
            }
        }
        // What was set aside can be all that is left of other people's answers.
        if !unsettled_losses(&self.services.paths().store_file()).is_empty() {
            return Err(ServiceError::Rejected(
                "Nothing was erased, because the store lost changes, and erasing deletes what was set aside. First settle \
                 the loss: see `needlewise doctor`."
                    .to_owned(),
            ));
        }
        // A store that cannot be written now must not lose its backups.
        self.services.store.append(&Batch::default())?;
        self.remove_copies()?;
        for record in &records {
            self.erase_data(record.id, record.head)?;
        }
        // Another program can have made a copy in between.
        self.remove_copies()
    }

    fn erase_data(&mut self, id: TraineeId, head: ChainHead) -> Result<(), ServiceError> {
        // Delete the files first. If this fails, the store can still write them again. After the erasure nothing would
        // link them to the person.
        let certificates_dir = self.services.paths().certificates_dir();
        let folders = self.services.paths().person_certificates_dirs(id);
        for folder in folders.map_err(|error| ServiceError::undeletable(&certificates_dir, &error))? {
            std::fs::remove_dir_all(&folder).map_err(|error| ServiceError::undeletable(&folder, &error))?;
        }
        let erased = Fact::Erased(PersonErased { trainee: id });
        let facts = vec![self.services.link_fact(id.into(), head, &erased)];
        let batch = Batch { facts, erased_trainee: Some(id), ..Batch::default() };
        Ok(self.services.store.append(&batch)?)
    }

    /// Deletes the copies of the store and what was set aside from it, because they contain the person's data.
    fn remove_copies(&self) -> Result<(), ServiceError> {
        let paths = self.services.paths();
        // Everything in these folders, not only finished copies: a program that is killed leaves a half-written copy
        // under another name.
        for folder in [paths.backups_dir(), set_aside_folder(&paths.store_file())] {
            // Of a link, only the link would be removed.
            let folder = folder.canonicalize().unwrap_or(folder);
            match std::fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ServiceError::undeletable(&folder, &error));
                }
                _ => {}
            }
        }
        for copy in backups::copies_elsewhere(paths, &self.services.settings().backups)? {
            std::fs::remove_file(&copy).map_err(|error| ServiceError::undeletable(&copy, &error))?;
        }
        Ok(())
    }
}
