//! What the keys mean while a question is answered.

use super::draft::{self, Draft};
use super::{Certainty, Effect, Key, Quiz, Then};
use crate::quiz::session::Action;

impl Quiz {
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
            Key::Left => return self.leave_for(Then::Question(self.at.saturating_sub(1))),
            Key::Right if self.is_last() => return self.leave_for(Then::Stay),
            Key::Right => return self.leave_for(Then::Question(self.at + 1)),
            Key::Esc | Key::CtrlC => return self.leave_for(Then::Leave),
            Key::Char(c) => return self.on_char(c),
            _ => {}
        }
        None
    }

    /// A letter that is shown marks; other letters are commands.
    fn on_char(&mut self, c: char) -> Option<Effect> {
        let lettered = self.item().order.len();
        let position = c.is_ascii_alphabetic().then(|| usize::from(c.to_ascii_uppercase() as u8 - b'A'));
        let truth = matches!(self.draft, Draft::Truth(_));
        match (c, position) {
            ('t' | 'T', _) if truth => self.mark(0),
            ('f' | 'F', _) if truth => self.mark(1),
            (_, Some(position)) if position < lettered && !self.is_closed() => self.mark(position),
            ('1'..='3', _) if !self.is_exam() && !self.is_closed() => {
                let level = c.to_digit(10).and_then(|n| u8::try_from(n).ok()).and_then(|n| Certainty::try_from(n).ok());
                return self.confirm(level);
            }
            ('m', _) if self.session.ended().is_none() => return Some(Effect::Record(Action::Flag { item: self.at })),
            ('s', _) if self.session.ended().is_none() => return self.leave_for(Then::Sheet),
            ('q', _) => return self.leave_for(Then::Leave),
            _ => {}
        }
        None
    }

    fn take_back(&mut self) {
        if !self.is_closed() && !matches!(self.draft, Draft::Field(_)) {
            self.draft = Draft::of(self.item(), None);
            self.line = 0;
            self.changed = true;
            self.note = None;
        }
    }
}
