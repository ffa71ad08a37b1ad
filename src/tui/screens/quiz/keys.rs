//! The key table of the quiz screen and its actions.

use super::draft::{self, AnswerDraft};
use super::navigation::AfterStore;
use super::{Certainty, Effect, QuizScreen};
use crate::exam::session::AttemptAction;
use crate::tui::binding::{Action, Binding, page_bindings, up_down_bindings};
use crate::tui::key::Key;
use crate::tui::text_field::TextField;

/// How many lines the page keys scroll a question.
const PAGE_LINES: isize = 5;

impl QuizScreen {
    /// Returns the rows of the key table for the question that is shown.
    pub(super) fn key_table(&self) -> Vec<Binding> {
        if self.is_field_focused {
            let notebook = self.notebook_bindings().into_iter().map(Binding::in_help);
            Self::field_bindings().into_iter().chain(notebook).collect()
        } else if self.is_closed() {
            self.closed_bindings()
        } else {
            self.answer_bindings()
        }
    }

    /// Returns the rows while an answer is typed. A letter is text there, so it runs a command only with Alt.
    fn field_bindings() -> Vec<Binding> {
        let mut rows = vec![confirm_binding("confirm")];
        let edit =
            |key: Key, name: &'static str| Binding::new(&[key], Action::named(name), "move in the field").in_help();
        rows.extend([
            Binding::new(&[Key::Esc, Key::Tab], Action::named("leave-field"), "leave the field"),
            edit(Key::Left, "cursor-left"),
            edit(Key::Right, "cursor-right"),
            Binding::unlisted(&[Key::Home], Action::named("cursor-start")),
            Binding::unlisted(&[Key::End], Action::named("cursor-end")),
            Binding::unlisted(&[Key::Backspace], Action::named("delete-before")),
            Binding::unlisted(&[Key::Delete], Action::named("delete-after")),
            Binding::new(&[Key::CtrlU], Action::named("delete-all"), "clear the field").in_help(),
            Binding::unlisted(&[Key::CtrlC, Key::Alt('q')], Action::LEAVE),
            Binding::unlisted(&[Key::Alt('m')], Action::named("flag")),
            Binding::unlisted(&[Key::Alt('s')], Action::named("answer-sheet")),
        ]);
        rows.extend(page_bindings());
        rows
    }

    /// Returns the rows at a question that can only be read.
    fn closed_bindings(&self) -> Vec<Binding> {
        let mut rows = vec![confirm_binding("next")];
        rows.extend(move_bindings());
        rows.extend([
            Binding::new(&[Key::PageDown], Action::named("page-down"), "scroll"),
            Binding::unlisted(&[Key::PageUp], Action::named("page-up")),
            Binding::new(&[Key::Char('q'), Key::Esc, Key::CtrlC, Key::Alt('q')], Action::LEAVE, "leave"),
        ]);
        if self.session.finished().is_none() {
            rows.push(Binding::unlisted(&[Key::Char('m'), Key::Alt('m')], Action::named("flag")));
            rows.push(Binding::unlisted(&[Key::Char('s'), Key::Alt('s')], Action::named("answer-sheet")));
        }
        rows.extend(self.notebook_bindings());
        rows
    }

    /// Returns the rows at a question that can be answered.
    fn answer_bindings(&self) -> Vec<Binding> {
        let mut rows = self.choice_bindings();
        rows.push(confirm_binding("confirm"));
        rows.extend(move_bindings());
        rows.push(self.command_binding('m', &[], Action::named("flag"), "flag"));
        rows.push(self.command_binding('s', &[], Action::named("answer-sheet"), "answer sheet"));
        // Certainty is for learning and never affects a pass, so exams do not ask for it.
        if !self.is_exam() && self.asks_certainty {
            rows.extend([('1', "1 "), ('2', "2 "), ('3', "3")].into_iter().enumerate().map(
                |(index, (digit, shown))| {
                    let action = Action::indexed("confirm-certainty", index + 1);
                    let label = "confirm as a guess, fairly sure, or certain";
                    Binding::new(&[Key::Char(digit)], action, label).shown_as(shown)
                },
            ));
        }
        rows.push(Binding::new(&[Key::Char(' ')], Action::named("mark-line"), "select"));
        if !matches!(self.draft, AnswerDraft::Field(_)) {
            rows.push(self.command_binding('u', &[Key::Backspace], Action::named("undo"), "undo"));
        }
        rows.push(self.command_binding('q', &[Key::Esc, Key::CtrlC], Action::LEAVE, "leave"));
        rows.extend(self.notebook_bindings().into_iter().map(Binding::in_help));
        rows.extend(up_down_bindings("move to another line").map(Binding::in_help));
        rows.extend(page_bindings());
        rows
    }

    /// Returns the rows that mark choices: a letter each, shown as one entry.
    fn choice_bindings(&self) -> Vec<Binding> {
        let label = match self.draft {
            AnswerDraft::Field(_) => return vec![Binding::new(&[Key::Tab], Action::named("type"), "type")],
            AnswerDraft::Truth(_) => {
                let (yes, no) = (Action::indexed("choose", 0), Action::indexed("choose", 1));
                return vec![
                    Binding::new(&[Key::Char('t')], yes, "choose").shown_as("T "),
                    Binding::new(&[Key::Char('f')], no, "choose").shown_as("F"),
                ];
            }
            AnswerDraft::Order(_) => "pick in order",
            AnswerDraft::Pairs(_) => "match the line",
            AnswerDraft::Choices(_) => "choose",
        };
        // A bank allows at most 26 choices, so every choice gets a letter.
        let letters = ('a'..='z').take(self.loaded_question().order.len()).enumerate();
        let row = |(index, letter): (usize, char)| {
            let shown = ["A ", "B …"].get(index).copied().unwrap_or_default();
            Binding::new(&[Key::Char(letter)], Action::indexed("choose", index), label).shown_as(shown)
        };
        letters.map(row).collect()
    }

    /// Returns the row of a command. Its keys are the letter and Alt with the letter, or only the latter if the letter
    /// alone selects a choice or is typed.
    pub(in crate::tui::screens) fn command_binding(
        &self,
        letter: char,
        other_keys: &[Key],
        action: Action,
        label: &'static str,
    ) -> Binding {
        let is_choice = self.choice_bindings().iter().any(|row| row.keys.contains(&Key::Char(letter)));
        let is_free = !self.is_field_focused && (self.is_closed() || !is_choice);
        let own_keys = if is_free { vec![Key::Char(letter), Key::Alt(letter)] } else { vec![Key::Alt(letter)] };
        let keys = [own_keys.as_slice(), other_keys].concat();
        Binding::new(&keys, action, label)
    }

    /// Runs the action of a key or of a click.
    pub(super) fn run_action(&mut self, action: Action) -> Option<Effect> {
        if self.scroll.handle_action(action, PAGE_LINES) || (self.is_field_focused && self.edit_field(action)) {
            return None;
        }
        let last_line = draft::line_count(self.loaded_question()).saturating_sub(1);
        self.scroll.follow_focus();
        match action.name {
            "up" => self.focused_line = self.focused_line.saturating_sub(1),
            "down" => self.focused_line = (self.focused_line + 1).min(last_line),
            "focus-line" => self.focused_line = action.index.min(last_line),
            "choose" => self.mark(action.index),
            "mark-line" => self.mark(self.focused_line),
            "undo" => self.undo(),
            "type" => self.is_field_focused = draft::has_text_field(self.loaded_question()) && !self.is_closed(),
            "leave-field" => self.is_field_focused = false,
            "confirm" => return self.confirm(None),
            "confirm-certainty" => return self.confirm(u8::try_from(action.index).ok().and_then(certainty)),
            "previous" => return self.navigate(AfterStore::Question(self.question_index.saturating_sub(1))),
            "next" if self.is_last() => return self.navigate(AfterStore::Stay),
            "next" => return self.navigate(AfterStore::Question(self.question_index + 1)),
            "flag" => {
                return Some(self.record_effect(AttemptAction::ToggleFlag { question_index: self.question_index }));
            }
            "answer-sheet" => return self.navigate(AfterStore::AnswerSheet),
            "leave" => return self.navigate(AfterStore::Leave),
            "leave-now" => return Some(Effect::Close),
            _ => return self.run_notebook_action(action),
        }
        None
    }

    /// Changes the text in the field.
    pub(super) fn change_field(&mut self, change: impl FnOnce(&mut TextField)) {
        if let AnswerDraft::Field(field) = &mut self.draft {
            change(field);
            self.is_changed = true;
            self.note = None;
        }
    }

    /// Runs an editing action of the text field. Returns false for any other action.
    fn edit_field(&mut self, action: Action) -> bool {
        let AnswerDraft::Field(field) = &mut self.draft else { return false };
        let before = field.content().to_owned();
        if !field.edit(action.name) {
            return false;
        }
        self.is_changed |= field.content() != before;
        self.note = None;
        true
    }

    fn undo(&mut self) {
        if !self.is_closed() {
            self.draft.undo(self.focused_line);
            self.is_changed = true;
            self.note = None;
        }
    }
}

fn confirm_binding(label: &'static str) -> Binding {
    Binding::new(&[Key::Enter], Action::named("confirm"), label)
}

/// Returns the rows for the previous and the next question, shown as one entry: `← → question`.
fn move_bindings() -> [Binding; 2] {
    [
        Binding::new(&[Key::Left], Action::named("previous"), "question").shown_as("← "),
        Binding::new(&[Key::Right], Action::named("next"), "question"),
    ]
}

fn certainty(number: u8) -> Option<Certainty> {
    Certainty::try_from(number).ok()
}
