//! The answer sheet: every question with its state, and the way to the end.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::clock::{Countdown, Millis};
use crate::exam::Session;
use crate::exam::session::AttemptAction;
use crate::tui::effect::{Command, Effect, Reply, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage, column};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::{text, view};

/// How wide a question's cell is: ` 12 ● ⚑ `.
const CELL: usize = 8;

/// The answer sheet.
#[derive(Debug)]
pub struct AnswerSheetScreen {
    session: Session,
    at: usize,
    columns: usize,
    clock: Option<Countdown>,
    asks: bool,
    scroll: Scroll,
}

impl AnswerSheetScreen {
    /// Shows where a sitting stands, beginning at a question.
    pub fn new(session: Session, at: usize, clock: Option<Countdown>) -> Self {
        Self { session, at, columns: 1, clock, asks: false, scroll: Scroll::default() }
    }

    fn open(&self) -> Vec<usize> {
        self.session.unanswered_indexes()
    }

    fn flagged(&self) -> Vec<usize> {
        (0..self.session.question_count()).filter(|item| self.session.is_flagged(*item)).collect()
    }

    fn left(&self, cx: &ScreenContext) -> Option<Millis> {
        self.clock.map(|clock| clock.remaining(cx.now))
    }
}

/// Writes the numbers of questions, as many as can be read at a glance.
fn numbers(items: &[usize]) -> String {
    let shown: Vec<_> = items.iter().take(30).map(|item| (item + 1).to_string()).collect();
    let more = if items.len() > 30 { " …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

impl Screen for AnswerSheetScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        if std::mem::take(&mut self.asks) {
            let yes = matches!(key, Key::Char('y' | 'Y'));
            return yes.then_some(Effect::Do(Command::Record(AttemptAction::Submit)));
        }
        let last = self.session.question_count().saturating_sub(1);
        self.scroll.follow();
        match key {
            Key::Left => self.at = self.at.saturating_sub(1),
            Key::Right => self.at = (self.at + 1).min(last),
            Key::Up => self.at = self.at.checked_sub(self.columns).unwrap_or(self.at),
            Key::Down if self.at + self.columns <= last => self.at += self.columns,
            Key::Home => self.at = 0,
            Key::End => self.at = last,
            Key::Enter => return Some(Effect::CloseAt(self.at)),
            Key::Char('f' | 'F') => self.asks = true,
            Key::Esc | Key::CtrlC | Key::Char('s' | 'q') => return Some(Effect::Close),
            _ => {}
        }
        None
    }

    fn settled(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        match reply {
            Reply::Recorded(session) => {
                self.session = *session;
                self.session.finished().map(|_| Effect::Open(Route::Result))
            }
            Reply::TimeUp => Some(Effect::Open(Route::Result)),
            _ => None,
        }
    }

    fn tick(&mut self, cx: &ScreenContext) -> Option<Effect> {
        (self.left(cx) == Some(Millis(0))).then_some(Effect::Do(Command::Record(AttemptAction::TimeOut)))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        self.columns = (usize::from(column(area).width) / CELL).max(1);
        let mut page = TextPage::new(cx.theme, area);
        let (open, flagged) = (self.open(), self.flagged());
        let answered = self.session.question_count() - open.len();
        page.text(TextRole::Text, &format!("{answered} answered, {} open, {} flagged.", open.len(), flagged.len()));
        page.gap();
        for row in 0..self.session.question_count().div_ceil(self.columns) {
            let items = row * self.columns..((row + 1) * self.columns).min(self.session.question_count());
            let cells: Vec<_> = items.clone().map(|item| self.cell(item)).collect();
            if items.contains(&self.at) {
                page.focus();
            }
            page.parts(&cells.iter().map(|(role, cell)| (*role, cell.as_str())).collect::<Vec<_>>());
        }
        page.gap();
        page.text(TextRole::Dim, "● answered   ○ open   ⚑ flagged");
        page.gap();
        if self.asks {
            if !open.is_empty() {
                page.text(TextRole::Warn, &format!("Unanswered: {}.", numbers(&open)));
            }
            if !flagged.is_empty() {
                page.text(TextRole::Warn, &format!("Flagged: {}.", numbers(&flagged)));
            }
            page.focus();
            let with = if open.is_empty() { String::new() } else { format!(" with {} unanswered", open.len()) };
            page.text(TextRole::Strong, &format!("Submit{with}? y submits, any other key goes back."));
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, cx: &ScreenContext) -> (String, String) {
        let left = self.left(cx).map_or(String::new(), |left| format!(" · {}", view::time_left(left)));
        let title = self.session.loaded_paper().title();
        (
            format!("{title} · answer sheet"),
            format!("{}{left}", text::count_with_noun(self.session.question_count(), "question")),
        )
    }

    fn bindings(&self) -> Vec<Binding> {
        if self.asks {
            return vec![key("y", "submit"), key("Esc", "back")];
        }
        vec![key("←↑↓→", "choose"), key("Enter", "go to it"), key("f", "finish and submit"), key("Esc", "back")]
    }

    fn wake(&self, cx: &ScreenContext) -> Option<Millis> {
        self.clock.map(|clock| clock.until_next_change(cx.now))
    }

    fn exit_code(&self) -> u8 {
        1
    }
}

impl AnswerSheetScreen {
    fn cell(&self, item: usize) -> (TextRole, String) {
        let here = item == self.at;
        let state = if self.session.stored_answer(item).is_some() { "●" } else { "○" };
        let flag = if self.session.is_flagged(item) { "⚑" } else { " " };
        let pointer = if here { "▸" } else { " " };
        (if here { TextRole::Accent } else { TextRole::Text }, format!("{pointer}{:>3} {state}{flag} ", item + 1))
    }
}
