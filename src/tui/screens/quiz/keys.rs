//! Key handling of the quiz screen.

use super::draft::{self, AnswerDraft};
use super::navigation::{AfterStore, record_effect};
use super::{Certainty, Effect, Key, QuizScreen};
use crate::exam::session::AttemptAction;
use crate::tui::key::{Binding, binding};

/// What a letter does where it marks no choice; with Alt it always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterCommand {
    Flag,
    AnswerSheet,
    Leave,
}

impl LetterCommand {
    const ALL: [Self; 3] = [Self::Flag, Self::AnswerSheet, Self::Leave];

    /// Returns the letter, from which the keys are read and shown.
    fn letter(self) -> char {
        match self {
            Self::Flag => 'm',
            Self::AnswerSheet => 's',
            Self::Leave => 'q',
        }
    }

    /// Returns how its key is written, alone and with Alt.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Flag => ("m", "Alt+m"),
            Self::AnswerSheet => ("s", "Alt+s"),
            Self::Leave => ("q", "Alt+q"),
        }
    }
}

impl QuizScreen {
    /// Types into the field; nothing where the key is a command even there.
    pub(super) fn on_field_key(&mut self, key: Key) -> Option<Option<Effect>> {
        match key {
            Key::Char(c) => self.draft.push(c),
            Key::Backspace => self.draft.pop(),
            Key::Esc | Key::Tab => {
                self.is_field_focused = false;
                return Some(None);
            }
            Key::Enter => return Some(self.confirm(None)),
            _ => return None,
        }
        self.is_changed = true;
        self.note = None;
        Some(None)
    }

    /// Says what a key that is not typed means.
    pub(super) fn on_command_key(&mut self, key: Key) -> Option<Effect> {
        let line_count = draft::line_count(self.loaded_question());
        self.scroll.follow_focus();
        match key {
            Key::Up => self.focused_line = self.focused_line.saturating_sub(1),
            Key::Down => self.focused_line = (self.focused_line + 1).min(line_count.saturating_sub(1)),
            Key::PageUp => self.scroll.move_by(-5),
            Key::PageDown => self.scroll.move_by(5),
            Key::Char(' ') => self.mark(self.focused_line),
            Key::Enter => return self.confirm(None),
            Key::Tab if draft::has_text_field(self.loaded_question()) => self.is_field_focused = !self.is_closed(),
            Key::Backspace => self.clear_draft(),
            Key::Left => return self.navigate(AfterStore::Question(self.question_index.saturating_sub(1))),
            Key::Right if self.is_last() => return self.navigate(AfterStore::Stay),
            Key::Right => return self.navigate(AfterStore::Question(self.question_index + 1)),
            Key::Esc | Key::CtrlC => return self.navigate(AfterStore::Leave),
            Key::Char(c) => return self.on_char(c),
            Key::Alt(letter) => return self.on_letter(letter),
            _ => {}
        }
        None
    }

    /// A letter that is shown marks; other letters are commands, and so is any letter with Alt.
    fn on_char(&mut self, c: char) -> Option<Effect> {
        let is_true_false = matches!(self.draft, AnswerDraft::Truth(_));
        match (c, self.choice_position(c)) {
            ('t' | 'T', _) if is_true_false => self.mark(0),
            ('f' | 'F', _) if is_true_false => self.mark(1),
            (_, Some(position)) => self.mark(position),
            ('1'..='3', _) if !self.is_exam() && !self.is_closed() => {
                let certainty = c
                    .to_digit(10)
                    .and_then(|digit| u8::try_from(digit).ok())
                    .and_then(|digit| Certainty::try_from(digit).ok());
                return self.confirm(certainty);
            }
            (letter, _) => return self.on_letter(letter),
        }
        None
    }

    /// Says what the command of a letter means.
    pub(super) fn on_letter(&mut self, letter: char) -> Option<Effect> {
        match LetterCommand::ALL.into_iter().find(|command| command.letter() == letter)? {
            LetterCommand::Leave => self.navigate(AfterStore::Leave),
            _ if self.session.finished().is_some() => None,
            LetterCommand::Flag => Some(record_effect(AttemptAction::ToggleFlag { item: self.question_index })),
            LetterCommand::AnswerSheet => self.navigate(AfterStore::AnswerSheet),
        }
    }

    /// Returns the position of the choice that a letter marks now; nothing where the letter is free for a command.
    pub(in crate::tui::screens) fn choice_position(&self, letter: char) -> Option<usize> {
        let position = letter.is_ascii_alphabetic().then(|| usize::from(letter.to_ascii_uppercase() as u8 - b'A'));
        position.filter(|position| *position < self.loaded_question().order.len() && !self.is_closed())
    }

    /// Returns the key of a command with its words, as it works at the question that is shown.
    pub(super) fn letter_binding(&self, command: LetterCommand, label: &'static str) -> Binding {
        let (alone, with_alt) = command.keys();
        binding(if self.choice_position(command.letter()).is_some() { with_alt } else { alone }, label)
    }

    fn clear_draft(&mut self) {
        if !self.is_closed() && !matches!(self.draft, AnswerDraft::Field(_)) {
            self.draft = AnswerDraft::from_stored(self.loaded_question(), None);
            self.focused_line = 0;
            self.is_changed = true;
            self.note = None;
        }
    }
}
