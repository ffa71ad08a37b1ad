//! Which topic to practice.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::text;
use crate::tui::effect::{Command, Effect};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage, bar};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::home::TopicView;

/// The list of topics; all of them mixed come first.
#[derive(Debug)]
pub struct TopicsScreen {
    topics: Vec<TopicView>,
    at: usize,
    scroll: Scroll,
}

impl TopicsScreen {
    /// Lists these.
    pub fn new(topics: Vec<TopicView>) -> Self {
        Self { topics, at: 0, scroll: Scroll::default() }
    }
}

/// Says how far a topic is.
fn far(topic: &TopicView) -> String {
    let questions = text::count_with_noun(topic.total, "question");
    topic.last.map_or_else(
        || format!("  {questions}, not practiced yet"),
        |last| format!("  {questions}, {} seen, {} right, last {}", topic.seen, topic.right, last.format_local()),
    )
}

impl Screen for TopicsScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow();
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Esc | Key::Char('q') => return Some(Effect::Close),
            Key::Up => self.at = self.at.saturating_sub(1),
            Key::Down => self.at = (self.at + 1).min(self.topics.len()),
            Key::Home => self.at = 0,
            Key::End => self.at = self.topics.len(),
            Key::Enter => {
                let chosen = self.at.checked_sub(1).and_then(|at| self.topics.get(at));
                let banks = chosen.map(|topic| topic.bank.clone()).into_iter().collect();
                return Some(Effect::Do(Command::Practice(banks)));
            }
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        page.text(TextRole::Text, "Ten questions, each explained as soon as it is answered.");
        page.gap();
        let mark = |here: bool| if here { "▸ " } else { "  " };
        if self.at == 0 {
            page.focus();
        }
        page.hanging(
            mark(self.at == 0),
            TextRole::Accent,
            if self.at == 0 { TextRole::Strong } else { TextRole::Text },
            "All topics",
        );
        for (at, topic) in self.topics.iter().enumerate() {
            page.gap();
            let here = self.at == at + 1;
            if here {
                page.focus();
            }
            let role = if here { TextRole::Strong } else { TextRole::Text };
            page.hanging(mark(here), TextRole::Accent, role, &topic.title);
            let (full, rest) = bar(topic.right, topic.total, 12);
            page.parts(&[
                (TextRole::Text, "  "),
                (TextRole::Accent, &full),
                (TextRole::Dim, &rest),
                (TextRole::Dim, &far(topic)),
            ]);
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Practice".to_owned(), "choose a topic".to_owned())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("↑↓", "choose"), key("Enter", "start"), key("Esc", "back")]
    }
}
