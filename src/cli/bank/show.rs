use crate::bank::Bank;
use crate::bank::catalog::Absence;
use crate::bank::question::{Ask, Question};
use crate::cli::error::Failure;
use crate::cli::{Env, Outcome};
use crate::ids::BankId;
use crate::quiz::sheet::letter;
use crate::text;

/// Print a bank, or one of its questions, for reading
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The bank's id
    #[arg(value_name = "BANK")]
    bank: String,
    /// The question's id
    #[arg(value_name = "QUESTION")]
    question: Option<String>,
    /// Leave out keys and rationales
    #[arg(long)]
    no_keys: bool,
}

/// Prints it. A bank that serves exams alone is not shown.
pub(super) fn run(args: &ShowArgs, env: &mut Env<'_>) -> Outcome {
    let catalog = env.catalog()?;
    let absent = |absence| Failure::absent("bank", &args.bank, absence);
    let id: BankId = args.bank.parse().map_err(|_| absent(Absence::Unknown))?;
    let bank = &catalog.bank(&id).map_err(absent)?.value;
    if !bank.practice {
        return Err(Failure::no(format!("The bank \"{id}\" serves exams alone and is not shown.")));
    }
    let wanted =
        |question: &&std::sync::Arc<Question>| args.question.as_ref().is_none_or(|id| question.id.as_str() == id);
    let questions: Vec<_> = bank.questions.iter().filter(wanted).collect();
    if questions.is_empty() {
        let id = text::one_line(args.question.as_deref().unwrap_or_default());
        return Err(Failure::usage(format!(
            "There is no question \"{id}\" in {}. See `needlewise bank show {}`.",
            bank.id, bank.id
        )));
    }
    if env.global.json {
        return if args.no_keys {
            Err(Failure::usage("--json shows the questions as they are; leave out --no-keys."))
        } else {
            env.say_json(&questions)
        };
    }
    if args.question.is_none() {
        let line =
            format!("{} {} ({}), {}", bank.title, bank.version, bank.license, text::count(questions.len(), "question"));
        env.say(&text::one_line(&line))?;
    }
    for question in questions {
        env.say("")?;
        for line in read(bank, question, !args.no_keys) {
            env.say(text::safe(&line).trim_end())?;
        }
    }
    Ok(0)
}

/// Returns the lines of a question; a key is marked by a word, never by color alone.
fn read(bank: &Bank, question: &Question, keys: bool) -> Vec<String> {
    let kind = question.ask.kind().name();
    let critical = if question.critical { ", critical" } else { "" };
    let mut lines = vec![format!("{} ({kind}{critical})", question.id)];
    lines.extend(question.case.as_ref().and_then(|case| bank.case(case)).map(|case| format!("  {case}")));
    lines.push(format!("  {}", question.stem));
    let key = |right: bool| if keys && right { " [right]" } else { "" };
    let mut item = |mark: String, said: &str, right: bool, why: &str| {
        lines.push(format!("    {mark}. {said}{}", key(right)));
        if keys && !why.is_empty() {
            lines.push(format!("       {why}"));
        }
    };
    match &question.ask {
        Ask::Choice { choices, .. } => {
            for (at, choice) in choices.iter().enumerate() {
                item(letter(at).to_string(), &choice.text, choice.correct, &choice.rationale);
            }
        }
        Ask::TrueFalse { answer, rationales, .. } => {
            item("true".into(), "", *answer, &rationales.holds);
            item("false".into(), "", !*answer, &rationales.fails);
        }
        Ask::Number { answer, unit, .. } if keys => {
            item("answer".into(), &format!("{answer} {}", unit.as_deref().unwrap_or("")), true, "");
        }
        Ask::Text { accept } if keys => item("answer".into(), &accept.join(" or "), true, ""),
        Ask::Number { .. } | Ask::Text { .. } => {}
        Ask::Order { items } => {
            // In the file the items stand in the right order, which is the key.
            let mut shown: Vec<_> = items.iter().collect();
            if !keys {
                shown.sort_by(|a, b| a.text.cmp(&b.text));
            }
            for (at, entry) in shown.iter().enumerate() {
                item(
                    if keys { (at + 1).to_string() } else { letter(at).to_string() },
                    &entry.text,
                    false,
                    &entry.rationale,
                );
            }
        }
        Ask::Match { pairs, extra_right } => {
            let mut rights: Vec<_> =
                pairs.iter().map(|pair| &pair.right).chain(extra_right.iter().map(|extra| &extra.text)).collect();
            rights.sort();
            for (at, pair) in pairs.iter().enumerate() {
                let said = if keys { format!("{} = {}", pair.left, pair.right) } else { pair.left.clone() };
                item((at + 1).to_string(), &said, false, &pair.rationale);
            }
            for (at, right) in rights.iter().enumerate().filter(|_| !keys) {
                item(letter(at).to_string(), right, false, "");
            }
        }
    }
    if keys {
        lines.push(format!("  {}", question.rationale));
        let line = |id| bank.source(id).map_or_else(String::new, crate::bank::Reference::line);
        lines.extend(question.sources.iter().map(|citation| {
            format!(
                "  Source: {}{}",
                line(&citation.id),
                citation.locator.as_ref().map_or(String::new(), |at| format!(". {at}"))
            )
        }));
    }
    lines
}
