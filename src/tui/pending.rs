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

/// How long no key may come after an answer before the log is moved into the store.
const IDLE_TIME: Millis = Millis(1000);

/// When the log of the store is moved into its file: once no key came for a second after an answer. The work takes longer
/// than a key may wait, so no commit does it.
#[derive(Debug, Default)]
pub struct CheckpointTimer {
    /// The time of the last key after an answer that is still only in the log.
    idle_since: Option<Now>,
}

impl CheckpointTimer {
    /// Starts the timer, because an answer was stored.
    pub fn start(&mut self, now: Now) {
        self.idle_since = Some(now);
    }

    /// Starts again, if the timer runs, because a key came.
    pub fn restart(&mut self, now: Now) {
        self.idle_since = self.idle_since.map(|_| now);
    }

    /// Returns the time until the work is due, if there is some.
    pub fn wake(&self, now: Now) -> Option<Millis> {
        self.idle_since.map(|since| IDLE_TIME.saturating_sub(now.uptime.saturating_sub(since.uptime)))
    }

    /// Returns whether the work is due now, and stops the timer then.
    pub fn take_due(&mut self, now: Now) -> bool {
        let is_due = self.wake(now) == Some(Millis(0));
        if is_due {
            self.idle_since = None;
        }
        is_due
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
