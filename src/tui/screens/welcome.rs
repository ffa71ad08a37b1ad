//! Who is it? A list of those who are here, and a field for a new name.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::projections::people::PersonRow;
use crate::text;
use crate::tui::effect::{Command, Effect, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;

/// The first screen, while it is not known who sits down.
#[derive(Debug)]
pub struct WelcomeScreen {
    people: Vec<PersonRow>,
    at: usize,
    name: String,
    scroll: Scroll,
}

impl WelcomeScreen {
    /// Asks whether it is one of these, or somebody new.
    pub fn new(people: Vec<PersonRow>) -> Self {
        Self { people, at: 0, name: String::new(), scroll: Scroll::default() }
    }

    /// Returns whether the keys go to the field for a new name, which stands behind the list.
    fn in_field(&self) -> bool {
        self.at == self.people.len()
    }
}

impl Screen for WelcomeScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow();
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Up => self.at = self.at.saturating_sub(1),
            Key::Down | Key::Tab => self.at = (self.at + 1).min(self.people.len()),
            Key::Esc => return Some(Effect::Quit),
            Key::Enter if !self.in_field() => {
                return Some(Effect::Do(Command::ChoosePerson(self.people[self.at].clone())));
            }
            Key::Enter if !self.name.trim().is_empty() => {
                return Some(Effect::Do(Command::ChooseName(self.name.clone())));
            }
            Key::Char('q') if !self.in_field() => return Some(Effect::Quit),
            // Who looks up others need not be anybody here.
            Key::Char('l') if !self.in_field() => return Some(Effect::Open(Route::Records)),
            Key::Char(c) if self.in_field() && text::is_harmless(c) && self.name.len() < 400 => self.name.push(c),
            Key::Backspace if self.in_field() => self.name = text::without_last_grapheme(&self.name).to_owned(),
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        page.gap();
        page.text(TextRole::Strong, "Dry needling: practice, exams and certificates of completion.");
        page.gap();
        if self.people.is_empty() {
            page.text(TextRole::Text, "What is your name? It will stand on your certificate as you type it here.");
        } else {
            page.text(TextRole::Text, "Who is it?");
        }
        page.gap();
        for (at, row) in self.people.iter().enumerate() {
            let here = at == self.at;
            if here {
                page.focus();
            }
            let mark = if here { "▸ " } else { "  " };
            page.hanging(
                mark,
                TextRole::Accent,
                if here { TextRole::Strong } else { TextRole::Text },
                &row.person.name,
            );
        }
        if !self.people.is_empty() {
            page.gap();
        }
        if self.in_field() {
            page.focus();
        }
        let (mark, cursor) = if self.in_field() { ("▸ ", "▏") } else { ("  ", "") };
        let label = if self.people.is_empty() { "Name: " } else { "New name: " };
        page.hanging(&format!("{mark}{label}"), TextRole::Accent, TextRole::Strong, &format!("{}{cursor}", self.name));
        page.gap();
        page.text(
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
            vec![key("Enter", "go on"), key("Esc", "quit")]
        } else {
            vec![key("↑↓", "choose"), key("Enter", "go on"), key("l", "records"), key("Esc", "quit")]
        }
    }

    fn types(&self) -> bool {
        self.in_field()
    }
}
