//! Anomalies in an attempt: clock steps, long pauses, very fast answers, piped input and replaced banks. They are
//! computed from the facts and never change the score. An issuer reviews them.

use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::clock::Millis;
use crate::exam::LoadedPaper;
use crate::text;

/// An answer given sooner after the fact before it can hardly have been read.
const FAST_ANSWER_LIMIT: Millis = Millis(2_000);

/// A pause longer than this is told.
const LONG_PAUSE_LIMIT: Millis = Millis(10 * 60_000);

/// Returns what looks odd, a sentence each; nothing where all is as usual.
pub fn find_anomalies(loaded_paper: &LoadedPaper, stored_facts: &[StoredFact]) -> Vec<String> {
    let mut facts: Vec<_> =
        read_facts(stored_facts).into_iter().map(|(stored, fact)| (stored.stored_at, fact)).collect();
    // What follows the end, a decision of a later day among it, was not done by whoever sat it.
    facts.truncate(
        facts.iter().position(|(_, fact)| matches!(fact, Fact::Finished(_))).map_or(facts.len(), |index| index + 1),
    );
    let pairs = || facts.windows(2);
    let backward_steps = pairs().filter(|pair| pair[1].0 < pair[0].0).count();
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
        (backward_steps, format!("The clock was set back {}.", text::count_with_noun(backward_steps, "time"))),
        (long_pauses, format!("{} of more than 10 minutes.", text::count_with_noun(long_pauses, "pause"))),
        (fast_answers, format!("{} given in under 2 seconds.", text::count_with_noun(fast_answers, "answer"))),
        (piped_answers, format!("{} piped in and not typed.", text::count_with_noun(piped_answers, "answer"))),
        (replacement_banks.len(), format!("Banks in place of built-in ones: {replacement_banks}.")),
    ];
    anomalies.into_iter().filter(|(count, _)| *count > 0).map(|(_, sentence)| sentence).collect()
}

/// Returns how much time had passed at a fact; none before the first answer.
fn elapsed_at(fact: &Fact) -> Millis {
    match fact {
        Fact::Answered(answered) => answered.elapsed,
        Fact::Flagged(flagged) => flagged.elapsed,
        Fact::Finished(finished) => finished.elapsed,
        _ => Millis(0),
    }
}
