use std::path::PathBuf;

use serde_json::json;

use super::attempt_id;
use crate::attempt::Fact;
use crate::attempt::chain::StoredFact;
use crate::cli::certificate::request;
use crate::cli::progress::ProgressBar;
use crate::cli::{CommandResult, Env, error, table};
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::exam::eligibility::Eligibility;
use crate::exam::replay::{RedrawResult, ReplayResult};
use crate::ids::AttemptId;
use crate::projections::attempts::AttemptQuery;
use crate::service::{Service, ServiceError};
use crate::text;
use crate::view::result_lines;

/// Draw and mark an attempt again from its facts alone, and print what happened when
///
/// Exit code 1 means that something came out differently; a broken chain is told with the fact at which it breaks.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// The attempt's id, as `needlewise record list` shows it
    #[arg(value_name = "ATTEMPT", required_unless_present_any = ["all", "request"])]
    attempt: Option<String>,
    /// Replay the attempt of a request, wherever it was sat
    #[arg(long, value_name = "FILE", conflicts_with_all = ["attempt", "all"])]
    request: Option<PathBuf>,
    /// Replay all attempts, a line each
    #[arg(long, conflicts_with = "attempt")]
    all: bool,
}

/// Replays one attempt, or all.
pub(super) fn run(args: &ReplayArgs, env: &mut Env<'_>) -> CommandResult {
    let desk = env.desk()?;
    if args.all {
        return all(&desk, env);
    }
    let (attempt, extent, (rows, sheet, replay)) = match &args.request {
        Some(path) => {
            let request = request(path)?;
            let replayed = desk.replay_request(&request)?;
            // Whoever holds a request holds the whole attempt; what its exam never tells stays untold all the same.
            let exam = replayed.1.exam.as_ref();
            let extent = exam.map(|exam| disclosure::level(replayed.1.mode, exam.review, Eligibility::NoAttemptsLeft));
            (request.attempt, extent.unwrap_or(DisclosureLevel::Objectives), replayed)
        }
        None => {
            let attempt = attempt_id(args.attempt.as_deref().unwrap_or_default())?;
            let replayed = desk.replay(attempt)?;
            (attempt, desk.disclosure_level(&desk.load_attempt(attempt, false)?.row)?, replayed)
        }
    };
    if env.global.json {
        env.say_json(&row(attempt, &Ok(replay.clone())))?;
    } else {
        env.say(&format!("{} (attempt {attempt})", text::single_line(sheet.title())))?;
        env.say(&format!("Chain: {} hold.", text::count_with_noun(rows.len(), "fact")))?;
        env.say(&format!("Paper: {}", paper(replay.redraw)))?;
        env.say(&format!("Marks: {}", marks(replay.outcome_matches)))?;
        if replay.outcome_matches.is_some() && extent > DisclosureLevel::PassFail {
            for line in result_lines(&replay.outcome, extent.min(DisclosureLevel::Objectives)) {
                env.say(&line)?;
            }
        }
        env.say("")?;
        for row in &rows {
            env.say(&event(row))?;
        }
    }
    Ok(if replay.is_consistent() { error::DONE } else { error::NO })
}

fn all(desk: &Service, env: &mut Env<'_>) -> CommandResult {
    let attempts = desk.store.attempts(&AttemptQuery::default())?;
    let progress = ProgressBar::new(env, attempts.len(), "replayed");
    let replayed: Vec<_> = attempts
        .iter()
        .map(|row| {
            progress.step();
            (row.id, desk.replay(row.id).map(|(_, _, replay)| replay))
        })
        .collect();
    drop(progress);
    let holds = replayed.iter().all(|(_, replay)| replay.as_ref().is_ok_and(ReplayResult::is_consistent));
    if env.global.json {
        env.say_json(&replayed.iter().map(|(id, replay)| row(*id, replay)).collect::<Vec<_>>())?;
    } else {
        let line = |(id, replay): &(AttemptId, Result<ReplayResult, ServiceError>)| match replay {
            Ok(replay) => vec![id.to_string(), paper(replay.redraw), marks(replay.outcome_matches).to_owned()],
            Err(error) => vec![id.to_string(), error.to_string(), String::new()],
        };
        env.say(&table::table(&["Attempt", "Paper", "Marks"], &replayed.iter().map(line).collect::<Vec<_>>()))?;
    }
    Ok(if holds { error::DONE } else { error::NO })
}

fn row(attempt: AttemptId, replay: &Result<ReplayResult, ServiceError>) -> serde_json::Value {
    match replay {
        Ok(replay) => json!({
            "id": attempt, "holds": replay.is_consistent(), "paper": paper(replay.redraw), "as_stored": replay.outcome_matches,
            "error": null,
        }),
        Err(error) => json!({
            "id": attempt, "holds": false, "paper": null, "as_stored": null, "error": error.to_string(),
        }),
    }
}

fn paper(paper: RedrawResult) -> String {
    match paper {
        RedrawResult::Same => "drawn again, the same".to_owned(),
        RedrawResult::Differs(place) => format!("drawn again, it differs from question {} on", place + 1),
        RedrawResult::Skipped => "a practice is not drawn again".to_owned(),
    }
}

fn marks(as_stored: Option<bool>) -> &'static str {
    match as_stored {
        Some(true) => "marked again, as stored",
        Some(false) => "marked again, another result than the stored one",
        None => "still open",
    }
}

/// Says what happened when; what was answered stays in the store.
fn event(row: &StoredFact) -> String {
    let says = match row.fact() {
        Some(Fact::Started(started)) => {
            format!("begun, {}", text::count_with_noun(started.paper.questions.len(), "question"))
        }
        Some(Fact::Answered(answered)) => {
            let what = if answered.answer.is_some() { "answered" } else { "taken back" };
            let piped = if answered.piped { ", piped in" } else { "" };
            format!("question {} {what} at {}{piped}", answered.question_index.saturating_add(1), answered.elapsed)
        }
        Some(Fact::Flagged(flagged)) => {
            format!(
                "question {} {}",
                flagged.question_index.saturating_add(1),
                if flagged.on { "flagged" } else { "flag taken off" }
            )
        }
        Some(Fact::Finished(finished)) => format!("ended at {}", finished.elapsed),
        Some(Fact::Remarked(_)) => "marked again".to_owned(),
        _ => row.kind.clone(),
    };
    format!("{:>4}  {}  {says}", row.seq, row.stored_at.format_local())
}
