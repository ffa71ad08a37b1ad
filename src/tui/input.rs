//! Everything that reaches the interface from outside, in one order: keys, the mouse, the window, signals, jobs.

use termina::Event;
use termina::event::{MouseButton, MouseEvent, MouseEventKind};

use super::jobs::JobReport;
use super::key::Key;

/// What happens to the session from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// The mouse was used.
    Mouse(MouseInput),
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
    /// A job made progress or ended.
    Job(JobReport),
}

/// What was done with the mouse, and at which cell, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MouseInput {
    /// What was done.
    pub kind: MouseInputKind,
    /// The column of the cell.
    pub column: u16,
    /// The row of the cell.
    pub row: u16,
}

/// What can be done with the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseInputKind {
    /// The left button was pressed.
    Click,
    /// The wheel was turned away from the user.
    ScrollUp,
    /// The wheel was turned toward the user.
    ScrollDown,
}

impl MouseInput {
    /// Reads what the terminal sends. Moves, other buttons and releases have no meaning here.
    fn from_event(event: &MouseEvent) -> Option<Self> {
        let kind = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => MouseInputKind::Click,
            MouseEventKind::ScrollUp => MouseInputKind::ScrollUp,
            MouseEventKind::ScrollDown => MouseInputKind::ScrollDown,
            _ => return None,
        };
        Some(Self { kind, column: event.column, row: event.row })
    }
}

impl Input {
    /// Reads an input from what the terminal sends; nothing for what has no meaning here.
    pub fn from_event(event: &Event) -> Option<Self> {
        match event {
            Event::Key(key) => Key::from_event(key).map(Self::Key),
            Event::Mouse(mouse) => MouseInput::from_event(mouse).map(Self::Mouse),
            _ => None,
        }
    }
}
