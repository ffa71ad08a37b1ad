//! Practice by choice: topics, filters and the number of questions.
//!
//! ```text
//!   Topics (none checked: all)
//! ▸ [x] Risks                 22 of 48 seen
//!   Only questions that are
//!   [ ] due for review
//!   Number of questions: 5 ‹10› 20 50 all
//!
//!   26 questions match
//! ```

use ratatui::layout::Rect;

use crate::study::practice::{PracticeChoice, PracticeFilter};
use crate::text;
use crate::tui::binding::{Action, Binding, first_last_bindings, page_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Reply};
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::practice_choice::PracticeChoiceView;

/// The numbers of questions to choose from. The last one is all.
const LENGTHS: [usize; 5] = [5, 10, 20, 50, usize::MAX];
/// The index of the default length.
const DEFAULT_LENGTH: usize = 1;

/// The marks of a line that is not checked, and of one that is.
const MARKS: [&str; 2] = ["[ ] ", "[x] "];

/// A line that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChoiceLine {
    Topic(usize),
    Filter(usize),
    Length,
}

/// The choice of what to practice.
#[derive(Debug)]
pub struct PracticeChoiceScreen {
    view: PracticeChoiceView,
    chosen_topics: Vec<bool>,
    chosen_filters: [bool; PracticeFilter::ALL.len()],
    length: usize,
    selected: usize,
    scroll: Scroll,
}

impl PracticeChoiceScreen {
    /// Returns the choice with nothing selected: ten questions of all topics.
    pub fn new(view: PracticeChoiceView) -> Self {
        let chosen_topics = vec![false; view.topics.len()];
        let chosen_filters = [false; PracticeFilter::ALL.len()];
        Self { view, chosen_topics, chosen_filters, length: DEFAULT_LENGTH, selected: 0, scroll: Scroll::default() }
    }

    fn lines(&self) -> Vec<ChoiceLine> {
        let topics = (0..self.view.topics.len()).map(ChoiceLine::Topic);
        topics.chain((0..PracticeFilter::ALL.len()).map(ChoiceLine::Filter)).chain([ChoiceLine::Length]).collect()
    }

    fn chosen_filters(&self) -> Vec<PracticeFilter> {
        let filters = PracticeFilter::ALL.into_iter().zip(self.chosen_filters);
        filters.filter(|(_, is_chosen)| *is_chosen).map(|(filter, _)| filter).collect()
    }

    fn choice(&self) -> PracticeChoice {
        let topics = self.view.topics.iter().zip(&self.chosen_topics).filter(|(_, is_chosen)| **is_chosen);
        let topics = topics.map(|(topic, _)| topic.bank.clone()).collect();
        PracticeChoice { topics, filters: self.chosen_filters(), ..PracticeChoice::default() }
    }

    /// Returns how many questions match the choice.
    fn match_count(&self) -> usize {
        let has_topic = self.chosen_topics.contains(&true);
        let filters = self.chosen_filters();
        let matches = |topic: usize, filtered: &[PracticeFilter]| {
            (!has_topic || self.chosen_topics[topic]) && filters.iter().all(|filter| filtered.contains(filter))
        };
        self.view.questions.iter().filter(|(topic, filtered)| matches(*topic, filtered)).count()
    }

    fn toggle(&mut self, line: usize) {
        self.selected = line.min(self.lines().len() - 1);
        match self.lines()[self.selected] {
            ChoiceLine::Topic(index) => self.chosen_topics[index] = !self.chosen_topics[index],
            ChoiceLine::Filter(index) => self.chosen_filters[index] = !self.chosen_filters[index],
            ChoiceLine::Length => self.length = (self.length + 1) % LENGTHS.len(),
        }
    }

    fn draw_check(&self, page: &mut TextPage, line: usize, mark: &str, label: &str) {
        list::push_entry(page, (line, self.selected), "toggle-line", (mark, label), None);
    }

    fn draw_length(&self, page: &mut TextPage, line: usize) {
        if line == self.selected {
            page.focus_next_line();
        }
        let mut cells = vec![
            (TextRole::Accent, list::pointer(line, self.selected).to_owned(), None),
            (TextRole::Text, "Number of questions: ".to_owned(), None),
        ];
        for (index, length) in LENGTHS.iter().enumerate() {
            let label = if *length == usize::MAX { "all".to_owned() } else { length.to_string() };
            let (role, label) = if index == self.length {
                (TextRole::Strong, format!("‹{label}› "))
            } else {
                (TextRole::Text, format!(" {label}  "))
            };
            cells.push((role, label, Some(Action::indexed("set-length", index))));
        }
        page.push_cells(&cells);
    }
}

impl Screen for PracticeChoiceScreen {
    fn bindings(&self) -> Vec<Binding> {
        let no_match = (self.match_count() == 0).then(|| "No question matches. Select fewer filters.".to_owned());
        let mut rows = up_down_bindings("choose").to_vec();
        rows.push(Binding::new(&[Key::Char(' ')], Action::named("toggle"), "select"));
        rows.extend([
            Binding::new(&[Key::Left], Action::named("fewer"), "number of questions"),
            Binding::new(&[Key::Right], Action::named("more"), "number of questions"),
        ]);
        rows.push(Binding::new(&[Key::Enter], Action::named("start"), "start").disabled(no_match));
        rows.push(Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"));
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows.extend(first_last_bindings());
        rows.extend(page_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        if let Some(selected) = list::selected_after(action, self.selected, self.lines().len()) {
            self.selected = selected;
            return None;
        }
        match action.name {
            "leave" => return Some(Effect::Close),
            "quit" => return Some(Effect::Quit),
            "toggle" => self.toggle(self.selected),
            "toggle-line" => self.toggle(action.index),
            "fewer" => self.length = self.length.saturating_sub(1),
            "more" => self.length = (self.length + 1).min(LENGTHS.len() - 1),
            "set-length" => self.length = action.index.min(LENGTHS.len() - 1),
            "start" => return Some(Effect::Do(Command::StartPractice(Box::new(self.choice()), LENGTHS[self.length]))),
            _ => {
                self.scroll.handle_action(action, 8);
            }
        }
        None
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        // The practice above was left, and home lists it. The counts here are out of date.
        matches!(reply, Reply::Closed).then_some(Effect::Close)
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_text(TextRole::Dim, "Topics (none checked: all)");
        for (line, kind) in self.lines().into_iter().enumerate() {
            match kind {
                ChoiceLine::Topic(index) => {
                    let topic = &self.view.topics[index];
                    let title = text::single_line(&topic.title);
                    let seen = format!("{title}: {} of {} seen", topic.mastery.seen, topic.mastery.total);
                    self.draw_check(&mut page, line, MARKS[usize::from(self.chosen_topics[index])], &seen);
                }
                ChoiceLine::Filter(index) => {
                    if index == 0 {
                        page.push_text(TextRole::Dim, "Only questions that are (all that you check must fit)");
                    }
                    let label = PracticeFilter::ALL[index].label();
                    self.draw_check(&mut page, line, MARKS[usize::from(self.chosen_filters[index])], label);
                }
                ChoiceLine::Length => self.draw_length(&mut page, line),
            }
        }
        page.push_blank_line();
        let count = self.match_count();
        let verb = if count == 1 { "matches" } else { "match" };
        page.push_text(TextRole::Strong, &format!("{} {verb}", text::count_with_noun(count, "question")));
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Practice".to_owned(), "by choice".to_owned())
    }
}
