use serde_json::json;

use super::error::Failure;
use super::{CommandResult, Env};
use crate::text;
use crate::view::search::search;

/// Search the questions that can be practiced
///
/// A question is found if it contains all words, in its stem, choices, rationale or objective.
#[derive(Debug, clap::Args)]
pub struct SearchArgs {
    /// Words to search for
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,
}

/// Prints the topic, the ID and the stem of every question that is found.
pub(super) fn run(args: &SearchArgs, env: &mut Env<'_>) -> CommandResult {
    let hits = search(&env.catalog()?, &args.words.join(" "));
    if env.global.json {
        let hit = |hit: &crate::view::search::SearchHit| json!({ "bank": hit.bank, "question": hit.question, "stem": hit.stem });
        return env.print_json(&hits.iter().map(hit).collect::<Vec<_>>());
    }
    if hits.is_empty() {
        return Err(Failure::negative("No question contains these words."));
    }
    for hit in hits {
        env.print_line(&format!("{}/{}: {}", hit.bank, hit.question, text::single_line(&hit.stem)))?;
    }
    Ok(super::error::EXIT_SUCCESS)
}
