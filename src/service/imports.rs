//! Import of certificates that were issued on another machine, or by an issuer on this one.

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
    pub verification: VerificationResult,
    /// The certificate, as it is held.
    pub certificate: StoredCertificate,
    /// Whether it came with a person whom this store did not know.
    pub is_new_person: bool,
    /// Whether it was here already.
    pub already_stored: bool,
}

/// What the name on a certificate is worth here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamingAuthority {
    /// This machine's issuer signed it.
    IssuedHere,
    /// It verifies as valid.
    Trusted,
    /// Anything else.
    Untrusted,
}

fn rejection(reason: String) -> ServiceError {
    ServiceError::Rejected(format!("It was not taken in. {reason}"))
}

impl Service {
    /// Takes a certificate in, unless it is invalid, and writes its file. Its holder is the person of its subject's id;
    /// a person of the same name under another id stays another person.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] for an invalid one, for one that calls a known person by another name, and for one
    /// under the id of another; or what the store or the disk says.
    pub fn import_certificate(&mut self, bytes: &[u8]) -> Result<ImportOutcome, ServiceError> {
        let outcome = self.import_with_facts(bytes, Vec::new(), None)?;
        self.write_credential_file(&outcome.certificate)?;
        Ok(outcome)
    }

    /// Takes a certificate in, together with facts of this issuer's own, and the attempt they change, that are stored
    /// with it or not at all.
    pub(super) fn import_with_facts(
        &mut self,
        bytes: &[u8],
        mut facts: Vec<StoredFact>,
        attempt: Option<AttemptRow>,
    ) -> Result<ImportOutcome, ServiceError> {
        let is_issued_here = !facts.is_empty();
        let verification = verify(bytes, &self.trust, self.clock.now().wall);
        let Some(credential) = verification.credential.clone().filter(|_| verification.verdict != Verdict::Invalid)
        else {
            return Err(rejection(format!("It is invalid. {}", verification.reason)));
        };
        let text = std::str::from_utf8(bytes).map_err(|error| rejection(error.to_string()))?;
        let unreadable = || rejection("It names no exam, no holder or no date that can be read.".to_owned());
        let trainee = credential.holder_id().ok_or_else(unreadable)?;
        let id = credential.certificate_id().ok_or_else(unreadable)?;
        let authority = match verification.verdict {
            _ if is_issued_here => NamingAuthority::IssuedHere,
            Verdict::Valid => NamingAuthority::Trusted,
            _ => NamingAuthority::Untrusted,
        };
        let is_trusted = authority != NamingAuthority::Untrusted;
        if let Some(stored_certificate) = self.find_existing_certificate(trainee, id, &credential, is_trusted)? {
            return Ok(ImportOutcome {
                verification,
                certificate: stored_certificate,
                is_new_person: false,
                already_stored: true,
            });
        }
        let known_person = self.store.person(trainee)?;
        let rows = self.store.stream(trainee.into())?;
        if known_person.is_none() && !rows.is_empty() {
            return Err(rejection(
                "Its holder's id is that of something else here, or of somebody who was erased.".to_owned(),
            ));
        }
        let mut head = rows.last().map_or(ChainHead::START, ChainHead::after_fact);
        let is_new_person = known_person.is_none();
        let (holder, change) = self.holder(trainee, known_person, &credential, authority)?;
        if let Some(change) = change {
            let fact = self.link_fact(trainee.into(), head, &change);
            head = ChainHead::after_fact(&fact);
            facts.push(fact);
        }
        let imported = CertificateImported { certificate: id, credential: text.to_owned() };
        let imported_fact = self.link_fact(trainee.into(), head, &Fact::Imported(imported));
        let row = CertificateRow::from_credential(&credential, imported_fact.id).ok_or_else(unreadable)?;
        facts.push(imported_fact);
        let stored_certificate = self.stored_from_row(holder.clone(), &row, text.to_owned());
        let batch = Batch { facts, attempt, imported_holder: Some(holder), certificate: Some(row), ..Batch::default() };
        self.store.append(&batch)?;
        Ok(ImportOutcome { verification, certificate: stored_certificate, is_new_person, already_stored: false })
    }

    /// Returns the person whom a certificate names as its holder, with the fact that adds or renames them where one is
    /// needed. A trusted certificate may rename a person who is known by untrusted ones alone; one that this machine
    /// issued may always.
    fn holder(
        &self,
        trainee: TraineeId,
        known_person: Option<PersonRow>,
        credential: &Credential,
        authority: NamingAuthority,
    ) -> Result<(PersonRow, Option<Fact>), ServiceError> {
        let credential_name = &credential.subject.name;
        match known_person {
            None => {
                let license = credential.subject.license.clone();
                let person = Person { license, ..Person::from_name(credential_name) };
                let added = Fact::PersonAdded(person.clone());
                Ok((PersonRow { id: trainee, person }, Some(added)))
            }
            Some(row) if text::name_key(&row.person.name) == text::name_key(credential_name) => Ok((row, None)),
            Some(row) if self.may_rename(&row, authority)? => {
                let person = Person { name: credential_name.clone(), ..row.person };
                let renamed = Fact::PersonUpdated(person.clone());
                Ok((PersonRow { id: trainee, person }, Some(renamed)))
            }
            Some(row) => {
                let (credential_name, stored_name) =
                    (text::single_line(credential_name), text::single_line(&row.person.name));
                Err(rejection(format!(
                    "It calls its holder \"{credential_name}\", and the person of that id is \"{stored_name}\" here. \
                     If the name changed, rename the person first: `needlewise trainee rename`."
                )))
            }
        }
    }

    fn may_rename(&self, row: &PersonRow, authority: NamingAuthority) -> Result<bool, ServiceError> {
        match authority {
            NamingAuthority::IssuedHere => Ok(true),
            NamingAuthority::Trusted => self.is_named_only_by_untrusted(row),
            NamingAuthority::Untrusted => Ok(false),
        }
    }

    /// Returns whether a person is known by untrusted certificates alone, so that one that counts may say who they are.
    fn is_named_only_by_untrusted(&self, row: &PersonRow) -> Result<bool, ServiceError> {
        let query = AttemptQuery { trainee: Some(row.id), ..AttemptQuery::default() };
        let has_attempts = !self.store.attempts(&query)?.is_empty();
        let today = self.trust.latest_known_time(self.clock.now().wall);
        let certificates = self.store.certificates(Some(row.id))?;
        let has_valid_certificate = certificates
            .iter()
            .any(|certificate| evaluate_trust(&certificate.verdict_basis(), &self.trust, today).0 == Verdict::Valid);
        let was_renamed = self.store.stream(row.id.into())?.iter().any(|fact| fact.kind == "renamed");
        Ok(!has_attempts && !has_valid_certificate && !was_renamed && !certificates.is_empty())
    }

    /// Finds a certificate that is stored here already. One that counts takes the place of one under its id that does
    /// not.
    fn find_existing_certificate(
        &self,
        trainee: TraineeId,
        id: CertificateId,
        credential: &Credential,
        is_trusted: bool,
    ) -> Result<Option<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), certified_only: true, ..AttemptQuery::default() };
        if let Some(row) = self.store.attempts(&query)?.into_iter().find(|row| row.certificate == Some(id)) {
            return self.issued_certificate(row.id);
        }
        let Some(row) = self.store.certificate(id)? else { return Ok(None) };
        let today = self.trust.latest_known_time(self.clock.now().wall);
        if row.digest == credential.digest() {
            return self.imported_certificate(&row).map(Some);
        }
        if is_trusted && evaluate_trust(&row.verdict_basis(), &self.trust, today).0 != Verdict::Valid {
            return Ok(None);
        }
        Err(ServiceError::Rejected("It was not taken in. Another certificate of the same id is here.".to_owned()))
    }

    /// Returns a certificate that was taken in, whole.
    ///
    /// # Errors
    /// [`ServiceError::ForgedCertificate`] where no fact holds it, or what the store says.
    pub(super) fn imported_certificate(&self, row: &CertificateRow) -> Result<StoredCertificate, ServiceError> {
        let rows = self.store.stream(row.trainee.into())?;
        chain::verify_chain(row.trainee.into(), &rows).map_err(ServiceError::BrokenChain)?;
        let fact = rows.iter().find(|stored| stored.id == row.fact).and_then(StoredFact::fact);
        let (Some(Fact::Imported(imported)), Some(holder)) = (fact, self.store.person(row.trainee)?) else {
            return Err(ServiceError::ForgedCertificate(row.id));
        };
        Ok(self.stored_from_row(holder, row, imported.credential))
    }

    fn stored_from_row(&self, holder: PersonRow, row: &CertificateRow, credential: String) -> StoredCertificate {
        let path = self.credential_path(&holder, &row.exam, row.valid_from, row.id);
        StoredCertificate {
            holder,
            certificate_id: row.id,
            exam: row.exam.clone(),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            credential,
            path,
        }
    }
}
