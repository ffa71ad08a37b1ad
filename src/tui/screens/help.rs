//! All keys of the screen below, and a few words on the rest.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::text;
use crate::tui::effect::Effect;
use crate::tui::key::{Binding, Key, key};
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
const WORDS: &[&str] = &[
    "An answer is stored, on disk, the moment the screen says so. Closing the window, a power cut or a crash loses none.",
    "An exam's time runs on while the program is closed. Start needlewise again to go on where you stopped.",
    "A safety-critical question that is missed fails the exam, whatever the score.",
    "For a screen reader or a slow line: needlewise practice --plain, needlewise exam --plain.",
];

impl Screen for HelpScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        match key {
            key if self.scroll.on(key) => {}
            _ => return Some(Effect::Close),
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        page.text(TextRole::Strong, "Keys here");
        page.gap();
        let keys = self.bindings.iter().chain(&[key("?", "this help")]).map(|b| (b.key, b.does)).collect::<Vec<_>>();
        let widest = keys.iter().map(|(key, _)| text::width(key)).max().unwrap_or(0);
        for (key, does) in keys {
            let mark = format!("  {key}{}   ", " ".repeat(widest - text::width(key)));
            page.hanging(&mark, TextRole::Accent, TextRole::Text, does);
        }
        page.gap();
        page.text(TextRole::Strong, "Good to know");
        for words in WORDS {
            page.gap();
            page.text(TextRole::Text, words);
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Help".to_owned(), String::new())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("any key", "back"), key("↑↓", "scroll")]
    }
}
