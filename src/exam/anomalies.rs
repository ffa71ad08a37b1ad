//! What looks odd about an attempt, told from its facts alone. It has no effect on the mark: an issuer looks at it.

use crate::attempt::Fact;
use crate::attempt::chain::StoredFact;
use crate::clock::Millis;
use crate::exam::LoadedPaper;
use crate::text;

/// An answer given sooner after the fact before it can hardly have been read.
const HASTY: Millis = Millis(2_000);

/// A pause longer than this is told.
const PAUSE: Millis = Millis(10 * 60_000);

/// Returns what looks odd, a sentence each; nothing where all is as usual.
pub fn oddities(sheet: &LoadedPaper, rows: &[StoredFact]) -> Vec<String> {
    let mut facts: Vec<_> = rows.iter().filter_map(|row| Some((row.at, row.fact()?))).collect();
    // What follows the end, a decision of a later day among it, was not done by whoever sat it.
    facts.truncate(
        facts.iter().position(|(_, fact)| matches!(fact, Fact::Finished(_))).map_or(facts.len(), |at| at + 1),
    );
    let pairs = || facts.windows(2);
    let back = pairs().filter(|pair| pair[1].0 < pair[0].0).count();
    let pauses = pairs().filter(|pair| pair[1].0.since(pair[0].0) > PAUSE).count();
    let hasty = pairs().filter(|pair| match (&pair[0].1, &pair[1].1) {
        (before, Fact::Answered(answered)) if answered.answer.is_some() => {
            answered.elapsed.left_after(elapsed(before)) < HASTY
        }
        _ => false,
    });
    let hasty = hasty.count();
    let piped = facts.iter().filter(|(_, fact)| matches!(fact, Fact::Answered(answered) if answered.piped)).count();
    let replaced = sheet.replaced().join(", ");
    let told = [
        (back, format!("The clock was set back {}.", text::count(back, "time"))),
        (pauses, format!("{} of more than 10 minutes.", text::count(pauses, "pause"))),
        (hasty, format!("{} given in under 2 seconds.", text::count(hasty, "answer"))),
        (piped, format!("{} piped in and not typed.", text::count(piped, "answer"))),
        (replaced.len(), format!("Banks in place of built-in ones: {replaced}.")),
    ];
    told.into_iter().filter(|(count, _)| *count > 0).map(|(_, sentence)| sentence).collect()
}

/// Returns how much time had passed at a fact; none before the first answer.
fn elapsed(fact: &Fact) -> Millis {
    match fact {
        Fact::Answered(answered) => answered.elapsed,
        Fact::Flagged(flagged) => flagged.elapsed,
        Fact::Finished(finished) => finished.elapsed,
        _ => Millis(0),
    }
}
