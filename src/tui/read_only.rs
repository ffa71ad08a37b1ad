//! Key table rows and actions that all read-only screens share, such as results and certificates.

use super::binding::{Action, Binding, scroll_bindings};
use super::key::Key;
use super::page::Scroll;
use super::screens::Effect;

/// Returns the key table rows of a read-only screen: scroll and go back.
pub fn read_only_bindings() -> Vec<Binding> {
    let leave = Binding::new(&[Key::Esc, Key::Enter, Key::Char('q')], Action::LEAVE, "back");
    scroll_bindings().into_iter().chain([leave, Binding::unlisted(&[Key::CtrlC], Action::QUIT)]).collect()
}

/// Runs an action of a read-only screen. Leaving it returns `leave_effect`; scroll actions move `scroll`.
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
