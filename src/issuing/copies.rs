//! Recognizes requests that copy the attempt of another request.
//!
//! Seeds and salts are random, and the times of all answers are as good as random. So two attempts never share them.

use std::collections::BTreeSet;

use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::attempt::fact::{AttemptTrace, RequestReceived};
use crate::canonical;
use crate::clock::Millis;
use crate::ids::{AttemptId, Digest, TraineeId};

/// The number of salts in a trace.
const SALT_SAMPLE: usize = 8;

/// With fewer answers than this, two attempts could have the same times.
const TIMING_MIN_ANSWERS: usize = 5;

/// Returns the trace of an attempt, or `None` if its start cannot be read.
pub fn trace(attempt: AttemptId, stored_facts: &[StoredFact]) -> Option<AttemptTrace> {
    let facts = read_facts(stored_facts);
    let seed = facts.iter().find_map(|(_, fact)| match fact {
        Fact::Started(started) => Some(Digest::of(canonical::text(&started.paper.seed))),
        _ => None,
    })?;
    let answer_times = facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Answered(answered) => Some(answered.elapsed),
        _ => None,
    });
    let times: Vec<Millis> = answer_times.collect();
    let timing = (times.len() >= TIMING_MIN_ANSWERS).then(|| Digest::of(canonical::text(&times)));
    let salts = stored_facts.iter().filter_map(|fact| Some(Digest::of(fact.salted_payload.as_ref()?.salt)));
    let salts: BTreeSet<Digest> = salts.collect();
    Some(AttemptTrace { attempt, seed, timing, salts: salts.into_iter().take(SALT_SAMPLE).collect() })
}

/// An earlier request with parts of the same attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedAttempt {
    /// The person who sent the earlier request.
    pub trainee: TraineeId,
    /// What both have in common, in words: `the random start of the paper and the answer times`.
    pub common: String,
}

/// Returns the earlier requests that share something with an attempt, one for each person and each combination.
pub fn find_copies(
    trainee: TraineeId,
    trace: &AttemptTrace,
    received_requests: &[RequestReceived],
) -> Vec<CopiedAttempt> {
    let mut copies: Vec<CopiedAttempt> = Vec::new();
    for request in received_requests {
        // A person can request the same attempt again, for example with a corrected name.
        let is_again = |earlier: &AttemptTrace| earlier.attempt == trace.attempt && request.trainee == trainee;
        let Some(earlier) = request.trace.as_ref().filter(|earlier| !is_again(earlier)) else { continue };
        let shares = [
            (earlier.seed == trace.seed, "the random start of the paper"),
            (earlier.salts.iter().any(|salt| trace.salts.contains(salt)), "random numbers of answers"),
            (earlier.timing.is_some() && earlier.timing == trace.timing, "the answer times"),
        ];
        let shares: Vec<_> = shares.into_iter().filter(|(is_shared, _)| *is_shared).map(|(_, words)| words).collect();
        let copy = CopiedAttempt { trainee: request.trainee, common: shares.join(" and ") };
        if !shares.is_empty() && !copies.contains(&copy) {
            copies.push(copy);
        }
    }
    copies
}
