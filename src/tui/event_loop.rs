//! The event loop: draw, wait for input, update. It is generic over the backend, so tests run the same loop.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Rect;

use crate::tui::app::{App, InterfaceEnd};
use crate::tui::input::Input;

/// The exit code of a program whose terminal is gone (SIGHUP is 1).
pub const TERMINAL_LOST_EXIT_CODE: u8 = 128 + 1;

/// Returns the area that is drawn of a window; none is so large that its cells do not fit in memory.
pub fn clamped_area(columns: u16, rows: u16) -> Rect {
    Rect::new(0, 0, columns.clamp(1, 500), rows.clamp(1, 200))
}

/// Whoever holds the terminal, for what the loop cannot do to it through a backend.
pub trait TerminalHost {
    /// Gives the terminal back, stops until continued, takes it again, and returns the area it has then.
    ///
    /// # Errors
    /// What the system says; the terminal is gone then.
    fn suspend(&mut self) -> io::Result<Rect>;

    /// Takes the terminal again after a stop that came from outside, and returns the area it has then.
    ///
    /// # Errors
    /// What the system says; the terminal is gone then.
    fn resume(&mut self) -> io::Result<Rect>;

    /// Lets the terminal report the mouse. A terminal that was given back does not report it.
    ///
    /// # Errors
    /// What the system says; the terminal is gone then.
    fn capture_mouse(&mut self) -> io::Result<()>;

    /// Ends that the terminal reports the mouse.
    ///
    /// # Errors
    /// What the system says; the terminal is gone then.
    fn release_mouse(&mut self) -> io::Result<()>;
}

/// Runs until the interface ends, and returns how it ended.
pub fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    inputs: &Receiver<Input>,
    app: &mut App,
    host: &mut impl TerminalHost,
) -> InterfaceEnd {
    const TERMINAL_LOST: InterfaceEnd = InterfaceEnd::ExitCode(TERMINAL_LOST_EXIT_CODE);
    let mut is_mouse_captured = false;
    loop {
        if let Some(end) = app.end() {
            return end.clone();
        }
        if app.wants_mouse() != is_mouse_captured {
            is_mouse_captured = app.wants_mouse();
            let changed = if is_mouse_captured { host.capture_mouse() } else { host.release_mouse() };
            if changed.is_err() {
                return TERMINAL_LOST;
            }
        }
        // A terminal that cannot be drawn on is gone; every answer is on disk.
        if terminal.draw(|frame| app.draw(frame)).is_err() {
            return TERMINAL_LOST;
        }
        let first_input = match app.next_wake() {
            Some(wait) => match inputs.recv_timeout(Duration::from_millis(wait.0)) {
                Err(RecvTimeoutError::Timeout) => {
                    app.tick();
                    continue;
                }
                other => other.ok(),
            },
            None => inputs.recv().ok(),
        };
        let Some(first_input) = first_input else { return TERMINAL_LOST };
        // All that has queued up is taken in before the next frame, so that a storm of resizes draws once.
        for input in std::iter::once(first_input).chain(inputs.try_iter()) {
            // A resize clears the window and draws all of it anew. `Terminal::clear` would ask the terminal where its
            // cursor is, and wait for the answer among the keys.
            let mut area = Ok(None);
            match input {
                Input::Key(key) => app.handle_key(key),
                Input::Mouse(mouse) => app.handle_mouse(mouse),
                Input::Job(report) => app.handle_job(report),
                Input::Resize(columns, rows) => area = Ok(Some(clamped_area(columns, rows))),
                Input::Suspend | Input::Continue => {
                    let taken_again = if input == Input::Suspend { host.suspend() } else { host.resume() };
                    area = taken_again.map(Some);
                    is_mouse_captured = false;
                }
                Input::Signal(signal) => {
                    return InterfaceEnd::ExitCode(
                        u8::try_from(signal).map_or(TERMINAL_LOST_EXIT_CODE, |signal| signal.saturating_add(128)),
                    );
                }
                Input::TerminalLost => return TERMINAL_LOST,
            }
            match area.map(|area| area.map_or(Ok(()), |area| terminal.resize(area))) {
                Ok(Ok(())) => {}
                _ => return TERMINAL_LOST,
            }
            if app.end().is_some() {
                break;
            }
        }
        app.retry_if_due();
    }
}
