//! Anomalies in an attempt: clock steps, long pauses, very fast answers, piped input, and banks that replace
//! built-in ones. They are computed from the facts and never change the score. The issuer reviews them before signing a
//! certificate.

use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::clock::{Millis, Timestamp};
use crate::exam::LoadedPaper;
use crate::text;

/// An answer in less time than this counts as fast, because the trainee can hardly have read the question.
const FAST_ANSWER_LIMIT: Millis = Millis(2_000);

/// How much further than the time of the attempt the wall clock may move between two facts. Time servers correct less.
const CLOCK_STEP_LIMIT: Millis = Millis(60_000);

/// A pause longer than this is reported.
const LONG_PAUSE_LIMIT: Millis = Millis(10 * 60_000);

/// Returns the anomalies of an attempt, one sentence each. An ordinary attempt has none.
pub fn find_anomalies(loaded_paper: &LoadedPaper, stored_facts: &[StoredFact]) -> Vec<String> {
    let mut facts: Vec<_> =
        read_facts(stored_facts).into_iter().map(|(stored, fact)| (stored.stored_at, fact)).collect();
    // The trainee does nothing after the end. A later fact is a decision of the issuer, perhaps days later.
    facts.truncate(
        facts.iter().position(|(_, fact)| matches!(fact, Fact::Finished(_))).map_or(facts.len(), |index| index + 1),
    );
    // Facts are in the order of the chain. So a time earlier than the one before it shows that the clock was set back.
    let pairs = || facts.windows(2);
    let backward_steps = pairs().filter(|pair| pair[1].0 < pair[0].0).count();
    let forward_steps = pairs().filter(|pair| is_forward_step(&pair[0], &pair[1])).count();
    let long_pauses = pairs().filter(|pair| pair[1].0.since(pair[0].0) > LONG_PAUSE_LIMIT).count();
    let fast_answers = pairs().filter(|pair| match (&pair[0].1, &pair[1].1) {
        (previous, Fact::Answered(answered)) if answered.answer.is_some() => {
            answered.elapsed.saturating_sub(elapsed_at(previous)) < FAST_ANSWER_LIMIT
        }
        _ => false,
    });
    let fast_answers = fast_answers.count();
    let piped_answers =
        facts.iter().filter(|(_, fact)| matches!(fact, Fact::Answered(answered) if answered.piped)).count();
    let replacement_banks = loaded_paper.replacement_bank_titles().join(", ");
    let anomalies = [
        (backward_steps, format!("The clock was set back {}", text::count_with_noun(backward_steps, "time"))),
        (forward_steps, format!("The clock was set forward {}", text::count_with_noun(forward_steps, "time"))),
        (long_pauses, format!("{} longer than 10 minutes", text::count_with_noun(long_pauses, "pause"))),
        (fast_answers, format!("{} given in under 2 seconds", text::count_with_noun(fast_answers, "answer"))),
        (piped_answers, format!("{} piped in instead of typed", text::count_with_noun(piped_answers, "answer"))),
        // Any length above zero keeps the sentence. The number itself is not shown.
        (replacement_banks.len(), format!("Banks that replace built-in ones: {replacement_banks}")),
    ];
    anomalies.into_iter().filter(|(count, _)| *count > 0).map(|(_, sentence)| sentence).collect()
}

/// Returns whether the wall clock moved much further between two facts than the time of the attempt.
fn is_forward_step(earlier: &(Timestamp, Fact), later: &(Timestamp, Fact)) -> bool {
    let has_time = matches!(later.1, Fact::Answered(_) | Fact::Flagged(_) | Fact::Finished(_));
    let passed = elapsed_at(&later.1).saturating_sub(elapsed_at(&earlier.1));
    has_time && later.0.since(earlier.0) > passed.saturating_add(CLOCK_STEP_LIMIT)
}

/// Returns how much of the attempt's time had passed at a fact. This is zero for the start.
fn elapsed_at(fact: &Fact) -> Millis {
    match fact {
        Fact::Answered(answered) => answered.elapsed,
        Fact::Flagged(flagged) => flagged.elapsed,
        Fact::Finished(finished) => finished.elapsed,
        _ => Millis(0),
    }
}
