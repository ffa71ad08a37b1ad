//! Reads the facts of a chain in order, both today's kinds and those of the first program.

use super::{Fact, v1};

/// Reads the facts of one chain, oldest first. A fact of the first program can depend on the facts before it.
#[derive(Debug, Default)]
pub struct FactReader {
    chain: Option<v1::ChainKind>,
    person: v1::PersonRecord,
}

impl FactReader {
    /// Reads the next fact of the chain. `payload` is `None` if it was erased.
    ///
    /// The first program wrote whole records. One record gives several facts, or an empty list if it changed nothing.
    /// Returns `None` if the payload was erased or this program does not know its kind or form.
    pub fn read(&mut self, kind: &str, payload: Option<&str>) -> Option<Vec<Fact>> {
        // The first fact decides the kind of the chain, even if its payload was erased.
        let chain = *self.chain.get_or_insert_with(|| v1::ChainKind::from_first_fact(kind));
        let payload = payload?;
        // Only kinds of the first program have no version after a slash.
        let facts = if kind.contains('/') {
            Fact::from_payload(kind, payload).map(|fact| vec![fact])
        } else {
            v1::read(chain, kind, payload, &self.person)
        }?;
        facts.iter().for_each(|fact| self.person.apply(fact));
        Some(facts)
    }
}
