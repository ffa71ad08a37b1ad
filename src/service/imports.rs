//! Taking in certificates that were issued elsewhere.

use crate::attempt::fact::CertificateImported;
use crate::credential::verify::{evaluate_trust, verify};
use crate::credential::{Credential, Verdict, VerificationResult};
use crate::ids::CertificateId;
use crate::projections::certificates::CertificateRow;
use crate::service::certificates::StoredCertificate;
use crate::service::*;

/// What came of taking a certificate in.
#[derive(Debug, Clone)]
pub struct ImportOutcome {
    /// What it is worth here.
    pub checked: VerificationResult,
    /// The certificate, as it is held.
    pub held: StoredCertificate,
    /// Whether it came with a person whom this store did not know.
    pub stranger: bool,
    /// Whether it was here already.
    pub again: bool,
}

impl Service {
    /// Takes a certificate in, unless it is invalid, and writes its file. Its holder is the person of its subject's id; a
    /// person of the same name under another id stays another person.
    ///
    /// # Errors
    /// [`Error::NotTaken`] for an invalid one, for one that calls a known person by another name, and for one under the id of
    /// another; or what the store or the disk says.
    pub fn import(&mut self, bytes: &[u8]) -> Result<ImportOutcome, ServiceError> {
        let kept = self.import_with(bytes, Vec::new(), None)?;
        self.write(&kept.held)?;
        Ok(kept)
    }

    /// Takes a certificate in, together with facts of this issuer's own, and the attempt they change, that are stored with it or
    /// not at all.
    pub(super) fn import_with(
        &mut self,
        bytes: &[u8],
        mut facts: Vec<StoredFact>,
        attempt: Option<AttemptRow>,
    ) -> Result<ImportOutcome, ServiceError> {
        let refused = |why: String| ServiceError::NotTaken(format!("It was not taken in. {why}"));
        let own = !facts.is_empty();
        let checked = verify(bytes, &self.trust, self.clock.now().wall);
        let Some(credential) = checked.credential.clone().filter(|_| checked.verdict != Verdict::Invalid) else {
            return Err(refused(format!("It is invalid. {}", checked.reason)));
        };
        let text = std::str::from_utf8(bytes).map_err(|error| refused(error.to_string()))?;
        let unreadable = || refused("It names no exam, no holder or no date that can be read.".to_owned());
        let trainee = credential.holder_id().ok_or_else(unreadable)?;
        let id = credential.certificate_id().ok_or_else(unreadable)?;
        let counts = own || checked.verdict == Verdict::Valid;
        if let Some(held) = self.same(trainee, id, &credential, counts)? {
            return Ok(ImportOutcome { checked, held, stranger: false, again: true });
        }
        let known = self.store.person(trainee)?;
        let rows = self.store.stream(trainee.into())?;
        if known.is_none() && !rows.is_empty() {
            return Err(refused(
                "Its holder's id is that of something else here, or of somebody who was erased.".to_owned(),
            ));
        }
        let mut head = rows.last().map_or(ChainHead::START, ChainHead::after_fact);
        let stranger = known.is_none();
        let named = |row: &PersonRow| text::name_key(&row.person.name) == text::name_key(&credential.subject.name);
        let holder = match known {
            Some(row) if named(&row) => row,
            Some(row) if counts && (own || self.only_named_by_others(&row)?) => {
                let person = Person { name: credential.subject.name.clone(), ..row.person };
                let renamed = self.link(trainee.into(), head, &Fact::PersonUpdated(person.clone()));
                head = ChainHead::after_fact(&renamed);
                facts.push(renamed);
                PersonRow { id: trainee, person }
            }
            Some(row) => {
                let (says, here) = (text::single_line(&credential.subject.name), text::single_line(&row.person.name));
                return Err(refused(format!(
                    "It calls its holder \"{says}\", and the person of that id is \"{here}\" here. If the name changed, \
                     rename the person first: `needlewise trainee rename`."
                )));
            }
            None => {
                let license = credential.subject.license.clone();
                let person = Person { license, ..Person::from_name(&credential.subject.name) };
                let added = self.link(trainee.into(), head, &Fact::PersonAdded(person.clone()));
                head = ChainHead::after_fact(&added);
                facts.push(added);
                PersonRow { id: trainee, person }
            }
        };
        let imported = CertificateImported { certificate: id, credential: text.to_owned() };
        let fact = self.link(trainee.into(), head, &Fact::Imported(imported));
        let row = CertificateRow::of(&credential, fact.id).ok_or_else(unreadable)?;
        facts.push(fact);
        let held = self.as_held(holder.clone(), &row, text.to_owned());
        let batch = Batch { facts, attempt, stranger: Some(holder), certificate: Some(row), ..Batch::default() };
        self.store.append(&batch)?;
        Ok(ImportOutcome { checked, held, stranger, again: false })
    }

    /// Returns whether a person is known by untrusted certificates alone, so that one that counts may say who they are.
    fn only_named_by_others(&self, row: &PersonRow) -> Result<bool, ServiceError> {
        let query = AttemptQuery { trainee: Some(row.id), ..AttemptQuery::default() };
        let sat = !self.store.attempts(&query)?.is_empty();
        let today = self.trust.latest_known_time(self.clock.now().wall);
        let certificates = self.store.certificates(Some(row.id))?;
        let valid =
            certificates.iter().any(|held| evaluate_trust(&held.signed(), &self.trust, today).0 == Verdict::Valid);
        let by_hand = self.store.stream(row.id.into())?.iter().any(|fact| fact.kind == "renamed");
        Ok(!sat && !valid && !by_hand && !certificates.is_empty())
    }

    /// Finds a certificate that is stored here already. One that counts takes the place of one under its id that does not.
    fn same(
        &self,
        trainee: TraineeId,
        id: CertificateId,
        credential: &Credential,
        counts: bool,
    ) -> Result<Option<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), certified: true, ..AttemptQuery::default() };
        if let Some(row) = self.store.attempts(&query)?.into_iter().find(|row| row.certificate == Some(id)) {
            return self.issued(row.id);
        }
        let Some(row) = self.store.certificate(id)? else { return Ok(None) };
        let today = self.trust.latest_known_time(self.clock.now().wall);
        if row.digest == credential.digest() {
            return self.taken_in(&row).map(Some);
        }
        if counts && evaluate_trust(&row.signed(), &self.trust, today).0 != Verdict::Valid {
            return Ok(None);
        }
        Err(ServiceError::NotTaken("It was not taken in. Another certificate of the same id is here.".to_owned()))
    }

    /// Returns a certificate that was taken in, whole.
    ///
    /// # Errors
    /// [`Error::Forged`] where no fact holds it, or what the store says.
    pub(super) fn taken_in(&self, row: &CertificateRow) -> Result<StoredCertificate, ServiceError> {
        let rows = self.store.stream(row.trainee.into())?;
        chain::verify_chain(row.trainee.into(), &rows).map_err(ServiceError::Broken)?;
        let fact = rows.iter().find(|stored| stored.id == row.fact).and_then(StoredFact::fact);
        let (Some(Fact::Imported(imported)), Some(holder)) = (fact, self.store.person(row.trainee)?) else {
            return Err(ServiceError::Forged(row.id));
        };
        Ok(self.as_held(holder, row, imported.credential))
    }

    fn as_held(&self, holder: PersonRow, row: &CertificateRow, credential: String) -> StoredCertificate {
        let path = self.file(&holder, &row.exam, row.valid_from, row.id);
        StoredCertificate {
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
