//! The `Screen` trait and the context that every screen receives.

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

/// One screen. Its state changes only in [`on_key`](Screen::on_key) and [`on_reply`](Screen::on_reply); drawing may
/// move scroll offsets and nothing else.
pub trait Screen {
    /// Says what a key means here.
    fn on_key(&mut self, key: Key, context: &ScreenContext) -> Option<Effect>;

    /// Hears what became of an effect of its own.
    fn on_reply(&mut self, reply: Reply, context: &ScreenContext) -> Option<Effect> {
        let _ = (reply, context);
        None
    }

    /// Hears that an effect of its own was not done. The interface says why; a screen only forgets what it meant to do
    /// next.
    fn on_failure(&mut self) {}

    /// Says what is due now that time has passed.
    fn on_tick(&mut self, context: &ScreenContext) -> Option<Effect> {
        let _ = context;
        None
    }

    /// Draws itself between the rules of the frame.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext);

    /// Returns what stands on the left and on the right of the top line.
    fn title(&self, context: &ScreenContext) -> (String, String);

    /// Returns its keys, the most needed first.
    fn bindings(&self) -> Vec<Binding>;

    /// Returns after how long it wants to be drawn again; nothing to sleep until a key is pressed.
    fn next_wake(&self, context: &ScreenContext) -> Option<Millis> {
        let _ = context;
        None
    }

    /// Returns whether characters that can be typed go to a field of its own.
    fn captures_text(&self) -> bool {
        false
    }

    /// Returns the exit code, should the program end here.
    fn exit_code(&self) -> u8 {
        0
    }
}

/// Handles a key on a screen that is only read: it scrolls, or leaves with `leave_effect`.
pub fn handle_read_only_key(scroll: &mut Scroll, key: Key, leave_effect: Effect) -> Option<Effect> {
    match key {
        key if scroll.handle_key(key) => None,
        Key::CtrlC => Some(Effect::Quit),
        Key::Enter | Key::Esc | Key::Char('q') => Some(leave_effect),
        _ => None,
    }
}
