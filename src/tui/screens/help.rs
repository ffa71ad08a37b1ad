//! The help screen: all keys of the screen below it, and general notes.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::text;
use crate::tui::effect::Effect;
use crate::tui::key::{Binding, Key, binding};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;

/// The help screen.
#[derive(Debug)]
pub struct HelpScreen {
    bindings: Vec<Binding>,
    scroll: Scroll,
}

impl HelpScreen {
    /// Explains these keys.
    pub fn new(bindings: Vec<Binding>) -> Self {
        Self { bindings, scroll: Scroll::default() }
    }
}

/// What is worth knowing everywhere.
const GENERAL_NOTES: &[&str] = &[
    "An answer is stored, on disk, the moment the screen says so. Closing the window, a power cut or a crash loses none.",
    "An exam's time runs on while the program is closed. Start needlewise again to go on where you stopped.",
    "A safety-critical question that is missed fails the exam, whatever the score.",
    "For a screen reader or a slow line: needlewise practice --plain, needlewise exam --plain.",
];

impl Screen for HelpScreen {
    fn on_key(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        match key {
            key if self.scroll.handle_key(key) => {}
            _ => return Some(Effect::Close),
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_text(TextRole::Strong, "Keys here");
        page.push_blank_line();
        let keys = self
            .bindings
            .iter()
            .chain(&[binding("?", "this help")])
            .map(|binding| (binding.keys, binding.label))
            .collect::<Vec<_>>();
        let key_width = keys.iter().map(|(key, _)| text::width(key)).max().unwrap_or(0);
        for (key, label) in keys {
            let marker = format!("  {key}{}   ", " ".repeat(key_width - text::width(key)));
            page.push_hanging_text(&marker, TextRole::Accent, TextRole::Text, label);
        }
        page.push_blank_line();
        page.push_text(TextRole::Strong, "Good to know");
        for note in GENERAL_NOTES {
            page.push_blank_line();
            page.push_text(TextRole::Text, note);
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Help".to_owned(), String::new())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![binding("any key", "back"), binding("↑↓", "scroll")]
    }
}
