//! What a clinic asks of its records: who stands where, everything for export, everything about one person.

use rayon::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::certificate::{Trust, verify};
use crate::records::CertificateRow;
use crate::records::export::Records;
use crate::records::roll::Roll;

impl Desk {
    /// Returns everybody and where they stand.
    ///
    /// # Errors
    /// What the store says.
    pub fn roll(&self) -> Result<Roll, Error> {
        let exams = self.catalog.exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        let (people, certificates) = (self.store.people()?, self.store.certificates(None)?);
        Ok(Roll::new(people, certificates, exams, &self.trust, self.clock.now().wall))
    }

    /// Verifies the signatures behind some rows: a row that somebody wrote into the store by hand proves nothing. `done` is
    /// told of each.
    ///
    /// # Errors
    /// [`Error::Forged`] for the first that its credential does not bear out, or what the store says.
    pub fn prove(&self, rows: &[&CertificateRow], done: &(dyn Fn() + Sync)) -> Result<(), Error> {
        let now = self.clock.now().wall;
        for some in rows.chunks(PROVED_AT_ONCE) {
            let read = |row: &&CertificateRow| Ok((row.id, (*row).clone(), self.taken_in(row)?));
            let held = some.iter().map(read).collect::<Result<Vec<_>, Error>>()?;
            let forged = held.into_par_iter().find_map_first(|(id, row, held)| {
                done();
                let credential =
                    held.and_then(|held| verify(held.credential.as_bytes(), &Trust::default(), now).credential);
                let borne_out =
                    credential.and_then(|credential| CertificateRow::of(&credential, row.fact)) == Some(row);
                (!borne_out).then_some(id)
            });
            if let Some(id) = forged {
                return Err(Error::Forged(id));
            }
        }
        Ok(())
    }

    /// Returns everything that is exported: standings, attempts, certificates; nobody's answers.
    ///
    /// # Errors
    /// What the store says.
    pub fn everything(&self) -> Result<Records, Error> {
        let mut attempts = self.store.attempts(&AttemptQuery::default())?;
        attempts.reverse();
        let facts = |row: AttemptRow| Ok((row.clone(), self.facts(row.id)?));
        let attempts = attempts.into_iter().map(facts).collect::<Result<_, Error>>()?;
        let mut certificates = Vec::new();
        for row in self.store.certificates(None)? {
            if let Some(held) = self.taken_in(&row)? {
                certificates.push((row, held.credential));
            }
        }
        Ok(Records { roll: self.roll()?, attempts, certificates })
    }

    /// Returns everything that is held about a person, answers included, for that person.
    ///
    /// # Errors
    /// What the store says.
    pub fn archive(&self, row: &PersonRow) -> Result<Value, Error> {
        let fact = |stored: &Row| {
            let payload = stored.secret.as_ref().map(|secret| secret.payload.as_str());
            let payload = payload.and_then(|payload| serde_json::from_str::<Value>(payload).ok());
            json!({ "seq": stored.seq, "kind": stored.kind, "at": stored.at.to_string(), "content": payload })
        };
        let query = AttemptQuery { trainee: Some(row.id), ..AttemptQuery::default() };
        let mut attempts = Vec::new();
        for attempt in self.store.attempts(&query)? {
            let facts: Vec<_> = self.facts(attempt.id)?.iter().map(fact).collect();
            attempts.push(json!({ "attempt": attempt, "facts": facts }));
        }
        let own: Vec<_> = self.store.stream(row.id.into())?.iter().map(fact).collect();
        let learned = self.store.learned(row.id)?;
        let certificates = self
            .held(Some(row.id))?
            .into_iter()
            .filter_map(|held| serde_json::from_str::<Value>(&held.credential).ok());
        Ok(json!({
            "format": 1,
            "exported": self.clock.now().wall.to_string(),
            "person": { "id": row.id, "record": row.person },
            "facts": own,
            "attempts": attempts,
            "practice": learned,
            "certificates": certificates.collect::<Vec<_>>(),
        }))
    }
}

/// How many certificates are in memory at once while their signatures are verified.
const PROVED_AT_ONCE: usize = 256;
