//! The history of a trainee: ended practices, mock exams and exams, whose results open again.

use ratatui::layout::Rect;

use crate::text;
use crate::tui::binding::{Action, Binding, first_last_bindings, page_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::history::HistoryEntry;

/// The list of ended attempts.
#[derive(Debug)]
pub struct HistoryScreen {
    entries: Vec<HistoryEntry>,
    selected: usize,
    scroll: Scroll,
}

impl HistoryScreen {
    /// Returns the list of these attempts.
    pub fn new(entries: Vec<HistoryEntry>) -> Self {
        Self { entries, selected: 0, scroll: Scroll::default() }
    }

    fn open_selected(&self) -> Option<Effect> {
        let entry = self.entries.get(self.selected)?;
        Some(Effect::Do(Command::OpenResult(entry.attempt)))
    }
}

impl Screen for HistoryScreen {
    fn bindings(&self) -> Vec<Binding> {
        let mut rows = Vec::new();
        if !self.entries.is_empty() {
            rows.extend(up_down_bindings("choose"));
            rows.push(Binding::new(&[Key::Enter], Action::named("open"), "open the result"));
        }
        rows.push(Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"));
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows.extend(first_last_bindings());
        rows.extend(page_bindings());
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

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        if self.entries.is_empty() {
            page.push_text(TextRole::Text, "Nothing has ended yet. Results of practices and exams appear here.");
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let places = (index, self.selected);
            list::push_entry(&mut page, places, "open-row", ("", &entry.title), Some(&entry.detail));
        }
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("History".to_owned(), text::count_with_noun(self.entries.len(), "result"))
    }
}
