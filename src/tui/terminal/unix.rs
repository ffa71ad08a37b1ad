//! The terminal on Unix: signals, and keys as bytes of standard input.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture};
use crossterm::{cursor, queue, terminal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use termina::Parser;

use crate::tui::input::Input;
use crate::tui::paste::{InputPiece, PasteFilter};

/// How long the interface may take to end after a signal. It takes longer only if no one reads its output.
const SIGNAL_PATIENCE: Duration = Duration::from_millis(700);

/// Starts a thread that sends signals into the input queue. Call this before [`super::enter`]: without the thread, a
/// signal would leave the terminal switched.
///
/// # Errors
/// The signals cannot be caught, or the thread cannot be started.
pub fn spawn_signal_thread(sender: Sender<Input>) -> io::Result<()> {
    // ratatui restores the terminal only after a panic. A signal would leave raw mode and the alternate screen on.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let forward = move || {
        for signal in signals.forever() {
            let input = match signal {
                SIGTSTP => Input::Suspend,
                SIGCONT => Input::Continue,
                SIGWINCH => match terminal::size() {
                    Ok((columns, rows)) => Input::Resize(columns, rows),
                    Err(_) => continue,
                },
                signal => Input::Signal(signal),
            };
            let is_end = matches!(input, Input::Signal(_));
            let is_interface_over = sender.send(input).is_err();
            if is_end {
                // After the interface, nothing else would obey the signal.
                end_if_stuck(signal, if is_interface_over { Duration::ZERO } else { SIGNAL_PATIENCE });
            }
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(forward).map(|_| ())
}

/// Ends the process if it does not end by itself: the main thread can wait for a terminal that no one reads. Every answer
/// is already on disk.
fn end_if_stuck(signal: i32, patience: Duration) {
    thread::sleep(patience);
    restore_without_waiting();
    std::process::exit(signal.saturating_add(128));
}

/// Restores the terminal without waiting for its reader. The mode needs no reader. The escape sequences are written only
/// if there is room for them, and not through the standard stream, which the main thread may hold.
fn restore_without_waiting() {
    let _ = terminal::disable_raw_mode();
    let stdout = io::stdout();
    let mut poll_fds = [PollFd::new(&stdout, PollFlags::OUT)];
    let mut sequences = Vec::new();
    let leave = terminal::LeaveAlternateScreen;
    let _ = queue!(sequences, DisableMouseCapture, DisableBracketedPaste, cursor::Show, leave);
    if poll(&mut poll_fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|count| count > 0) {
        let _ = rustix::io::write(&stdout, &sequences);
    }
}

/// Stops this process until it is continued.
///
/// # Errors
/// The system refuses it.
pub(super) fn stop_process() -> io::Result<()> {
    // SIGTSTP is caught by the signal thread, so only SIGSTOP stops this process.
    Ok(rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?)
}

/// Where keys come from: standard input.
#[derive(Debug)]
pub struct KeySource(());

impl KeySource {
    /// Opens the source. Call this before the terminal is switched.
    ///
    /// # Errors
    /// None on this system.
    pub fn open() -> io::Result<Self> {
        Ok(Self(()))
    }

    /// Starts a thread that sends keys into the input queue.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn spawn_thread(&mut self, sender: Sender<Input>) -> io::Result<()> {
        thread::Builder::new().name("keys".to_owned()).spawn(move || read_keys(&sender)).map(|_| ())
    }
}

/// How long a lone escape byte waits for the rest of a sequence before it counts as the key Esc.
const LONE_ESCAPE_TIMEOUT: Timespec = Timespec { tv_sec: 0, tv_nsec: 25_000_000 };

/// How long an unfinished paste waits for its next bytes before it is dropped.
const PASTE_TIMEOUT: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Reads bytes from standard input, parses them and sends the inputs.
///
/// crossterm's own reader is not used. It spins if the terminal is gone, and it delays a key that arrives together with
/// a resize until the next key.
fn read_keys(sender: &Sender<Input>) {
    let stdin = io::stdin();
    let (mut parser, mut filter) = (Parser::default(), PasteFilter::default());
    let (mut bytes, mut has_pending_escape) = ([0; 1024], false);
    loop {
        let timeout = match (filter.is_pasting(), has_pending_escape || filter.holds_keys()) {
            (true, _) => Some(&PASTE_TIMEOUT),
            (false, true) => Some(&LONE_ESCAPE_TIMEOUT),
            (false, false) => None,
        };
        let mut poll_fds = [PollFd::new(&stdin, PollFlags::IN)];
        // After a timeout, nothing more can follow a lone escape.
        let (pieces, is_more_expected) = match poll(&mut poll_fds, timeout) {
            Err(rustix::io::Errno::INTR) => continue,
            Ok(0) if timeout.is_some() => (vec![InputPiece::Keys(filter.expire())], false),
            Ok(_) if poll_fds[0].revents().contains(PollFlags::IN) => match rustix::io::read(&stdin, &mut bytes) {
                Ok(count) if count > 0 => (filter.push(&bytes[..count]), true),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                // A read from a lost terminal returns at once, each time. Another try would spin at 100% CPU.
                _ => break,
            },
            _ => break,
        };
        for piece in pieces {
            let inputs: Vec<_> = match piece {
                InputPiece::Paste(paste) => vec![Input::Paste(paste)],
                InputPiece::Keys(keys) => {
                    parser.parse(&keys, is_more_expected);
                    has_pending_escape = is_more_expected && keys.contains(&0x1B);
                    std::iter::from_fn(|| parser.pop()).filter_map(|event| Input::from_event(&event)).collect()
                }
            };
            if inputs.into_iter().any(|input| sender.send(input).is_err()) {
                return;
            }
        }
    }
    // Sending fails only after the event loop has ended. No one needs the input then.
    let _ = sender.send(Input::TerminalLost);
}
