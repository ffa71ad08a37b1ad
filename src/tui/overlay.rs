//! Overlays on a screen: help and dialogs. While one is open, keys and clicks do not reach the screen behind it.

use ratatui::layout::Rect;

use super::binding::{Action, Binding, help_entries, scroll_bindings, shown_keys};
use super::canvas::Canvas;
use super::command::Dialog;
use super::key::Key;
use super::page::{Scroll, TextPage};
use super::theme::{TextRole, Theme};
use crate::text;

/// The action that closes the overlay and does nothing else.
pub const CLOSE_OVERLAY: Action = Action::named("close-overlay");

/// An overlay on a screen.
#[derive(Debug)]
pub enum Overlay {
    /// The keys of the screen.
    Help(HelpPage),
    Dialog(Dialog),
}

impl Overlay {
    /// Returns the key table rows of the overlay. They replace those of the screen.
    pub fn bindings(&self) -> Vec<Binding> {
        match self {
            Self::Help(_) => {
                let close = Binding::new(&[Key::Any], CLOSE_OVERLAY, "close").shown_as("any key");
                std::iter::once(close).chain(scroll_bindings()).collect()
            }
            Self::Dialog(dialog) => dialog.bindings.clone(),
        }
    }
}

/// The help page: all keys of a screen, then general notes.
#[derive(Debug)]
pub struct HelpPage {
    /// Keys as they are shown, each with its label.
    entries: Vec<(String, &'static str)>,
    pub scroll: Scroll,
}

/// Notes below the keys on every help page.
const GENERAL_NOTES: &[&str] = &[
    "An answer is saved as soon as the screen says so. Closing the window, a power cut or a crash does not lose it.",
    "An exam's clock keeps running while the program is closed. Start needlewise again to resume where you stopped. To resume an invigilated exam, quit and run `needlewise exam --resume`.",
    "If you miss a safety-critical question, you fail the exam, whatever your score.",
    "With a screen reader or a slow connection, use `needlewise practice --plain` or `needlewise exam --plain`.",
];

impl HelpPage {
    /// Returns the help page for these rows of the key table, without the unlisted and the disabled ones.
    pub fn new(rows: &[Binding]) -> Self {
        let to_line = |entry: Vec<&Binding>| (shown_keys(&entry), entry[0].label);
        Self { entries: help_entries(rows).into_iter().map(to_line).collect(), scroll: Scroll::TOP }
    }

    /// Draws the page into `area`.
    pub fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, theme: Theme) {
        let mut page = TextPage::new(theme, area);
        page.push_text(TextRole::Strong, "Keys on this screen");
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
