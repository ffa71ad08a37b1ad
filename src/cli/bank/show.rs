use crate::bank::Bank;
use crate::bank::catalog::CatalogMiss;
use crate::bank::question::{Question, QuestionKind};
use crate::cli::error::Failure;
use crate::cli::{CommandResult, Env};
use crate::exam::loaded_paper::choice_letter;
use crate::ids::BankId;
use crate::text;

mod review_sheet;

/// Print a bank or one of its questions
#[derive(Debug, clap::Args)]
pub struct BankShowArgs {
    /// Bank ID from `needlewise bank list`
    #[arg(value_name = "BANK")]
    bank: String,
    /// Question ID; without it, all questions are printed
    #[arg(value_name = "QUESTION")]
    question: Option<String>,
    /// Leave out keys and rationales
    #[arg(long)]
    no_keys: bool,
    /// Print a review sheet in Markdown for a clinician: everything about each question, the most dangerous first
    #[arg(long, conflicts_with = "no_keys")]
    review: bool,
}

/// Prints the questions. A bank that is only for exams is refused, because its keys must stay secret.
pub(super) fn run(args: &BankShowArgs, env: &mut Env<'_>) -> CommandResult {
    let catalog = env.catalog()?;
    let to_failure = |miss| Failure::catalog_miss("bank", &args.bank, miss);
    let id: BankId = args.bank.parse().map_err(|_| to_failure(CatalogMiss::Unknown))?;
    let bank = &catalog.bank(&id).map_err(to_failure)?.value;
    // Without this, anyone could read the keys of a bank that is kept for exams.
    if !bank.practice {
        return Err(Failure::negative(format!(
            "The bank \"{id}\" is for exams only and cannot be shown. Choose another bank from `needlewise bank list`."
        )));
    }
    let is_wanted =
        |question: &&std::sync::Arc<Question>| args.question.as_ref().is_none_or(|id| question.id.as_str() == id);
    let questions: Vec<_> = bank.questions.iter().filter(is_wanted).collect();
    if questions.is_empty() {
        let id = text::single_line(args.question.as_deref().unwrap_or_default());
        return Err(Failure::usage(format!(
            "There is no question \"{id}\" in {}. See `needlewise bank show {}`.",
            bank.id, bank.id
        )));
    }
    if env.global.json {
        return if args.no_keys {
            Err(Failure::usage("--json always includes the keys. Leave out --no-keys."))
        } else {
            env.print_json(&questions)
        };
    }
    if args.review {
        return review_sheet::print(bank, &questions, env);
    }
    if args.question.is_none() {
        let line = format!(
            "{} {} ({}), {}",
            bank.title,
            bank.version,
            bank.license,
            text::count_with_noun(questions.len(), "question")
        );
        env.print_line(&text::single_line(&line))?;
    }
    let keys = if args.no_keys { KeyDisplay::Hidden } else { KeyDisplay::Shown };
    for question in questions {
        env.print_line("")?;
        for line in question_lines(bank, question, keys) {
            env.print_line(text::sanitize(&line).trim_end())?;
        }
    }
    Ok(0)
}

/// Whether keys and rationales are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyDisplay {
    Shown,
    Hidden,
}

/// Returns the lines of a question. A word marks a key, since color alone would not reach every reader.
fn question_lines(bank: &Bank, question: &Question, keys: KeyDisplay) -> Vec<String> {
    let kind = question.kind.kind_name().name();
    let critical = if question.critical { ", critical" } else { "" };
    let mut lines = vec![format!("{} ({kind}{critical})", question.id)];
    lines.extend(question.case.as_ref().and_then(|case| bank.case_text(case)).map(|case| format!("  {case}")));
    lines.push(format!("  {}", question.stem));
    let entries = if keys == KeyDisplay::Shown {
        entries_with_keys(&question.kind)
    } else {
        entries_without_keys(&question.kind)
    };
    for (mark, content, rationale) in entries {
        lines.push(format!("    {mark} {content}").trim_end().to_owned());
        lines.extend((!rationale.is_empty()).then(|| format!("       {rationale}")));
    }
    if keys == KeyDisplay::Shown {
        lines.push(format!("  {}", question.rationale));
        let source_line = |id| bank.source(id).map_or_else(String::new, crate::bank::SourceReference::citation_line);
        let locator_text = |locator: &Option<String>| {
            locator.as_ref().map_or(String::new(), |locator_text| format!(". {locator_text}"))
        };
        let sources = question.sources.iter();
        lines.extend(
            sources.map(|cited| format!("  Source: {}{}", source_line(&cited.id), locator_text(&cited.locator))),
        );
    }
    lines
}

/// A line of a question: its label, its text, and its rationale.
type Entry = (String, String, String);

fn entries_with_keys(ask: &QuestionKind) -> Vec<Entry> {
    let right = |right: bool| if right { " [correct]" } else { "" };
    match ask {
        QuestionKind::Choice { choices, .. } => {
            let entry = |(index, choice): (usize, &crate::bank::question::Choice)| {
                (letter_label(index), format!("{}{}", choice.text, right(choice.correct)), choice.rationale.clone())
            };
            choices.iter().enumerate().map(entry).collect()
        }
        QuestionKind::TrueFalse { answer, rationales, .. } => vec![
            ("True".into(), right(*answer).trim().into(), rationales.if_true.clone()),
            ("False".into(), right(!*answer).trim().into(), rationales.if_false.clone()),
        ],
        QuestionKind::Number { answer, tolerance, unit } => {
            let unit = unit.as_deref().unwrap_or_default();
            vec![("Answer:".into(), format!("{answer} {unit} (within {tolerance})"), String::new())]
        }
        QuestionKind::Text { accept } => vec![("Answer:".into(), accept.join(" or "), String::new())],
        QuestionKind::Order { items } => {
            let entry = |(index, item): (usize, &crate::bank::question::ExplainedText)| {
                (number_label(index), item.text.clone(), item.rationale.clone())
            };
            items.iter().enumerate().map(entry).collect()
        }
        QuestionKind::Match { pairs, extra_right } => {
            let entry = |(index, pair): (usize, &crate::bank::question::MatchPair)| {
                (number_label(index), format!("{} = {}", pair.left, pair.right), pair.rationale.clone())
            };
            let extra = |extra: &crate::bank::question::ExplainedText| {
                ("-".to_owned(), format!("{} (no match)", extra.text), extra.rationale.clone())
            };
            pairs.iter().enumerate().map(entry).chain(extra_right.iter().map(extra)).collect()
        }
    }
}

fn letter_label(index: usize) -> String {
    format!("{}.", choice_letter(index))
}

fn number_label(index: usize) -> String {
    format!("{}.", index + 1)
}

/// Returns the entries without keys and rationales. Items stored in the order of the key are sorted by their text,
/// since that order would reveal the key.
fn entries_without_keys(ask: &QuestionKind) -> Vec<Entry> {
    let sorted_entries = |mut texts: Vec<&String>| {
        texts.sort();
        let entry = |(index, text): (usize, &String)| (letter_label(index), text.clone(), String::new());
        texts.into_iter().enumerate().map(entry).collect::<Vec<_>>()
    };
    match ask {
        QuestionKind::Choice { choices, .. } => {
            let entry = |(index, choice): (usize, &crate::bank::question::Choice)| {
                (letter_label(index), choice.text.clone(), String::new())
            };
            choices.iter().enumerate().map(entry).collect()
        }
        QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => Vec::new(),
        QuestionKind::Order { items } => sorted_entries(items.iter().map(|item| &item.text).collect()),
        QuestionKind::Match { pairs, extra_right } => {
            let right_texts = pairs.iter().map(|pair| &pair.right).chain(extra_right.iter().map(|extra| &extra.text));
            let mut entries = sorted_entries(right_texts.collect());
            let left_entry = |(index, pair): (usize, &crate::bank::question::MatchPair)| {
                (number_label(index), pair.left.clone(), String::new())
            };
            entries.extend(pairs.iter().enumerate().map(left_entry));
            entries
        }
    }
}
