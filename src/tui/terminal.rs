//! The terminal of this process: enters raw mode, reads keys and signals, and restores the terminal on exit or panic.
//!
//! Under `tui`, only this file and its parts use process-wide state: signals, the standard streams and the panic hook. What
//! differs between systems is in `terminal/unix.rs` and `terminal/windows.rs`.

use std::io::{self, BufWriter, Stdout, Write};
use std::thread;

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::{cursor, execute, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::tui::event_loop::TerminalHost;
use crate::tui::jobs::JOB_THREAD_NAME;
use crate::tui::theme::Theme;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

pub use platform::{KeySource, spawn_signal_thread};

/// The terminal, with a buffer for a whole frame, so that a frame is one write.
pub type ProcessTerminal = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The size of the buffer for a frame.
const FRAME_BUFFER_BYTES: usize = 256 * 1024;

/// Restores the terminal when it is dropped.
#[derive(Debug)]
pub struct TerminalGuard(());

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore();
    }
}

/// Switches the terminal to raw mode and to the alternate screen, and installs a panic hook that restores it.
///
/// # Errors
/// The terminal cannot be switched. It is then as it was before.
pub fn enter(theme: Theme) -> io::Result<(TerminalGuard, ProcessTerminal)> {
    // This can fail, for example without a terminal. At this point there is nothing to restore.
    let (columns, rows) = terminal::size()?;
    // The theme has decided on colors. Crossterm reads NO_COLOR itself, and would undo `--color always`.
    crossterm::style::force_color_output(theme != Theme::NONE);
    terminal::enable_raw_mode()?;
    let guard = TerminalGuard(());
    let previous_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A job reports its own panic, and the interface keeps running in the same terminal.
        if thread::current().name() != Some(JOB_THREAD_NAME) {
            restore();
            previous_hook(info);
        }
    }));
    enter_alternate_screen()?;
    let backend = CrosstermBackend::new(BufWriter::with_capacity(FRAME_BUFFER_BYTES, io::stdout()));
    // With a fixed viewport, ratatui never asks the terminal for its size. The event loop resizes it.
    let viewport = Viewport::Fixed(crate::tui::event_loop::clamped_area(columns, rows));
    Ok((guard, Terminal::with_options(backend, TerminalOptions { viewport })?))
}

fn enter_alternate_screen() -> io::Result<()> {
    let clear = terminal::Clear(terminal::ClearType::All);
    execute!(io::stdout(), terminal::EnterAlternateScreen, EnableBracketedPaste, cursor::Hide, clear)
}

/// Restores the terminal. Errors are ignored: if the terminal is gone, there is nothing to restore.
fn restore() {
    let leave = terminal::LeaveAlternateScreen;
    let _ = execute!(io::stdout(), DisableMouseCapture, DisableBracketedPaste, cursor::Show, leave);
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// The [`TerminalHost`] of the terminal in which this process was started.
#[derive(Debug)]
pub struct ProcessHost;

impl TerminalHost for ProcessHost {
    fn suspend(&mut self) -> io::Result<Rect> {
        restore();
        platform::stop_process()?;
        self.resume()
    }

    fn resume(&mut self) -> io::Result<Rect> {
        // The shell has changed the terminal's mode meanwhile, but crossterm still believes that it is raw. Without
        // disabling raw mode first, enabling it would do nothing.
        terminal::disable_raw_mode()?;
        terminal::enable_raw_mode()?;
        enter_alternate_screen()?;
        let (columns, rows) = terminal::size()?;
        Ok(crate::tui::event_loop::clamped_area(columns, rows))
    }

    fn capture_mouse(&mut self) -> io::Result<()> {
        execute!(io::stdout(), EnableMouseCapture)
    }

    fn release_mouse(&mut self) -> io::Result<()> {
        execute!(io::stdout(), DisableMouseCapture)
    }
}
