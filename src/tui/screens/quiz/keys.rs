//! What the keys mean while a question is answered.

use super::draft::{self, AnswerDraft};
use super::{AfterStore, Certainty, Effect, Key, QuizScreen};
use crate::exam::session::AttemptAction;
use crate::tui::effect::Command;
use crate::tui::key::{Binding, key};

/// The effect that stores what the trainee did.
pub(super) fn record(action: AttemptAction) -> Effect {
    Effect::Do(Command::Record(action))
}

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
    pub(super) fn on_field(&mut self, key: Key) -> Option<Option<Effect>> {
        match key {
            Key::Char(c) => self.draft.push(c),
            Key::Backspace => self.draft.pop(),
            Key::Esc | Key::Tab => {
                self.in_field = false;
                return Some(None);
            }
            Key::Enter => return Some(self.confirm(None)),
            _ => return None,
        }
        self.changed = true;
        self.note = None;
        Some(None)
    }

    /// Says what a key that is not typed means.
    pub(super) fn on_command(&mut self, key: Key) -> Option<Effect> {
        let lines = draft::lines(self.item());
        self.scroll.follow();
        match key {
            Key::Up => self.line = self.line.saturating_sub(1),
            Key::Down => self.line = (self.line + 1).min(lines.saturating_sub(1)),
            Key::PageUp => self.scroll.by(-5),
            Key::PageDown => self.scroll.by(5),
            Key::Char(' ') => self.mark(self.line),
            Key::Enter => return self.confirm(None),
            Key::Tab if draft::is_field(self.item()) => self.in_field = !self.is_closed(),
            Key::Backspace => self.take_back(),
            Key::Left => return self.leave_for(AfterStore::Question(self.at.saturating_sub(1))),
            Key::Right if self.is_last() => return self.leave_for(AfterStore::Stay),
            Key::Right => return self.leave_for(AfterStore::Question(self.at + 1)),
            Key::Esc | Key::CtrlC => return self.leave_for(AfterStore::Leave),
            Key::Char(c) => return self.on_char(c),
            Key::Alt(letter) => return self.on_letter(letter),
            _ => {}
        }
        None
    }

    /// A letter that is shown marks; other letters are commands, and so is any letter with Alt.
    fn on_char(&mut self, c: char) -> Option<Effect> {
        let truth = matches!(self.draft, AnswerDraft::Truth(_));
        match (c, self.choice_of(c)) {
            ('t' | 'T', _) if truth => self.mark(0),
            ('f' | 'F', _) if truth => self.mark(1),
            (_, Some(position)) => self.mark(position),
            ('1'..='3', _) if !self.is_exam() && !self.is_closed() => {
                let level = c.to_digit(10).and_then(|n| u8::try_from(n).ok()).and_then(|n| Certainty::try_from(n).ok());
                return self.confirm(level);
            }
            (letter, _) => return self.on_letter(letter),
        }
        None
    }

    /// Says what the command of a letter means.
    pub(super) fn on_letter(&mut self, letter: char) -> Option<Effect> {
        match LetterCommand::ALL.into_iter().find(|command| command.letter() == letter)? {
            LetterCommand::Leave => self.leave_for(AfterStore::Leave),
            _ if self.session.finished().is_some() => None,
            LetterCommand::Flag => Some(record(AttemptAction::ToggleFlag { item: self.at })),
            LetterCommand::AnswerSheet => self.leave_for(AfterStore::Sheet),
        }
    }

    /// Returns the position of the choice that a letter marks now; nothing where the letter is free for a command.
    pub(in crate::tui::screens) fn choice_of(&self, letter: char) -> Option<usize> {
        let position = letter.is_ascii_alphabetic().then(|| usize::from(letter.to_ascii_uppercase() as u8 - b'A'));
        position.filter(|position| *position < self.item().order.len() && !self.is_closed())
    }

    /// Returns the key of a command with its words, as it works at the question that is shown.
    pub(super) fn letter_binding(&self, command: LetterCommand, label: &'static str) -> Binding {
        let (alone, with_alt) = command.keys();
        key(if self.choice_of(command.letter()).is_some() { with_alt } else { alone }, label)
    }

    fn take_back(&mut self) {
        if !self.is_closed() && !matches!(self.draft, AnswerDraft::Field(_)) {
            self.draft = AnswerDraft::of(self.item(), None);
            self.line = 0;
            self.changed = true;
            self.note = None;
        }
    }
}
