//! Separates pasted text from keys. A terminal with bracketed paste sends a paste between two sequences, so that its
//! letters and line ends are not taken for keys.
//!
//! This comes before the key parser, which would wait forever for the end of an unfinished paste.

/// The bytes before a paste.
const START: &[u8] = b"\x1b[200~";
/// The bytes after a paste.
const END: &[u8] = b"\x1b[201~";
/// The longest paste, in bytes. A longer one is dropped.
pub const PASTE_MAX_BYTES: usize = 64 * 1024;

/// A part of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputPiece {
    /// Bytes for the key parser.
    Keys(Vec<u8>),
    /// A whole paste. Bytes that are not UTF-8 are replaced.
    Paste(String),
}

/// Splits the bytes of a terminal into keys and pastes.
#[derive(Debug, Default)]
pub struct PasteFilter {
    /// Bytes that can be the beginning of [`START`], or the paste so far.
    held: Vec<u8>,
    is_pasting: bool,
    /// Whether the paste is too long, so that it is dropped.
    is_too_long: bool,
}

impl PasteFilter {
    /// Splits the next bytes. Bytes that can be the beginning of a paste are held back.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<InputPiece> {
        let (mut pieces, mut keys) = (Vec::new(), Vec::new());
        for byte in bytes {
            self.held.push(*byte);
            if self.is_pasting {
                if let Some(paste) = self.held.strip_suffix(END) {
                    let paste = String::from_utf8_lossy(paste).into_owned();
                    pieces.extend((!self.is_too_long).then_some(InputPiece::Paste(paste)));
                    *self = Self::default();
                } else if self.held.len() > PASTE_MAX_BYTES + END.len() {
                    // Only what can be a part of the end is still needed.
                    self.held.drain(..self.held.len() - END.len());
                    self.is_too_long = true;
                }
                continue;
            }
            // What cannot be the beginning of a paste is keys.
            while !START.starts_with(&self.held) {
                keys.push(self.held.remove(0));
            }
            if self.held == START {
                self.held.clear();
                self.is_pasting = true;
                pieces.extend((!keys.is_empty()).then(|| InputPiece::Keys(std::mem::take(&mut keys))));
            }
        }
        pieces.extend((!keys.is_empty()).then_some(InputPiece::Keys(keys)));
        pieces
    }

    /// Returns whether a paste has begun and not ended.
    pub fn is_pasting(&self) -> bool {
        self.is_pasting
    }

    /// Returns whether bytes are held back that may be keys.
    pub fn holds_keys(&self) -> bool {
        !self.is_pasting && !self.held.is_empty()
    }

    /// Ends the wait for more bytes: drops an unfinished paste, or returns the bytes that were held back.
    pub fn expire(&mut self) -> Vec<u8> {
        let Self { held, is_pasting, .. } = std::mem::take(self);
        if is_pasting { Vec::new() } else { held }
    }
}
