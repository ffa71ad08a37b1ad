//! What a preview needs of the world: the file, looked at again and again, and nothing else. No store is opened.

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
use crate::clock::{Clock, Day, Now, Timestamp};
use crate::exam::{LoadedPaper, draw};
use crate::ids::TraineeId;
use crate::service::ServiceError;
use crate::tui::effect::{Command, Effect, Reply};
use crate::tui::execute::{Execute, StackChange};
use crate::tui::open;
use crate::view::preview::{PreviewBank, PreviewContent, PreviewNote};

/// Reads a bank's file when it has changed.
pub struct PreviewExecutor {
    path: PathBuf,
    clock: Box<dyn Clock>,
    syllabus: Option<Arc<Syllabus>>,
    seen: Option<(SystemTime, u64)>,
}

impl std::fmt::Debug for PreviewExecutor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Previewer").field("path", &self.path).finish_non_exhaustive()
    }
}

impl PreviewExecutor {
    /// Will look at the file at `path`.
    pub fn new(path: &Path, clock: Box<dyn Clock>, syllabus: Option<Arc<Syllabus>>) -> Self {
        Self { path: path.to_owned(), clock, syllabus, seen: None }
    }

    /// Reads the file as it is now; one that cannot be read is told like one that is broken, for an editor may be writing it.
    pub fn read(&mut self) -> PreviewContent {
        self.seen = self.stamp();
        let name = self.path.to_string_lossy();
        match load::read_file(&self.path) {
            Ok(found) => reading(&name, &found.bytes, self.clock.now().wall.day(), self.syllabus.as_deref()),
            Err(error) => PreviewContent::Broken(vec![format!("{}: {error}", crate::text::single_line(&name))]),
        }
    }

    /// Returns what changes when a file is saved: its time and its length.
    fn stamp(&self) -> Option<(SystemTime, u64)> {
        let meta = std::fs::metadata(&self.path).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    }
}

impl Execute for PreviewExecutor {
    fn now(&self) -> Now {
        self.clock.now()
    }

    fn execute(&mut self, effect: Effect) -> Result<StackChange, ServiceError> {
        Ok(match effect {
            // Nothing here has a store: a screen that needs one is not opened.
            Effect::Open(route) => open::open(route).map_or(StackChange::Tell(Reply::Closed), StackChange::Push),
            Effect::Close => StackChange::Pop(Reply::Closed),
            Effect::CloseAt(item) => StackChange::Pop(Reply::ClosedAt(item)),
            Effect::Do(Command::ReadFile) if self.stamp() != self.seen => {
                StackChange::Tell(Reply::FileRead(Box::new(self.read())))
            }
            Effect::Do(Command::Refuse(refusal)) => return Err(ServiceError::ActionRefused(refusal)),
            Effect::Do(_) => StackChange::Tell(Reply::Closed),
            Effect::Quit => StackChange::Quit,
        })
    }
}

/// Makes of a file's bytes what a preview shows.
pub fn reading(name: &str, bytes: &[u8], today: Day, syllabus: Option<&Syllabus>) -> PreviewContent {
    let read = json::parse_bank(name, bytes);
    let looked = read.value.and_then(|bank| look(bank, today, syllabus));
    let drawn = || read.problems.iter().map(|problem| problem.render(false)).collect();
    looked.map_or_else(|| PreviewContent::Broken(drawn()), PreviewContent::Bank)
}

fn look(bank: Bank, today: Day, syllabus: Option<&Syllabus>) -> Option<PreviewBank> {
    let mut by_question = vec![Vec::new(); bank.questions.len()];
    for (notes, question) in by_question.iter_mut().zip(&bank.questions) {
        let status = match question.status {
            QuestionStatus::Ready => continue,
            QuestionStatus::Draft => "A draft: it is drawn nowhere.",
            QuestionStatus::Retired => "Retired: it is drawn nowhere.",
        };
        notes.push(PreviewNote { severity: None, message: status.to_owned(), help: String::new() });
    }
    for flaw in check(&bank, today, syllabus) {
        let at =
            flaw.pointer.strip_prefix("/questions/").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
        let Some(notes) = at.and_then(|at| by_question.get_mut(at)) else { continue };
        let message = format!("{} {}: {}", flaw.rule, flaw.severity.label(), flaw.message);
        notes.push(PreviewNote { severity: Some(flaw.severity), message, help: flaw.help });
    }
    let mut notes: std::collections::HashMap<_, _> =
        bank.questions.iter().map(|question| question.id.clone()).zip(by_question).collect();
    let entry = CatalogEntry {
        value: Arc::new(LazyBank::from(bank)),
        origin: BankOrigin::DataDirectory,
        replaces_built_in: false,
    };
    let drawn = draw::whole_bank(&entry);
    // Nobody sits this paper; the id only fills its place.
    let nobody = TraineeId::new(Timestamp::from_millis(0), [0; 10]);
    let started =
        AttemptStarted { trainee: nobody, mode: Mode::Practice, limit: None, paper: drawn.paper, invigilated: None };
    let sheet = LoadedPaper::load(&started, |digest| drawn.content.get(&digest).cloned()).ok()?;
    let notes = sheet.questions.iter().map(|item| notes.remove(&item.question.id).unwrap_or_default()).collect();
    Some(PreviewBank { sheet: Arc::new(sheet), notes })
}
