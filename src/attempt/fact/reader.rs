//! Reads the facts of a chain in order, whichever program wrote them.

use super::{Fact, v1};

/// Reads the facts of one chain, the first one first. A fact of the first program can depend on those before it.
#[derive(Debug, Default)]
pub struct FactReader {
    chain: Option<v1::ChainKind>,
    person: v1::PersonRecord,
}

impl FactReader {
    /// Reads the next fact by its kind and its payload, which is none if it was erased. A whole record that the first
    /// program wrote is read as several facts, or as none if it changed nothing.
    ///
    /// Returns none if the payload was erased, or if this program does not know the kind or the form of the payload.
    pub fn read(&mut self, kind: &str, payload: Option<&str>) -> Option<Vec<Fact>> {
        let chain = *self.chain.get_or_insert_with(|| v1::ChainKind::from_first_fact(kind));
        let payload = payload?;
        let facts = if kind.contains('/') {
            Fact::from_payload(kind, payload).map(|fact| vec![fact])
        } else {
            v1::read(chain, kind, payload, &self.person)
        }?;
        facts.iter().for_each(|fact| self.person.apply(fact));
        Some(facts)
    }
}
