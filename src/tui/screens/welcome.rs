//! The welcome screen: the list of known people, and a field for a new name.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::projections::people::PersonRow;
use crate::text;
use crate::tui::effect::{Command, Effect, Route};
use crate::tui::key::{Binding, Key, binding};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;

/// The first screen, while it is not known who sits down.
#[derive(Debug)]
pub struct WelcomeScreen {
    people: Vec<PersonRow>,
    selected: usize,
    name: String,
    scroll: Scroll,
}

impl WelcomeScreen {
    /// Asks whether it is one of these, or somebody new.
    pub fn new(people: Vec<PersonRow>) -> Self {
        Self { people, selected: 0, name: String::new(), scroll: Scroll::default() }
    }

    /// Returns whether the keys go to the field for a new name, which stands behind the list.
    fn is_field_focused(&self) -> bool {
        self.selected == self.people.len()
    }
}

impl Screen for WelcomeScreen {
    fn on_key(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Up => self.selected = self.selected.saturating_sub(1),
            Key::Down | Key::Tab => self.selected = (self.selected + 1).min(self.people.len()),
            Key::Esc => return Some(Effect::Quit),
            Key::Enter if !self.is_field_focused() => {
                return Some(Effect::Do(Command::ChoosePerson(self.people[self.selected].clone())));
            }
            Key::Enter if !self.name.trim().is_empty() => {
                return Some(Effect::Do(Command::ChooseName(self.name.clone())));
            }
            Key::Char('q') if !self.is_field_focused() => return Some(Effect::Quit),
            // Who looks up others need not be anybody here.
            Key::Char('l') if !self.is_field_focused() => return Some(Effect::Open(Route::Records)),
            Key::Char(c) if self.is_field_focused() && text::is_harmless(c) && self.name.len() < 400 => {
                self.name.push(c)
            }
            Key::Backspace if self.is_field_focused() => self.name = text::without_last_grapheme(&self.name).to_owned(),
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        page.push_text(TextRole::Strong, "Dry needling: practice, exams and certificates of completion.");
        page.push_blank_line();
        if self.people.is_empty() {
            page.push_text(TextRole::Text, "What is your name? It will stand on your certificate as you type it here.");
        } else {
            page.push_text(TextRole::Text, "Who is it?");
        }
        page.push_blank_line();
        for (index, row) in self.people.iter().enumerate() {
            let is_selected = index == self.selected;
            if is_selected {
                page.focus_next_line();
            }
            let marker = if is_selected { "▸ " } else { "  " };
            page.push_hanging_text(
                marker,
                TextRole::Accent,
                if is_selected { TextRole::Strong } else { TextRole::Text },
                &row.person.name,
            );
        }
        if !self.people.is_empty() {
            page.push_blank_line();
        }
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
        page.push_blank_line();
        page.push_text(
            TextRole::Dim,
            "Everything stays on this computer. Enter the names of staff and students, never of patients.",
        );
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("needlewise".to_owned(), "welcome".to_owned())
    }

    fn bindings(&self) -> Vec<Binding> {
        if self.people.is_empty() {
            vec![binding("Enter", "go on"), binding("Esc", "quit")]
        } else {
            vec![binding("↑↓", "choose"), binding("Enter", "go on"), binding("l", "records"), binding("Esc", "quit")]
        }
    }

    fn captures_text(&self) -> bool {
        self.is_field_focused()
    }
}
