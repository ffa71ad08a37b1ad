//! The ledger of an issuer: read it, add revocations, and sign the bundle that clinics verify certificates with.

use std::ops::{Deref, DerefMut};

use super::{Issuing, ServiceError, Services};
use crate::attempt::Fact;
use crate::attempt::chain::{self, ChainHead};
use crate::attempt::fact::CertificateRevoked;
use crate::credential::bundle::BundleContents;
use crate::credential::trust::OwnIssuer;
use crate::credential::{Bundle, Issuer, RevocationReason, SigningKeyPair};
use crate::ids::{CertificateId, IssuerId};
use crate::issuing::decision::DecisionAuthority;
use crate::issuing::ledger::Ledger;
use crate::projections::ledgers::{LEDGERS, LedgerRow};
use crate::projections::row::StoredRow;
use crate::store::{Batch, StoreError};
use crate::text;

/// Whether bundles publish the reason for a revocation. The `revoke` command withholds every reason unless `--tell` is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonDisclosure {
    /// Bundles contain the reason.
    Published,
    /// The reason stays in the ledger.
    Withheld,
}

impl<S: Deref<Target = Services>> Issuing<S> {
    /// Reads an issuer's ledger and verifies its chain.
    ///
    /// # Errors
    /// [`ServiceError::BrokenChain`], [`ServiceError::Certificate`] if a line cannot be read, [`StoreError::Damaged`]
    /// if the last lines are lost, or an error of the store.
    pub fn ledger(&self, issuer: IssuerId) -> Result<Ledger, ServiceError> {
        // Read the row before the chain. If another program signs in between, the chain is longer than the row says,
        // which is no damage. The other way round, the ledger would look shorter than its row.
        let known_end = self.known_end(issuer)?;
        let rows = self.services.store.stream(issuer.into())?;
        chain::verify_chain(issuer.into(), &rows).map_err(ServiceError::BrokenChain)?;
        // A lost revocation must not make a certificate valid again.
        if let Some(end) = known_end
            && !rows.iter().any(|fact| ChainHead::after_fact(fact) == end)
        {
            return Err(StoreError::Damaged("the issuer's ledger has lost its last lines".to_owned()).into());
        }
        Ledger::from_facts(&rows).map_err(|line| {
            ServiceError::Certificate(format!(
                "Line {line} of the issuer's ledger cannot be read. Restore the data folder from a backup."
            ))
        })
    }

    /// Returns the issuer on this computer with what its ledger says; `None` if there is no issuer.
    ///
    /// # Errors
    /// The errors of [`Issuing::ledger`].
    pub(super) fn own_issuer(&self) -> Result<Option<OwnIssuer>, ServiceError> {
        let (Some((id, name)), DecisionAuthority::Issuer(keys)) =
            (&self.services.setting.own_issuer, &self.services.setting.authority)
        else {
            return Ok(None);
        };
        let ledger = self.ledger(*id)?;
        Ok(Some(OwnIssuer {
            name: name.clone(),
            dids: keys.iter().map(|key| key.did.clone()).collect(),
            issued: ledger.entries.iter().map(|entry| entry.credential).collect(),
            revoked: ledger.revocations.iter().map(|revocation| (revocation.id, revocation.on)).collect(),
        }))
    }

    /// Returns the head of the ledger's chain, as its row recorded it. The row was written with the last fact.
    fn known_end(&self, issuer: IssuerId) -> Result<Option<ChainHead>, ServiceError> {
        let rows = self.services.store.stored_rows(&LEDGERS)?;
        let row = rows.iter().find(|row| row.stream(&LEDGERS) == Some(issuer.into()));
        Ok(row.and_then(StoredRow::to_row::<LedgerRow>).map(|row| row.head))
    }

    /// Returns a bundle that `key` signs. It contains the issuer's keys and its revocations as of now.
    ///
    /// # Errors
    /// The errors of [`Issuing::ledger`].
    pub fn bundle(&self, issuer: &Issuer, key: &SigningKeyPair) -> Result<Bundle, ServiceError> {
        let ledger = self.ledger(issuer.id)?;
        let contents = BundleContents {
            issuer: issuer.id,
            name: issuer.name.clone(),
            keys: issuer.keys.clone(),
            revoked: ledger.revocations,
            // Facts and keys are only ever added, so a newer bundle never has a lower number.
            sequence: ledger.fact_count + issuer.keys.len() as u64,
            ledger: ledger.entries.into_iter().map(|line| line.credential).collect(),
        };
        Ok(Bundle::sign(contents, key, self.services.now().wall))
    }
}

impl<S: DerefMut<Target = Services>> Issuing<S> {
    /// Revokes a certificate that this issuer signed, and returns its full ID. `id_or_suffix` is the ID or its last
    /// eight digits.
    ///
    /// # Errors
    /// [`ServiceError::UnresolvedCertificateId`] if not exactly one certificate in the ledger matches,
    /// [`ServiceError::Rejected`] if it is already revoked, and the errors of [`Issuing::ledger`].
    pub fn revoke(
        &mut self,
        issuer: IssuerId,
        id_or_suffix: &str,
        reason: RevocationReason,
        disclosure: ReasonDisclosure,
    ) -> Result<CertificateId, ServiceError> {
        let ledger = self.ledger(issuer)?;
        let ids: Vec<_> =
            ledger.entries.iter().map(|line| line.certificate).filter(|candidate| candidate.is(id_or_suffix)).collect();
        let certificate = match ids.as_slice() {
            [single] => *single,
            several => {
                return Err(ServiceError::UnresolvedCertificateId(text::single_line(id_or_suffix), several.to_vec()));
            }
        };
        if ledger.is_revoked(certificate) {
            return Err(ServiceError::Rejected(format!("Certificate {} is already revoked.", certificate.short())));
        }
        let reason_published = disclosure == ReasonDisclosure::Published;
        let revoked = CertificateRevoked { certificate, reason: reason.name().to_owned(), reason_published };
        self.append_to_ledger(issuer, &ledger, &Fact::Revoked(revoked))?;
        Ok(certificate)
    }

    /// Appends a fact to the ledger that was checked. A line that another program added since then is a conflict.
    pub(super) fn append_to_ledger(
        &mut self,
        issuer: IssuerId,
        ledger: &Ledger,
        fact: &Fact,
    ) -> Result<(), ServiceError> {
        let head = ledger.head.unwrap_or(ChainHead::START);
        let fact = self.services.link_fact(issuer.into(), head, fact);
        self.services.store.append(&Batch { facts: vec![fact], ..Batch::default() })?;
        self.services.forget_trust();
        Ok(())
    }
}
