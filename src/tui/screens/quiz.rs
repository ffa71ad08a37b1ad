//! The quiz screen: one question at a time. Practice shows an explanation after each answer; an exam does not.
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
//! Up and down move the focus only. A letter or Space marks a choice, and Enter confirms it. An exam also stores a
//! marked answer when the trainee moves to another question. "Saved" appears only for answers that are on disk.

use std::sync::Arc;

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::attempt::{Certainty, Mode};
use crate::bank::catalog::Catalog;
use crate::clock::{Countdown, Millis};
use crate::exam::loaded_paper::LoadedQuestion;
use crate::exam::session::{AttemptAction, DraftAnswer};
use crate::exam::{LoadedPaper, Session};
use crate::ids::AttemptId;
use crate::study::settings::StudySettings;
use crate::tui::binding::{Action, Binding};
use crate::tui::canvas::Canvas;
use crate::tui::command::Reply;
use crate::tui::page::{Scroll, TextPage, text_column};
use crate::tui::pictures::Pictures;
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::notebook::QuestionNotebook;
use crate::{text, view};

pub mod draft;
mod keys;
mod navigation;
mod notebook;
mod paint;

use draft::AnswerDraft;
use navigation::AfterStore;
use notebook::TextEntry;

/// The questions of an attempt, one at a time.
#[derive(Debug)]
pub struct QuizScreen {
    /// Where actions are stored; `None` in a preview and a review.
    attempt: Option<AttemptId>,
    session: Session,
    question_index: usize,
    focused_line: usize,
    draft: AnswerDraft,
    /// Whether the trainee changed the draft since it was loaded or stored.
    is_changed: bool,
    /// Whether typed characters go to the text field.
    is_field_focused: bool,
    /// Where to go as soon as the recorded action is on disk.
    after_store: AfterStore,
    countdown: Option<Countdown>,
    /// Whether the screen asks how sure the trainee is.
    asks_certainty: bool,
    note: Option<(TextRole, String)>,
    scroll: Scroll,
    /// The banks and the course; `None` if the screen offers no reading and no notes.
    catalog: Option<Arc<Catalog>>,
    /// What the trainee keeps beside questions.
    notebook: Vec<QuestionNotebook>,
    /// The note or report that is being typed.
    entry: Option<TextEntry>,
    pictures: Pictures,
}

impl QuizScreen {
    /// Returns the screen of an attempt, at its first unanswered question or else at the last one. Without a time
    /// limit, `countdown` is `None`.
    pub fn new(session: Session, countdown: Option<Countdown>) -> Self {
        let question_index = session.resume_index();
        let draft = AnswerDraft::Truth(None);
        let mut quiz = Self {
            attempt: None,
            session,
            question_index,
            focused_line: 0,
            draft,
            is_changed: false,
            is_field_focused: false,
            after_store: AfterStore::Stay,
            countdown,
            asks_certainty: true,
            note: None,
            scroll: Scroll::default(),
            catalog: None,
            notebook: Vec::new(),
            entry: None,
            pictures: Pictures::default(),
        };
        quiz.go_to(question_index);
        quiz
    }

    /// Returns the screen with the attempt in which it stores actions.
    #[must_use]
    pub fn of_attempt(self, attempt: AttemptId) -> Self {
        Self { attempt: Some(attempt), ..self }
    }

    /// Returns the screen as the trainee's settings want it.
    #[must_use]
    pub fn with_settings(self, settings: &StudySettings) -> Self {
        Self { asks_certainty: settings.asks_certainty(), ..self }
    }

    /// Returns the screen with readings and with what the trainee keeps beside questions.
    #[must_use]
    pub fn with_notebook(self, catalog: Arc<Catalog>, notebook: Vec<QuestionNotebook>) -> Self {
        Self { catalog: Some(catalog), notebook, ..self }
    }

    /// Returns the screen of a finished attempt, at its first question.
    pub fn review(session: Session) -> Self {
        Self::at_question(session, 0)
    }

    /// Returns the screen of an attempt at one of its questions, without a time limit.
    pub(super) fn at_question(session: Session, question_index: usize) -> Self {
        let mut quiz = Self::new(session, None);
        quiz.go_to(question_index);
        quiz
    }

    /// Returns the index of the shown question.
    pub(super) fn question_index(&self) -> usize {
        self.question_index
    }

    /// Returns the state of the attempt.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Returns the paper with its questions.
    pub(super) fn loaded_paper(&self) -> &LoadedPaper {
        self.session.loaded_paper()
    }

    fn loaded_question(&self) -> &LoadedQuestion {
        &self.session.loaded_paper().questions[self.question_index]
    }

    /// Returns whether the attempt follows the rules of an exam: no explanation before its end. A mock exam does.
    fn is_exam(&self) -> bool {
        self.session.loaded_paper().mode != Mode::Practice
    }

    fn is_closed(&self) -> bool {
        self.session.is_closed(self.question_index) || self.session.finished().is_some()
    }

    /// Returns whether the key and the rationales are shown. Only practice shows them, even after the end of an exam.
    fn shows_key(&self) -> bool {
        self.is_closed() && !self.is_exam()
    }

    fn is_last(&self) -> bool {
        self.question_index + 1 == self.session.question_count()
    }

    /// Shows a question with its stored answer.
    fn go_to(&mut self, question_index: usize) {
        self.question_index = question_index.min(self.session.question_count().saturating_sub(1));
        self.draft = AnswerDraft::from_stored(
            self.loaded_question(),
            self.session.stored_answer(self.question_index).map(|stored_answer| &stored_answer.answer),
        );
        let first_marked = match &self.draft {
            AnswerDraft::Choices(ticked) => {
                ticked.first().and_then(|choice_index| self.loaded_question().display_position(*choice_index))
            }
            AnswerDraft::Truth(Some(false)) => Some(1),
            _ => None,
        };
        self.focused_line = first_marked.unwrap_or(0);
        self.is_changed = false;
        self.is_field_focused = draft::has_text_field(self.loaded_question()) && !self.is_closed();
        self.note = None;
        self.scroll = Scroll::default();
    }

    fn mark(&mut self, position: usize) {
        let loaded_question = std::sync::Arc::clone(self.session.loaded_paper());
        let loaded_question = &loaded_question.questions[self.question_index];
        if self.is_closed() || position >= loaded_question.order.len().max(draft::line_count(loaded_question)) {
            return;
        }
        self.draft.mark(loaded_question, position, self.focused_line);
        self.is_changed = true;
        self.note = None;
        match self.draft {
            // After a letter, the focus moves to the next left side.
            AnswerDraft::Pairs(_) => {
                self.focused_line = (self.focused_line + 1).min(draft::line_count(loaded_question).saturating_sub(1));
            }
            _ => self.focused_line = position.min(draft::line_count(loaded_question).saturating_sub(1)),
        }
    }

    fn time_left(&self, context: &ScreenContext) -> Option<Millis> {
        self.countdown.map(|countdown| countdown.remaining(context.now))
    }
}

impl Screen for QuizScreen {
    fn bindings(&self) -> Vec<Binding> {
        if self.entry.is_some() { Self::entry_bindings() } else { self.key_table() }
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        if self.entry.is_some() { self.run_entry_action(action) } else { self.run_action(action) }
    }

    fn on_text(&mut self, c: char) {
        if self.entry.is_some() {
            return self.type_entry(c);
        }
        self.change_field(|field| field.insert(c));
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        match reply {
            Reply::Recorded(session) => {
                let was_closed = self.is_closed();
                self.session = *session;
                if self.session.finished().is_some() {
                    return Some(Effect::Open(Route::Result));
                }
                // Storing a flag must not discard a draft that is not stored yet.
                let stored_draft = AnswerDraft::from_stored(
                    self.loaded_question(),
                    self.session.stored_answer(self.question_index).map(|stored_answer| &stored_answer.answer),
                );
                self.is_changed = self.is_changed && self.draft != stored_draft;
                if self.is_closed() && !was_closed {
                    self.is_field_focused = false;
                    self.scroll = Scroll::default();
                }
                return self.run_after_store();
            }
            Reply::Picture(request, picture) => self.pictures.take_in(request, picture),
            Reply::NotebookChanged(notes) => self.take_in_notes(*notes),
            Reply::TimeUp => return Some(Effect::Open(Route::Result)),
            Reply::ClosedToQuestion(question_index) => self.go_to(question_index),
            Reply::Closed
            | Reply::ClosedWithChanges
            | Reply::FileReloaded(_)
            | Reply::Exported { .. }
            | Reply::RequestWritten(..)
            | Reply::Verified(_)
            | Reply::Readiness(..) => {}
        }
        None
    }

    fn on_failure(&mut self) {
        self.after_store = AfterStore::Stay;
    }

    fn on_tick(&mut self, cx: &ScreenContext) -> Option<Effect> {
        if self.time_left(cx) != Some(Millis(0)) {
            let image = self.session.loaded_paper().image_of(self.question_index).cloned();
            let name = self.question_index.to_string();
            return self.pictures.request(image.iter().map(|svg| (name.as_str(), svg)));
        }
        // What stands on screen at the deadline counts as if it was confirmed.
        let answer = self.draft.answer(self.loaded_question()).filter(|_| self.is_changed && !self.is_closed());
        let draft = answer.map(|answer| DraftAnswer { question_index: self.question_index, answer });
        Some(self.record_effect(AttemptAction::TimeOut { draft }))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let (role, note) = self.status_message();
        // The message takes as many lines as it needs, but never more than half of the screen.
        let message_lines = text::wrap(&text::sanitize(&note), usize::from(text_column(area).width));
        let max_height = (area.height.saturating_sub(1) / 2).max(1);
        let height = u16::try_from(message_lines.len()).unwrap_or(u16::MAX).clamp(1, max_height);
        let body = Rect { height: area.height.saturating_sub(height + 1), ..area };
        // Half of the screen leaves room for the question and its choices.
        self.pictures.set_space(context.theme, text_column(area).width.into(), usize::from(area.height / 2));
        let mut page = TextPage::new(context.theme, body);
        self.paint(&mut page);
        let mut scroll = self.scroll;
        let has_more_below = page.draw(canvas, body, &mut scroll);
        self.scroll = scroll;
        // A warning is more important than the hint to scroll.
        let message_lines = if has_more_below && role == TextRole::Dim {
            vec!["▼ more below: PgDn".to_owned()]
        } else {
            message_lines
        };
        for (y, line) in (body.bottom()..).zip(message_lines.into_iter().take(height.into())) {
            let line = Line::styled(line, context.theme.style(role));
            canvas.render(line, Rect { y, height: 1, ..text_column(area) });
        }
        self.paint_progress(canvas, Rect { y: area.bottom() - 1, height: 1, ..area }, context);
    }

    fn title(&self, context: &ScreenContext) -> (String, String) {
        let sheet = self.session.loaded_paper();
        let mode = if self.session.finished().is_some() { "review" } else { sheet.mode.name() };
        let left = if self.is_exam() {
            format!("{} · {mode}", sheet.title())
        } else {
            format!("{} · {mode}", sheet.bank_of(self.question_index).title)
        };
        let mut right = format!("question {} of {}", self.question_index + 1, self.session.question_count());
        if self.session.is_repeat(self.question_index) {
            right += " (again)";
        }
        if self.session.flagged_count() > 0 {
            right += &format!(" · {} flagged", self.session.flagged_count());
        }
        if let Some(left) = self.time_left(context) {
            right += &format!(" · {}", view::time_left(left));
        }
        (left, right)
    }

    fn next_wake(&self, context: &ScreenContext) -> Option<Millis> {
        let name = self.question_index.to_string();
        let image = self.loaded_paper().image_of(self.question_index);
        if self.pictures.has_missing(image.map(|svg| (name.as_str(), svg))) {
            return Some(Millis(0));
        }
        self.countdown.map(|countdown| countdown.until_next_change(context.now))
    }

    fn captures_text(&self) -> bool {
        self.is_field_focused || self.entry.is_some()
    }

    fn exit_code(&self) -> u8 {
        // An attempt that is left before its end is suspended, which is exit code 1.
        u8::from(self.session.finished().is_none())
    }
}
