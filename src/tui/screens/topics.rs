//! The list of topics to practice.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::text;
use crate::tui::effect::{Command, Effect};
use crate::tui::key::{Binding, Key, binding};
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::home::TopicView;

/// The list of topics; all of them mixed come first.
#[derive(Debug)]
pub struct TopicsScreen {
    topics: Vec<TopicView>,
    selected: usize,
    scroll: Scroll,
}

impl TopicsScreen {
    /// Lists these.
    pub fn new(topics: Vec<TopicView>) -> Self {
        Self { topics, selected: 0, scroll: Scroll::default() }
    }
}

/// Says how far a topic is.
fn progress_text(topic: &TopicView) -> String {
    let questions = text::count_with_noun(topic.total, "question");
    topic.last_practiced.map_or_else(
        || format!("  {questions}, not practiced yet"),
        |last| format!("  {questions}, {} seen, {} right, last {}", topic.answered, topic.correct, last.format_local()),
    )
}

impl Screen for TopicsScreen {
    fn on_key(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Esc | Key::Char('q') => return Some(Effect::Close),
            Key::Up => self.selected = self.selected.saturating_sub(1),
            Key::Down => self.selected = (self.selected + 1).min(self.topics.len()),
            Key::Home => self.selected = 0,
            Key::End => self.selected = self.topics.len(),
            Key::Enter => {
                let chosen = self.selected.checked_sub(1).and_then(|index| self.topics.get(index));
                let banks = chosen.map(|topic| topic.bank.clone()).into_iter().collect();
                return Some(Effect::Do(Command::StartPractice(banks)));
            }
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_text(TextRole::Text, "Ten questions, each explained as soon as it is answered.");
        page.push_blank_line();
        let marker = |is_selected: bool| if is_selected { "▸ " } else { "  " };
        if self.selected == 0 {
            page.focus_next_line();
        }
        page.push_hanging_text(
            marker(self.selected == 0),
            TextRole::Accent,
            if self.selected == 0 { TextRole::Strong } else { TextRole::Text },
            "All topics",
        );
        for (index, topic) in self.topics.iter().enumerate() {
            page.push_blank_line();
            let is_selected = self.selected == index + 1;
            if is_selected {
                page.focus_next_line();
            }
            let role = if is_selected { TextRole::Strong } else { TextRole::Text };
            page.push_hanging_text(marker(is_selected), TextRole::Accent, role, &topic.title);
            let (filled, empty) = progress_bar(topic.correct, topic.total, 12);
            page.push_line(&[
                (TextRole::Text, "  "),
                (TextRole::Accent, &filled),
                (TextRole::Dim, &empty),
                (TextRole::Dim, &progress_text(topic)),
            ]);
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Practice".to_owned(), "choose a topic".to_owned())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![binding("↑↓", "choose"), binding("Enter", "start"), binding("Esc", "back")]
    }
}
