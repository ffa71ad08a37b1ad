//! Keys: how they are read from the terminal, and how they are written for people.

use std::fmt;

use termina::event::{KeyCode, KeyEvent, KeyEventKind, Modifiers};

/// A key, as screens know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Any key that no row of the key table names. The terminal never sends it.
    Any,
}

/// The key as it is written in the footer and in help: `m`, `Alt+m`, `↑`, `PgDn`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Char(' ') => "Space",
            Self::Char(c) => return write!(f, "{c}"),
            Self::Alt(c) => return write!(f, "Alt+{c}"),
            Self::Enter => "Enter",
            Self::Esc => "Esc",
            Self::Backspace => "Backspace",
            Self::Up => "↑",
            Self::Down => "↓",
            Self::Left => "←",
            Self::Right => "→",
            Self::PageUp => "PgUp",
            Self::PageDown => "PgDn",
            Self::Home => "Home",
            Self::End => "End",
            Self::Tab => "Tab",
            Self::CtrlC => "Ctrl+C",
            Self::Any => "any other key",
        })
    }
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
}
