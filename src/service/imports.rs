//! Imports certificates that were issued on another computer, or by the issuer on this computer.

use std::ops::{Deref, DerefMut};

use super::certificate_files::{StoredCertificate, write_credential};
use super::certificates::Certificates;
use super::linking::ArchiveChange;
use super::{ServiceError, Services};
use crate::attempt::Fact;
use crate::attempt::chain::{self, ChainHead, StoredFact, read_facts};
use crate::attempt::fact::CertificateImported;
use crate::attempt::person::{NameChanged, PersonAdded, PersonLinked, PersonUnarchived, PersonUnlinked};
use crate::credential::verdict::evaluate_trust;
use crate::credential::verify::verify;
use crate::credential::{Assurance, Credential, Verdict, VerificationResult};
use crate::ids::{CertificateId, StreamId, TraineeId};
use crate::projections::attempts::AttemptQuery;
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::links::same_name_and_license;
use crate::projections::people::{PersonQuery, PersonRow};
use crate::store::{Batch, Expectation};
use crate::text;

/// The result of an import.
#[derive(Debug, Clone)]
pub struct ImportOutcome {
    /// The verdict by the trust list and the clock of this computer.
    pub verification: VerificationResult,
    pub certificate: StoredCertificate,
    /// Whether the import added the holder to this store.
    pub is_new_person: bool,
    /// Whether this store had the certificate before, so that nothing was stored.
    pub already_stored: bool,
    /// The person whose record the holder's record is linked to, before or since this import.
    pub linked_to: Option<PersonRow>,
}

/// How far this computer trusts the name on a certificate. It decides whether the certificate may rename its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamingAuthority {
    /// The issuer on this computer is signing the certificate now.
    IssuedHere,
    /// The verdict is valid.
    Trusted,
    /// Any other verdict, such as untrusted or expired.
    Untrusted,
}

fn rejection(reason: String) -> ServiceError {
    ServiceError::Rejected(format!("It was not imported. {reason}"))
}

/// Returns the reason why a holder's name does not fit. A revoked certificate is no reason to rename anyone.
fn explain_revoked(error: ServiceError, verdict: Verdict) -> ServiceError {
    match error {
        ServiceError::Rejected(_) if verdict == Verdict::Revoked => rejection(
            "It is revoked, and its holder has another name here. It was probably replaced by a corrected certificate."
                .to_owned(),
        ),
        error => error,
    }
}

/// A certificate from outside must not continue the chain of an attempt, an issuer or an erased person.
fn require_own_chain(known_person: Option<&PersonRow>, chain: &[StoredFact]) -> Result<(), ServiceError> {
    if known_person.is_some() || chain.is_empty() {
        return Ok(());
    }
    Err(rejection(
        "Its holder's ID belongs to another record here, or to a person whose data was erased. You can still check it with \
         `needlewise certificate verify FILE`."
            .to_owned(),
    ))
}

impl<S: DerefMut<Target = Services>> Certificates<S> {
    /// Imports a certificate unless it is invalid, and writes its file. The holder is identified by the ID in the
    /// certificate, never by the name.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the certificate is invalid, or if its name or ID contradicts what is stored here.
    /// [`ServiceError::Certificate`] if its file cannot be written; the certificate is then stored. Otherwise an error
    /// of the store.
    pub fn import(&mut self, bytes: &[u8]) -> Result<ImportOutcome, ServiceError> {
        let outcome = self.import_with_facts(bytes, Vec::new())?;
        write_credential(&outcome.certificate)?;
        Ok(outcome)
    }

    /// Imports a certificate and stores facts of this computer's issuer with it, all in one batch.
    pub(super) fn import_with_facts(
        &mut self,
        bytes: &[u8],
        mut facts: Vec<StoredFact>,
    ) -> Result<ImportOutcome, ServiceError> {
        let is_issued_here = !facts.is_empty();
        let bytes = text::without_byte_order_mark(bytes);
        let verification = verify(bytes, self.services.trust()?, self.services.now().wall);
        // Untrusted and expired ones are stored too, because a verdict can change with the trust list.
        let Some(credential) = verification.credential.clone().filter(|_| verification.verdict != Verdict::Invalid)
        else {
            let prefix = if verification.is_foreign { "" } else { "It is invalid. " };
            return Err(rejection(format!("{prefix}{}", verification.reason)));
        };
        let text = std::str::from_utf8(bytes)
            .map_err(|_| rejection("It is not UTF-8 text. Ask the issuer for a new copy.".to_owned()))?;
        let unreadable =
            || rejection("Its exam, its holder or its dates cannot be read. Ask the issuer for a new copy.".to_owned());
        let trainee = credential.holder_id().ok_or_else(unreadable)?;
        let id = credential.certificate_id().ok_or_else(unreadable)?;
        let authority = match verification.verdict {
            _ if is_issued_here => NamingAuthority::IssuedHere,
            Verdict::Valid => NamingAuthority::Trusted,
            _ => NamingAuthority::Untrusted,
        };
        if let Some(stored_certificate) = self.find_existing_certificate(trainee, id, &credential, authority)? {
            return Ok(ImportOutcome {
                verification,
                certificate: stored_certificate,
                is_new_person: false,
                already_stored: true,
                linked_to: self.main_record_of(trainee)?,
            });
        }
        let known_person = self.services.people().get(trainee)?;
        let mut chain = self.services.store.stream(trainee.into())?;
        require_own_chain(known_person.as_ref(), &chain)?;
        let head = chain.last().map_or(ChainHead::START, ChainHead::after_fact);
        let is_new_person = known_person.is_none();
        let changes = self.holder_changes(trainee, known_person, &credential, authority);
        let changes = changes.map_err(|error| explain_revoked(error, verification.verdict))?;
        let imported = Fact::Imported(CertificateImported { certificate: id, credential: text.to_owned() });
        let holder_facts = self.services.link_facts(trainee.into(), head, changes.iter().chain([&imported]));
        let imported_id = holder_facts.last().map(|stored_fact| stored_fact.id).ok_or_else(unreadable)?;
        let row = CertificateRow::from_credential(&credential, imported_id).ok_or_else(unreadable)?;
        chain.extend(holder_facts.iter().cloned());
        facts.extend(holder_facts);
        let expectations = vec![Expectation::NotErased(trainee)];
        self.services.store.append(&Batch { expectations, facts, ..Batch::default() })?;
        let holder = PersonRow::fold(trainee, &chain).ok_or(ServiceError::Erased)?;
        let certificate = self.stored_from_row(holder, &row, text.to_owned());
        let linked_to = self.main_record_of(trainee)?;
        if let Some(main) = linked_to.as_ref().filter(|main| main.person.archived) {
            self.services.people_mut().set_archived(main, ArchiveChange::BringBack)?;
        }
        let verification = if is_issued_here {
            // The ledger lists the certificate only now.
            self.services.forget_trust();
            verify(bytes, self.services.trust()?, self.services.now().wall)
        } else {
            verification
        };
        Ok(ImportOutcome { verification, certificate, is_new_person, already_stored: false, linked_to })
    }
}

impl<S: Deref<Target = Services>> Certificates<S> {
    /// Returns the facts about the holder that come before the certificate: added or renamed, linked, brought back.
    fn holder_changes(
        &self,
        holder: TraineeId,
        known_person: Option<PersonRow>,
        credential: &Credential,
        authority: NamingAuthority,
    ) -> Result<Vec<Fact>, ServiceError> {
        let link = if known_person.is_none() { self.automatic_link(holder, credential, authority)? } else { None };
        let is_linked = known_person.as_ref().is_some_and(|row| row.person.linked_to.is_some());
        let is_archived = known_person.as_ref().is_some_and(|row| row.person.archived);
        let mut changes: Vec<_> = self.name_change(known_person, credential, authority)?.into_iter().collect();
        // The link was made for another name, so somebody has to look at it again.
        let is_renamed = changes.iter().any(|change| matches!(change, Fact::NameChanged(_)));
        changes.extend((is_renamed && is_linked).then_some(Fact::PersonUnlinked(PersonUnlinked {})));
        changes.extend(link.map(|person| Fact::PersonLinked(PersonLinked { person: person.id })));
        changes.extend(is_archived.then_some(Fact::PersonUnarchived(PersonUnarchived {})));
        Ok(changes)
    }

    /// Returns the only person here with the name and the license of a new holder. Anyone can write any name and license
    /// into a self-test record, or into a certificate that no trusted issuer signed, so these link nothing.
    fn automatic_link(
        &self,
        holder: TraineeId,
        credential: &Credential,
        authority: NamingAuthority,
    ) -> Result<Option<PersonRow>, ServiceError> {
        let subject = &credential.subject;
        let proves_name =
            authority != NamingAuthority::Untrusted && credential.assurance() != Some(Assurance::SelfAttested);
        let (Some(license), true) = (&subject.license, proves_name) else {
            return Ok(None);
        };
        // Only the namesakes: a folder of certificates must not read all people once for each new holder.
        let name_key = Some(text::name_key(&subject.name));
        let mut people = self.services.people().select(&PersonQuery { name_key, ..PersonQuery::default() })?;
        people.retain(|row| row.person.linked_to.is_none());
        Ok(same_name_and_license(&people, holder, &subject.name, license))
    }

    /// Returns the person to whose record this one is linked, if it is.
    fn main_record_of(&self, id: TraineeId) -> Result<Option<PersonRow>, ServiceError> {
        let linked = self.services.people().get(id)?.filter(|row| row.person.linked_to.is_some());
        let Some(row) = linked else { return Ok(None) };
        let main = self.services.people().main_records(&[row])?.pop();
        Ok(main.filter(|main| main.id != id))
    }

    /// Returns the fact that adds or renames the holder, if one is needed. A certificate that this computer issues may
    /// rename its holder. A trusted one may rename a person whose name comes only from untrusted certificates: anyone
    /// can make one of those with a false name.
    fn name_change(
        &self,
        known_person: Option<PersonRow>,
        credential: &Credential,
        authority: NamingAuthority,
    ) -> Result<Option<Fact>, ServiceError> {
        let name = credential.subject.name.clone();
        match known_person {
            None => {
                let license = credential.subject.license.clone();
                Ok(Some(Fact::PersonAdded(PersonAdded { license, ..PersonAdded::from_name(name) })))
            }
            Some(row) if text::name_key(&row.person.name) == text::name_key(&name) => Ok(None),
            Some(row) if self.may_rename(&row, authority)? => Ok(Some(Fact::NameChanged(NameChanged { name }))),
            Some(row) => {
                let (name, stored_name) = (text::single_line(&name), text::single_line(&row.person.name));
                Err(rejection(format!(
                    "Its holder has another name here. If the name changed, rename the person first with `needlewise \
                     trainee rename NAME NEW-NAME`. Name on the certificate: \"{name}\". Name here: \"{stored_name}\"."
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

    /// Returns whether a person's name comes only from untrusted certificates. Then they have certificates, but none of
    /// them is valid. They have no attempts and were never renamed.
    fn is_named_only_by_untrusted(&self, row: &PersonRow) -> Result<bool, ServiceError> {
        let query = AttemptQuery { trainee: Some(row.id), ..AttemptQuery::default() };
        let has_attempts = !self.services.store.attempts(&query)?.is_empty();
        let today = self.services.trust()?.latest_known_time(self.services.now().wall);
        let certificates = self
            .services
            .store
            .certificates(&CertificateQuery { trainee: Some(row.id), ..CertificateQuery::default() })?;
        let trust = self.services.trust()?;
        let has_valid_certificate = certificates
            .iter()
            .any(|certificate| evaluate_trust(&certificate.verdict_basis(), trust, today).0 == Verdict::Valid);
        let chain = self.services.store.stream(row.id.into())?;
        let was_renamed = read_facts(&chain).iter().any(|(_, fact)| matches!(fact, Fact::NameChanged(_)));
        Ok(!has_attempts && !has_valid_certificate && !was_renamed && !certificates.is_empty())
    }

    /// Finds the certificate if it is already stored. A trusted certificate may replace an untrusted one with the same
    /// ID, so that a forged one cannot block the real one.
    fn find_existing_certificate(
        &self,
        trainee: TraineeId,
        id: CertificateId,
        credential: &Credential,
        authority: NamingAuthority,
    ) -> Result<Option<StoredCertificate>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), certified_only: true, ..AttemptQuery::default() };
        if let Some(row) = self.services.store.attempts(&query)?.into_iter().find(|row| row.certificate == Some(id)) {
            return self.issued(row.id);
        }
        let today = self.services.trust()?.latest_known_time(self.services.now().wall);
        for row in
            self.services.store.certificates(&CertificateQuery { id: Some(id), ..CertificateQuery::default() })?
        {
            if row.digest == credential.digest() {
                return self.imported(&row).map(Some);
            }
            let is_valid = evaluate_trust(&row.verdict_basis(), self.services.trust()?, today).0 == Verdict::Valid;
            if authority == NamingAuthority::Untrusted || is_valid {
                let reason = "It was not imported. Another certificate with the same ID is already stored. Ask the \
                              issuer which one is correct.";
                return Err(ServiceError::Rejected(reason.to_owned()));
            }
        }
        Ok(None)
    }

    /// Reads an imported certificate from its holder's chain.
    ///
    /// # Errors
    /// [`ServiceError::ForgedCertificate`] if no fact contains it, or an error of the store.
    pub(super) fn imported(&self, row: &CertificateRow) -> Result<StoredCertificate, ServiceError> {
        self.imported_in(row, &self.services.store.stream(row.trainee.into())?)
    }

    /// Reads several imported certificates with one query, in the order of their rows. Each has the errors of
    /// [`Certificates::imported`].
    ///
    /// # Errors
    /// Errors of the store.
    pub(super) fn imported_chunk(
        &self,
        rows: &[&CertificateRow],
    ) -> Result<Vec<Result<StoredCertificate, ServiceError>>, ServiceError> {
        let streams: Vec<StreamId> = rows.iter().map(|row| row.trainee.into()).collect();
        let chains = self.services.readable_streams(&streams)?;
        let read = |row: &&CertificateRow| match chains.get(&row.trainee.into()) {
            Some(Ok(chain)) => self.imported_in(row, chain),
            Some(Err(error)) => Err(error.clone().into()),
            None => self.imported_in(row, &[]),
        };
        Ok(rows.iter().map(read).collect())
    }

    fn imported_in(&self, row: &CertificateRow, chain: &[StoredFact]) -> Result<StoredCertificate, ServiceError> {
        chain::verify_chain(row.trainee.into(), chain).map_err(ServiceError::BrokenChain)?;
        let fact = read_facts(chain).into_iter().find(|(stored, _)| stored.id == row.fact).map(|(_, fact)| fact);
        let (Some(Fact::Imported(imported)), Some(holder)) = (fact, PersonRow::fold(row.trainee, chain)) else {
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
