//! The contents of the course. Typing filters the readings; Enter opens one.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::bank::catalog::Catalog;
use crate::bank::course::CourseReading;
use crate::text;
use crate::tui::binding::{Action, Binding, page_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Reply;
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::text_field::{TextField, editing_bindings};
use crate::tui::theme::TextRole;
use crate::view::course::{CourseEntry, search};

/// The list of readings.
pub struct CourseScreen {
    catalog: Arc<Catalog>,
    entries: Vec<CourseEntry>,
    /// The indexes of the entries that contain the typed words.
    shown: Vec<usize>,
    query: TextField,
    selected: usize,
    scroll: Scroll,
}

impl CourseScreen {
    /// Returns the list, with the reading selected that comes next for the trainee.
    pub fn new(catalog: Arc<Catalog>, entries: Vec<CourseEntry>) -> Self {
        let selected = entries.iter().position(|entry| !entry.is_finished).unwrap_or(0);
        let shown = (0..entries.len()).collect();
        Self { catalog, entries, shown, query: TextField::default(), selected, scroll: Scroll::default() }
    }

    fn search(&mut self) {
        let found = search(self.catalog.course(), self.query.content());
        let entry = |reading: &CourseReading| self.entries.iter().position(|entry| entry.id == reading.head.id);
        self.shown = found.into_iter().filter_map(entry).collect();
        self.selected = 0;
    }

    fn open_selected(&self) -> Option<Effect> {
        let entry = &self.entries[*self.shown.get(self.selected)?];
        Some(Effect::Open(Route::Reading(entry.id.clone())))
    }
}

impl Screen for CourseScreen {
    fn bindings(&self) -> Vec<Binding> {
        let no_reading = self.shown.is_empty().then(|| "No reading contains these words.".to_owned());
        let mut rows = up_down_bindings("choose").to_vec();
        rows.push(Binding::new(&[Key::Enter], Action::named("open"), "read").disabled(no_reading));
        rows.push(Binding::new(&[Key::Esc], Action::LEAVE, "back"));
        rows.push(Binding::new(&[Key::CtrlU], Action::named("delete-all"), "clear").in_help());
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows.extend(editing_bindings());
        rows.extend(page_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        if self.scroll.handle_action(action, 8) {
            return None;
        }
        self.scroll.follow_focus();
        if let Some(selected) = list::selected_after(action, self.selected, self.shown.len()) {
            self.selected = selected;
            return None;
        }
        match action.name {
            "leave" => return Some(Effect::Close),
            "quit" => return Some(Effect::Quit),
            "open" => return self.open_selected(),
            "open-row" => {
                self.selected = action.index.min(self.shown.len().saturating_sub(1));
                return self.open_selected();
            }
            name => {
                if self.query.edit(name) {
                    self.search();
                }
            }
        }
        None
    }

    fn on_text(&mut self, c: char) {
        self.scroll.follow_focus();
        self.query.insert(c);
        self.search();
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        // A reading was closed, so the list may be out of date.
        (reply == Reply::Closed).then_some(Effect::Replace(Route::Course))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_hanging_text("Search: ", TextRole::Accent, TextRole::Strong, &self.query.with_cursor("▏"));
        page.push_blank_line();
        for (index, entry) in self.shown.iter().map(|index| &self.entries[*index]).enumerate() {
            let mark = if entry.is_finished { "✓ " } else { "  " };
            let title = format!("{} ({})", entry.title, entry.detail());
            list::push_entry(&mut page, (index, self.selected), "open-row", (mark, &title), None);
        }
        if self.shown.is_empty() {
            page.push_text(TextRole::Dim, "No reading contains these words.");
        }
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        let finished = self.entries.iter().filter(|entry| entry.is_finished).count();
        let count = text::count_with_noun(self.entries.len(), "reading");
        ("Course".to_owned(), format!("{finished} of {count} read"))
    }

    fn captures_text(&self) -> bool {
        true
    }
}
