//! The preview of a bank as trainees see it, with the findings of the checker beside each question. It reloads when the
//! file changes.
//!
//! ```text
//!   What is known about when …?             1 finding
//!                                           L04 warning: the choice says "usually"
//!    ▸   A  It usually shows before …         Give a number with its source, or leave
//!        B  It shows within …                 the word out
//! ```
//!
//! Questions can be answered as in practice. Nothing is stored.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::quiz::QuizScreen;
use crate::clock::Millis;
use crate::exam::Session;
use crate::exam::session::ActionMoment;
use crate::ids::QuestionId;
use crate::problem::Severity;
use crate::text;
use crate::tui::binding::{Action, Binding, scroll_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Reply};
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::preview::PreviewContent;

/// The time between two looks at the file.
const POLL_INTERVAL: Millis = Millis(500);

/// The preview of a bank file.
#[derive(Debug)]
pub struct PreviewScreen {
    file_name: String,
    content: PreviewContent,
    quiz: Option<QuizScreen>,
    scroll: Scroll,
}

impl PreviewScreen {
    /// Returns the preview of a file, at its first question.
    pub fn new(file_name: &str, content: PreviewContent) -> Self {
        let mut preview =
            Self { file_name: text::single_line(file_name), content, quiz: None, scroll: Scroll::default() };
        preview.restart_at(0);
        preview
    }

    /// Restarts at a question, with all answers cleared.
    fn restart_at(&mut self, question_index: usize) {
        self.scroll = Scroll::TOP;
        self.quiz = match &self.content {
            PreviewContent::Bank(bank) => {
                Some(QuizScreen::at_question(Session::new(Arc::clone(&bank.loaded_paper)), question_index))
            }
            PreviewContent::Problems(_) => None,
        };
    }

    /// Replaces the content. The shown question stays if it still exists, even at another index.
    fn update_content(&mut self, content: PreviewContent) {
        let (question_index, question_id) =
            (self.quiz.as_ref().map_or(0, QuizScreen::question_index), self.current_question_id());
        self.content = content;
        match &self.content {
            PreviewContent::Bank(bank) => {
                let new_index = bank
                    .loaded_paper
                    .questions
                    .iter()
                    .position(|loaded_question| Some(&loaded_question.question.id) == question_id.as_ref());
                self.restart_at(new_index.unwrap_or(question_index));
            }
            // `quiz` still knows the question, so the preview returns to it as soon as the file can be read again.
            PreviewContent::Problems(_) => self.scroll = Scroll::TOP,
        }
    }

    /// Returns the quiz that shows the question; none while the file cannot be read.
    fn shown_quiz(&self) -> Option<&QuizScreen> {
        self.quiz.as_ref().filter(|_| matches!(self.content, PreviewContent::Bank(_)))
    }

    /// Returns the question that is shown, or was shown when the file could last be read.
    fn current_question_id(&self) -> Option<QuestionId> {
        let quiz = self.quiz.as_ref()?;
        Some(quiz.loaded_paper().questions.get(quiz.question_index())?.question.id.clone())
    }

    /// Applies an effect of the quiz to the session on screen, as practice does to a stored one.
    fn apply_effect(&mut self, effect: Option<Effect>, context: &ScreenContext) -> Option<Effect> {
        let mut effect = effect;
        while let Some(next) = effect.take() {
            let quiz = self.quiz.as_mut()?;
            match next {
                Effect::Do(Command::Record(_, action)) => {
                    let mut session = quiz.session().clone();
                    let study_day = context.now.wall.study_day(&context.zone);
                    match session.decide(action, ActionMoment { elapsed: Millis(0), piped: false, study_day }) {
                        Ok(fact) => {
                            session.apply(&fact);
                            effect = quiz.on_reply(Reply::Recorded(Box::new(session)), context);
                        }
                        Err(refusal) => return Some(Effect::Do(Command::ShowRefusal(refusal))),
                    }
                }
                // A preview has no result, so it starts again at the first question.
                Effect::Open(Route::Result) => self.restart_at(0),
                Effect::Close => return Some(Effect::Quit),
                other => return Some(other),
            }
        }
        None
    }

    /// Splits the screen: findings on the right if the window is wide enough, else below.
    fn split_areas(area: Rect) -> (Rect, Rect) {
        if area.width >= 110 {
            let question_width = area.width - 44;
            (Rect { width: question_width, ..area }, Rect { x: area.x + question_width, width: 44, ..area })
        } else {
            let notes_height = (area.height / 3).max(3);
            let question_height = area.height.saturating_sub(notes_height);
            (
                Rect { height: question_height, ..area },
                Rect { y: area.y + question_height, height: notes_height, ..area },
            )
        }
    }

    fn draw_notes(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        let question_index = self.quiz.as_ref().map_or(0, QuizScreen::question_index);
        if let PreviewContent::Bank(bank) = &self.content {
            let notes = bank.notes.get(question_index).map_or(&[][..], Vec::as_slice);
            let finding_count = notes.iter().filter(|note| note.severity.is_some()).count();
            page.push_text(TextRole::Strong, &text::count_with_noun(finding_count, "finding"));
            for note in notes {
                page.push_text(severity_role(note.severity), &note.message);
                if !note.help.is_empty() {
                    page.push_hanging_text("  ", TextRole::Text, TextRole::Dim, &note.help);
                }
            }
            if !bank.problems.is_empty() {
                page.push_blank_line();
                page.push_text(TextRole::Bad, "The file has errors, and questions with errors are missing here:");
                for line in bank.problems.iter().flat_map(|problem| problem.lines().chain([""])) {
                    page.push_line(&[(TextRole::Text, line)]);
                }
            }
        }
        page.draw(canvas, area, &mut self.scroll);
    }
}

/// Returns the role of a note by its severity. The status of a question has none.
fn severity_role(severity: Option<Severity>) -> TextRole {
    match severity {
        None => TextRole::Dim,
        Some(Severity::Warning) => TextRole::Warn,
        Some(Severity::Error | Severity::Unreadable) => TextRole::Bad,
    }
}

impl Screen for PreviewScreen {
    fn bindings(&self) -> Vec<Binding> {
        let Some(quiz) = self.shown_quiz() else {
            let leave = Binding::new(&[Key::Char('q'), Key::Esc, Key::CtrlC], Action::QUIT, "leave");
            return scroll_bindings().into_iter().chain([leave]).collect();
        };
        let mut rows = quiz.bindings();
        rows.push(quiz.command_binding('r', &[], Action::named("restart"), "start over"));
        rows
    }

    fn on_action(&mut self, action: Action, context: &ScreenContext) -> Option<Effect> {
        match (action.name, &mut self.quiz) {
            ("quit", _) => Some(Effect::Quit),
            ("restart", quiz) => {
                let question_index = quiz.as_ref().map_or(0, QuizScreen::question_index);
                self.restart_at(question_index);
                None
            }
            (_, Some(quiz)) if matches!(self.content, PreviewContent::Bank(_)) => {
                let effect = quiz.on_action(action, context);
                self.apply_effect(effect, context)
            }
            _ => {
                self.scroll.handle_action(action, 10);
                None
            }
        }
    }

    fn on_text(&mut self, c: char) {
        if let Some(quiz) = &mut self.quiz {
            quiz.on_text(c);
        }
    }

    fn on_reply(&mut self, reply: Reply, context: &ScreenContext) -> Option<Effect> {
        match reply {
            Reply::FileReloaded(content) => {
                self.update_content(*content);
                None
            }
            other => {
                let effect = self.quiz.as_mut().and_then(|quiz| quiz.on_reply(other, context));
                self.apply_effect(effect, context)
            }
        }
    }

    fn on_failure(&mut self) {
        self.quiz.iter_mut().for_each(Screen::on_failure);
    }

    fn on_tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        Some(Effect::Do(Command::ReloadFile))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        if let PreviewContent::Problems(problems) = &self.content {
            let mut page = TextPage::new(context.theme, area);
            page.push_text(
                TextRole::Bad,
                "This file cannot be shown. The preview returns when you save a corrected file.",
            );
            for line in problems.iter().flat_map(|problem| problem.lines().chain([""])) {
                page.push_line(&[(TextRole::Text, line)]);
            }
            page.draw(canvas, area, &mut self.scroll);
            return;
        }
        let (question_area, notes_area) = Self::split_areas(area);
        if let Some(quiz) = &mut self.quiz {
            quiz.draw(canvas, question_area, context);
        }
        self.draw_notes(canvas, notes_area, context);
    }

    fn title(&self, context: &ScreenContext) -> (String, String) {
        let left = format!("{} · preview", self.file_name);
        match (&self.content, &self.quiz) {
            (PreviewContent::Bank(_), Some(quiz)) => (left, quiz.title(context).1),
            (PreviewContent::Bank(_), None) => (left, String::new()),
            (PreviewContent::Problems(problems), _) => (left, text::count_with_noun(problems.len(), "problem")),
        }
    }

    fn next_wake(&self, _: &ScreenContext) -> Option<Millis> {
        Some(POLL_INTERVAL)
    }

    fn captures_text(&self) -> bool {
        self.shown_quiz().is_some_and(Screen::captures_text)
    }
}
