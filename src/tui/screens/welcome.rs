//! The welcome screen: the list of known people, and a field for a new name.

use ratatui::layout::Rect;

use crate::projections::people::PersonRow;
use crate::text;
use crate::tui::binding::{Action, Binding, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;

/// The first screen, until a person is chosen.
#[derive(Debug)]
pub struct WelcomeScreen {
    people: Vec<PersonRow>,
    selected: usize,
    name: String,
    scroll: Scroll,
}

impl WelcomeScreen {
    /// Returns the screen that asks for one of `people` or for a new name.
    pub fn new(people: Vec<PersonRow>) -> Self {
        Self { people, selected: 0, name: String::new(), scroll: Scroll::default() }
    }

    /// Returns whether the field for a new name has the focus. Its index follows the last person.
    fn is_field_focused(&self) -> bool {
        self.selected == self.people.len()
    }

    /// Continues as the selected person, or as the person whose name was typed.
    fn choose_selected(&self) -> Option<Effect> {
        match self.people.get(self.selected) {
            Some(person) => Some(Effect::Do(Command::ChoosePerson(person.clone()))),
            None if self.name.trim().is_empty() => None,
            None => Some(Effect::Do(Command::ChooseName(self.name.clone()))),
        }
    }
}

impl Screen for WelcomeScreen {
    fn bindings(&self) -> Vec<Binding> {
        let [up, down] = up_down_bindings("choose");
        let mut rows = Vec::new();
        if !self.people.is_empty() {
            rows.extend([up, down, Binding::unlisted(&[Key::Tab], Action::named("down"))]);
        }
        rows.push(Binding::new(&[Key::Enter], Action::named("go-on"), "continue"));
        if self.is_field_focused() {
            rows.push(Binding::unlisted(&[Key::Backspace], Action::named("delete-character")));
        } else {
            // The records are open to people who are not in the list, such as a clinic manager.
            rows.push(Binding::new(&[Key::Char('l')], Action::named("records"), "records"));
        }
        rows.push(Binding::new(&[Key::Esc, Key::Char('q'), Key::CtrlC], Action::QUIT, "quit"));
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        match action.name {
            "quit" => return Some(Effect::Quit),
            "up" => self.selected = self.selected.saturating_sub(1),
            "down" => self.selected = (self.selected + 1).min(self.people.len()),
            "go-on" => return self.choose_selected(),
            "choose-person" => {
                self.selected = action.index.min(self.people.len());
                return self.choose_selected();
            }
            "type-name" => self.selected = self.people.len(),
            "records" => return Some(Effect::Open(Route::Records)),
            "delete-character" => self.name = text::without_last_grapheme(&self.name).to_owned(),
            _ => {
                self.scroll.handle_action(action, 8);
            }
        }
        None
    }

    fn on_text(&mut self, c: char) {
        self.scroll.follow_focus();
        if text::is_harmless(c) && self.name.len() < 400 {
            self.name.push(c);
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        page.push_text(TextRole::Strong, "Dry needling: practice, exams, and certificates of completion");
        page.push_blank_line();
        if self.people.is_empty() {
            page.push_text(TextRole::Text, "What is your name? Type it as you want it on your certificate.");
        } else {
            page.push_text(TextRole::Text, "Choose your name, or add a new one");
        }
        page.push_blank_line();
        for (index, row) in self.people.iter().enumerate() {
            let is_selected = index == self.selected;
            if is_selected {
                page.focus_next_line();
            }
            let marker = if is_selected { "▸ " } else { "  " };
            page.set_line_action(Some(Action::indexed("choose-person", index)));
            page.push_hanging_text(
                marker,
                TextRole::Accent,
                if is_selected { TextRole::Strong } else { TextRole::Text },
                &row.person.name,
            );
        }
        page.set_line_action(None);
        if !self.people.is_empty() {
            page.push_blank_line();
        }
        page.set_line_action(Some(Action::named("type-name")));
        if self.is_field_focused() {
            page.focus_next_line();
        }
        let (marker, cursor) = if self.is_field_focused() { ("▸ ", "▏") } else { ("  ", "") };
        let label = if self.people.is_empty() { "Name: " } else { "New name: " };
        page.push_hanging_text(
            &format!("{marker}{label}"),
            TextRole::Accent,
            TextRole::Strong,
            &format!("{}{cursor}", self.name),
        );
        page.set_line_action(None);
        page.push_blank_line();
        page.push_text(
            TextRole::Dim,
            "All data stays on this computer. Enter names of staff and students only, never of patients.",
        );
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("needlewise".to_owned(), "welcome".to_owned())
    }

    fn captures_text(&self) -> bool {
        self.is_field_focused()
    }
}
