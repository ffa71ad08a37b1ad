//! The real program in a real pseudo-terminal.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, tcgetattr};

/// The longest wait before a test fails. A passing test never waits this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the reader checks whether the window was closed.
const POLL_INTERVAL: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// A terminal window with the program in it.
pub struct Window {
    pty: Option<Arc<Pty>>,
    pub child: Child,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    found: Termios,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
    ended: bool,
}

impl Window {
    /// Opens a window of 80 columns and 24 rows, and starts the program in it with its data in `home`.
    pub fn open(home: &Path, args: &[&str]) -> Self {
        Self::open_with(home, args, &[])
    }

    /// Opens a window like [`Window::open`], with other values of environment variables.
    pub fn open_with(home: &Path, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(24, 80)).expect("a size");
        let found = tcgetattr(&pty).expect("the terminal's settings");
        let child = Command::new(env!("CARGO_BIN_EXE_needlewise"))
            .args(args)
            .env("NEEDLEWISE_DATA_DIR", home.join("data"))
            .env("NEEDLEWISE_CONFIG_DIR", home.join("config"))
            .env("TERM", "xterm-256color")
            .env("TZ", "UTC")
            .env_remove("NO_COLOR")
            .env_remove("COLORFGBG")
            .envs(variables.iter().copied())
            .spawn(pts)
            .expect("the program");
        let size = |n| NonZeroU16::new(n).expect("not zero");
        let parser = vt100::Parser::new(size(24), size(80), 0);
        let seen = Seen { parser, raw: Vec::new(), closed: false, ended: false };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let (pty, shared) = (Arc::new(pty), Arc::clone(&seen));
        let reader = Arc::clone(&pty);
        std::thread::spawn(move || read(&reader, &shared));
        Self { pty: Some(pty), child, seen, found }
    }

    /// Types bytes, which may include escape sequences.
    pub fn type_bytes(&mut self, bytes: &str) -> &mut Self {
        let mut pty: &Pty = self.pty.as_ref().expect("an open window");
        pty.write_all(bytes.as_bytes()).expect("a terminal");
        self
    }

    /// Resizes the window, which sends SIGWINCH to the program.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.pty.as_ref().expect("an open window").resize(Size::new(rows, columns)).expect("a size");
        let size = |n| NonZeroU16::new(n).expect("not zero");
        self.seen.0.lock().expect("the screen").parser.screen_mut().set_size(size(rows), size(columns));
        self
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        self.wait_until(text, |seen| seen.parser.screen().contents().contains(text));
        self
    }

    /// Waits until the screen no longer shows a text.
    #[track_caller]
    pub fn no_longer_sees(&mut self, text: &str) -> &mut Self {
        self.wait_until(text, |seen| !seen.parser.screen().contents().contains(text));
        self
    }

    #[track_caller]
    fn wait_until(&self, what: &str, holds: impl Fn(&Seen) -> bool) {
        let (seen, changed) = &*self.seen;
        let start = Instant::now();
        let mut seen = seen.lock().expect("the screen");
        while !holds(&seen) {
            let left = PATIENCE.checked_sub(start.elapsed());
            let Some(left) = left.filter(|_| !seen.ended) else {
                panic!("waited in vain for {what:?}; the screen is\n{}", seen.parser.screen().contents());
            };
            seen = changed.wait_timeout(seen, left).expect("the screen").0;
        }
    }

    pub fn screen(&self) -> String {
        self.seen.0.lock().expect("the screen").parser.screen().contents()
    }

    /// Asserts that the terminal is as the program found it: its settings, its main screen and a visible cursor.
    #[track_caller]
    pub fn assert_as_found(&self) {
        let now = tcgetattr(self.pty.as_ref().expect("an open window")).expect("the terminal's settings");
        let modes =
            |termios: &Termios| (termios.input_modes, termios.output_modes, termios.control_modes, termios.local_modes);
        assert_eq!(modes(&now), modes(&self.found), "the terminal's settings");
        self.wait_until("the main screen", |seen| !seen.parser.screen().alternate_screen());
        let seen = self.seen.0.lock().expect("the screen");
        assert!(!seen.parser.screen().hide_cursor(), "the cursor is visible again");
    }

    /// Returns how many bytes the program has written so far.
    pub fn written(&self) -> usize {
        self.seen.0.lock().expect("the screen").raw.len()
    }

    /// Returns every byte that the program has written.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().expect("the screen").raw.clone()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a signal");
    }

    /// Waits until the kernel reports that the program is stopped (state `T`).
    #[cfg(target_os = "linux")]
    pub fn wait_until_stopped(&self) {
        let path = format!("/proc/{}/stat", self.child.id());
        let start = Instant::now();
        let stopped = || std::fs::read_to_string(&path).expect("a process").contains(") T ");
        while !stopped() {
            assert!(start.elapsed() < PATIENCE, "the program does not stop");
            std::thread::yield_now();
        }
    }

    /// Waits for the end and returns the exit code.
    pub fn ends(&mut self) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a process") {
                return status.code().unwrap_or_else(|| panic!("{status}"));
            }
            assert!(start.elapsed() < PATIENCE, "the program does not end; the screen is\n{}", self.screen());
            std::thread::yield_now();
        }
    }

    /// Closes the terminal, as closing its window does.
    pub fn vanish(&mut self) -> &mut Self {
        self.seen.0.lock().expect("the screen").closed = true;
        let pty = self.pty.take().expect("an open window");
        // The terminal closes with the last reference to it. The reader drops its own at its next poll.
        while Arc::strong_count(&pty) > 1 {
            std::thread::yield_now();
        }
        drop(pty);
        self
    }
}

/// Parses what the program writes until the program ends or the window is closed.
fn read(pty: &Pty, shared: &(Mutex<Seen>, Condvar)) {
    let (seen, changed) = shared;
    let mut bytes = [0; 4096];
    loop {
        let mut waited = [PollFd::new(pty, PollFlags::IN)];
        let ready = poll(&mut waited, Some(&POLL_INTERVAL)).unwrap_or(0);
        let mut from: &Pty = pty;
        let count = if ready > 0 { from.read(&mut bytes).unwrap_or(0) } else { 0 };
        let mut seen = seen.lock().expect("the screen");
        seen.parser.process(&bytes[..count]);
        seen.raw.extend_from_slice(&bytes[..count]);
        seen.ended = seen.closed || (ready > 0 && count == 0);
        changed.notify_all();
        if seen.ended {
            break;
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // A failed test must not leave the program running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
