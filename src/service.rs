//! The application services, one for each noun. They are the only code that combines the domain logic with a store, a
//! clock and random numbers; front ends see nothing else.
//!
//! A service is a handle over [`Services`]: `services.people()` has the queries, which change nothing;
//! `services.people_mut()` has the commands as well. A command stores each change as one batch, whole or not at all.

use rand::Rng;

use crate::attempt::Fact;
use crate::attempt::chain::{ChainHead, StoredFact};
use crate::attempt::paper::Seed;
use crate::bank::catalog::Catalog;
use crate::clock::{Clock, Now, Zone};
use crate::credential::TrustList;
use crate::ids::{Digest, FactId, StreamId};
use crate::issuing::decision::DecisionAuthority;
use crate::paths::Paths;
use crate::store::{KEY_PATIENCE, Store};

pub mod active_attempt;
pub mod attempts;
pub mod certificate_files;
pub mod certificates;
mod decisions;
mod error;
pub mod health;
pub mod imports;
pub mod issuing;
pub mod ledger;
pub mod people;
pub mod records;
pub mod remarking;
mod starting;

pub use active_attempt::ActiveAttempt;
pub use attempts::Attempts;
pub use certificates::Certificates;
pub use error::ServiceError;
pub use health::Health;
pub use issuing::Issuing;
pub use people::People;
pub use records::Records;
pub use starting::ClockStepPolicy;

/// Whether a person types at a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputSource {
    /// Somebody types.
    Typed,
    /// The input comes from a file or another program, which facts say.
    Piped,
}

/// What the services know of the machine and the person at it.
#[derive(Debug)]
pub struct ServiceSetting {
    /// The banks and exams in use.
    pub catalog: Catalog,
    /// Where files go.
    pub paths: Paths,
    /// Which issuers this machine trusts.
    pub trust: TrustList,
    /// Whose decisions take effect.
    pub authority: DecisionAuthority,
    /// Where the input comes from.
    pub input: InputSource,
    /// The time zone in which times are shown.
    pub zone: Zone,
}

/// The services, over what they share: a store, a clock, random numbers and the setting.
pub struct Services {
    store: Box<dyn Store>,
    clock: Box<dyn Clock>,
    rng: Box<dyn Rng>,
    setting: ServiceSetting,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("setting", &self.setting).finish_non_exhaustive()
    }
}

/// Makes the two handles of a service.
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
    Issuing issuing issuing_mut "the work of an issuer",
    Records records records_mut "the records of a clinic",
    Health health health_mut "the soundness of the store",
}

impl Services {
    /// Puts the services together.
    pub fn new(store: Box<dyn Store>, clock: Box<dyn Clock>, rng: Box<dyn Rng>, setting: ServiceSetting) -> Self {
        Self { store, clock, rng, setting }
    }

    /// Returns the present.
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// Returns the banks and exams in use.
    pub fn catalog(&self) -> &Catalog {
        &self.setting.catalog
    }

    /// Returns where files go.
    pub fn paths(&self) -> &Paths {
        &self.setting.paths
    }

    /// Returns which issuers this machine trusts.
    pub fn trust(&self) -> &TrustList {
        &self.setting.trust
    }

    /// Returns the time zone in which times are shown.
    pub fn zone(&self) -> &Zone {
        &self.setting.zone
    }

    /// Returns whose decisions take effect on this machine.
    pub fn authority(&self) -> &DecisionAuthority {
        &self.setting.authority
    }

    /// Makes no write wait for other programs longer than a key may wait. What is not stored by then is
    /// [`Busy`](crate::store::StoreError::Busy), and can be tried again.
    ///
    /// # Errors
    /// What the store says.
    pub fn use_key_patience(&mut self) -> Result<(), ServiceError> {
        Ok(self.store.set_patience(KEY_PATIENCE)?)
    }

    /// Returns fresh random bytes for a paper.
    pub fn random_seed(&mut self) -> Seed {
        Seed(self.random_bytes())
    }

    fn random_bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// Returns content by its digest, if the store has it and can read it.
    fn content(&self, digest: Digest) -> Option<String> {
        self.store.content(&[digest]).ok()?.remove(&digest)
    }

    /// Makes the fact that follows `head`.
    fn link_fact(&mut self, stream: StreamId, head: ChainHead, fact: &Fact) -> StoredFact {
        let at = self.clock.now().wall;
        let (id, salt) = (FactId::new(at, self.random_bytes()), self.random_bytes());
        StoredFact::link(id, stream, head, at, fact, salt)
    }

    /// Makes the facts that follow `head`, one after the other.
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
