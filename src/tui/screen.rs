//! What a screen is, and what it may see.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::effect::{Effect, Reply};
use super::key::{Binding, Key};
use super::page::Scroll;
use super::theme::Theme;
use crate::clock::{Millis, Now};

/// What a screen may see of the world.
#[derive(Debug, Clone, Copy)]
pub struct ScreenContext {
    /// What time it is.
    pub now: Now,
    /// How things look.
    pub theme: Theme,
}

/// One screen. Its state changes only in [`on`](Screen::on) and [`settled`](Screen::settled); drawing may move scroll
/// offsets and nothing else.
pub trait Screen {
    /// Says what a key means here.
    fn on(&mut self, key: Key, cx: &ScreenContext) -> Option<Effect>;

    /// Hears what became of an effect of its own.
    fn settled(&mut self, reply: Reply, cx: &ScreenContext) -> Option<Effect> {
        let _ = (reply, cx);
        None
    }

    /// Hears that an effect of its own was not done. The interface says why; a screen only forgets what it meant to do next.
    fn failed(&mut self) {}

    /// Says what is due now that time has passed.
    fn tick(&mut self, cx: &ScreenContext) -> Option<Effect> {
        let _ = cx;
        None
    }

    /// Draws itself between the rules of the frame.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext);

    /// Returns what stands on the left and on the right of the top line.
    fn title(&self, cx: &ScreenContext) -> (String, String);

    /// Returns its keys, the most needed first.
    fn bindings(&self) -> Vec<Binding>;

    /// Returns after how long it wants to be drawn again; nothing to sleep until a key is pressed.
    fn wake(&self, cx: &ScreenContext) -> Option<Millis> {
        let _ = cx;
        None
    }

    /// Returns whether characters that can be typed go to a field of its own.
    fn types(&self) -> bool {
        false
    }

    /// Returns the exit code, should the program end here.
    fn exit_code(&self) -> u8 {
        0
    }
}

/// Takes a key on a screen that is only read: it scrolls, or leaves for where `leave` says.
pub fn on_read(scroll: &mut Scroll, key: Key, leave: Effect) -> Option<Effect> {
    match key {
        key if scroll.on(key) => None,
        Key::CtrlC => Some(Effect::Quit),
        Key::Enter | Key::Esc | Key::Char('q') => Some(leave),
        _ => None,
    }
}
