//! What a trainee keeps beside a question: the menu for note, bookmark and problem report, their text field, and the
//! reading about the question's objective.

use super::{Effect, QuizScreen, Route, TextPage, TextRole};
use crate::ids::{InBank, ObjectiveId, QuestionId, ReadingId};
use crate::tui::binding::{Action, Binding};
use crate::tui::command::{Command, Dialog, NotebookCommand};
use crate::tui::key::Key;
use crate::tui::overlay::CLOSE_OVERLAY;
use crate::tui::text_field::{TextField, editing_bindings};
use crate::view::notebook::QuestionNotebook;

/// What the text field beside a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoteEntryKind {
    Note,
    Report,
}

/// A text that the trainee is typing beside a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextEntry {
    kind: NoteEntryKind,
    field: TextField,
}

impl QuizScreen {
    /// Returns the bank and the ID of the question that is shown.
    fn question_name(&self) -> InBank<QuestionId> {
        let bank = self.loaded_paper().bank_of(self.question_index).id.clone();
        InBank { bank, id: self.loaded_question().question.id.clone() }
    }

    /// Returns what the trainee keeps beside the question that is shown.
    pub(super) fn notes(&self) -> Option<&QuestionNotebook> {
        let name = self.question_name();
        self.notebook.iter().find(|notes| notes.question == name)
    }

    /// Returns the reading about the objective of the question that is shown.
    fn reading(&self) -> Option<ReadingId> {
        let bank = self.loaded_paper().bank_of(self.question_index).id.clone();
        let objective: InBank<ObjectiveId> = InBank { bank, id: self.loaded_question().question.objective.clone() };
        let course = self.catalog.as_ref()?.course();
        course.reading_about(&objective).map(|reading| reading.head.id.clone())
    }

    /// Returns the rows for the reading and for the menu. A preview and a review of an exam have neither.
    pub(super) fn notebook_bindings(&self) -> Vec<Binding> {
        if self.catalog.is_none() {
            return Vec::new();
        }
        let mut rows = Vec::new();
        if !self.is_exam() {
            let too_early = (!self.is_closed()).then(|| "Answer first. Then r opens the reading about it.".to_owned());
            rows.push(self.command_binding('r', &[], Action::named("reading"), "reading").disabled(too_early));
            rows.push(self.command_binding('n', &[], Action::named("note"), "note"));
        }
        // In a field, a point is text.
        let keys: &[Key] = if self.is_field_focused { &[Key::Alt('.')] } else { &[Key::Char('.'), Key::Alt('.')] };
        rows.push(Binding::new(keys, Action::named("menu"), "more"));
        rows
    }

    /// Runs an action of the menu. Does nothing for any other action.
    pub(super) fn run_notebook_action(&mut self, action: Action) -> Option<Effect> {
        self.note = None;
        match action.name {
            "menu" => return Some(Effect::Ask(self.menu())),
            "reading" => return self.open_reading(),
            "note" => {
                let note = self.notes().map(|notes| notes.note.clone()).unwrap_or_default();
                self.entry = Some(TextEntry { kind: NoteEntryKind::Note, field: TextField::new(note) });
            }
            "report" => self.entry = Some(TextEntry { kind: NoteEntryKind::Report, field: TextField::default() }),
            "bookmark" => {
                return Some(Effect::Do(Command::Notebook(NotebookCommand::ToggleBookmark(self.question_name()))));
            }
            _ => {}
        }
        None
    }

    fn open_reading(&mut self) -> Option<Effect> {
        let reading = self.reading();
        if reading.is_none() {
            self.note = Some((TextRole::Warn, "The course has no reading about this question.".to_owned()));
        }
        reading.map(|id| Effect::Open(Route::Reading(id)))
    }

    fn menu(&self) -> Dialog {
        let mut bindings = Vec::new();
        if !self.is_exam() {
            let is_bookmarked = self.notes().is_some_and(|notes| notes.is_bookmarked);
            let bookmark = if is_bookmarked { "remove the bookmark" } else { "set a bookmark" };
            let has_note = self.notes().is_some_and(|notes| !notes.note.is_empty());
            let note = if has_note { "change the note" } else { "write a note" };
            bindings.push(Binding::new(&[Key::Char('n')], Action::named("note"), note));
            bindings.push(Binding::new(&[Key::Char('b')], Action::named("bookmark"), bookmark));
        }
        bindings.push(Binding::new(&[Key::Char('p')], Action::named("report"), "report a problem"));
        bindings.push(Binding::new(&[Key::Any], CLOSE_OVERLAY, "close"));
        let text = if self.is_exam() {
            "Notes and bookmarks are closed during an exam. A report is kept for the author of the question."
        } else {
            "A note and a bookmark are for you. A report is kept for the author of the question."
        };
        Dialog { title: "This question".to_owned(), text: text.to_owned(), bindings }
    }

    /// Returns the rows while a note or a report is typed.
    pub(super) fn entry_bindings() -> Vec<Binding> {
        let mut rows = vec![
            Binding::new(&[Key::Enter], Action::named("save-entry"), "save"),
            Binding::new(&[Key::Esc], Action::named("cancel-entry"), "cancel"),
            Binding::new(&[Key::CtrlU], Action::named("delete-all"), "clear the field").in_help(),
            Binding::unlisted(&[Key::CtrlC], Action::named("cancel-entry")),
        ];
        rows.extend(editing_bindings());
        rows
    }

    /// Runs an action while a note or a report is typed.
    pub(super) fn run_entry_action(&mut self, action: Action) -> Option<Effect> {
        let entry = self.entry.as_mut()?;
        match action.name {
            "cancel-entry" => self.entry = None,
            "save-entry" => return self.save_entry(),
            name => {
                entry.field.edit(name);
            }
        }
        None
    }

    fn save_entry(&mut self) -> Option<Effect> {
        let entry = self.entry.clone()?;
        let text = entry.field.content().to_owned();
        let question = self.question_name();
        let revision = self.loaded_question().question.revision;
        Some(Effect::Do(Command::Notebook(match entry.kind {
            NoteEntryKind::Note => NotebookCommand::WriteNote(question, text),
            NoteEntryKind::Report => NotebookCommand::ReportProblem(question, revision, text),
        })))
    }

    /// Types a character into the note or report.
    pub(super) fn type_entry(&mut self, c: char) {
        if let Some(entry) = &mut self.entry {
            entry.field.insert(c);
        }
    }

    /// Keeps what was stored, and says so.
    pub(super) fn take_in_notes(&mut self, notes: QuestionNotebook) {
        let before = self.notebook.iter().find(|before| before.question == notes.question);
        let message = match (&self.entry, before.is_some_and(|before| before.is_bookmarked), notes.is_bookmarked) {
            (Some(TextEntry { kind: NoteEntryKind::Report, .. }), ..) => "Your report is saved.",
            (Some(_), ..) if notes.note.is_empty() => "The note is deleted.",
            (Some(_), ..) => "The note is saved.",
            (None, false, true) => "The bookmark is set.",
            (None, ..) => "The bookmark is removed.",
        };
        self.note = Some((TextRole::Good, message.to_owned()));
        self.entry = None;
        self.notebook.retain(|before| before.question != notes.question);
        self.notebook.push(notes);
    }

    /// Paints the text field of a note or a report, if one is open. Returns whether it is.
    pub(super) fn paint_entry(&self, page: &mut TextPage) -> bool {
        let Some(entry) = &self.entry else { return false };
        page.push_text(TextRole::Strong, &self.loaded_question().question.stem);
        page.push_blank_line();
        let (title, hint) = match entry.kind {
            NoteEntryKind::Note => ("Your note", "Only you see it. An empty note is deleted."),
            NoteEntryKind::Report => {
                ("What is wrong with this question?", "Your report is kept for the author of the question.")
            }
        };
        page.begin_panel(title);
        page.focus_next_line();
        page.push_text(TextRole::Text, &entry.field.with_cursor("▏"));
        page.end_panel();
        page.push_text(TextRole::Dim, hint);
        true
    }

    /// Paints the trainee's note and bookmark below an answered question.
    pub(super) fn paint_notes(&self, page: &mut TextPage) {
        let Some(notes) = self.notes() else { return };
        if notes.is_bookmarked {
            page.push_text(TextRole::Accent, "Bookmarked");
        }
        if !notes.note.is_empty() {
            page.push_hanging_text("Your note: ", TextRole::Accent, TextRole::Text, &notes.note);
        }
    }
}
