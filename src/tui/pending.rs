//! A command that waits for the store because another program is using it.

use super::binding::{Action, Binding};
use super::command::{Command, Dialog};
use super::key::Key;
use super::overlay::CLOSE_OVERLAY;
use crate::clock::{Millis, Now, Zone};

/// The time between two tries of a waiting command.
pub const RETRY_INTERVAL: Millis = Millis(100);

/// The action that leaves the screen and drops the waiting command.
pub const LEAVE_UNSTORED: Action = Action::named("leave-unstored");

/// A command that is not stored yet.
#[derive(Debug)]
pub struct PendingCommand {
    /// The command. It contains the time of its first try.
    pub command: Command,
    /// The time of the first try.
    pub since: Now,
    /// The time of the last try.
    pub last_try: Now,
}

impl PendingCommand {
    /// Returns the notice that the answer is not stored yet, and why.
    pub fn message(&self, zone: &Zone) -> String {
        let time = self.since.wall.format_local_time(zone);
        format!("Not saved yet. Another program has been using your data since {time}. Trying again.")
    }
}

/// Returns whether an action may run while a command waits. Only scrolling may: it changes nothing and stores nothing.
pub fn is_allowed_meanwhile(action: Action) -> bool {
    ["scroll-up", "scroll-down", "page-up", "page-down"].contains(&action.name)
}

/// Returns the dialog that asks before a screen with a waiting command is left.
pub fn unstored_dialog() -> Dialog {
    Dialog {
        title: "This answer is not saved yet. Leave without it?".to_owned(),
        text: String::new(),
        bindings: vec![
            // Ctrl+C opens this dialog. A second Ctrl+C must leave, whatever state the store is in.
            Binding::new(&[Key::Char('y'), Key::CtrlC], LEAVE_UNSTORED, "leave"),
            Binding::new(&[Key::Any], CLOSE_OVERLAY, "stay"),
        ],
    }
}
