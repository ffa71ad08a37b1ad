//! The welcome screen: people are found by typing their name, and new ones are added.

use ratatui::layout::Rect;

use crate::projections::people::PersonRow;
use crate::text;
use crate::tui::binding::{Action, Binding, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::text_field::{TextField, editing_bindings};
use crate::tui::theme::TextRole;

/// The first screen, until a person is chosen. Typing filters the list, so Enter never opens a person whose name does
/// not match.
#[derive(Debug)]
pub struct WelcomeScreen {
    people: Vec<PersonRow>,
    /// The index among the matching people. The entry after them adds the typed name.
    selected: usize,
    name: TextField,
    scroll: Scroll,
    /// The trainee who was chosen before. Esc leads back to them.
    previous: Option<PersonRow>,
}

impl WelcomeScreen {
    /// Returns the screen that asks for one of `people` or for a new name. `previous` is the trainee who was chosen before.
    pub fn new(people: Vec<PersonRow>, previous: Option<PersonRow>) -> Self {
        Self { people, selected: 0, name: TextField::default(), scroll: Scroll::default(), previous }
    }

    /// Returns the people whose name contains what was typed, whatever the case. The name that equals it comes first,
    /// then those that begin with it, so that Enter opens no one else.
    fn matching_people(&self) -> Vec<&PersonRow> {
        let typed = text::name_key(self.name.content());
        let rank = |row: &PersonRow| {
            let name = text::name_key(&row.person.name);
            (name != typed, !name.starts_with(&typed))
        };
        let matches = |row: &&PersonRow| text::name_key(&row.person.name).contains(&typed);
        let mut people: Vec<_> = self.people.iter().filter(matches).collect();
        people.sort_by_key(|row| rank(row));
        people
    }

    /// Returns whether the typed name can be added: it is not empty, and no person has it.
    fn can_add(&self) -> bool {
        let typed = text::name_key(self.name.content());
        !typed.trim().is_empty() && self.people.iter().all(|row| text::name_key(&row.person.name) != typed)
    }

    /// Returns the number of entries: the matching people, and the new name.
    fn entry_count(&self) -> usize {
        self.matching_people().len() + usize::from(self.can_add())
    }

    /// Continues as the selected person, or as the person whose name was typed.
    fn choose_selected(&self) -> Option<Effect> {
        match self.matching_people().get(self.selected) {
            Some(person) => Some(Effect::Do(Command::ChoosePerson(Box::new((*person).clone())))),
            None if self.can_add() => Some(Effect::Do(Command::ChooseName(self.name.content().to_owned()))),
            None => None,
        }
    }
}

impl Screen for WelcomeScreen {
    fn bindings(&self) -> Vec<Binding> {
        let nothing_typed = (self.entry_count() == 0).then(|| "Type your name first.".to_owned());
        let mut rows = Vec::new();
        if self.entry_count() > 1 {
            rows.extend(up_down_bindings("choose"));
        }
        rows.push(Binding::new(&[Key::Enter], Action::named("go-on"), "continue").disabled(nothing_typed));
        rows.extend(editing_bindings());
        rows.push(Binding::unlisted(&[Key::CtrlU], Action::named("delete-all")));
        rows.push(Binding::unlisted(&[Key::Tab], Action::named("down")));
        if self.previous.is_some() {
            rows.push(Binding::new(&[Key::Esc], Action::LEAVE, "back"));
            rows.push(Binding::new(&[Key::CtrlC], Action::QUIT, "quit"));
        } else {
            rows.push(Binding::new(&[Key::Esc, Key::CtrlC], Action::QUIT, "quit"));
        }
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        if let Some(selected) = list::selected_after(action, self.selected, self.entry_count()) {
            self.selected = selected;
            return None;
        }
        match action.name {
            "quit" => return Some(Effect::Quit),
            "leave" => return self.previous.clone().map(|row| Effect::Do(Command::ChoosePerson(Box::new(row)))),
            "go-on" => return self.choose_selected(),
            "choose-entry" => {
                self.selected = action.index.min(self.entry_count().saturating_sub(1));
                return self.choose_selected();
            }
            name if self.name.edit(name) => self.selected = 0,
            _ => {
                self.scroll.handle_action(action, 8);
            }
        }
        None
    }

    fn on_text(&mut self, c: char) {
        self.scroll.follow_focus();
        self.name.insert(c);
        self.selected = 0;
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        page.push_text(TextRole::Strong, "Dry needling: practice, exams, and certificates of completion");
        page.push_blank_line();
        let question = if self.people.is_empty() {
            "What is your name? Type it as you want it on your certificate."
        } else {
            "Who is practicing? Type your name, or choose it."
        };
        page.push_text(TextRole::Text, question);
        page.push_blank_line();
        page.push_hanging_text("Name: ", TextRole::Accent, TextRole::Strong, &self.name.with_cursor("▏"));
        page.push_blank_line();
        let people = self.matching_people().into_iter().map(|row| text::single_line(&row.person.name));
        let new = self.can_add().then(|| format!("Add {} as a new trainee", text::single_line(self.name.content())));
        for (index, label) in people.chain(new).enumerate() {
            list::push_entry(&mut page, (index, self.selected), "choose-entry", ("", &label), None);
        }
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
        true
    }
}
