//! A text field of one line with a cursor. It moves and deletes by what people see as one character, such as a letter
//! with all its accents. The existing crates move by code points.

use crate::text;
use crate::tui::binding::{Action, Binding};
use crate::tui::key::Key;

/// The longest text in bytes.
const MAX_BYTES: usize = 500;

/// Returns the unlisted rows that move the cursor and delete a character. [`TextField::edit`] runs their actions.
pub fn editing_bindings() -> [Binding; 6] {
    [
        (Key::Backspace, "delete-before"),
        (Key::Delete, "delete-after"),
        (Key::Left, "cursor-left"),
        (Key::Right, "cursor-right"),
        (Key::Home, "cursor-start"),
        (Key::End, "cursor-end"),
    ]
    .map(|(key, name)| Binding::unlisted(&[key], Action::named(name)))
}

/// A text with a cursor between its characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextField {
    content: String,
    /// The cursor as a byte position in the content, always between two graphemes.
    cursor: usize,
}

impl TextField {
    /// Returns a field with this content and the cursor at its end.
    pub fn new(content: String) -> Self {
        let cursor = content.len();
        Self { content, cursor }
    }

    /// Returns the content.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Returns the content with a mark at the cursor, as a screen shows it.
    pub fn with_cursor(&self, mark: &str) -> String {
        let (before, after) = self.content.split_at(self.cursor);
        format!("{before}{mark}{after}")
    }

    /// Adds a character at the cursor. Ignores control characters and everything beyond 500 bytes.
    pub fn insert(&mut self, c: char) {
        if text::is_harmless(c) && self.content.len() + c.len_utf8() <= MAX_BYTES {
            self.content.insert(self.cursor, c);
            self.cursor += c.len_utf8();
        }
    }

    /// Runs an editing action. Returns false for any other action.
    pub fn edit(&mut self, action_name: &str) -> bool {
        match action_name {
            "delete-before" => self.delete_before(),
            "delete-after" => self.delete_after(),
            "delete-all" => *self = Self::default(),
            "cursor-left" => self.cursor -= self.length_before(),
            "cursor-right" => self.cursor += self.length_after(),
            "cursor-start" => self.cursor = 0,
            "cursor-end" => self.cursor = self.content.len(),
            _ => return false,
        }
        true
    }

    fn delete_before(&mut self) {
        let start = self.cursor - self.length_before();
        self.content.replace_range(start..self.cursor, "");
        self.cursor = start;
    }

    fn delete_after(&mut self) {
        let end = self.cursor + self.length_after();
        self.content.replace_range(self.cursor..end, "");
    }

    /// Returns the bytes of the character before the cursor; 0 at the start.
    fn length_before(&self) -> usize {
        self.cursor - text::without_last_grapheme(&self.content[..self.cursor]).len()
    }

    /// Returns the bytes of the character after the cursor; 0 at the end.
    fn length_after(&self) -> usize {
        text::first_grapheme(&self.content[self.cursor..]).len()
    }
}
