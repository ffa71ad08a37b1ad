//! The application state: the screen stack, its overlay, and everything that works on every screen.
//!
//! This is the dispatch of keys and mouse events, failures, overlays, jobs, and a command that waits for the store.

use super::binding::{Action, Binding, HELP, TOGGLE_MOUSE, find_binding, interface_bindings};
use super::canvas::Targets;
use super::command::{Command, Dialog, Reply};
use super::execute::{CommandOutcome, Execute};
use super::frame::Notice;
use super::input::{MouseInput, MouseInputKind};
use super::jobs::{JobEvent, JobReport, Jobs};
use super::key::Key;
use super::overlay::{CLOSE_OVERLAY, HelpPage, Overlay};
use super::pending::{
    CheckpointTimer, LEAVE_UNSTORED, PendingCommand, RETRY_INTERVAL, is_allowed_meanwhile, unstored_dialog,
};
use super::screens::{Effect, Route, Screen, ScreenContext};
use super::theme::{TextRole, Theme};
use crate::clock::Millis;
use crate::service::ServiceError;
use crate::store::StoreError;

mod paint;

/// How the interface ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterfaceEnd {
    /// The program exits with this code.
    ExitCode(u8),
    /// Something failed and no screen was left to show it.
    Failed(ServiceError),
}

/// How many lines the mouse wheel scrolls at once.
const WHEEL_LINES: usize = 3;

/// The interface: a stack of screens. Only the top one is visible and gets inputs.
pub struct App {
    screens: Vec<Box<dyn Screen>>,
    executor: Box<dyn Execute>,
    jobs: Jobs,
    theme: Theme,
    overlay: Option<Overlay>,
    /// The click targets of the last frame.
    targets: Targets,
    pending: Option<PendingCommand>,
    checkpoint: CheckpointTimer,
    /// The last message, such as a failure. The next key clears it.
    notice: Option<Notice>,
    is_window_too_small: bool,
    wants_mouse: bool,
    end: Option<InterfaceEnd>,
}

impl App {
    /// Returns an interface that shows the screen of `first`. If that screen cannot open, [`App::end`] has the reason.
    pub fn new(executor: impl Execute + 'static, jobs: Jobs, theme: Theme, first: Route) -> Self {
        let mut app = Self {
            screens: Vec::new(),
            executor: Box::new(executor),
            jobs,
            theme,
            overlay: None,
            targets: Targets::default(),
            pending: None,
            checkpoint: CheckpointTimer::default(),
            notice: None,
            is_window_too_small: false,
            // Off at first: while a terminal reports the mouse, dragging no longer selects text.
            wants_mouse: false,
            end: None,
        };
        app.execute(Effect::Open(first));
        app
    }

    /// Opens a dialog on the first screen.
    pub fn open_dialog(&mut self, dialog: Dialog) {
        self.execute(Effect::Ask(dialog));
    }

    /// Returns how the interface ended, or `None` while it runs.
    pub fn end(&self) -> Option<&InterfaceEnd> {
        self.end.as_ref()
    }

    /// Draws in another theme from now on.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
    }

    /// Returns whether the terminal should report mouse events.
    pub fn wants_mouse(&self) -> bool {
        self.wants_mouse
    }

    /// Returns the rows of the key table that work now. A key is looked up from the first row on.
    pub fn bindings(&self) -> Vec<Binding> {
        let (own, interface) = self.binding_layers();
        own.into_iter().chain(interface).collect()
    }

    /// Returns the rows of the overlay, or else of the screen on top, and then the rows that work on every screen.
    fn binding_layers(&self) -> (Vec<Binding>, Vec<Binding>) {
        match (&self.overlay, self.screens.last()) {
            (Some(overlay), _) => (overlay.bindings(), Vec::new()),
            // In a text field, `?` and `%` are characters.
            (None, Some(screen)) if screen.captures_text() => (screen.bindings(), Vec::new()),
            (None, Some(screen)) => (screen.bindings(), interface_bindings()),
            (None, None) => (Vec::new(), Vec::new()),
        }
    }

    fn context(&self) -> ScreenContext {
        ScreenContext { now: self.executor.now(), zone: self.executor.zone(), theme: self.theme }
    }

    /// Handles a key. An open text field gets characters; the key table has the actions of all other keys.
    pub fn handle_key(&mut self, key: Key) {
        // The question is not visible, so no key may answer it.
        if self.is_window_too_small && key != Key::CtrlC {
            return;
        }
        self.notice = None;
        self.checkpoint.restart(self.executor.now());
        if key == Key::CtrlC && matches!(self.overlay, Some(Overlay::Help(_))) {
            self.overlay = None;
        }
        if let (None, Key::Char(c), Some(screen)) = (&self.overlay, key, self.screens.last_mut())
            && screen.captures_text()
        {
            // While an answer waits for the store, the screen must keep showing that answer.
            if self.pending.is_none() {
                screen.on_text(c);
            }
            return;
        }
        if let Some(row) = find_binding(&self.bindings(), key) {
            self.choose(row);
        }
    }

    /// Handles pasted text: it goes into an open text field, with a space for each line end, and is dropped elsewhere.
    pub fn handle_paste(&mut self, text: &str) {
        let is_blocked = self.is_window_too_small || self.overlay.is_some() || self.pending.is_some();
        let screen = self.screens.last_mut().filter(|screen| !is_blocked && screen.captures_text());
        match screen {
            Some(screen) => text.chars().for_each(|c| screen.on_text(if c.is_whitespace() { ' ' } else { c })),
            None => self.notice = Some((TextRole::Warn, "Pasted text is dropped here. It is no key.".to_owned())),
        }
    }

    /// Handles a mouse event. A click triggers the action of its target; the wheel scrolls.
    pub fn handle_mouse(&mut self, mouse: MouseInput) {
        if self.is_window_too_small {
            return;
        }
        let wheel_action = match mouse.kind {
            MouseInputKind::Click => {
                let Some(action) = self.targets.action_at(mouse.column, mouse.row) else { return };
                self.notice = None;
                match self.bindings().iter().find(|row| row.action == action) {
                    Some(row) => self.choose(row),
                    // Some targets, such as the rows of a list, have no key.
                    None if self.overlay.is_none() => self.dispatch(action),
                    None => {}
                }
                return;
            }
            MouseInputKind::ScrollUp => Action::SCROLL_UP,
            MouseInputKind::ScrollDown => Action::SCROLL_DOWN,
        };
        if !matches!(self.overlay, Some(Overlay::Dialog(_))) {
            (0..WHEEL_LINES).for_each(|_| self.dispatch(wheel_action));
        }
    }

    /// Runs the action of a row, or shows why the row is disabled.
    fn choose(&mut self, row: &Binding) {
        match &row.disabled_reason {
            Some(reason) => self.notice = Some((TextRole::Warn, reason.clone())),
            None => self.dispatch(row.action),
        }
    }

    fn dispatch(&mut self, action: Action) {
        if self.overlay.is_some() {
            // Otherwise a second click, before the next frame, could hit the overlay that this action closes.
            self.targets = Targets::default();
        }
        match self.overlay.take() {
            Some(Overlay::Help(mut help)) => {
                if action != CLOSE_OVERLAY {
                    help.scroll.handle_action(action, 8);
                    self.overlay = Some(Overlay::Help(help));
                }
                return;
            }
            Some(Overlay::Dialog(_)) if action == CLOSE_OVERLAY => return,
            Some(Overlay::Dialog(_)) | None => {}
        }
        match action {
            HELP => self.overlay = Some(Overlay::Help(HelpPage::new(&self.help_bindings()))),
            TOGGLE_MOUSE => {
                self.wants_mouse = !self.wants_mouse;
                let state = if self.wants_mouse { "on. Hold Shift to select text." } else { "off." };
                self.notice = Some((TextRole::Dim, format!("The mouse is {state}")));
            }
            LEAVE_UNSTORED => {
                self.pending = None;
                self.execute(Effect::Close);
            }
            // Leaving drops the waiting answer, so the trainee must confirm it.
            Action::LEAVE | Action::QUIT if self.pending.is_some() => {
                self.overlay = Some(Overlay::Dialog(unstored_dialog()));
            }
            action if self.pending.is_some() && !is_allowed_meanwhile(action) => {}
            action => {
                let context = self.context();
                if let Some(effect) = self.screens.last_mut().and_then(|screen| screen.on_action(action, &context)) {
                    self.execute(effect);
                }
            }
        }
    }

    /// Returns the rows that help lists: those of the screen, then those that work on every screen.
    fn help_bindings(&self) -> Vec<Binding> {
        let (own, mut interface) = self.binding_layers();
        interface.iter_mut().filter(|row| row.action == HELP).for_each(|row| row.label = "this help");
        own.into_iter().chain(interface).collect()
    }

    /// Tells the screen on top that time has passed, and retries a command that waits for the store.
    pub fn tick(&mut self) {
        if self.checkpoint.take_due(self.executor.now()) {
            self.execute(Effect::Do(Command::Checkpoint));
        }
        if let Some(PendingCommand { command, since, .. }) = self.pending.take() {
            self.execute(Effect::Do(command));
            if let Some(pending) = &mut self.pending {
                pending.since = since;
            } else if matches!(&self.overlay, Some(Overlay::Dialog(dialog)) if *dialog == unstored_dialog()) {
                // The dialog asks about a command that is stored or refused by now.
                self.overlay = None;
            }
        }
        let context = self.context();
        if let Some(effect) = self.screens.last_mut().and_then(|screen| screen.on_tick(&context)) {
            self.execute(effect);
        }
    }

    /// Retries a waiting command if it is due. The event loop calls this after each batch of inputs, so that fast keys
    /// do not delay it.
    pub fn retry_if_due(&mut self) {
        let now = self.executor.now();
        let is_due = |pending: &PendingCommand| now.uptime.saturating_sub(pending.last_try.uptime) >= RETRY_INTERVAL;
        if self.pending.as_ref().is_some_and(is_due) {
            self.tick();
        }
    }

    /// Returns after how long to call [`App::tick`] if no input arrives. `None` means to wait for input.
    pub fn next_wake(&self) -> Option<Millis> {
        let screen_wake = self.screens.last()?.next_wake(&self.context());
        let retry = self.pending.is_some().then_some(RETRY_INTERVAL);
        [screen_wake, retry, self.checkpoint.wake(self.executor.now())].into_iter().flatten().min()
    }

    /// Handles the report of a job: delivers its reply or shows its failure.
    pub fn handle_job(&mut self, report: JobReport) {
        match self.jobs.take_in(report) {
            Some(JobEvent::Done(Some(reply))) => {
                if let Some(effect) = self.deliver_reply(reply) {
                    self.execute(effect);
                }
            }
            Some(JobEvent::Failed(message)) => self.notice = Some((TextRole::Bad, message)),
            Some(JobEvent::Done(None) | JobEvent::Progress(_)) | None => {}
        }
    }

    /// Waits until all jobs have ended.
    pub fn join_jobs(&mut self) {
        self.jobs.join();
    }

    /// Runs an effect and all effects that follow from it. While a command waits for the store, effects are dropped.
    fn execute(&mut self, effect: Effect) {
        let mut next = Some(effect);
        while let Some(effect) = next.take().filter(|_| self.pending.is_none()) {
            next = self.perform(effect).unwrap_or_else(|error| {
                self.handle_failure(error);
                None
            });
        }
        // Jobs that run inside `start` have no input queue for their reports.
        for report in self.jobs.inline_reports() {
            self.handle_job(report);
        }
    }

    /// Runs one effect and returns the next effect that the screen on top wants.
    fn perform(&mut self, effect: Effect) -> Result<Option<Effect>, ServiceError> {
        match effect {
            Effect::Open(route) => {
                let replaces_all = route.replaces_all();
                // If the route does not open, the screens so far must stay to show why.
                let screen = self.executor.open(route, &mut self.jobs)?;
                if replaces_all {
                    self.screens.clear();
                }
                self.show(screen);
            }
            Effect::Replace(route) => {
                let screen = self.executor.open(route, &mut self.jobs)?;
                self.screens.pop();
                self.show(screen);
            }
            Effect::Close => return Ok(self.close_screen(Reply::Closed)),
            Effect::CloseToQuestion(question_index) => {
                return Ok(self.close_screen(Reply::ClosedToQuestion(question_index)));
            }
            Effect::CloseAndReload => return Ok(self.close_screen(Reply::ClosedWithChanges)),
            Effect::Ask(dialog) => self.overlay = Some(Overlay::Dialog(dialog)),
            Effect::Do(command) => return self.run_command(command),
            Effect::Quit => self.finish(),
        }
        Ok(None)
    }

    /// Puts a screen on top. A dialog of the screen before no longer applies.
    fn show(&mut self, screen: Box<dyn Screen>) {
        self.overlay = None;
        self.screens.push(screen);
    }

    /// Closes the screen on top and tells the one below. Closing the last screen ends the interface.
    fn close_screen(&mut self, reply: Reply) -> Option<Effect> {
        self.overlay = None;
        if self.screens.len() <= 1 {
            // The exit code comes from the last screen, so it is read before the screen goes.
            self.finish();
            self.screens.clear();
            return None;
        }
        self.screens.pop();
        self.deliver_reply(reply)
    }

    fn finish(&mut self) {
        self.end = Some(InterfaceEnd::ExitCode(self.screens.last().map_or(0, |screen| screen.exit_code())));
    }

    /// Runs a command. If the store is busy, a command that records an action is kept and retried.
    fn run_command(&mut self, command: Command) -> Result<Option<Effect>, ServiceError> {
        let now = self.executor.now();
        // An action counts from its first try, even if the store accepts it only after the deadline.
        let retried_command = match &command {
            Command::Record(attempt, action) => Some(Command::RecordLate(*attempt, action.clone(), now)),
            Command::RecordLate(..) => Some(command.clone()),
            _ => None,
        };
        let outcome = self.executor.run(command, &mut self.jobs);
        if outcome.is_ok() && retried_command.is_some() {
            self.checkpoint.start(now);
        }
        match (outcome, retried_command) {
            (Ok(CommandOutcome::Reply(reply)), _) => Ok(self.deliver_reply(reply)),
            (Ok(CommandOutcome::Next(effect)), _) => Ok(Some(effect)),
            (Ok(CommandOutcome::Nothing), _) => Ok(None),
            // The store gave up after 40 ms, because no key may block for more than 50 ms. So the wait happens here.
            (Err(ServiceError::Store(StoreError::Busy)), Some(command)) => {
                self.pending = Some(PendingCommand { command, since: now, last_try: now });
                Ok(None)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn deliver_reply(&mut self, reply: Reply) -> Option<Effect> {
        let context = self.context();
        self.screens.last_mut()?.on_reply(reply, &context)
    }

    /// Shows an error on the screen on top. If no screen is left, the interface ends with the error.
    fn handle_failure(&mut self, error: ServiceError) {
        match self.screens.last_mut() {
            Some(screen) => {
                screen.on_failure();
                self.notice = Some((TextRole::Bad, error.to_string()));
            }
            // One damaged row can stop the first screen. Without this, the terminal stayed empty and no key left it.
            None => self.end = Some(InterfaceEnd::Failed(error)),
        }
    }
}
