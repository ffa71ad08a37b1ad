//! The list of exams: which can be taken, which are in progress, and when the others can be taken.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::text;
use crate::tui::binding::{Action, Binding, first_last_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Reply};
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::exams::ExamEntryView;

/// The list of exams.
#[derive(Debug)]
pub struct ExamListScreen {
    entries: Vec<ExamEntryView>,
    selected: usize,
    scroll: Scroll,
}

impl ExamListScreen {
    /// Returns the list of these exams.
    pub fn new(entries: Vec<ExamEntryView>) -> Self {
        Self { entries, selected: 0, scroll: Scroll::default() }
    }

    /// Opens the briefing of the selected exam, or resumes its attempt in progress.
    fn open_selected(&self) -> Option<Effect> {
        let entry = self.entries.get(self.selected)?;
        Some(match entry.open_attempt {
            Some(attempt) => Effect::Do(Command::Resume(attempt)),
            None => Effect::Open(Route::Briefing(Arc::clone(&entry.exam))),
        })
    }
}

impl Screen for ExamListScreen {
    fn bindings(&self) -> Vec<Binding> {
        let mut rows = up_down_bindings("choose").to_vec();
        rows.push(Binding::new(&[Key::Enter], Action::named("open"), "open"));
        rows.push(Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"));
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows.extend(first_last_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        if let Some(selected) = list::selected_after(action, self.selected, self.entries.len()) {
            self.selected = selected;
            return None;
        }
        match action.name {
            "leave" => return Some(Effect::Close),
            "quit" => return Some(Effect::Quit),
            "open" => return self.open_selected(),
            "open-row" => {
                self.selected = action.index.min(self.entries.len().saturating_sub(1));
                return self.open_selected();
            }
            _ => {
                self.scroll.handle_action(action, 8);
            }
        }
        None
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        // An attempt may have started, so the list is loaded again.
        matches!(reply, Reply::Closed).then_some(Effect::Replace(Route::Exams))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        if self.entries.is_empty() {
            page.push_text(TextRole::Text, "There is no exam.");
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let places = (index, self.selected);
            list::push_entry(&mut page, places, "open-row", ("", &entry.exam.title), Some(&entry.status));
            page.push_blank_line();
        }
        page.push_text(TextRole::Dim, "Opening an exam does not start it. You see its rules first.");
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Exams".to_owned(), text::count_with_noun(self.entries.len(), "exam"))
    }
}
