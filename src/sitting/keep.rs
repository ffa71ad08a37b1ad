//! Taking in certificates that were issued elsewhere.

use super::certify::Held;
use super::*;
use crate::attempt::fact::Imported;
use crate::certificate::{Checked, Verdict, verify};
use crate::ids::CertificateId;
use crate::records::CertificateRow;

/// What came of taking a certificate in.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What it is worth here.
    pub checked: Checked,
    /// The certificate, as it is held.
    pub held: Held,
    /// Whether it came with a person whom this store did not know.
    pub stranger: bool,
    /// Whether it was here already.
    pub again: bool,
}

impl Desk {
    /// Takes a certificate in, unless it is invalid. Its holder is the person of its subject's id; a person of the same name
    /// under another id stays another person.
    ///
    /// # Errors
    /// [`Error::NotTaken`] for an invalid one, or what the store or the disk says.
    pub fn import(&mut self, bytes: &[u8]) -> Result<Kept, Error> {
        self.import_with(bytes, Vec::new())
    }

    /// Takes a certificate in, together with facts that are stored with it or not at all.
    pub(super) fn import_with(&mut self, bytes: &[u8], mut facts: Vec<Row>) -> Result<Kept, Error> {
        let checked = verify(bytes, &self.trust, self.clock.now().wall);
        let Some(credential) = checked.credential.clone().filter(|_| checked.verdict != Verdict::Invalid) else {
            return Err(Error::NotTaken(format!("It is invalid and was not taken in. {}", checked.reason)));
        };
        let text = std::str::from_utf8(bytes).map_err(|error| Error::NotTaken(error.to_string()))?;
        let unreadable = || Error::NotTaken("It names no exam, no holder or no date that can be read.".to_owned());
        let trainee = credential.holder().ok_or_else(unreadable)?;
        let known = self.store.person(trainee)?;
        let stranger = known.is_none();
        let person = || {
            let license = credential.subject.license.clone();
            PersonRow { id: trainee, person: Person { license, ..Person::named(&credential.subject.name) } }
        };
        let holder = known.unwrap_or_else(person);
        let id = credential.certificate().ok_or_else(unreadable)?;
        if let Some(held) = self.known(trainee, id)? {
            self.write(&held)?;
            return Ok(Kept { checked, held, stranger: false, again: true });
        }
        let mut head = self.head(trainee.into())?;
        if stranger {
            let added = self.link(trainee.into(), head, &Fact::Added(holder.person.clone()));
            head = Head::after(&added);
            facts.push(added);
        }
        let imported = Imported { certificate: id, credential: text.to_owned() };
        let fact = self.link(trainee.into(), head, &Fact::Imported(imported));
        let row = CertificateRow::of(&credential, fact.id).ok_or_else(unreadable)?;
        facts.push(fact);
        let held = self.as_held(holder.clone(), &row, text.to_owned());
        let stranger_row = stranger.then_some(holder);
        let certificate = Some(row);
        self.store.append(&Batch { facts, stranger: stranger_row, certificate, ..Batch::default() })?;
        self.write(&held)?;
        Ok(Kept { checked, held, stranger, again: false })
    }

    /// Finds a certificate of a person that is stored here already.
    fn known(&self, trainee: TraineeId, id: CertificateId) -> Result<Option<Held>, Error> {
        if let Some(row) = self.store.certificates(Some(trainee))?.iter().find(|row| row.id == id) {
            return self.taken_in(row);
        }
        let query = AttemptQuery { trainee: Some(trainee), certified: true, ..AttemptQuery::default() };
        let own = self.store.attempts(&query)?.into_iter().find(|row| row.certificate == Some(id));
        own.map_or(Ok(None), |row| self.issued(row.id))
    }

    /// Returns a certificate that was taken in, whole.
    pub(super) fn taken_in(&self, row: &CertificateRow) -> Result<Option<Held>, Error> {
        let rows = self.store.stream(row.trainee.into())?;
        chain::check(row.trainee.into(), &rows).map_err(Error::Broken)?;
        let fact = rows.iter().find(|stored| stored.id == row.fact).and_then(Row::fact);
        let (Some(Fact::Imported(imported)), Some(holder)) = (fact, self.store.person(row.trainee)?) else {
            return Ok(None);
        };
        Ok(Some(self.as_held(holder, row, imported.credential)))
    }

    fn as_held(&self, holder: PersonRow, row: &CertificateRow, credential: String) -> Held {
        let path = self.file(&holder, &row.exam, row.valid_from, row.id);
        Held {
            holder,
            certificate: row.id,
            exam: row.exam.clone(),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            credential,
            path,
        }
    }
}
