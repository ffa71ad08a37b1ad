//! A command that waits for the store, because another program uses it.

use super::binding::{Action, Binding};
use super::command::{Command, Dialog};
use super::key::Key;
use super::overlay::CLOSE_OVERLAY;
use crate::clock::{Millis, Now, Zone};

/// After how long the command is tried again.
pub const RETRY_INTERVAL: Millis = Millis(100);

/// Leaves the screen without storing what waits.
pub const LEAVE_UNSTORED: Action = Action::named("leave-unstored");

/// A command that is not stored yet.
#[derive(Debug)]
pub struct PendingCommand {
    /// The command, with the moment at which it was tried first.
    pub command: Command,
    /// When it was tried first.
    pub since: Now,
    /// When it was tried last.
    pub last_try: Now,
}

impl PendingCommand {
    /// Says what is not stored, and why.
    pub fn message(&self, zone: &Zone) -> String {
        let moment = self.since.wall.format_local(zone);
        let time = moment.rsplit(' ').next().unwrap_or_default();
        format!("Not stored yet. Another program has been using the store since {time}. Trying again.")
    }
}

/// Returns whether an action may happen while a command waits: it neither changes what is on screen nor stores anything.
pub fn is_allowed_meanwhile(action: Action) -> bool {
    ["scroll-up", "scroll-down", "page-up", "page-down"].contains(&action.name)
}

/// Asks before a screen is left whose command waits.
pub fn unstored_dialog() -> Dialog {
    Dialog {
        title: "This answer is not stored yet. Leave without it?".to_owned(),
        text: String::new(),
        bindings: vec![
            Binding::new(&[Key::Char('y'), Key::CtrlC], LEAVE_UNSTORED, "leave"),
            Binding::new(&[Key::Any], CLOSE_OVERLAY, "stay"),
        ],
    }
}
