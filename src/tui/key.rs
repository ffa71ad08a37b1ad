//! Key presses, other terminal input, and key bindings as the footer and help show them.

use termina::Event;
use termina::event::{KeyCode, KeyEvent, KeyEventKind, Modifiers};

/// A key, as screens know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character that can be typed.
    Char(char),
    /// A letter with Alt: the command of that letter where the letter alone marks a choice.
    Alt(char),
    /// Confirms.
    Enter,
    /// Goes back.
    Esc,
    /// Deletes the last character.
    Backspace,
    /// One up.
    Up,
    /// One down.
    Down,
    /// One to the left.
    Left,
    /// One to the right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    Home,
    /// To the last.
    End,
    /// To the next field.
    Tab,
    /// Wants to leave.
    CtrlC,
}

impl Key {
    /// Reads a key from what the terminal sends; nothing for keys without a meaning here.
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let has_control = event.modifiers.contains(Modifiers::CONTROL);
        Some(match event.code {
            KeyCode::Char('c' | 'C') if has_control => Self::CtrlC,
            // What the keys Backspace and Enter send on some terminals and serial lines.
            KeyCode::Char('h') if has_control => Self::Backspace,
            KeyCode::Char('j') if has_control => Self::Enter,
            KeyCode::Char(c) if !has_control && event.modifiers.contains(Modifiers::ALT) => {
                Self::Alt(c.to_ascii_lowercase())
            }
            KeyCode::Char(_) if has_control => return None,
            KeyCode::Char(c) => Self::Char(c),
            KeyCode::Enter => Self::Enter,
            KeyCode::Escape => Self::Esc,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            KeyCode::Tab => Self::Tab,
            _ => return None,
        })
    }

    /// Returns the lower-case letter of a letter key.
    pub fn letter(self) -> Option<char> {
        match self {
            Self::Char(c) if c.is_ascii_alphabetic() => Some(c.to_ascii_lowercase()),
            _ => None,
        }
    }
}

/// A key with the words for what it does; footer and help are made of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The key as it is written.
    pub keys: &'static str,
    /// What it does, in a word or two.
    pub label: &'static str,
}

/// Makes a binding.
pub const fn binding(keys: &'static str, label: &'static str) -> Binding {
    Binding { keys, label }
}

/// What happens to the session from outside, in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// The window has a new size: columns and rows.
    Resize(u16, u16),
    /// A signal asks to end.
    Signal(i32),
    /// A signal asks to stop until continued.
    Suspend,
    /// The program goes on after a stop, its own or one that it had no part in.
    Continue,
    /// The terminal is gone.
    TerminalLost,
}

impl Input {
    /// Reads an input from what the terminal sends; nothing for what has no meaning here.
    pub fn from_event(event: &Event) -> Option<Self> {
        match event {
            Event::Key(key) => Key::from_event(key).map(Self::Key),
            _ => None,
        }
    }
}
