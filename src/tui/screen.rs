//! The `Screen` trait and the context that every screen receives.

use ratatui::layout::Rect;

use super::binding::{Action, Binding, scroll_bindings};
use super::canvas::Canvas;
use super::effect::{Effect, Reply};
use super::key::Key;
use super::page::Scroll;
use super::theme::Theme;
use crate::clock::{Millis, Now, Zone};

/// What a screen may see of the world. Whatever a screen reads of its session comes in here.
#[derive(Debug, Clone)]
pub struct ScreenContext {
    /// What time it is.
    pub now: Now,
    /// The time zone in which times are shown.
    pub zone: Zone,
    /// How things look.
    pub theme: Theme,
}

/// One screen. Its state changes only in [`on_action`](Screen::on_action), [`on_text`](Screen::on_text) and
/// [`on_reply`](Screen::on_reply); drawing may move scroll offsets and nothing else.
pub trait Screen {
    /// Returns its rows of the key table, the most needed first. No two rows name the same key.
    fn bindings(&self) -> Vec<Binding>;

    /// Does what a row of the key table, or a target of the mouse, stands for.
    fn on_action(&mut self, action: Action, context: &ScreenContext) -> Option<Effect>;

    /// Takes a typed character, while [`captures_text`](Screen::captures_text) is true.
    fn on_text(&mut self, c: char) {
        let _ = c;
    }

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

    /// Draws itself between the rules of the frame, and adds what can be clicked.
    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext);

    /// Returns what stands on the left and on the right of the top line.
    fn title(&self, context: &ScreenContext) -> (String, String);

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

/// Returns the rows of a screen that is only read: they scroll and go back.
pub fn read_only_bindings() -> Vec<Binding> {
    let leave = Binding::new(&[Key::Esc, Key::Enter, Key::Char('q')], Action::LEAVE, "back");
    scroll_bindings().into_iter().chain([leave, Binding::unlisted(&[Key::CtrlC], Action::QUIT)]).collect()
}

/// Does what the rows of a screen that is only read stand for: it scrolls, or leaves with `leave_effect`.
pub fn on_read_only_action(scroll: &mut Scroll, action: Action, leave_effect: Effect) -> Option<Effect> {
    const PAGE_LINES: isize = 8;
    match action.name {
        "leave" => Some(leave_effect),
        "quit" => Some(Effect::Quit),
        _ => {
            scroll.handle_action(action, PAGE_LINES);
            None
        }
    }
}
