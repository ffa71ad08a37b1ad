use serde_json::{Value, json};

use super::{attempt_json, parse_attempt_id};
use crate::attempt::chain::StoredFact;
use crate::attempt::fact::kind_label;
use crate::attempt::outcome::SectionOutcome;
use crate::attempt::signature::DecisionKind;
use crate::attempt::{Fact, Mode};
use crate::cli::{CommandResult, Env};
use crate::exam::anomalies::find_anomalies;
use crate::exam::disclosure::DisclosureLevel;
use crate::issuing::decision::applicable_facts;
use crate::service::Services;
use crate::text;
use crate::view::{result_lines, review_lines};

/// Show one attempt: its result and its facts
#[derive(Debug, clap::Args)]
pub struct RecordShowArgs {
    /// Attempt ID from `needlewise record list`
    #[arg(value_name = "ATTEMPT")]
    attempt: String,
}

/// Shows an attempt after verifying its chain. For an exam it shows no key and not which answers were correct, except
/// as far as the disclosure level allows.
pub(super) fn run(args: &RecordShowArgs, env: &mut Env<'_>) -> CommandResult {
    let attempt = parse_attempt_id(&args.attempt)?;
    let service = env.open_service_to_read()?;
    let facts = service.attempts().facts(attempt)?;
    let active_attempt = service.attempts().load(attempt)?;
    let disclosure_level = service.attempts().disclosure_level(&active_attempt.row)?;
    let person = service.people().get(active_attempt.trainee)?;
    let name = person.map_or_else(String::new, |row| row.person.name);
    let finished = active_attempt.session.finished();
    let anomalies = if active_attempt.row.mode == Mode::Exam {
        find_anomalies(active_attempt.session.loaded_paper(), &facts)
    } else {
        Vec::new()
    };
    if env.global.json {
        let mut value = attempt_json(
            &active_attempt.row,
            active_attempt.row.state(service.authority()).name(),
            &name,
            disclosure_level,
        );
        let outcome =
            finished.filter(|_| disclosure_level > DisclosureLevel::PassFail).map(|finished| &finished.outcome);
        value["sections"] =
            outcome.map_or_else(|| json!([]), |outcome| outcome.sections.iter().map(section_json).collect());
        let critical_misses = outcome.map_or(&[][..], |outcome| &outcome.missed_critical_objectives);
        value["critical_misses"] = critical_misses.iter().map(|miss| json!(miss.objective)).collect();
        // An older word for anomalies. Members of JSON output are never renamed, because scripts read them.
        value["odd"] = json!(anomalies);
        value["facts"] = facts.iter().map(fact_json).collect();
        return env.print_json(&value);
    }
    env.print_line(&format!("{}: {}", active_attempt.session.loaded_paper().title(), text::single_line(&name)))?;
    env.print_line(&format!(
        "Attempt {attempt}, started {}",
        active_attempt.row.started_at.format_for_people(service.zone())
    ))?;
    if active_attempt.row.is_void(service.authority()) {
        env.print_line("Void: this attempt does not count. Its result was:")?;
    }
    match finished {
        None => env.print_line("State: in progress")?,
        Some(finished) => {
            for line in result_lines(active_attempt.row.mode, &finished.outcome, disclosure_level) {
                env.print_line(&line)?;
            }
            let review_lines = if disclosure_level == DisclosureLevel::ChosenAnswers {
                review_lines(&active_attempt.session)
            } else {
                Vec::new()
            };
            for line in review_lines {
                env.print_line(&line)?;
            }
            0
        }
    };
    print_facts(&facts, &anomalies, &service, env)
}

/// Prints the decisions about an attempt, its re-markings, its anomalies, and the facts of its chain.
fn print_facts(facts: &[StoredFact], anomalies: &[String], service: &Services, env: &mut Env<'_>) -> CommandResult {
    for (row, fact) in applicable_facts(facts) {
        if let Some(line) = decision_line(row, &fact, service) {
            env.print_line(&line)?;
        }
        if let Fact::Remarked(_) = fact {
            // The line names neither the question nor the policy, since either could reveal which answer was correct.
            env.print_line(&format!(
                "Re-marked on {} because of a faulty question",
                row.stored_at.format_for_people(service.zone())
            ))?;
        }
    }
    for anomaly in anomalies {
        env.print_line(&format!("Anomaly: {}", text::single_line(anomaly)))?;
    }
    env.print_line("")?;
    for row in facts {
        let stored_at = row.stored_at.format_local(service.zone());
        env.print_line(&format!("{:>4}  {stored_at}  {:<9} {}", row.seq, kind_label(&row.kind), row.digest.short()))?;
    }
    env.print_line(&format!("Chain verified: {}", text::count_with_noun(facts.len(), "fact")))
}

/// Returns a line for a decision: its reason, whether it is signed, and whether it takes effect here.
fn decision_line(stored_fact: &StoredFact, fact: &Fact, service: &Services) -> Option<String> {
    let (what, kind, decision) = match fact {
        Fact::Voided(decision) => ("Voided", DecisionKind::Void, decision),
        Fact::AttemptGranted(decision) => ("One more attempt granted", DecisionKind::Grant, decision),
        _ => return None,
    };
    let signature = decision.signature.as_ref();
    let is_effective = service.authority().accepts(signature, stored_fact.stream, kind, &decision.reason);
    let note = match (is_effective, signature) {
        (false, _) => "no effect: this computer's issuer did not sign it",
        (true, Some(_)) => "signed",
        (true, None) => "not signed by an issuer",
    };
    let moment = stored_fact.stored_at.format_for_people(service.zone());
    Some(format!("{what} on {moment}: {} ({note})", text::single_line(&decision.reason)))
}

fn section_json(section: &SectionOutcome) -> Value {
    json!({
        "bank": section.bank, "earned": section.earned, "possible": section.possible.to_string(),
        "pass": section.pass_mark, "met": section.is_pass_mark_reached,
    })
}

/// Returns what identifies a fact. It never includes an answer.
fn fact_json(stored_fact: &StoredFact) -> Value {
    json!({ "seq": stored_fact.seq, "kind": kind_label(&stored_fact.kind), "at": stored_fact.stored_at.to_string(), "digest": stored_fact.digest })
}
