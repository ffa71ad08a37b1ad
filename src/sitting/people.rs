//! The people of a store, by name or id.

use super::*;

/// The longest name, in characters.
const NAME_MAX: usize = 120;

/// Returns a name as it will be printed: NFC, single spaces.
///
/// # Errors
/// Why it is no name.
pub fn clean_name(name: &str) -> Result<String, &'static str> {
    use unicode_normalization::UnicodeNormalization;
    if !name.chars().all(text::is_harmless) {
        return Err("The name holds a character that cannot be printed");
    }
    let name = name.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err("The name is empty"),
        n if n > NAME_MAX => Err("The name is longer than 120 characters"),
        _ => Ok(name),
    }
}

impl Desk {
    /// Finds a person by id, or by name after NFC and case folding.
    ///
    /// # Errors
    /// What the store says.
    pub fn find(&self, name_or_id: &str) -> Result<Option<PersonRow>, Error> {
        let people = self.store.people()?;
        let id = name_or_id.parse::<TraineeId>().ok();
        let key = text::name_key(name_or_id);
        Ok(people.into_iter().find(|row| Some(row.id) == id || text::name_key(&row.person.name) == key))
    }

    /// Adds a person.
    ///
    /// # Errors
    /// [`Error::BadName`], [`StoreError::NameTaken`], or what the store says.
    pub fn add(&mut self, person: Person) -> Result<PersonRow, Error> {
        let name = clean_name(&person.name).map_err(Error::BadName)?;
        let person = Person { name, ..person };
        let id = TraineeId::new(self.clock.now().wall, self.bytes());
        let fact = self.link(id.into(), Head::START, &Fact::Added(person.clone()));
        let row = PersonRow { id, person };
        self.store.append(&Batch { facts: vec![fact], person: Some(row.clone()), ..Batch::default() })?;
        Ok(row)
    }

    /// Returns the person of an id, as far as the store knows them.
    ///
    /// # Errors
    /// What the store says.
    pub fn person(&self, id: TraineeId) -> Result<Option<PersonRow>, Error> {
        Ok(self.store.people()?.into_iter().find(|row| row.id == id))
    }
}
