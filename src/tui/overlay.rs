//! What can lie over a screen: help, or a dialog. While one is open, keys and clicks reach nothing behind it.

use ratatui::layout::Rect;

use super::binding::{Action, Binding, help_entries, scroll_bindings, shown_keys};
use super::canvas::Canvas;
use super::command::Dialog;
use super::key::Key;
use super::page::{Scroll, TextPage};
use super::theme::{TextRole, Theme};
use crate::text;

/// Closes the overlay and does nothing else.
pub const CLOSE_OVERLAY: Action = Action::named("close-overlay");

/// What lies over a screen.
#[derive(Debug)]
pub enum Overlay {
    /// All keys of the screen.
    Help(HelpPage),
    /// A question.
    Dialog(Dialog),
}

impl Overlay {
    /// Returns its rows of the key table.
    pub fn bindings(&self) -> Vec<Binding> {
        match self {
            Self::Help(_) => {
                let close = Binding::new(&[Key::Any], CLOSE_OVERLAY, "back").shown_as("any key");
                std::iter::once(close).chain(scroll_bindings()).collect()
            }
            Self::Dialog(dialog) => dialog.bindings.clone(),
        }
    }
}

/// All keys of a screen, and general notes.
#[derive(Debug)]
pub struct HelpPage {
    /// The keys as they are written, each with what they do.
    entries: Vec<(String, &'static str)>,
    /// How far the page is scrolled.
    pub scroll: Scroll,
}

/// What is worth knowing everywhere.
const GENERAL_NOTES: &[&str] = &[
    "An answer is stored, on disk, the moment the screen says so. Closing the window, a power cut or a crash loses none.",
    "An exam's time runs on while the program is closed. Start needlewise again to go on where you stopped.",
    "A safety-critical question that is missed fails the exam, whatever the score.",
    "For a screen reader or a slow line: needlewise practice --plain, needlewise exam --plain.",
];

impl HelpPage {
    /// Explains these rows of the key table.
    pub fn new(rows: &[Binding]) -> Self {
        let to_line = |entry: Vec<&Binding>| (shown_keys(&entry), entry[0].label);
        Self { entries: help_entries(rows).into_iter().map(to_line).collect(), scroll: Scroll::TOP }
    }

    /// Draws the page.
    pub fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, theme: Theme) {
        let mut page = TextPage::new(theme, area);
        page.push_text(TextRole::Strong, "Keys here");
        page.push_blank_line();
        let key_width = self.entries.iter().map(|(keys, _)| text::width(keys)).max().unwrap_or(0);
        for (keys, label) in &self.entries {
            let marker = format!("  {keys}{}   ", " ".repeat(key_width - text::width(keys)));
            page.push_hanging_text(&marker, TextRole::Accent, TextRole::Text, label);
        }
        page.push_blank_line();
        page.push_text(TextRole::Strong, "Good to know");
        for note in GENERAL_NOTES {
            page.push_blank_line();
            page.push_text(TextRole::Text, note);
        }
        page.draw(canvas, area, &mut self.scroll);
    }
}
