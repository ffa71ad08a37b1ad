//! The answer sheet: every question with its state, and submission of the attempt.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::clock::{Countdown, Millis};
use crate::exam::Session;
use crate::exam::session::AttemptAction;
use crate::tui::effect::{Command, Effect, Reply, Route};
use crate::tui::key::{Binding, Key, binding};
use crate::tui::page::{Scroll, TextPage, text_column};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::{text, view};

/// How wide a question's cell is: ` 12 ● ⚑ `.
const CELL_WIDTH: usize = 8;

/// The answer sheet.
#[derive(Debug)]
pub struct AnswerSheetScreen {
    session: Session,
    selected: usize,
    columns: usize,
    countdown: Option<Countdown>,
    is_confirming: bool,
    scroll: Scroll,
}

impl AnswerSheetScreen {
    /// Shows where an attempt stands, beginning at a question.
    pub fn new(session: Session, selected: usize, countdown: Option<Countdown>) -> Self {
        Self { session, selected, columns: 1, countdown, is_confirming: false, scroll: Scroll::default() }
    }

    fn open_questions(&self) -> Vec<usize> {
        self.session.unanswered_indexes()
    }

    fn flagged_questions(&self) -> Vec<usize> {
        (0..self.session.question_count()).filter(|index| self.session.is_flagged(*index)).collect()
    }

    fn time_left(&self, context: &ScreenContext) -> Option<Millis> {
        self.countdown.map(|countdown| countdown.remaining(context.now))
    }
}

/// Writes the numbers of questions, as many as can be read at a glance.
fn question_numbers(indices: &[usize]) -> String {
    let visible: Vec<_> = indices.iter().take(30).map(|index| (index + 1).to_string()).collect();
    let ellipsis = if indices.len() > 30 { " …" } else { "" };
    format!("{}{ellipsis}", visible.join(", "))
}

impl Screen for AnswerSheetScreen {
    fn on_key(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        if std::mem::take(&mut self.is_confirming) {
            let is_confirmed = matches!(key, Key::Char('y' | 'Y'));
            return is_confirmed.then_some(Effect::Do(Command::Record(AttemptAction::Submit)));
        }
        let last_index = self.session.question_count().saturating_sub(1);
        self.scroll.follow_focus();
        match key {
            Key::Left => self.selected = self.selected.saturating_sub(1),
            Key::Right => self.selected = (self.selected + 1).min(last_index),
            Key::Up => self.selected = self.selected.checked_sub(self.columns).unwrap_or(self.selected),
            Key::Down if self.selected + self.columns <= last_index => self.selected += self.columns,
            Key::Home => self.selected = 0,
            Key::End => self.selected = last_index,
            Key::Enter => return Some(Effect::CloseToQuestion(self.selected)),
            Key::Char('f' | 'F') => self.is_confirming = true,
            Key::Esc | Key::CtrlC | Key::Char('s' | 'q') => return Some(Effect::Close),
            _ => {}
        }
        None
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        match reply {
            Reply::Recorded(session) => {
                self.session = *session;
                self.session.finished().map(|_| Effect::Open(Route::Result))
            }
            Reply::TimeUp => Some(Effect::Open(Route::Result)),
            _ => None,
        }
    }

    fn on_tick(&mut self, cx: &ScreenContext) -> Option<Effect> {
        (self.time_left(cx) == Some(Millis(0))).then_some(Effect::Do(Command::Record(AttemptAction::TimeOut)))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext) {
        self.columns = (usize::from(text_column(area).width) / CELL_WIDTH).max(1);
        let mut page = TextPage::new(context.theme, area);
        let (open, flagged) = (self.open_questions(), self.flagged_questions());
        let answered = self.session.question_count() - open.len();
        page.push_text(
            TextRole::Text,
            &format!("{answered} answered, {} open, {} flagged.", open.len(), flagged.len()),
        );
        page.push_blank_line();
        for row in 0..self.session.question_count().div_ceil(self.columns) {
            let indices = row * self.columns..((row + 1) * self.columns).min(self.session.question_count());
            let cells: Vec<_> = indices.clone().map(|index| self.cell(index)).collect();
            if indices.contains(&self.selected) {
                page.focus_next_line();
            }
            page.push_line(&cells.iter().map(|(role, cell)| (*role, cell.as_str())).collect::<Vec<_>>());
        }
        page.push_blank_line();
        page.push_text(TextRole::Dim, "● answered   ○ open   ⚑ flagged");
        page.push_blank_line();
        if self.is_confirming {
            if !open.is_empty() {
                page.push_text(TextRole::Warn, &format!("Unanswered: {}.", question_numbers(&open)));
            }
            if !flagged.is_empty() {
                page.push_text(TextRole::Warn, &format!("Flagged: {}.", question_numbers(&flagged)));
            }
            page.focus_next_line();
            let unanswered_note =
                if open.is_empty() { String::new() } else { format!(" with {} unanswered", open.len()) };
            page.push_text(TextRole::Strong, &format!("Submit{unanswered_note}? y submits, any other key goes back."));
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, context: &ScreenContext) -> (String, String) {
        let remaining =
            self.time_left(context).map_or(String::new(), |remaining| format!(" · {}", view::time_left(remaining)));
        let title = self.session.loaded_paper().title();
        (
            format!("{title} · answer sheet"),
            format!("{}{remaining}", text::count_with_noun(self.session.question_count(), "question")),
        )
    }

    fn bindings(&self) -> Vec<Binding> {
        if self.is_confirming {
            return vec![binding("y", "submit"), binding("Esc", "back")];
        }
        vec![
            binding("←↑↓→", "choose"),
            binding("Enter", "go to it"),
            binding("f", "finish and submit"),
            binding("Esc", "back"),
        ]
    }

    fn next_wake(&self, context: &ScreenContext) -> Option<Millis> {
        self.countdown.map(|countdown| countdown.until_next_change(context.now))
    }

    fn exit_code(&self) -> u8 {
        1
    }
}

impl AnswerSheetScreen {
    fn cell(&self, index: usize) -> (TextRole, String) {
        let is_selected = index == self.selected;
        let state = if self.session.stored_answer(index).is_some() { "●" } else { "○" };
        let flag = if self.session.is_flagged(index) { "⚑" } else { " " };
        let pointer = if is_selected { "▸" } else { " " };
        (
            if is_selected { TextRole::Accent } else { TextRole::Text },
            format!("{pointer}{:>3} {state}{flag} ", index + 1),
        )
    }
}
