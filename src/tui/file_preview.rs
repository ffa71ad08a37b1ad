//! Runs the commands of a bank preview: reads the bank file, checks it, and repeats both when the file changes.
//! A preview uses no store.

use crate::problem::ReportStyle;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::attempt::Mode;
use crate::attempt::fact::AttemptStarted;
use crate::bank::catalog::{BankOrigin, CatalogEntry};
use crate::bank::format::json;
use crate::bank::lazy::LazyBank;
use crate::bank::question::QuestionStatus;
use crate::bank::rules::check;
use crate::bank::syllabus::Syllabus;
use crate::bank::{Bank, load};
use crate::clock::{Clock, Day, Now, Timestamp, Zone};
use crate::exam::{LoadedPaper, draw};
use crate::ids::TraineeId;
use crate::service::ServiceError;
use crate::tui::command::{Command, Reply};
use crate::tui::execute::{CommandOutcome, Execute};
use crate::tui::jobs::Jobs;
use crate::tui::screens::{Route, Screen, open_screen};
use crate::view::preview::{PreviewBank, PreviewContent, PreviewNote};

/// Runs the commands of a bank preview. It remembers which version of the file it read last.
pub struct PreviewExecutor {
    path: PathBuf,
    clock: Box<dyn Clock>,
    syllabus: Option<Arc<Syllabus>>,
    last_stamp: Option<(SystemTime, u64)>,
}

impl std::fmt::Debug for PreviewExecutor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreviewExecutor").field("path", &self.path).finish_non_exhaustive()
    }
}

impl PreviewExecutor {
    /// Returns the executor of a preview of the file at `path`. It reads nothing until [`PreviewExecutor::read`] is
    /// called.
    pub fn new(path: &Path, clock: Box<dyn Clock>, syllabus: Option<Arc<Syllabus>>) -> Self {
        Self { path: path.to_owned(), clock, syllabus, last_stamp: None }
    }

    /// Reads the file as it is now. An unreadable file is reported like a broken one: an editor may still be
    /// writing it, so the preview continues.
    pub fn read(&mut self) -> PreviewContent {
        // The stamp is taken first, so that a save during the read is noticed at the next look.
        self.last_stamp = self.file_stamp();
        let name = self.path.to_string_lossy();
        match load::read_file(&self.path) {
            Ok(loaded_file) => {
                preview_content(&name, &loaded_file.bytes, self.clock.now().wall.day(), self.syllabus.as_deref())
            }
            Err(error) => PreviewContent::Problems(vec![format!("{}: {error}", crate::text::single_line(&name))]),
        }
    }

    /// Returns the file's modification time and its length in bytes. If either changes, the file is read again.
    fn file_stamp(&self) -> Option<(SystemTime, u64)> {
        let metadata = std::fs::metadata(&self.path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }
}

impl Execute for PreviewExecutor {
    fn now(&self) -> Now {
        self.clock.now()
    }

    // A bank contains no times, so the zone does not matter.
    fn zone(&self) -> Zone {
        Zone::UTC
    }

    fn open(&mut self, route: Route, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
        open_screen(route, None, jobs)
    }

    fn run(&mut self, command: Command, _: &mut Jobs) -> Result<CommandOutcome, ServiceError> {
        match command {
            Command::ReloadFile if self.file_stamp() != self.last_stamp => {
                Ok(CommandOutcome::Reply(Reply::FileReloaded(Box::new(self.read()))))
            }
            Command::ShowRefusal(refusal) => Err(ServiceError::ActionRefused(refusal)),
            // All other commands need the store.
            _ => Ok(CommandOutcome::Nothing),
        }
    }
}

/// Parses and checks a bank file, and returns what the preview shows. The messages call the file `name`.
pub fn preview_content(name: &str, bytes: &[u8], today: Day, syllabus: Option<&Syllabus>) -> PreviewContent {
    let parsed = json::parse_bank(name, bytes);
    let problems = parsed.problems.iter().map(|problem| problem.render(ReportStyle::Plain)).collect::<Vec<_>>();
    let is_whole = parsed.value.is_some();
    let readable = || json::readable_part(bytes, &parsed.problems).map(|readable| readable.bank);
    let preview_bank = parsed.value.or_else(readable).and_then(|bank| build_preview_bank(bank, today, syllabus));
    match preview_bank {
        // The questions with errors are missing, so the errors are shown beside the others.
        Some(bank) => {
            PreviewContent::Bank(PreviewBank { problems: if is_whole { Vec::new() } else { problems }, ..bank })
        }
        None => PreviewContent::Problems(problems),
    }
}

fn build_preview_bank(bank: Bank, today: Day, syllabus: Option<&Syllabus>) -> Option<PreviewBank> {
    let mut notes_by_question = vec![Vec::new(); bank.questions.len()];
    for (notes, question) in notes_by_question.iter_mut().zip(&bank.questions) {
        let status = match question.status {
            QuestionStatus::Ready => continue,
            QuestionStatus::Draft => "Draft: not used in practice or exams",
            QuestionStatus::Retired => "Retired: not used in practice or exams",
        };
        notes.push(PreviewNote { severity: None, message: status.to_owned(), help: String::new() });
    }
    for finding in check(&bank, today, syllabus) {
        let question_index =
            finding.pointer.strip_prefix("/questions/").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
        // Findings about the whole bank belong to no question. `bank check` prints them.
        let Some(notes) = question_index.and_then(|question_index| notes_by_question.get_mut(question_index)) else {
            continue;
        };
        let message = format!("{} {}: {}", finding.rule, finding.severity.label(), finding.message);
        notes.push(PreviewNote { severity: Some(finding.severity), message, help: finding.help });
    }
    let mut notes: std::collections::HashMap<_, _> =
        bank.questions.iter().map(|question| question.id.clone()).zip(notes_by_question).collect();
    let entry = CatalogEntry {
        // A preview shows the descriptions of images.
        value: Arc::new(LazyBank::with_images(bank, |_| None)),
        origin: BankOrigin::DataDirectory,
        folder: None,
        replaces_built_in: false,
    };
    let drawn = draw::whole_bank(&entry);
    // No one takes this attempt. Its fact needs a trainee, so this ID fills the place.
    let placeholder_trainee = TraineeId::new(Timestamp::from_millis(0), [0; 10]);
    let started = AttemptStarted {
        trainee: placeholder_trainee,
        mode: Mode::Practice,
        limit: None,
        paper: drawn.paper,
        session_day: None,
        invigilated: None,
    };
    let loaded_paper = LoadedPaper::load(&started, |digest| drawn.content.get(&digest).cloned()).ok()?;
    let notes = loaded_paper
        .questions
        .iter()
        .map(|loaded_question| notes.remove(&loaded_question.question.id).unwrap_or_default())
        .collect();
    Some(PreviewBank { loaded_paper: Arc::new(loaded_paper), notes, problems: Vec::new() })
}
