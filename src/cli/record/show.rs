use serde_json::{Value, json};

use super::{attempt_id, row_json};
use crate::attempt::chain::StoredFact;
use crate::attempt::outcome::SectionOutcome;
use crate::attempt::{Fact, Mode};
use crate::cli::{CommandResult, Env};
use crate::exam::anomalies::find_anomalies;
use crate::exam::disclosure::DisclosureLevel;
use crate::issuing::decision::applicable_facts;
use crate::text;
use crate::view::{result_lines, review_lines};

/// Show one attempt: its result and its facts
#[derive(Debug, clap::Args)]
pub struct RecordShowArgs {
    /// The attempt's id, as `needlewise record list` shows it
    #[arg(value_name = "ATTEMPT")]
    attempt: String,
}

/// Shows an attempt after checking its chain. Which questions were right is not shown of an exam, nor any key.
pub(super) fn run(args: &RecordShowArgs, env: &mut Env<'_>) -> CommandResult {
    let attempt = attempt_id(&args.attempt)?;
    let desk = env.desk()?;
    let facts = desk.facts(attempt)?;
    let sitting = desk.load_attempt(attempt, false)?;
    let extent = desk.disclosure_level(&sitting.row)?;
    let person = desk.person(sitting.trainee)?;
    let name = person.map_or_else(String::new, |row| row.person.name);
    let ended = sitting.session.finished();
    let odd = if sitting.row.mode == Mode::Exam {
        find_anomalies(sitting.session.loaded_paper(), &facts)
    } else {
        Vec::new()
    };
    if env.global.json {
        let mut value = row_json(&sitting.row, &name, extent);
        let outcome = ended.filter(|_| extent > DisclosureLevel::PassFail).map(|ended| &ended.outcome);
        value["sections"] = outcome.map_or_else(|| json!([]), |outcome| outcome.sections.iter().map(section).collect());
        let misses = outcome.map_or(&[][..], |outcome| &outcome.critical_misses);
        value["critical_misses"] = misses.iter().map(|missed| json!(missed.objective)).collect();
        value["odd"] = json!(odd);
        value["facts"] = facts.iter().map(fact).collect();
        return env.say_json(&value);
    }
    env.say(&format!("{} of {}", sitting.session.loaded_paper().title(), text::single_line(&name)))?;
    env.say(&format!("Attempt {attempt}, begun {}", sitting.row.started.format_local()))?;
    match ended {
        None => env.say("State: open")?,
        Some(ended) => {
            for line in result_lines(&ended.outcome, extent) {
                env.say(&line)?;
            }
            let back =
                if extent == DisclosureLevel::ChosenAnswers { review_lines(&sitting.session) } else { Vec::new() };
            for line in back {
                env.say(&line)?;
            }
            0
        }
    };
    for (row, fact) in applicable_facts(&facts) {
        if let Fact::Remarked(_) = fact {
            // Neither which question it was nor what became of it: that would tell whether it was answered rightly.
            env.say(&format!(
                "Marked again on {}, after a question turned out to be faulty",
                row.stored_at.format_local()
            ))?;
        }
    }
    for sentence in odd {
        env.say(&format!("Odd: {}", text::single_line(&sentence)))?;
    }
    env.say("")?;
    for row in &facts {
        env.say(&format!("{:>4}  {}  {:<9} {}", row.seq, row.stored_at.format_local(), row.kind, row.digest.short()))?;
    }
    env.say(&format!("The chain of {} holds.", text::count_with_noun(facts.len(), "fact")))
}

fn section(section: &SectionOutcome) -> Value {
    json!({
        "bank": section.bank, "earned": section.earned, "possible": section.possible.to_string(),
        "pass": section.pass, "met": section.met,
    })
}

/// Returns what identifies a fact; what was answered stays in the store.
fn fact(row: &StoredFact) -> Value {
    json!({ "seq": row.seq, "kind": row.kind, "at": row.stored_at.to_string(), "digest": row.digest })
}
