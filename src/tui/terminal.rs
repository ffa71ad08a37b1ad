//! The terminal this process was started in: taken over, read, and given back as it was found, whatever happens.
//!
//! The one place under `tui` that touches the process: its signals, its standard streams, its panic hook.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::mpsc::Sender;
use std::thread;

use crossterm::{cursor, execute, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use termina::Parser;

use crate::tui::event_loop::TerminalHost;
use crate::tui::key::Input;

/// The terminal with a buffer that holds a whole frame, so that a frame is one write.
pub type ProcessTerminal = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The size of that buffer.
const FRAME: usize = 256 * 1024;

/// Gives the terminal back when it is dropped.
#[derive(Debug)]
pub struct TerminalGuard(());

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        leave();
    }
}

/// Takes the terminal over.
///
/// # Errors
/// What the system says; the terminal is then as it was.
pub fn enter() -> io::Result<(TerminalGuard, ProcessTerminal)> {
    let (columns, rows) = terminal::size()?;
    terminal::enable_raw_mode()?;
    let guard = TerminalGuard(());
    let panic = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        leave();
        panic(info);
    }));
    switch_on()?;
    let backend = CrosstermBackend::new(BufWriter::with_capacity(FRAME, io::stdout()));
    let viewport = Viewport::Fixed(crate::tui::event_loop::area(columns, rows));
    Ok((guard, Terminal::with_options(backend, TerminalOptions { viewport })?))
}

fn switch_on() -> io::Result<()> {
    execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide, terminal::Clear(terminal::ClearType::All))
}

/// Gives the terminal back; where it is gone there is nothing to give back.
fn leave() {
    let _ = execute!(io::stdout(), cursor::Show, terminal::LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// This process, on the terminal it was started in.
#[derive(Debug)]
pub struct ProcessHost;

impl TerminalHost for ProcessHost {
    fn stop(&mut self) -> io::Result<Rect> {
        leave();
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
        self.again()
    }

    fn again(&mut self) -> io::Result<Rect> {
        // The shell has set the terminal to its own liking meanwhile; crossterm believes it is raw still.
        terminal::disable_raw_mode()?;
        terminal::enable_raw_mode()?;
        switch_on()?;
        let (columns, rows) = terminal::size()?;
        Ok(crate::tui::event_loop::area(columns, rows))
    }
}

/// Reads keys and signals into one queue, each in a thread of its own.
///
/// # Errors
/// What the system says where signals cannot be caught.
pub fn read(inputs: Sender<Input>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH])?;
    let keys = inputs.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            let input = match signal {
                SIGTSTP => Input::Stop,
                SIGCONT => Input::Continue,
                SIGWINCH => match terminal::size() {
                    Ok((columns, rows)) => Input::Resize(columns, rows),
                    Err(_) => continue,
                },
                signal => Input::Signal(signal),
            };
            if inputs.send(input).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || read_keys(&keys));
    Ok(())
}

/// How long a lone escape byte is held for the rest of a sequence before it is taken for the key Esc.
const LONE_ESCAPE: Timespec = Timespec { tv_sec: 0, tv_nsec: 25_000_000 };

/// Reads bytes and makes keys of them.
///
/// Not crossterm's own reader: that one spins where the terminal is gone, and holds a key back that arrives together with
/// a resize until the next one is pressed.
fn read_keys(inputs: &Sender<Input>) {
    let terminal = io::stdin();
    let (mut parser, mut bytes, mut held) = (Parser::default(), [0; 1024], false);
    loop {
        let mut waited = [PollFd::new(&terminal, PollFlags::IN)];
        match poll(&mut waited, held.then_some(&LONE_ESCAPE)) {
            Err(rustix::io::Errno::INTR) => continue,
            Ok(0) if held => {
                parser.parse(&[], false);
                held = false;
            }
            Ok(_) if waited[0].revents().contains(PollFlags::IN) => match rustix::io::read(&terminal, &mut bytes) {
                Ok(count) if count > 0 => {
                    parser.parse(&bytes[..count], true);
                    held = bytes[..count].contains(&0x1B);
                }
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                _ => break,
            },
            _ => break,
        }
        while let Some(event) = parser.pop() {
            let sent = Input::read(&event).map_or(Ok(()), |input| inputs.send(input));
            if sent.is_err() {
                return;
            }
        }
    }
    // If nobody listens any more, the session has ended already.
    let _ = inputs.send(Input::Gone);
}
