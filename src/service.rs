//! The application services, one for each noun. Only they combine the domain logic with a store, a clock and random
//! numbers. A front end reaches the store only through them.
//!
//! A service is a handle over [`Services`]. `services.people()` has the queries, which change nothing.
//! `services.people_mut()` also has the commands. A command stores each change as one batch, whole or not at all.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rand::Rng;

use crate::attempt::Fact;
use crate::attempt::chain::{ChainHead, StoredFact};
use crate::attempt::paper::Seed;
use crate::bank::catalog::Catalog;
use crate::clock::{Clock, Now, Zone};
use crate::credential::TrustList;
use crate::ids::{Digest, FactId, IssuerId, StreamId};
use crate::issuing::decision::DecisionAuthority;
use crate::paths::Paths;
use crate::settings::Settings;
use crate::store::{KEY_PATIENCE, Store, StoreError};

pub mod active_attempt;
pub mod attempts;
pub mod backups;
pub mod certificate_files;
pub mod certificates;
pub mod damage;
mod decisions;
mod error;
pub mod health;
pub mod imports;
pub mod issuing;
pub mod ledger;
pub mod linking;
pub mod notebook;
pub mod people;
pub mod records;
pub mod remarking;
pub mod rosters;
mod starting;
pub mod study;

pub use active_attempt::ActiveAttempt;
pub use attempts::Attempts;
pub use certificates::Certificates;
pub use damage::DamageNotes;
pub use error::ServiceError;
pub use health::Health;
pub use issuing::Issuing;
pub use notebook::Notebook;
pub use people::People;
pub use records::Records;
pub use starting::ClockStepPolicy;
pub use study::Study;

/// Where the input of a session comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputSource {
    /// A person types at a terminal.
    Typed,
    /// A file or another program provides the input. Facts record this, and an invigilated exam refuses it.
    Piped,
}

/// The setting of one session. It is a value, so one process can run many sessions.
#[derive(Debug)]
pub struct ServiceSetting {
    /// The banks and exams in use. Jobs share them.
    pub catalog: Arc<Catalog>,
    /// The folders of this user.
    pub paths: Paths,
    /// The issuers that this computer trusts, or why the list of them cannot be read, for people.
    pub trust: Result<TrustList, String>,
    /// Whose voids, granted attempts and time factors take effect on this computer.
    pub authority: DecisionAuthority,
    /// The ID and the name of the issuer on this computer, if there is one and its key file can be read.
    pub own_issuer: Option<(IssuerId, String)>,
    /// Where the input comes from.
    pub input: InputSource,
    /// The time zone in which times are shown.
    pub zone: Zone,
    /// The settings of this computer.
    pub settings: Settings,
    /// Where damaged rows are noted.
    pub damage: DamageNotes,
}

/// All services over the parts they share: a store, a clock, random numbers and the setting.
pub struct Services {
    store: Box<dyn Store>,
    clock: Box<dyn Clock>,
    rng: Box<dyn Rng>,
    setting: ServiceSetting,
    /// The trust list with the issuer on this computer, once a verdict was needed.
    trust: OnceCell<TrustList>,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("setting", &self.setting).finish_non_exhaustive()
    }
}

/// Defines two handles for each service: one for queries, and one that also has the commands.
macro_rules! handles {
    ($($service:ident $query:ident $command:ident $about:literal,)*) => {
        impl Services {
            $(
                #[doc = concat!("Returns the queries about ", $about, ".")]
                pub fn $query(&self) -> $service<&Self> {
                    $service { services: self }
                }

                #[doc = concat!("Returns the queries and commands about ", $about, ".")]
                pub fn $command(&mut self) -> $service<&mut Self> {
                    $service { services: self }
                }
            )*
        }
    };
}

handles! {
    People people people_mut "people",
    Attempts attempts attempts_mut "attempts",
    Certificates certificates certificates_mut "certificates",
    Issuing issuing issuing_mut "issuing certificates",
    Records records records_mut "clinic records",
    Study study study_mut "what to practice",
    Notebook notebook notebook_mut "notes and readings",
    Health health health_mut "damage in the store and its repair",
}

impl Services {
    /// Returns the services over a store, a clock, a source of random numbers and the setting of the session.
    pub fn new(store: Box<dyn Store>, clock: Box<dyn Clock>, rng: Box<dyn Rng>, setting: ServiceSetting) -> Self {
        Self { store, clock, rng, setting, trust: OnceCell::new() }
    }

    /// Returns the current time, by the wall clock and by the counter of this run.
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// Returns the banks and exams in use.
    pub fn catalog(&self) -> &Catalog {
        &self.setting.catalog
    }

    /// Returns the banks and exams in use, for a job or a screen that outlives a query.
    pub fn shared_catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.setting.catalog)
    }

    /// Returns the folders of this user.
    pub fn paths(&self) -> &Paths {
        &self.setting.paths
    }

    /// Returns the settings of this computer.
    pub fn settings(&self) -> &Settings {
        &self.setting.settings
    }

    /// Returns the issuers that this computer trusts, with the issuer on this computer as its ledger was at the first
    /// call.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] if the list cannot be read. An empty list would show every certificate as untrusted.
    /// Otherwise the errors of [`Issuing::ledger`].
    pub fn trust(&self) -> Result<&TrustList, ServiceError> {
        if let Some(trust) = self.trust.get() {
            return Ok(trust);
        }
        let listed = self.setting.trust.as_ref().map_err(|reason| ServiceError::Certificate(reason.clone()))?;
        let own_issuer = self.issuing().own_issuer()?;
        let mut trust = listed.clone();
        trust.own_issuer = own_issuer;
        Ok(self.trust.get_or_init(|| trust))
    }

    /// Makes the next verdict read the ledger again. Call it after the ledger changed.
    fn forget_trust(&mut self) {
        self.trust = OnceCell::new();
    }

    /// Returns the time zone in which times are shown.
    pub fn zone(&self) -> &Zone {
        &self.setting.zone
    }

    /// Returns whose decisions about voids, granted attempts and time factors take effect on this computer.
    pub fn authority(&self) -> &DecisionAuthority {
        &self.setting.authority
    }

    /// Limits how long each write waits for other programs to [`KEY_PATIENCE`], because a key press must not block the
    /// screen. A write that is not done by then returns [`Busy`](crate::store::StoreError::Busy) and can be retried.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn use_key_patience(&mut self) -> Result<(), ServiceError> {
        Ok(self.store.set_patience(KEY_PATIENCE)?)
    }

    /// Returns whether the store is still the one that was opened, so that a job may work on its files.
    pub fn is_store_in_place(&mut self) -> bool {
        self.store.require_same_store().is_ok()
    }

    /// Returns a new random seed for drawing a paper.
    pub fn random_seed(&mut self) -> Seed {
        Seed(self.random_bytes())
    }

    fn random_bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// Returns content by its digest; `None` if the store lacks it or cannot read it.
    fn content(&self, digest: Digest) -> Option<String> {
        self.store.content(&[digest]).ok()?.remove(&digest)
    }

    /// Returns several chains, each with its own error if it is damaged. Unknown chains are left out.
    fn readable_streams(
        &self,
        streams: &[StreamId],
    ) -> Result<BTreeMap<StreamId, Result<Vec<StoredFact>, StoreError>>, ServiceError> {
        match self.store.streams(streams) {
            Ok(chains) => Ok(chains.into_iter().map(|(stream, chain)| (stream, Ok(chain))).collect()),
            // One damaged chain fails the query for all, so each is read alone.
            Err(StoreError::Damaged(_)) => {
                Ok(streams.iter().map(|stream| (*stream, self.store.stream(*stream))).collect())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Builds the fact that follows `head`, stored at the current time.
    fn link_fact(&mut self, stream: StreamId, head: ChainHead, fact: &Fact) -> StoredFact {
        let at = self.clock.now().wall;
        let (id, salt) = (FactId::new(at, self.random_bytes()), self.random_bytes());
        StoredFact::link(id, stream, head, at, fact, salt)
    }

    /// Builds several facts, of which the first follows `head` and each other one follows the fact before it.
    fn link_facts<'a>(
        &mut self,
        stream: StreamId,
        mut head: ChainHead,
        facts: impl IntoIterator<Item = &'a Fact>,
    ) -> Vec<StoredFact> {
        let link = |fact| {
            let stored_fact = self.link_fact(stream, head, fact);
            head = ChainHead::after_fact(&stored_fact);
            stored_fact
        };
        facts.into_iter().map(link).collect()
    }
}
