//! The application state: the screen stack, the keys that work on every screen, and the frame around a screen.
//! It also shows the message of a failed effect on the current screen until the next key.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::effect::{Effect, Reply, Route};
use super::execute::{Execute, StackChange};
use super::key::{Binding, Key, binding};
use super::page::text_column;
use super::screen::{Screen, ScreenContext};
use super::theme::{TextRole, Theme};
use crate::clock::Millis;
use crate::service::ServiceError;
use crate::text;

/// The least window that anything is drawn in.
const MIN_WINDOW: (u16, u16) = (40, 12);

/// How the interface ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterfaceEnd {
    /// With an exit code.
    ExitCode(u8),
    /// Something failed and no screen was left to show it.
    Failed(ServiceError),
}

/// The interface: a stack of screens, the front one on top.
///
/// It also shows why an effect was not done: on whatever screen is on top, until the next key. Where there is no screen
/// the interface ends.
pub struct App {
    screens: Vec<Box<dyn Screen>>,
    executor: Box<dyn Execute>,
    theme: Theme,
    failure_message: Option<String>,
    end: Option<InterfaceEnd>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("screens", &self.screens.len()).field("end", &self.end).finish_non_exhaustive()
    }
}

impl App {
    /// Begins with the screen that a route leads to.
    pub fn new(executor: impl Execute + 'static, theme: Theme, first: Route) -> Self {
        let mut app =
            Self { screens: Vec::new(), executor: Box::new(executor), theme, failure_message: None, end: None };
        app.execute(Effect::Open(first));
        app
    }

    /// Returns how the interface ended, once it has.
    pub fn end(&self) -> Option<&InterfaceEnd> {
        self.end.as_ref()
    }

    fn context(&self) -> ScreenContext {
        ScreenContext { now: self.executor.now(), theme: self.theme }
    }

    /// Takes a key in. Help opens on `?` wherever nothing is typed; all else is the screen's.
    pub fn handle_key(&mut self, key: Key) {
        let context = self.context();
        let Some(screen) = self.screens.last_mut() else { return };
        self.failure_message = None;
        let effect = if key == Key::Char('?') && !screen.captures_text() {
            Some(Effect::Open(Route::Help(screen.bindings())))
        } else {
            screen.on_key(key, &context)
        };
        if let Some(effect) = effect {
            self.execute(effect);
        }
    }

    /// Lets the screen on top notice that time has passed.
    pub fn tick(&mut self) {
        let context = self.context();
        if let Some(effect) = self.screens.last_mut().and_then(|screen| screen.on_tick(&context)) {
            self.execute(effect);
        }
    }

    /// Returns after how long to draw again without an input.
    pub fn next_wake(&self) -> Option<Millis> {
        self.screens.last()?.next_wake(&self.context())
    }

    /// Carries out an effect, and what follows from it.
    fn execute(&mut self, effect: Effect) {
        let mut effects = Some(effect);
        while let Some(effect) = effects.take() {
            match self.executor.execute(effect) {
                Ok(change) => effects = self.apply_change(change),
                Err(error) => self.handle_failure(error),
            }
        }
    }

    /// Changes the stack of screens and returns what the screen on top wants to happen next.
    fn apply_change(&mut self, change: StackChange) -> Option<Effect> {
        match change {
            StackChange::Push(screen) => self.screens.push(screen),
            StackChange::Replace(screen) => {
                self.screens.pop();
                self.screens.push(screen);
            }
            StackChange::ReplaceAll(screen) => self.screens = vec![screen],
            StackChange::Pop(reply) => {
                let closed_screen = self.screens.pop();
                if !self.screens.is_empty() {
                    return self.deliver_reply(reply);
                }
                self.end = Some(InterfaceEnd::ExitCode(closed_screen.map_or(0, |screen| screen.exit_code())));
            }
            StackChange::Quit => {
                self.end = Some(InterfaceEnd::ExitCode(self.screens.last().map_or(0, |screen| screen.exit_code())));
            }
            StackChange::Reply(reply) => return self.deliver_reply(reply),
        }
        None
    }

    fn deliver_reply(&mut self, reply: Reply) -> Option<Effect> {
        let context = self.context();
        self.screens.last_mut()?.on_reply(reply, &context)
    }

    /// Shows why an effect was not done, or ends with that where no screen is left.
    fn handle_failure(&mut self, error: ServiceError) {
        match self.screens.last_mut() {
            Some(screen) => {
                screen.on_failure();
                self.failure_message = Some(error.to_string());
            }
            None => self.end = Some(InterfaceEnd::Failed(error)),
        }
    }

    /// Draws the screen on top within its frame.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let context = self.context();
        let Some(screen) = self.screens.last_mut() else { return };
        if area.width < MIN_WINDOW.0 || area.height < MIN_WINDOW.1 {
            return draw_too_small(frame, area);
        }
        let (left, right) = screen.title(&context);
        let line = |y: u16| Rect { x: area.x + 1, y, width: area.width - 2, height: 1 };
        let rule = Line::styled("─".repeat(usize::from(area.width - 2)), context.theme.style(TextRole::Dim));
        frame.render_widget(title_line(&left, &right, usize::from(area.width - 2), context.theme), line(area.y));
        frame.render_widget(rule.clone(), line(area.y + 1));
        frame.render_widget(rule, line(area.bottom() - 2));
        let footer = footer(screen.bindings(), screen.captures_text(), usize::from(area.width - 2), context.theme);
        frame.render_widget(footer, line(area.bottom() - 1));
        let body = Rect { y: area.y + 2, height: area.height - 4, ..area };
        let failure = self.failure_message.as_deref().map_or_else(Vec::new, |failure| failure_lines(failure, body));
        let height = u16::try_from(failure.len()).unwrap_or(0);
        screen.draw(frame, Rect { height: body.height - height, ..body }, &context);
        for (y, line) in (body.bottom() - height..).zip(failure) {
            let line = Line::styled(line, context.theme.style(TextRole::Bad));
            frame.render_widget(line, Rect { y, height: 1, ..text_column(body) });
        }
    }
}

/// Breaks a failure into the lines that stand at the foot of a screen, and leaves the screen the larger half.
fn failure_lines(failure: &str, body: Rect) -> Vec<String> {
    let lines = text::wrap(&text::sanitize(failure), usize::from(text_column(body).width));
    let max_lines = usize::from(body.height / 2);
    let is_truncated = lines.len() > max_lines;
    let mut lines: Vec<_> = lines.into_iter().take(max_lines).collect();
    if let (Some(last), true) = (lines.last_mut(), is_truncated) {
        last.push('…');
    }
    lines
}

/// Says in one sentence that the window is too small, in as many lines as it takes.
fn draw_too_small(frame: &mut Frame<'_>, area: Rect) {
    let message = "This window is too small; needlewise needs 40 columns and 12 rows.";
    let lines = text::wrap(message, usize::from(area.width));
    for (row, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
        let y = area.y + u16::try_from(row).unwrap_or(0);
        frame.render_widget(Line::raw(line), Rect { y, height: 1, ..area });
    }
}

/// Puts one text on the left and one on the right of a line; the left one gives way.
fn title_line(left: &str, right: &str, width: usize, theme: Theme) -> Line<'static> {
    let right = text::truncate(&text::single_line_verbatim(right), width).into_owned();
    let left_width = width.saturating_sub(text::width(&right) + 2);
    let left = text::truncate(&text::single_line_verbatim(left), left_width).into_owned();
    let gap = width.saturating_sub(text::width(&left) + text::width(&right));
    Line::from(vec![
        Span::styled(left, theme.style(TextRole::Strong)),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.style(TextRole::Text)),
    ])
}

/// Writes as many keys as fit, the most needed first, help last and always.
fn footer(bindings: Vec<Binding>, captures_text: bool, width: usize, theme: Theme) -> Line<'static> {
    let help = binding("?", "help");
    let last = if captures_text { None } else { Some(help) };
    let binding_width = |binding: &Binding| text::width(binding.keys) + 1 + text::width(binding.label) + 3;
    let mut remaining_width = width.saturating_sub(last.as_ref().map_or(0, binding_width));
    let fits = |binding: &Binding| {
        let fits = binding_width(binding) <= remaining_width + 3;
        remaining_width = if fits { remaining_width.saturating_sub(binding_width(binding)) } else { 0 };
        fits
    };
    let visible_bindings: Vec<_> = bindings.into_iter().take_while(fits).collect();
    let spans = visible_bindings.into_iter().chain(last).flat_map(|binding| {
        let label = format!(" {}   ", binding.label);
        [Span::styled(binding.keys, theme.style(TextRole::Accent)), Span::styled(label, theme.style(TextRole::Dim))]
    });
    Line::from(spans.collect::<Vec<_>>())
}
