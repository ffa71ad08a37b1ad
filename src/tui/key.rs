//! Keys: how the terminal sends them, and how the footer and help write them.

use std::fmt;

use termina::event::{KeyCode, KeyEvent, KeyEventKind, Modifiers};

/// A key, whatever bytes the terminal sends for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A printable character.
    Char(char),
    /// A letter with Alt. It runs a command where the letter alone selects a choice.
    Alt(char),
    Enter,
    Esc,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Tab,
    Delete,
    /// Clears a text field.
    CtrlU,
    /// Leaves the screen or the program. In raw mode, Ctrl+C arrives as a key and not as a signal.
    CtrlC,
    /// In the key table, every key without a row of its own. The terminal never sends it.
    Any,
}

/// Writes the key as the footer and help show it: `m`, `Alt+m`, `↑`, `PgDn`.
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
            Self::Delete => "Del",
            Self::CtrlU => "Ctrl+U",
            Self::CtrlC => "Ctrl+C",
            Self::Any => "any other key",
        })
    }
}

impl Key {
    /// Converts a key event of the terminal. Returns none for releases and for keys that the interface does not use.
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let has_control = event.modifiers.contains(Modifiers::CONTROL);
        Some(match event.code {
            KeyCode::Char('c' | 'C') if has_control => Self::CtrlC,
            // Some terminals and serial lines send Ctrl+H for Backspace and Ctrl+J for Enter.
            KeyCode::Char('u' | 'U') if has_control => Self::CtrlU,
            KeyCode::Char('h') if has_control => Self::Backspace,
            KeyCode::Char('j') if has_control => Self::Enter,
            KeyCode::Char(c) if !has_control && event.modifiers.contains(Modifiers::ALT) => {
                Self::Alt(c.to_ascii_lowercase())
            }
            // Otherwise Ctrl+A would select choice A, and Ctrl+Q would leave.
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
            KeyCode::Delete => Self::Delete,
            _ => return None,
        })
    }
}
