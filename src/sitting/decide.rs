//! Decisions about attempts and people, each with its reason: voiding, granting, more time.

use serde::Serialize;

use super::*;
use crate::attempt::Standing;
use crate::attempt::fact::{Decided, Invigilated, TimeFactor, Warrant};
use crate::bank::canonical;
use crate::certificate::key::{self, KeySpan};

/// What is decided about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It does not count.
    Void,
    /// One more is granted after it.
    Grant,
}

/// What an issuer signs.
#[derive(Serialize)]
struct Signed<'a> {
    about: StreamId,
    decision: &'a str,
    reason: &'a str,
}

impl Desk {
    /// Decides about an exam attempt; where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// [`Error::NotTaken`] where there is nothing to decide, those of [`Desk::take_up`], or what the store says.
    pub fn decide(
        &mut self,
        attempt: AttemptId,
        decision: Decision,
        reason: &str,
        key: Option<&Key>,
    ) -> Result<AttemptRow, Error> {
        let sitting = self.take_up(attempt, false)?;
        let refused = |why: &str| Err(Error::NotTaken(why.to_owned()));
        match decision {
            _ if sitting.row.mode != Mode::Exam => return refused("Only an exam is voided or granted."),
            Decision::Void if sitting.row.voided => return refused("This attempt is void already."),
            Decision::Void if sitting.row.standing == Some(Standing::Passed) => {
                return refused("A passed exam is not voided. Revoke its certificate.");
            }
            Decision::Void | Decision::Grant => {}
        }
        let name = match decision {
            Decision::Void => "void",
            Decision::Grant => "grant",
        };
        let decided = Decided { reason: reason.to_owned(), warrant: warrant(attempt.into(), name, reason, key) };
        let fact = match decision {
            Decision::Void => Fact::Voided(decided),
            Decision::Grant => Fact::Granted(decided),
        };
        let stored = self.link(attempt.into(), sitting.head, &fact);
        let mut row = sitting.row;
        row.take(stored.at, &fact);
        self.store.append(&Batch { facts: vec![stored], attempt: Some(row.clone()), ..Batch::default() })?;
        Ok(row)
    }

    /// Gives a person more time, or takes it away; where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// What the store says.
    pub fn give_time(&mut self, row: &PersonRow, factor: Option<TimeFactor>, key: Option<&Key>) -> Result<(), Error> {
        let name = factor.map_or_else(|| "none".to_owned(), |factor| factor.to_string());
        let warrant = factor.and_then(|_| warrant(row.id.into(), "time", &name, key));
        self.change(row.id, Person { time_factor: factor, warrant, ..row.person.clone() }).map(|_| ())
    }

    /// Returns how many decisions about a person's attempts at an exam no issuer has signed: voided, and granted.
    pub(super) fn unsigned_decisions(&self, trainee: TraineeId, exam: &ExamId) -> Result<(usize, usize), Error> {
        let (mut voided, mut granted) = (0, 0);
        for row in self.exam_attempts(trainee, exam)?.iter().filter(|row| row.voided || row.granted > 0) {
            for stored in self.facts(row.id)? {
                let signed = |decided: &Decided, name| borne_out(row.id.into(), name, decided);
                match stored.fact() {
                    Some(Fact::Voided(decided)) if !signed(&decided, "void") => voided += 1,
                    Some(Fact::Granted(decided)) if !signed(&decided, "grant") => granted += 1,
                    _ => {}
                }
            }
        }
        Ok((voided, granted))
    }
}

/// Returns an invigilator's word on who sits an attempt.
pub(super) fn invigilated(attempt: AttemptId, identity: &str, key: &Key) -> Option<Invigilated> {
    let warrant = warrant(attempt.into(), "identity", identity, Some(key))?;
    Some(Invigilated { identity: identity.to_owned(), warrant })
}

/// Returns whether one of these keys gave an invigilator's word on who sits an attempt.
pub(super) fn is_watched(attempt: AttemptId, invigilated: &Invigilated, keys: &[KeySpan]) -> bool {
    let Invigilated { identity, warrant } = invigilated;
    let bytes = canonical::bytes(&Signed { about: attempt.into(), decision: "identity", reason: identity });
    keys.iter().any(|known| known.did == warrant.did && !known.compromised)
        && key::decision_fits(&warrant.did, &bytes, &warrant.signature)
}

fn warrant(about: StreamId, decision: &str, reason: &str, key: Option<&Key>) -> Option<Warrant> {
    let bytes = canonical::bytes(&Signed { about, decision, reason });
    key.map(|key| Warrant { did: key.did(), signature: key.sign_decision(&bytes) })
}

/// Returns whether a decision bears a signature that fits it.
fn borne_out(about: StreamId, decision: &str, decided: &Decided) -> bool {
    let bytes = canonical::bytes(&Signed { about, decision, reason: &decided.reason });
    let warrant = decided.warrant.as_ref();
    warrant.is_some_and(|warrant| key::decision_fits(&warrant.did, &bytes, &warrant.signature))
}
