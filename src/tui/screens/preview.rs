//! A bank as a trainee will see it, with what the checker says of each question, following the file while it is edited.
//!
//! ```text
//!   What is known about when …?          │  2 findings
//!    ▸   A  It shows before …            │  L04 warning: the option says "usually"
//!        B  It shows within …            │  Give a number with its source, or leave …
//! ```
//!
//! Questions can be answered as in practice; nothing is stored.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::quiz::QuizScreen;
use crate::clock::Millis;
use crate::exam::Session;
use crate::exam::session::ActionMoment;
use crate::ids::QuestionId;
use crate::problem::Severity;
use crate::text;
use crate::tui::effect::{Command, Effect, Reply, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::preview::PreviewContent;

/// How often the file is looked at.
const LOOK: Millis = Millis(500);

/// The preview.
#[derive(Debug)]
pub struct PreviewScreen {
    file: String,
    reading: PreviewContent,
    quiz: Option<QuizScreen>,
    scroll: Scroll,
}

impl PreviewScreen {
    /// Shows what was read of a file.
    pub fn new(file: &str, reading: PreviewContent) -> Self {
        let mut preview = Self { file: text::single_line(file), reading, quiz: None, scroll: Scroll::default() };
        preview.begin(0);
        preview
    }

    /// Begins anew at a question, with nothing answered.
    fn begin(&mut self, item: usize) {
        self.scroll = Scroll::TOP;
        self.quiz = match &self.reading {
            PreviewContent::Bank(bank) => Some(QuizScreen::looking(Session::new(Arc::clone(&bank.sheet)), item)),
            PreviewContent::Broken(_) => None,
        };
    }

    /// Takes in a new reading and stays at the question that is shown, where it is still there.
    fn follow(&mut self, reading: PreviewContent) {
        let (at, id) = (self.quiz.as_ref().map_or(0, QuizScreen::at), self.shown());
        self.reading = reading;
        match &self.reading {
            PreviewContent::Bank(bank) => {
                let place = bank.sheet.questions.iter().position(|item| Some(&item.question.id) == id.as_ref());
                self.begin(place.unwrap_or(at));
            }
            // The question is kept in mind until the file can be read again.
            PreviewContent::Broken(_) => self.scroll = Scroll::TOP,
        }
    }

    /// Returns the question that is shown, or was when the file could last be read.
    fn shown(&self) -> Option<QuestionId> {
        let quiz = self.quiz.as_ref()?;
        Some(quiz.sheet().questions.get(quiz.at())?.question.id.clone())
    }

    /// Does to the session on the screen what practice would do to a stored one.
    fn perform(&mut self, effect: Option<Effect>, cx: &ScreenContext) -> Option<Effect> {
        let mut effect = effect;
        while let Some(next) = effect.take() {
            let quiz = self.quiz.as_mut()?;
            match next {
                Effect::Do(Command::Record(action)) => {
                    let mut session = quiz.session().clone();
                    match session.decide(action, ActionMoment { elapsed: Millis(0), piped: false }) {
                        Ok(fact) => {
                            session.apply(&fact);
                            effect = quiz.settled(Reply::Recorded(Box::new(session)), cx);
                        }
                        Err(refusal) => return Some(Effect::Do(Command::Refuse(refusal))),
                    }
                }
                Effect::Open(Route::Result) => self.begin(0),
                Effect::Close => return Some(Effect::Quit),
                other => return Some(other),
            }
        }
        None
    }

    /// Divides the screen: findings to the right where there is room, else below.
    fn areas(area: Rect) -> (Rect, Rect) {
        if area.width >= 110 {
            let wide = area.width - 44;
            (Rect { width: wide, ..area }, Rect { x: area.x + wide, width: 44, ..area })
        } else {
            let high = (area.height / 3).max(3);
            let top = area.height.saturating_sub(high);
            (Rect { height: top, ..area }, Rect { y: area.y + top, height: high, ..area })
        }
    }

    fn draw_notes(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        let at = self.quiz.as_ref().map_or(0, QuizScreen::at);
        if let PreviewContent::Bank(bank) = &self.reading {
            let notes = bank.notes.get(at).map_or(&[][..], Vec::as_slice);
            let found = notes.iter().filter(|note| note.severity.is_some()).count();
            page.text(TextRole::Strong, &text::count_with_noun(found, "finding"));
            for note in notes {
                page.text(role(note.severity), &note.message);
                if !note.help.is_empty() {
                    page.hanging("  ", TextRole::Text, TextRole::Dim, &note.help);
                }
            }
        }
        page.draw(frame, area, &mut self.scroll);
    }
}

/// How a note looks: an error, a warning, or the status of the question.
fn role(severity: Option<Severity>) -> TextRole {
    match severity {
        None => TextRole::Dim,
        Some(Severity::Warning) => TextRole::Warn,
        Some(Severity::Error | Severity::Unreadable) => TextRole::Bad,
    }
}

impl Screen for PreviewScreen {
    fn on(&mut self, key: Key, cx: &ScreenContext) -> Option<Effect> {
        let Some(quiz) = self.quiz.as_mut().filter(|_| matches!(self.reading, PreviewContent::Bank(_))) else {
            match key {
                Key::Up => self.scroll.by(-1),
                Key::Down => self.scroll.by(1),
                Key::PageUp => self.scroll.by(-10),
                Key::PageDown => self.scroll.by(10),
                Key::Esc | Key::CtrlC | Key::Char('q') => return Some(Effect::Quit),
                _ => {}
            }
            return None;
        };
        let restarts = key == Key::Char('r') && !quiz.types() && quiz.choice_of('r').is_none();
        if restarts || key == Key::Alt('r') {
            let at = quiz.at();
            self.begin(at);
            return None;
        }
        let effect = quiz.on(key, cx);
        self.perform(effect, cx)
    }

    fn settled(&mut self, reply: Reply, cx: &ScreenContext) -> Option<Effect> {
        match reply {
            Reply::FileRead(reading) => {
                self.follow(*reading);
                None
            }
            other => {
                let effect = self.quiz.as_mut().and_then(|quiz| quiz.settled(other, cx));
                self.perform(effect, cx)
            }
        }
    }

    fn failed(&mut self) {
        self.quiz.iter_mut().for_each(Screen::failed);
    }

    fn tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        Some(Effect::Do(Command::ReadFile))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        if let PreviewContent::Broken(problems) = &self.reading {
            let mut page = TextPage::new(cx.theme, area);
            page.text(TextRole::Bad, "This file cannot be shown. It is read again when it is saved.");
            for line in problems.iter().flat_map(|problem| problem.lines().chain([""])) {
                page.parts(&[(TextRole::Text, line)]);
            }
            page.draw(frame, area, &mut self.scroll);
            return;
        }
        let (question, notes) = Self::areas(area);
        if let Some(quiz) = &mut self.quiz {
            quiz.draw(frame, question, cx);
        }
        self.draw_notes(frame, notes, cx);
    }

    fn title(&self, cx: &ScreenContext) -> (String, String) {
        let left = format!("{} · preview", self.file);
        match (&self.reading, &self.quiz) {
            (PreviewContent::Bank(_), Some(quiz)) => (left, quiz.title(cx).1),
            (PreviewContent::Bank(_), None) => (left, String::new()),
            (PreviewContent::Broken(problems), _) => (left, text::count_with_noun(problems.len(), "problem")),
        }
    }

    fn bindings(&self) -> Vec<Binding> {
        match (&self.reading, &self.quiz) {
            (PreviewContent::Bank(_), Some(quiz)) => {
                let mut keys = quiz.bindings();
                let restart = if quiz.choice_of('r').is_none() { "r" } else { "Alt+r" };
                keys.push(key(restart, "begin again"));
                keys
            }
            _ => vec![key("↑↓", "scroll"), key("q", "leave")],
        }
    }

    fn wake(&self, _: &ScreenContext) -> Option<Millis> {
        Some(LOOK)
    }

    fn types(&self) -> bool {
        matches!(self.reading, PreviewContent::Bank(_)) && self.quiz.as_ref().is_some_and(Screen::types)
    }
}
