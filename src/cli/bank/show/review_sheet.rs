//! The review sheet of a bank: Markdown that a clinician can print and fill in.

use std::sync::Arc;

use super::entries_with_keys;
use crate::bank::Bank;
use crate::bank::question::{Question, QuestionKind};
use crate::cli::{CommandResult, Env};
use crate::text;

/// Prints a sheet with these questions, the most dangerous first: critical questions by safety rule, then the others by the
/// harm of their wrong answers.
pub(super) fn print(bank: &Bank, questions: &[&Arc<Question>], env: &mut Env<'_>) -> CommandResult {
    let mut sorted = questions.to_vec();
    sorted
        .sort_by_key(|question| (!question.critical, std::cmp::Reverse(greatest_harm(question)), first_rule(question)));
    env.print_line(&format!("# Review sheet: {} {}", text::single_line(&bank.title), bank.version))?;
    env.print_line("")?;
    env.print_line("For each question: is the key right, is every other choice wrong, would you say it like this?")?;
    for question in sorted {
        for line in question_lines(bank, question) {
            env.print_line(text::sanitize(&line).trim_end())?;
        }
    }
    Ok(0)
}

fn greatest_harm(question: &Question) -> u8 {
    let of_choices = question.choices().iter().filter_map(|choice| choice.harm).map(u8::from).max();
    let of_statement = match &question.kind {
        QuestionKind::TrueFalse { harm, .. } => harm.map(u8::from),
        _ => None,
    };
    of_choices.max(of_statement).unwrap_or(0)
}

/// Returns the first safety rule that the question covers; empty if there is none.
fn first_rule(question: &Question) -> String {
    question.covers.iter().find(|id| id.starts_with("SC-")).cloned().unwrap_or_default()
}

fn question_lines(bank: &Bank, question: &Question) -> Vec<String> {
    let critical = if question.critical { "safety-critical, " } else { "" };
    let harm = greatest_harm(question);
    let mut lines =
        vec![String::new(), format!("## {}/{} ({critical}harm {harm})", bank.id, question.id), String::new()];
    let objective = bank.objective_text(&question.objective).unwrap_or_default();
    lines.push(format!("Objective: {objective} ({}). Covers: {}", question.level.name(), question.covers.join(", ")));
    lines.push(String::new());
    lines.extend(question.case.as_ref().and_then(|case| bank.case_text(case)).map(|case| format!("> {case}\n")));
    lines.push(format!("**{}**", question.stem));
    lines.extend(question.image.as_ref().map(|image| format!("\nDrawing {}: {}", image.file, image.alt)));
    lines.push(String::new());
    for (mark, content, rationale) in entries_with_keys(&question.kind) {
        lines.push(format!("- {mark} {content} {}", if rationale.is_empty() { "" } else { "—" }).trim_end().to_owned());
        lines.extend((!rationale.is_empty()).then(|| format!("  {rationale}")));
    }
    lines.extend([String::new(), format!("Rationale: {}", question.rationale), String::new()]);
    let source = |cited: &crate::bank::question::Citation| {
        let reference = bank.source(&cited.id)?;
        Some(format!("- {}", reference.line_with_place(cited.locator.as_deref())))
    };
    lines.extend(question.sources.iter().filter_map(source));
    lines.extend([
        String::new(),
        "Correct ☐   Change ☐   Remove ☐   Comment: ______________________________".to_owned(),
    ]);
    lines
}
