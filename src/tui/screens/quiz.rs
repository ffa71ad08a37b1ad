//! The quiz: one question at a time, in practice with its explanation, in an exam without.
//!
//! ```text
//!  Foundations · exam           question 12 of 40 · 2 flagged · 38:10 left
//!  ────────────────────────────────────────────────────────────────────────
//!    What should she be told to do first?
//!
//!      A  Rest and call the clinic tomorrow if it persists
//!    ▸ B  Go to an emergency department now; she does not drive
//!
//!  ━━━━━━━━━━━━━━━━━━━━━╸─────────────────────────────────────────────────
//! ```
//!
//! Arrows only look; a letter or Space marks; Enter confirms. What was marked and not confirmed is stored on moving on, so
//! that nothing a trainee chose is lost. The screen shows as stored only what is on disk.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::attempt::{Certainty, Mode};
use crate::clock::{Countdown, Millis};
use crate::exam::loaded_paper::LoadedQuestion;
use crate::exam::session::AttemptAction;
use crate::exam::{LoadedPaper, Session};
use crate::tui::effect::{Effect, Reply, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage, column};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::{text, view};

pub mod draft;
mod keys;
mod paint;

use draft::AnswerDraft;
use keys::{LetterCommand, record};

/// A sitting on the screen.
#[derive(Debug)]
pub struct QuizScreen {
    session: Session,
    at: usize,
    line: usize,
    draft: AnswerDraft,
    /// Whether the draft was changed since it was stored.
    changed: bool,
    /// Whether typed characters go to the field.
    in_field: bool,
    /// Where to go once what was recorded is on disk.
    then: AfterStore,
    clock: Option<Countdown>,
    note: Option<(TextRole, String)>,
    asks_to_leave: bool,
    scroll: Scroll,
}

/// Where to go once something is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterStore {
    Stay,
    Question(usize),
    Sheet,
    Leave,
}

impl QuizScreen {
    /// Shows a sitting at its next open question; `clock` is the time left and when that was so.
    pub fn new(session: Session, clock: Option<Countdown>) -> Self {
        let at = session.resume_index();
        let draft = AnswerDraft::Truth(None);
        let mut quiz = Self {
            session,
            at,
            line: 0,
            draft,
            changed: false,
            in_field: false,
            then: AfterStore::Stay,
            clock,
            note: None,
            asks_to_leave: false,
            scroll: Scroll::default(),
        };
        quiz.go(at);
        quiz
    }

    /// Shows a sitting that has ended, from its first question.
    pub fn review(session: Session) -> Self {
        Self::looking(session, 0)
    }

    /// Shows a sitting from one of its questions on.
    pub(super) fn looking(session: Session, item: usize) -> Self {
        let mut quiz = Self::new(session, None);
        quiz.go(item);
        quiz
    }

    /// Returns the place of the question that is shown.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Returns where the sitting stands.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Returns what is asked.
    pub(super) fn sheet(&self) -> &LoadedPaper {
        self.session.loaded_paper()
    }

    fn item(&self) -> &LoadedQuestion {
        &self.session.loaded_paper().questions[self.at]
    }

    fn is_exam(&self) -> bool {
        self.session.loaded_paper().mode != Mode::Practice
    }

    fn is_closed(&self) -> bool {
        self.session.is_closed(self.at) || self.session.finished().is_some()
    }

    fn is_last(&self) -> bool {
        self.at + 1 == self.session.question_count()
    }

    /// Shows a question with its stored answer.
    fn go(&mut self, item: usize) {
        self.at = item.min(self.session.question_count().saturating_sub(1));
        self.draft = AnswerDraft::of(self.item(), self.session.stored_answer(self.at).map(|given| &given.answer));
        let first = match &self.draft {
            AnswerDraft::Choices(ticked) => ticked.first().and_then(|place| self.item().display_position(*place)),
            AnswerDraft::Truth(Some(false)) => Some(1),
            _ => None,
        };
        self.line = first.unwrap_or(0);
        self.changed = false;
        self.in_field = draft::is_field(self.item()) && !self.is_closed();
        self.note = None;
        self.scroll = Scroll::default();
    }

    /// Stores what is marked, then goes on; an unfinished answer is named and kept in the making.
    fn store_then(&mut self, then: AfterStore, certainty: Option<Certainty>) -> Option<Effect> {
        self.then = then;
        let (item, draft) = (self.at, &self.draft);
        match draft.answer(self.item()) {
            Some(answer) if !self.is_closed() => {
                let same = self.session.stored_answer(item).is_some_and(|given| given.answer == answer);
                if same && self.is_exam() {
                    self.arrive()
                } else {
                    Some(record(AttemptAction::Answer { question_index: item, answer, certainty }))
                }
            }
            None if self.changed && draft.is_empty() && self.session.stored_answer(item).is_some() => {
                Some(record(AttemptAction::ClearAnswer { item }))
            }
            _ => self.arrive(),
        }
    }

    /// Goes where the trainee wanted to go.
    fn arrive(&mut self) -> Option<Effect> {
        match std::mem::replace(&mut self.then, AfterStore::Stay) {
            AfterStore::Stay => None,
            AfterStore::Question(item) => {
                self.go(item);
                None
            }
            AfterStore::Sheet => {
                let session = Box::new(self.session.clone());
                Some(Effect::Open(Route::AnswerSheet { session, at: self.at, clock: self.clock }))
            }
            AfterStore::Leave if self.is_exam() => {
                self.asks_to_leave = true;
                None
            }
            AfterStore::Leave => Some(Effect::Close),
        }
    }

    /// Moves on, storing what was marked on purpose.
    fn leave_for(&mut self, then: AfterStore) -> Option<Effect> {
        if self.changed && !self.is_closed() && self.is_exam() {
            if self.draft.answer(self.item()).is_none() && !self.draft.is_empty() {
                self.note = Some((
                    TextRole::Warn,
                    "Not stored: finish this answer, or take it back with Backspace.".to_owned(),
                ));
                return None;
            }
            return self.store_then(then, None);
        }
        self.then = then;
        self.arrive()
    }

    fn confirm(&mut self, certainty: Option<Certainty>) -> Option<Effect> {
        if self.is_closed() {
            return self.next();
        }
        // Enter on a line takes that line, where one is to be chosen and none was marked.
        let looks_only = matches!(self.draft, AnswerDraft::Choices(_) | AnswerDraft::Truth(_))
            && (self.draft.is_empty() || !self.changed);
        if looks_only && self.chooses_one() {
            self.mark(self.line);
        }
        let Some(_) = self.draft.answer(self.item()) else {
            self.note = Some((TextRole::Warn, self.draft.unfinished().to_owned()));
            return None;
        };
        let next = if self.is_last() { AfterStore::Sheet } else { AfterStore::Question(self.at + 1) };
        let then = if self.is_exam() { next } else { AfterStore::Stay };
        self.store_then(then, certainty)
    }

    fn chooses_one(&self) -> bool {
        use crate::bank::question::{QuestionKind, SelectCount};
        matches!(
            &self.item().question.ask,
            QuestionKind::Choice { select: SelectCount::One, .. } | QuestionKind::TrueFalse { .. }
        )
    }

    /// Goes on after an explained question: to the next open one, or to the result.
    fn next(&mut self) -> Option<Effect> {
        if self.session.finished().is_some() {
            let at = if self.is_last() { return Some(Effect::Close) } else { self.at + 1 };
            self.go(at);
            return None;
        }
        match self.session.unanswered_indexes().first().copied() {
            Some(_) if !self.is_last() => self.go(self.at + 1),
            Some(open) => self.go(open),
            None => return Some(record(AttemptAction::Submit)),
        }
        None
    }

    fn mark(&mut self, position: usize) {
        let item = std::sync::Arc::clone(self.session.loaded_paper());
        let item = &item.questions[self.at];
        if self.is_closed() || position >= item.order.len().max(draft::lines(item)) {
            return;
        }
        self.draft.mark(item, position, self.line);
        self.changed = true;
        self.note = None;
        match self.draft {
            // The next left side waits for its letter.
            AnswerDraft::Pairs(_) => self.line = (self.line + 1).min(draft::lines(item).saturating_sub(1)),
            _ => self.line = position.min(draft::lines(item).saturating_sub(1)),
        }
    }

    fn left(&self, cx: &ScreenContext) -> Option<Millis> {
        self.clock.map(|clock| clock.remaining(cx.now))
    }
}

impl Screen for QuizScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        if self.asks_to_leave {
            self.asks_to_leave = false;
            return match key {
                Key::Enter | Key::Char('l' | 'y') | Key::CtrlC => Some(Effect::Close),
                _ => None,
            };
        }
        if self.in_field
            && let Some(effect) = self.on_field(key)
        {
            return effect;
        }
        self.on_command(key)
    }

    fn settled(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        match reply {
            Reply::Recorded(session) => {
                let was_closed = self.is_closed();
                self.session = *session;
                if self.session.finished().is_some() {
                    return Some(Effect::Open(Route::Result));
                }
                // A flag leaves a draft in the making as it is.
                let stored =
                    AnswerDraft::of(self.item(), self.session.stored_answer(self.at).map(|given| &given.answer));
                self.changed = self.changed && self.draft != stored;
                if self.is_closed() && !was_closed {
                    self.in_field = false;
                    self.scroll = Scroll::default();
                }
                return self.arrive();
            }
            Reply::TimeUp => return Some(Effect::Open(Route::Result)),
            Reply::ClosedAt(item) => self.go(item),
            Reply::Closed | Reply::FileRead(_) | Reply::Verified(_) => {}
        }
        None
    }

    fn failed(&mut self) {
        self.then = AfterStore::Stay;
    }

    fn tick(&mut self, cx: &ScreenContext) -> Option<Effect> {
        (self.left(cx) == Some(Millis(0))).then_some(record(AttemptAction::TimeOut))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let (role, note) = self.said();
        // What is said takes as many lines as it needs, but never hides the question altogether.
        let said = text::wrap(&text::sanitize(&note), usize::from(column(area).width));
        let height = u16::try_from(said.len()).unwrap_or(u16::MAX).clamp(1, area.height.saturating_sub(1) / 2);
        let body = Rect { height: area.height.saturating_sub(height + 1), ..area };
        let mut page = TextPage::new(cx.theme, body);
        self.paint(&mut page);
        let mut scroll = self.scroll;
        let more = page.draw(frame, body, &mut scroll);
        self.scroll = scroll;
        let said = if more && role == TextRole::Dim { vec!["▼ more below: PgDn".to_owned()] } else { said };
        for (y, line) in (body.bottom()..).zip(said.into_iter().take(height.into())) {
            let line = Line::styled(line, cx.theme.style(role));
            frame.render_widget(line, Rect { y, height: 1, ..column(area) });
        }
        self.paint_progress(frame, Rect { y: area.bottom() - 1, height: 1, ..area }, cx);
    }

    fn title(&self, cx: &ScreenContext) -> (String, String) {
        let sheet = self.session.loaded_paper();
        let mode = if self.session.finished().is_some() { "review" } else { sheet.mode.name() };
        let left = if self.is_exam() {
            format!("{} · {mode}", sheet.title())
        } else {
            format!("{} · {mode}", sheet.bank_of(self.at).title)
        };
        let mut right = format!("question {} of {}", self.at + 1, self.session.question_count());
        if self.session.flagged_count() > 0 {
            right += &format!(" · {} flagged", self.session.flagged_count());
        }
        if let Some(left) = self.left(cx) {
            right += &format!(" · {}", view::time_left(left));
        }
        (left, right)
    }

    fn bindings(&self) -> Vec<Binding> {
        if self.in_field {
            return vec![key("Enter", "confirm"), key("← →", "move"), key("Esc", "leave the field")];
        }
        if self.is_closed() {
            return vec![key("Enter", "next"), key("← →", "move"), key("PgDn", "scroll"), key("q", "back")];
        }
        let mut keys = vec![match self.draft {
            AnswerDraft::Field(_) => key("Tab", "type"),
            AnswerDraft::Truth(_) => key("T F", "choose"),
            AnswerDraft::Order(_) => key("A B …", "pick in order"),
            AnswerDraft::Pairs(_) => key("A B …", "match the line"),
            AnswerDraft::Choices(_) => key("A B …", "choose"),
        }];
        keys.extend([key("Enter", "confirm"), key("← →", "move")]);
        keys.push(self.letter_binding(LetterCommand::Flag, "flag"));
        keys.push(self.letter_binding(LetterCommand::AnswerSheet, "answer sheet"));
        if !self.is_exam() {
            keys.push(key("1 2 3", "confirm as a guess, fairly sure, certain"));
        }
        keys.extend([key("Space", "mark"), key("Backspace", "take back")]);
        keys.push(self.letter_binding(LetterCommand::Leave, "leave"));
        keys
    }

    fn wake(&self, cx: &ScreenContext) -> Option<Millis> {
        self.clock.map(|clock| clock.until_next_change(cx.now))
    }

    fn types(&self) -> bool {
        self.in_field && !self.asks_to_leave
    }

    fn exit_code(&self) -> u8 {
        // Left before its end: suspended.
        u8::from(self.session.finished().is_none())
    }
}
