//! The terminal on Windows: keys as events of the console.
//!
//! Windows Terminal sends keys as escape sequences, with bracketed paste. The old console and Wine send records of keys,
//! and a paste there looks like fast typing.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use termina::event::{Event, KeyCode, KeyEventKind};
use termina::windows::InputReaderMode;
use termina::{EventReader, PlatformTerminal, Terminal};

use crate::tui::input::Input;

/// How many keys of one read are typed at most. More are a paste.
const TYPED_KEYS_MAX: usize = 8;

/// Does nothing: Ctrl+C arrives as a key, and Windows ends the process itself when its window is closed. Every answer is
/// already on disk.
///
/// # Errors
/// None on this system.
pub fn spawn_signal_thread(_: Sender<Input>) -> io::Result<()> {
    Ok(())
}

/// Does nothing: Windows has no job control.
///
/// # Errors
/// None on this system.
#[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(super) fn stop_process() -> io::Result<()> {
    Ok(())
}

/// Where keys come from: the console. Dropping it restores the modes of the console.
#[derive(Debug)]
pub struct KeySource {
    console: PlatformTerminal,
    mode: InputReaderMode,
}

impl KeySource {
    /// Opens the source. Call this before the terminal is switched, because it remembers the modes of the console.
    ///
    /// # Errors
    /// There is no console, or its modes cannot be set.
    pub fn open() -> io::Result<Self> {
        // Only Windows Terminal sets this variable. The old console loses arrows in the other mode.
        let is_windows_terminal = std::env::var_os("WT_SESSION").is_some();
        let mode = if is_windows_terminal { InputReaderMode::Vte } else { InputReaderMode::Legacy };
        Ok(Self { console: PlatformTerminal::with_mode(mode)?, mode })
    }

    /// Starts a thread that sends keys and sizes of the window into the input queue.
    ///
    /// # Errors
    /// The mode of the console cannot be set, or the thread cannot be started.
    pub fn spawn_thread(&mut self, sender: Sender<Input>) -> io::Result<()> {
        // This also makes the console report the size of its window.
        self.console.enter_raw_mode()?;
        let (reader, has_pastes) = (self.console.event_reader(), self.mode == InputReaderMode::Vte);
        let read = move || read_events(&reader, has_pastes, &sender);
        thread::Builder::new().name("keys".to_owned()).spawn(read).map(|_| ())
    }
}

/// Reads the events of the console and sends the inputs.
fn read_events(reader: &EventReader, has_pastes: bool, sender: &Sender<Input>) {
    while let Ok(first) = reader.read(|_| true) {
        let mut events = vec![first];
        while reader.poll(Some(Duration::ZERO), |_| true).is_ok_and(|is_ready| is_ready) {
            let Ok(event) = reader.read(|_| true) else { break };
            events.push(event);
        }
        let inputs = match pasted_text(&events).filter(|_| !has_pastes) {
            Some(text) => vec![Input::Paste(text)],
            None => events.iter().filter_map(Input::from_event).collect(),
        };
        if inputs.into_iter().any(|input| sender.send(input).is_err()) {
            return;
        }
    }
    // Sending fails only after the event loop has ended. No one needs the input then.
    let _ = sender.send(Input::TerminalLost);
}

/// Returns the text of a burst of keys that no one can type, so that a paste answers nothing.
fn pasted_text(events: &[Event]) -> Option<String> {
    let pressed: Vec<KeyCode> = events
        .iter()
        .filter_map(|event| match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(key.code),
            _ => None,
        })
        .collect();
    let to_char = |code: &KeyCode| match code {
        KeyCode::Char(c) => Some(*c),
        KeyCode::Enter => Some('\n'),
        KeyCode::Tab => Some('\t'),
        _ => None,
    };
    (pressed.len() > TYPED_KEYS_MAX).then(|| pressed.iter().filter_map(to_char).collect())
}
