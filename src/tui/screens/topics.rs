//! The list of topics to practice, with the progress in each.

use ratatui::layout::Rect;

use crate::clock::Zone;
use crate::text;
use crate::tui::binding::{Action, Binding, first_last_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::home::TopicView;

/// The list of topics. The first entry is all topics, mixed.
#[derive(Debug)]
pub struct TopicsScreen {
    topics: Vec<TopicView>,
    selected: usize,
    scroll: Scroll,
}

impl TopicsScreen {
    /// Returns the list of these topics.
    pub fn new(topics: Vec<TopicView>) -> Self {
        Self { topics, selected: 0, scroll: Scroll::default() }
    }

    fn start_selected(&self) -> Effect {
        let chosen = self.selected.checked_sub(1).and_then(|index| self.topics.get(index));
        Effect::Do(Command::StartPractice(chosen.map(|topic| topic.bank.clone()).into_iter().collect()))
    }
}

/// Returns the trainee's progress in a topic, in words.
fn progress_text(topic: &TopicView, zone: &Zone) -> String {
    let questions = text::count_with_noun(topic.total, "question");
    topic.last_practiced.map_or_else(
        || format!("  {questions}, not practiced yet"),
        |last| {
            format!(
                "  {questions}, {} answered, {} correct, {}",
                topic.answered,
                topic.correct,
                last.format_local_day(zone)
            )
        },
    )
}

impl Screen for TopicsScreen {
    fn bindings(&self) -> Vec<Binding> {
        let mut rows = up_down_bindings("choose").to_vec();
        rows.push(Binding::new(&[Key::Enter], Action::named("start"), "start"));
        rows.push(Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"));
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows.extend(first_last_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        match action.name {
            "leave" => return Some(Effect::Close),
            "quit" => return Some(Effect::Quit),
            "up" => self.selected = self.selected.saturating_sub(1),
            "down" => self.selected = (self.selected + 1).min(self.topics.len()),
            "first" => self.selected = 0,
            "last" => self.selected = self.topics.len(),
            "start" => return Some(self.start_selected()),
            "start-row" => {
                self.selected = action.index.min(self.topics.len());
                return Some(self.start_selected());
            }
            _ => {
                self.scroll.handle_action(action, 8);
            }
        }
        None
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_text(TextRole::Text, "Up to ten questions. Each one is explained right after you answer it.");
        page.push_blank_line();
        let marker = |is_selected: bool| if is_selected { "▸ " } else { "  " };
        if self.selected == 0 {
            page.focus_next_line();
        }
        page.set_line_action(Some(Action::indexed("start-row", 0)));
        page.push_hanging_text(
            marker(self.selected == 0),
            TextRole::Accent,
            if self.selected == 0 { TextRole::Strong } else { TextRole::Text },
            "All topics",
        );
        for (index, topic) in self.topics.iter().enumerate() {
            page.set_line_action(None);
            page.push_blank_line();
            page.set_line_action(Some(Action::indexed("start-row", index + 1)));
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
                (TextRole::Dim, &progress_text(topic, &context.zone)),
            ]);
        }
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Practice".to_owned(), "choose a topic".to_owned())
    }
}
