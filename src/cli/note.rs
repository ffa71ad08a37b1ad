use serde_json::json;

use super::error::Failure;
use super::{CommandResult, Env};
use crate::ids::{InBank, QuestionId};
use crate::text;
use crate::view::notebook;

/// Keep notes and bookmarks on questions, and report problems to their authors
#[derive(Debug, clap::Subcommand)]
pub enum NoteCommand {
    /// List a trainee's notes, bookmarks and reports
    List,
    /// Write a note on a question; an empty note is deleted
    Write(NoteTextArgs),
    /// Set a bookmark on a question, or remove it
    Bookmark(NoteQuestionArgs),
    /// Report a problem with a question to its author
    Report(NoteTextArgs),
}

/// The question that a note or bookmark belongs to.
#[derive(Debug, clap::Args)]
pub struct NoteQuestionArgs {
    /// Bank and question, such as risks/article-rate
    #[arg(value_name = "BANK/QUESTION")]
    question: InBank<QuestionId>,
}

/// A question and a text about it.
#[derive(Debug, clap::Args)]
pub struct NoteTextArgs {
    #[command(flatten)]
    question: NoteQuestionArgs,
    /// The note or the report
    #[arg(value_name = "TEXT")]
    text: String,
}

/// Lists notes, or changes what a trainee keeps beside a question.
pub(super) fn run(command: &NoteCommand, env: &mut Env<'_>) -> CommandResult {
    let mut service = match command {
        NoteCommand::List => env.open_service_to_read()?,
        _ => env.open_service()?,
    };
    let trainee = env.find_trainee(&service)?.id;
    let question = match command {
        NoteCommand::List => {
            service.attempts().ensure_no_open_exam(trainee)?;
            return print_list(&notebook::load(&service, trainee)?, env);
        }
        NoteCommand::Write(args) | NoteCommand::Report(args) => &args.question.question,
        NoteCommand::Bookmark(args) => &args.question,
    };
    let unknown = || Failure::usage(format!("There is no question \"{question}\". Find it with `needlewise search`."));
    let bank = service.catalog().bank(&question.bank).map_err(|_| unknown())?;
    let revision = bank.value.ready_questions().find(|found| found.id == question.id).ok_or_else(unknown)?.revision;
    match command {
        NoteCommand::List => {}
        NoteCommand::Write(args) => service.notebook_mut().write_note(trainee, question.clone(), &args.text)?,
        NoteCommand::Bookmark(_) => service.notebook_mut().toggle_bookmark(trainee, question.clone())?,
        NoteCommand::Report(args) => {
            service.notebook_mut().report_problem(trainee, question.clone(), revision, &args.text)?;
        }
    }
    let notes = notebook::load(&service, trainee)?;
    let notes: Vec<_> = notes.into_iter().filter(|notes| notes.question == *question).collect();
    print_list(&notes, env)
}

fn print_list(list: &[notebook::QuestionNotebook], env: &mut Env<'_>) -> CommandResult {
    if env.global.json {
        let row = |notes: &notebook::QuestionNotebook| {
            json!({ "question": notes.question, "note": notes.note, "bookmarked": notes.is_bookmarked,
                "reports": notes.report_count })
        };
        return env.print_json(&list.iter().map(row).collect::<Vec<_>>());
    }
    let shown: Vec<_> = list.iter().filter(|notes| !notes.is_empty()).collect();
    if shown.is_empty() {
        env.print_line("No notes, bookmarks or reports.")?;
    }
    for notes in shown {
        env.print_line(&text::single_line(&notes.line()))?;
    }
    Ok(super::error::EXIT_SUCCESS)
}
