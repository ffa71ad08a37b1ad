//! The inputs of the event loop: keys, mouse events, window sizes, signals and job reports.

use termina::Event;
use termina::event::{KeyCode, KeyEvent, KeyEventKind, Modifiers, MouseButton, MouseEvent, MouseEventKind};

use super::jobs::JobReport;
use super::key::Key;
use super::paste::PASTE_MAX_BYTES;

/// An input of the event loop. All inputs share one queue, so their order is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Key(Key),
    Mouse(MouseInput),
    /// Pasted text. It is never a key.
    Paste(String),
    /// The new size of the window, in columns and rows.
    Resize(u16, u16),
    /// The number of a signal that ends the program.
    Signal(i32),
    /// SIGTSTP or Ctrl+Z arrived: the program stops until it is continued.
    Suspend,
    /// The program runs again after a stop. It may not have handled the stop itself, as with SIGSTOP.
    Continue,
    /// The terminal was closed.
    TerminalLost,
    Job(JobReport),
}

/// A mouse event at a cell. Columns and rows count from 0 at the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MouseInput {
    pub kind: MouseInputKind,
    pub column: u16,
    pub row: u16,
}

/// The mouse events that the interface uses.
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
    /// Converts an event of the terminal. Returns none for moves, releases and other buttons.
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
    /// Converts an event of the terminal. Returns none for events that the interface does not use.
    pub fn from_event(event: &Event) -> Option<Self> {
        match event {
            // In raw mode, the terminal does not turn Ctrl+Z into SIGTSTP.
            Event::Key(key) if is_ctrl_z(key) => Some(Self::Suspend),
            Event::Key(key) => Key::from_event(key).map(Self::Key),
            // On Unix, pastes are split off before the events are parsed.
            Event::Paste(text) if text.len() <= PASTE_MAX_BYTES => Some(Self::Paste(text.clone())),
            Event::WindowResized(size) => Some(Self::Resize(size.cols, size.rows)),
            Event::Mouse(mouse) => MouseInput::from_event(mouse).map(Self::Mouse),
            _ => None,
        }
    }
}

fn is_ctrl_z(key: &KeyEvent) -> bool {
    let is_pressed = key.kind != KeyEventKind::Release;
    is_pressed && key.code == KeyCode::Char('z') && key.modifiers == Modifiers::CONTROL
}
