use std::path::PathBuf;

use serde_json::json;

use super::parse_attempt_id;
use crate::attempt::Fact;
use crate::attempt::chain::{StoredFact, read_facts};
use crate::attempt::fact::kind_label;
use crate::cli::certificate::request;
use crate::cli::progress_bar::ProgressBar;
use crate::cli::{CommandResult, Env, error, table};
use crate::clock::Zone;
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::exam::eligibility::Eligibility;
use crate::exam::replay::{RedrawResult, ReplayResult};
use crate::ids::AttemptId;
use crate::projections::attempts::AttemptQuery;
use crate::service::{ServiceError, Services};
use crate::text;
use crate::view::result_lines;

/// Draw and mark an attempt again from its stored facts, and print its timeline
///
/// Exit code 1 means that a paper or a result differs from the stored one. If a chain is broken, the message names the
/// fact where it breaks.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// Attempt ID from `needlewise record list`
    #[arg(value_name = "ATTEMPT", required_unless_present_any = ["all", "request"])]
    attempt: Option<String>,
    /// Replay the attempt in this certificate request, even if it was taken elsewhere
    #[arg(long, value_name = "FILE", conflicts_with_all = ["attempt", "all"])]
    request: Option<PathBuf>,
    /// Replay all attempts, one line each
    #[arg(long, conflicts_with = "attempt")]
    all: bool,
}

/// Replays one attempt or all attempts.
pub(super) fn run(args: &ReplayArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    if args.all {
        return replay_all(&service, env);
    }
    let (attempt, disclosure_level, (facts, loaded_paper, replay)) = match &args.request {
        Some(path) => {
            let request = request(path)?;
            let replayed = service.records().replay_request(&request)?;
            // A request contains the whole attempt. Even so, the output shows no more than the exam allows after its
            // last attempt.
            let exam = replayed.1.exam.as_ref();
            let disclosure_level =
                exam.map(|exam| disclosure::level(replayed.1.mode, exam.review, Eligibility::NoAttemptsLeft));
            (request.attempt, disclosure_level.unwrap_or(DisclosureLevel::Objectives), replayed)
        }
        None => {
            let attempt = parse_attempt_id(args.attempt.as_deref().unwrap_or_default())?;
            let replayed = service.attempts().replay(attempt)?;
            (attempt, service.attempts().disclosure_level(&service.attempts().load(attempt)?.row)?, replayed)
        }
    };
    if env.global.json {
        env.print_json(&replay_json(attempt, &Ok(replay.clone())))?;
    } else {
        env.print_line(&format!("{} (attempt {attempt})", text::single_line(loaded_paper.title())))?;
        env.print_line(&format!("Chain: {} verified", text::count_with_noun(facts.len(), "fact")))?;
        env.print_line(&format!("Paper: {}", paper_text(replay.redraw)))?;
        env.print_line(&format!("Result: {}", marking_text(replay.outcome_matches)))?;
        if replay.outcome_matches.is_some() && disclosure_level > DisclosureLevel::PassFail {
            // A timeline shows no answers, even if the exam allows a review of them.
            for line in
                result_lines(loaded_paper.mode, &replay.outcome, disclosure_level.min(DisclosureLevel::Objectives))
            {
                env.print_line(&line)?;
            }
        }
        env.print_line("")?;
        for (row, fact) in read_facts(&facts) {
            env.print_line(&fact_line(row, &fact, service.zone()))?;
        }
    }
    Ok(if replay.is_consistent() { error::EXIT_SUCCESS } else { error::EXIT_NEGATIVE })
}

fn replay_all(service: &Services, env: &mut Env<'_>) -> CommandResult {
    let attempts = service.attempts().list(&AttemptQuery::default())?;
    let progress = ProgressBar::new(env, attempts.len(), "replayed");
    let replayed: Vec<_> = attempts
        .iter()
        .map(|row| {
            progress.step();
            (row.id, service.attempts().replay(row.id).map(|(_, _, replay)| replay))
        })
        .collect();
    drop(progress);
    let all_match = replayed.iter().all(|(_, replay)| replay.as_ref().is_ok_and(ReplayResult::is_consistent));
    if env.global.json {
        env.print_json(&replayed.iter().map(|(id, replay)| replay_json(*id, replay)).collect::<Vec<_>>())?;
    } else {
        let format_row = |(id, replay): &(AttemptId, Result<ReplayResult, ServiceError>)| match replay {
            Ok(replay) => {
                vec![id.to_string(), paper_text(replay.redraw), marking_text(replay.outcome_matches).to_owned()]
            }
            // A damaged attempt gets its own line and does not hide the others.
            Err(error) => vec![id.to_string(), error.to_string(), String::new()],
        };
        env.print_line(&table::render(
            &["Attempt", "Paper", "Result"],
            &replayed.iter().map(format_row).collect::<Vec<_>>(),
        ))?;
    }
    Ok(if all_match { error::EXIT_SUCCESS } else { error::EXIT_NEGATIVE })
}

fn replay_json(attempt_id: AttemptId, replay: &Result<ReplayResult, ServiceError>) -> serde_json::Value {
    match replay {
        Ok(replay) => json!({
            "id": attempt_id, "holds": replay.is_consistent(), "paper": paper_text(replay.redraw), "as_stored": replay.outcome_matches,
            "error": null,
        }),
        Err(error) => json!({
            "id": attempt_id, "holds": false, "paper": null, "as_stored": null, "error": error.to_string(),
        }),
    }
}

fn paper_text(redraw: RedrawResult) -> String {
    match redraw {
        RedrawResult::Same => "drawn again, the same".to_owned(),
        RedrawResult::Differs(index) => format!("drawn again, it differs from question {} on", index + 1),
        RedrawResult::Skipped => "a practice is not drawn again".to_owned(),
    }
}

fn marking_text(as_stored: Option<bool>) -> &'static str {
    match as_stored {
        Some(true) => "marked again, same result",
        Some(false) => "marked again, differs from the stored result",
        None => "still in progress",
    }
}

/// Describes a fact with its time. It never shows an answer.
fn fact_line(stored_fact: &StoredFact, fact: &Fact, zone: &Zone) -> String {
    let description = match fact {
        Fact::Started(started) => {
            format!("started, {}", text::count_with_noun(started.paper.questions.len(), "question"))
        }
        // A request can contain any index. Adding 1 to the largest number would overflow.
        Fact::Answered(answered) => {
            let action = if answered.answer.is_some() { "answered" } else { "cleared" };
            let piped = if answered.piped { ", piped in" } else { "" };
            format!("question {} {action} at {}{piped}", answered.question_index.saturating_add(1), answered.elapsed)
        }
        Fact::Flagged(flagged) => {
            format!(
                "question {} {}",
                flagged.question_index.saturating_add(1),
                if flagged.on { "flagged" } else { "flag removed" }
            )
        }
        Fact::Finished(finished) => format!("finished at {}", finished.elapsed),
        Fact::Remarked(_) => "re-marked".to_owned(),
        _ => kind_label(&stored_fact.kind).to_owned(),
    };
    format!("{:>4}  {}  {description}", stored_fact.seq, stored_fact.stored_at.format_local(zone))
}
