//! Moving between the questions of the quiz screen, and storing the answer before a move.

use super::{Certainty, Effect, QuizScreen, Route, TextRole};
use crate::attempt::Mode;
use crate::exam::Session;
use crate::exam::session::AttemptAction;
use crate::tui::binding::{Action, Binding};
use crate::tui::command::{Command, Dialog};
use crate::tui::key::Key;
use crate::tui::overlay::CLOSE_OVERLAY;

/// Returns the dialog before an exam is left.
fn leave_dialog(session: &Session) -> Dialog {
    let paper = session.loaded_paper();
    let clock_note = if paper.limit.is_some() { " The clock keeps running." } else { "" };
    Dialog {
        title: format!("Leave the {}?", if paper.mode == Mode::Mock { "mock exam" } else { "exam" }),
        text: format!("Your answers are saved.{clock_note}"),
        bindings: vec![
            Binding::new(
                &[Key::Enter, Key::Char('y'), Key::Char('l'), Key::CtrlC],
                Action::named("leave-now"),
                "leave",
            ),
            Binding::new(&[Key::Any], CLOSE_OVERLAY, "stay"),
        ],
    }
}

/// Where the screen goes as soon as the recorded action is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterStore {
    Stay,
    Question(usize),
    AnswerSheet,
    Leave,
}

impl QuizScreen {
    /// Returns the effect that stores an action of the trainee in this attempt.
    pub(super) fn record_effect(&self, action: AttemptAction) -> Effect {
        Effect::Do(Command::Record(self.attempt, action))
    }

    /// Stores the draft and then moves on. An unfinished draft stays as it is, and only the move happens.
    pub(super) fn store_answer(&mut self, after_store: AfterStore, certainty: Option<Certainty>) -> Option<Effect> {
        self.after_store = after_store;
        let (question_index, draft) = (self.question_index, &self.draft);
        match draft.answer(self.loaded_question()) {
            Some(answer) if !self.is_closed() => {
                let is_same = self
                    .session
                    .stored_answer(question_index)
                    .is_some_and(|stored_answer| stored_answer.answer == answer);
                // An unchanged answer is already on disk.
                if is_same && self.is_exam() {
                    self.run_after_store()
                } else {
                    Some(self.record_effect(AttemptAction::Answer { question_index, answer, certainty }))
                }
            }
            None if self.is_changed && draft.is_empty() && self.session.stored_answer(question_index).is_some() => {
                Some(self.record_effect(AttemptAction::ClearAnswer { question_index }))
            }
            _ => self.run_after_store(),
        }
    }

    /// Makes the planned move, now that the answer is stored.
    pub(super) fn run_after_store(&mut self) -> Option<Effect> {
        match std::mem::replace(&mut self.after_store, AfterStore::Stay) {
            AfterStore::Stay => None,
            AfterStore::Question(question_index) => {
                self.go_to(question_index);
                None
            }
            AfterStore::AnswerSheet => {
                let session = Box::new(self.session.clone());
                Some(Effect::Open(Route::AnswerSheet {
                    attempt: self.attempt,
                    session,
                    question_index: self.question_index,
                    countdown: self.countdown,
                }))
            }
            AfterStore::Leave if self.is_exam() => Some(Effect::Ask(leave_dialog(&self.session))),
            AfterStore::Leave => Some(Effect::Close),
        }
    }

    /// Moves to another place. Only an exam stores a changed draft before the move.
    pub(super) fn navigate(&mut self, after_store: AfterStore) -> Option<Effect> {
        // Practice closes a question with its answer and then shows the key. So a move must not store one there.
        if self.is_changed && !self.is_closed() && self.is_exam() {
            // An incomplete draft cannot be stored, and the move would discard it.
            if self.draft.answer(self.loaded_question()).is_none() && !self.draft.is_empty() {
                self.note = Some((
                    TextRole::Warn,
                    "Not saved, because it is not complete. Finish it, or press Backspace to clear it.".to_owned(),
                ));
                return None;
            }
            return self.store_answer(after_store, None);
        }
        self.after_store = after_store;
        self.run_after_store()
    }

    pub(super) fn confirm(&mut self, certainty: Option<Certainty>) -> Option<Effect> {
        if self.is_closed() {
            return self.advance();
        }
        // Nothing is ever stored that was not chosen: Enter does not choose the line that has the focus.
        let Some(_) = self.draft.answer(self.loaded_question()) else {
            self.note = Some((TextRole::Warn, self.draft.unfinished_message(self.loaded_question())));
            return None;
        };
        let next_step =
            if self.is_last() { AfterStore::AnswerSheet } else { AfterStore::Question(self.question_index + 1) };
        // Practice stays at the question to show the explanation.
        let after_store = if self.is_exam() { next_step } else { AfterStore::Stay };
        self.store_answer(after_store, certainty)
    }

    /// Moves on from a closed question: to the next one, from the last one to the first that is unanswered, or to the
    /// result.
    pub(super) fn advance(&mut self) -> Option<Effect> {
        if self.session.finished().is_some() {
            let next_index = if self.is_last() { return Some(Effect::Close) } else { self.question_index + 1 };
            self.go_to(next_index);
            return None;
        }
        match self.session.unanswered_indexes().first().copied() {
            Some(_) if !self.is_last() => self.go_to(self.question_index + 1),
            Some(open_index) => self.go_to(open_index),
            None => return Some(self.record_effect(AttemptAction::Submit)),
        }
        None
    }
}
