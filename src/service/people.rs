//! Find people by name or id; add, change and erase them.

use crate::attempt::fact::PersonErased;
use crate::service::*;

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 120;

/// Returns a name as it will be printed: NFC, single spaces.
///
/// # Errors
/// Why it is no name.
pub fn normalize_name(name: &str) -> Result<String, &'static str> {
    use unicode_normalization::UnicodeNormalization;
    if !name.chars().all(text::is_harmless) {
        return Err("The name holds a character that cannot be printed");
    }
    let name = name.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err("The name is empty"),
        length if length > MAX_NAME_CHARS => Err("The name is longer than 120 characters"),
        _ => Ok(name),
    }
}

impl Service {
    /// Finds a person by id, or by name after NFC and case folding.
    ///
    /// # Errors
    /// [`ServiceError::AmbiguousName`] where a certificate brought in another person of that name, or what the store
    /// says.
    pub fn find_person(&self, name_or_id: &str) -> Result<Option<PersonRow>, ServiceError> {
        if let Ok(id) = name_or_id.parse::<TraineeId>()
            && let Some(row) = self.store.person(id)?
        {
            return Ok(Some(row));
        }
        let mut rows = self.store.people_with_name(&text::name_key(name_or_id))?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            _ => Err(ServiceError::AmbiguousName(rows.iter().map(|row| row.id).collect())),
        }
    }

    /// Adds a person.
    ///
    /// # Errors
    /// [`ServiceError::InvalidName`], [`StoreError::NameTaken`], or what the store says.
    pub fn add_person(&mut self, person: Person) -> Result<PersonRow, ServiceError> {
        let name = normalize_name(&person.name).map_err(ServiceError::InvalidName)?;
        let person = Person { name, ..person };
        let id = TraineeId::new(self.clock.now().wall, self.random_bytes());
        let stored_fact = self.link_fact(id.into(), ChainHead::START, &Fact::PersonAdded(person.clone()));
        let row = PersonRow { id, person };
        self.store.append(&Batch { facts: vec![stored_fact], person: Some(row.clone()), ..Batch::default() })?;
        Ok(row)
    }

    /// Changes what is known of a person.
    ///
    /// # Errors
    /// [`ServiceError::InvalidName`], [`StoreError::NameTaken`], or what the store says.
    pub fn update_person(&mut self, id: TraineeId, person: Person) -> Result<PersonRow, ServiceError> {
        let name = normalize_name(&person.name).map_err(ServiceError::InvalidName)?;
        let row = PersonRow { id, person: Person { name, ..person } };
        let head = self.chain_head(id.into())?;
        let stored_fact = self.link_fact(id.into(), head, &Fact::PersonUpdated(row.person.clone()));
        self.store.append(&Batch { facts: vec![stored_fact], person: Some(row.clone()), ..Batch::default() })?;
        Ok(row)
    }

    /// Erases what of a person can be erased: their record, their attempts, the certificates held here and their files.
    /// The chains stay whole, and every certificate that went out still verifies.
    ///
    /// # Errors
    /// [`ServiceError::OnHold`] where the record is on hold, or what the store or the disk says.
    pub fn erase_person(&mut self, row: &PersonRow) -> Result<(), ServiceError> {
        if let Some(reason) = &row.person.hold {
            return Err(ServiceError::OnHold(text::single_line(reason)));
        }
        // The files first: they can be written again from the store, and nothing else says whose they were.
        for folder in self.paths.person_certificates_dirs(row.id) {
            std::fs::remove_dir_all(&folder).map_err(|error| {
                let display_path = text::single_line(&folder.to_string_lossy());
                ServiceError::Certificate(format!(
                    "Nothing is erased: {display_path} cannot be deleted: {error}. Check its permissions."
                ))
            })?;
        }
        let head = self.chain_head(row.id.into())?;
        let stored_fact = self.link_fact(row.id.into(), head, &Fact::Erased(PersonErased { trainee: row.id }));
        Ok(self.store.append(&Batch { facts: vec![stored_fact], erased_trainee: Some(row.id), ..Batch::default() })?)
    }

    /// Returns where a chain stands.
    pub(super) fn chain_head(&self, stream: StreamId) -> Result<ChainHead, ServiceError> {
        Ok(self.store.stream(stream)?.last().map_or(ChainHead::START, ChainHead::after_fact))
    }

    /// Returns the person of an id, as far as the store knows them.
    ///
    /// # Errors
    /// What the store says.
    pub fn person(&self, id: TraineeId) -> Result<Option<PersonRow>, ServiceError> {
        Ok(self.store.person(id)?)
    }
}
