//! The event loop: draw, wait for input, update. It is generic over the backend, so tests run the same loop.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Rect;

use crate::tui::app::{App, InterfaceEnd};
use crate::tui::input::Input;

/// The exit code after the terminal is lost: 128 plus the number of SIGHUP, 1.
pub const TERMINAL_LOST_EXIT_CODE: u8 = 128 + 1;

/// Returns the area of a window that is drawn: at most 500 columns and 200 rows. A terminal may claim any size, and the
/// buffer for its cells must fit in memory.
pub fn clamped_area(columns: u16, rows: u16) -> Rect {
    Rect::new(0, 0, columns.clamp(1, 500), rows.clamp(1, 200))
}

/// The operations on the terminal that a ratatui backend does not offer.
pub trait TerminalHost {
    /// Restores the terminal, stops the process until it is continued, enters the terminal again and returns its new
    /// area.
    ///
    /// # Errors
    /// The terminal is lost.
    fn suspend(&mut self) -> io::Result<Rect>;

    /// Enters the terminal again after a stop from outside, and returns its new area.
    ///
    /// # Errors
    /// The terminal is lost.
    fn resume(&mut self) -> io::Result<Rect>;

    /// Makes the terminal report mouse events. A restored terminal no longer reports them.
    ///
    /// # Errors
    /// The terminal is lost.
    fn capture_mouse(&mut self) -> io::Result<()>;

    /// Stops the terminal from reporting mouse events.
    ///
    /// # Errors
    /// The terminal is lost.
    fn release_mouse(&mut self) -> io::Result<()>;
}

/// Runs the interface until it ends, and returns how it ended. If the terminal is lost, the exit code is
/// [`TERMINAL_LOST_EXIT_CODE`]. After a signal, the exit code is 128 plus its number, as in shells. After each suspend
/// or resume, the terminal is asked again to report the mouse, because it forgets that.
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
        // If drawing fails, the terminal is lost. Every answer is already on disk.
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
        // All queued inputs are handled before the next frame, so that a storm of resizes draws once.
        for input in std::iter::once(first_input).chain(inputs.try_iter()) {
            // A resize redraws the whole window. `Terminal::clear` would ask the terminal for its cursor position, and
            // wait for the answer among the keys.
            let mut area = Ok(None);
            match input {
                Input::Key(_) | Input::Mouse(_) | Input::Paste(_) | Input::Job(_) => pass_to_app(app, input),
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

/// Passes an input of the trainee or of a job to the interface.
fn pass_to_app(app: &mut App, input: Input) {
    match input {
        Input::Key(key) => app.handle_key(key),
        Input::Mouse(mouse) => app.handle_mouse(mouse),
        Input::Paste(text) => app.handle_paste(&text),
        Input::Job(report) => app.handle_job(report),
        _ => {}
    }
}
