//! The answer sheet: every question with its state, and the submission of the attempt.

use ratatui::layout::Rect;

use crate::clock::{Countdown, Millis};
use crate::exam::Session;
use crate::exam::session::AttemptAction;
use crate::ids::AttemptId;
use crate::tui::binding::{Action, Binding, first_last_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Dialog, Reply};
use crate::tui::key::Key;
use crate::tui::overlay::CLOSE_OVERLAY;
use crate::tui::page::{Scroll, TextPage, text_column};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::{text, view};

/// The width of a question's cell, in columns: ` 12 ●⚑ `.
const CELL_WIDTH: usize = 8;

/// The answer sheet of an attempt.
#[derive(Debug)]
pub struct AnswerSheetScreen {
    attempt: Option<AttemptId>,
    session: Session,
    selected: usize,
    columns: usize,
    countdown: Option<Countdown>,
    scroll: Scroll,
}

impl AnswerSheetScreen {
    /// Returns the answer sheet of an attempt with the question at index `selected` selected. A preview has no
    /// `attempt`. Without a time limit, `countdown` is `None`.
    pub fn new(attempt: Option<AttemptId>, session: Session, selected: usize, countdown: Option<Countdown>) -> Self {
        Self { attempt, session, selected, columns: 1, countdown, scroll: Scroll::default() }
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

/// Lists the numbers of questions, at most 30: more cannot be read at a glance.
fn question_numbers(indices: &[usize]) -> String {
    let visible: Vec<_> = indices.iter().take(30).map(|index| (index + 1).to_string()).collect();
    let ellipsis = if indices.len() > 30 { " …" } else { "" };
    format!("{}{ellipsis}", visible.join(", "))
}

impl Screen for AnswerSheetScreen {
    fn bindings(&self) -> Vec<Binding> {
        let step = |key: Key, name: &'static str| Binding::new(&[key], Action::named(name), "choose");
        let mut rows = vec![
            step(Key::Left, "left"),
            step(Key::Up, "up"),
            step(Key::Down, "down"),
            step(Key::Right, "right"),
            Binding::new(&[Key::Enter], Action::named("open"), "go to question"),
            Binding::new(&[Key::Char('f')], Action::named("submit"), "submit"),
            Binding::new(&[Key::Esc, Key::Char('s'), Key::Char('q'), Key::CtrlC], Action::LEAVE, "back"),
        ];
        rows.extend(first_last_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        let last_index = self.session.question_count().saturating_sub(1);
        self.scroll.follow_focus();
        match action.name {
            "left" => self.selected = self.selected.saturating_sub(1),
            "right" => self.selected = (self.selected + 1).min(last_index),
            "up" => self.selected = self.selected.checked_sub(self.columns).unwrap_or(self.selected),
            "down" if self.selected + self.columns <= last_index => self.selected += self.columns,
            "first" => self.selected = 0,
            "last" => self.selected = last_index,
            "open" => return Some(Effect::CloseToQuestion(self.selected)),
            "open-question" => return Some(Effect::CloseToQuestion(action.index)),
            "submit" => return Some(Effect::Ask(self.submit_dialog())),
            "submit-now" => return Some(Effect::Do(Command::Record(self.attempt, AttemptAction::Submit))),
            "leave" => return Some(Effect::Close),
            _ => {
                self.scroll.handle_action(action, 8);
            }
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
        (self.time_left(cx) == Some(Millis(0)))
            .then_some(Effect::Do(Command::Record(self.attempt, AttemptAction::TimeOut { draft: None })))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        self.columns = (usize::from(text_column(area).width) / CELL_WIDTH).max(1);
        let mut page = TextPage::new(context.theme, area);
        let (open, flagged) = (self.open_questions(), self.flagged_questions());
        let answered = self.session.question_count() - open.len();
        page.push_text(
            TextRole::Text,
            &format!("{answered} answered, {} unanswered, {} flagged", open.len(), flagged.len()),
        );
        page.push_blank_line();
        for row in 0..self.session.question_count().div_ceil(self.columns) {
            let indices = row * self.columns..((row + 1) * self.columns).min(self.session.question_count());
            let cells: Vec<_> = indices.clone().map(|index| self.cell(index)).collect();
            if indices.contains(&self.selected) {
                page.focus_next_line();
            }
            page.push_cells(&cells);
        }
        page.push_blank_line();
        page.push_text(TextRole::Dim, "● answered   ○ unanswered   ⚑ flagged");
        page.draw(canvas, area, &mut self.scroll);
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

    fn next_wake(&self, context: &ScreenContext) -> Option<Millis> {
        self.countdown.map(|countdown| countdown.until_next_change(context.now))
    }

    fn exit_code(&self) -> u8 {
        // The attempt is not finished here, so leaving suspends it.
        1
    }
}

impl AnswerSheetScreen {
    fn cell(&self, index: usize) -> (TextRole, String, Option<Action>) {
        let is_selected = index == self.selected;
        let state = if self.session.stored_answer(index).is_some() { "●" } else { "○" };
        let flag = if self.session.is_flagged(index) { "⚑" } else { " " };
        let pointer = if is_selected { "▸" } else { " " };
        (
            if is_selected { TextRole::Accent } else { TextRole::Text },
            format!("{pointer}{:>3} {state}{flag} ", index + 1),
            Some(Action::indexed("open-question", index)),
        )
    }

    /// Returns the dialog before the attempt is submitted. It lists unanswered and flagged questions.
    fn submit_dialog(&self) -> Dialog {
        let (open, flagged) = (self.open_questions(), self.flagged_questions());
        let question = if open.is_empty() {
            "Submit your answers?".to_owned()
        } else {
            format!("Submit with {} unanswered?", open.len())
        };
        let listed =
            [("Unanswered", open), ("Flagged", flagged)].into_iter().filter(|(_, indices)| !indices.is_empty());
        let lines = listed.map(|(label, indices)| format!("{label}: {}.", question_numbers(&indices)));
        Dialog {
            title: question,
            text: lines.collect::<Vec<_>>().join("\n"),
            bindings: vec![
                // Not Enter: an exam cannot be reopened, and a bounced key must not end it.
                Binding::new(&[Key::Char('y')], Action::named("submit-now"), "submit"),
                Binding::new(&[Key::Any], CLOSE_OVERLAY, "back"),
            ],
        }
    }
}
