//! The stack of screens, the keys that mean the same everywhere, and the frame around a screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::effect::{Effect, Reply, Route};
use super::execute::{Execute, StackChange};
use super::key::{Binding, Key, key};
use super::page::column;
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
    Code(u8),
    /// Something failed and no screen was left to show it.
    Failed(ServiceError),
}

/// The interface: a stack of screens, the front one on top.
///
/// It also shows why an effect was not done: on whatever screen is on top, until the next key. Where there is no screen the
/// interface ends.
pub struct App {
    screens: Vec<Box<dyn Screen>>,
    executor: Box<dyn Execute>,
    theme: Theme,
    failure: Option<String>,
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
        let mut app = Self { screens: Vec::new(), executor: Box::new(executor), theme, failure: None, end: None };
        app.execute(Effect::Open(first));
        app
    }

    /// Returns how the interface ended, once it has.
    pub fn end(&self) -> Option<&InterfaceEnd> {
        self.end.as_ref()
    }

    fn cx(&self) -> ScreenContext {
        ScreenContext { now: self.executor.now(), theme: self.theme }
    }

    /// Takes a key in. Help opens on `?` wherever nothing is typed; all else is the screen's.
    pub fn key(&mut self, key: Key) {
        let cx = self.cx();
        let Some(screen) = self.screens.last_mut() else { return };
        self.failure = None;
        let effect = if key == Key::Char('?') && !screen.types() {
            Some(Effect::Open(Route::Help(screen.bindings())))
        } else {
            screen.on(key, &cx)
        };
        if let Some(effect) = effect {
            self.execute(effect);
        }
    }

    /// Lets the screen on top notice that time has passed.
    pub fn tick(&mut self) {
        let cx = self.cx();
        if let Some(effect) = self.screens.last_mut().and_then(|screen| screen.tick(&cx)) {
            self.execute(effect);
        }
    }

    /// Returns after how long to draw again without an input.
    pub fn wake(&self) -> Option<Millis> {
        self.screens.last()?.wake(&self.cx())
    }

    /// Carries out an effect, and what follows from it.
    fn execute(&mut self, effect: Effect) {
        let mut effects = Some(effect);
        while let Some(effect) = effects.take() {
            match self.executor.execute(effect) {
                Ok(change) => effects = self.change(change),
                Err(error) => self.fail(error),
            }
        }
    }

    /// Changes the stack of screens and returns what the screen on top wants to happen next.
    fn change(&mut self, change: StackChange) -> Option<Effect> {
        match change {
            StackChange::Push(screen) => self.screens.push(screen),
            StackChange::Replace(screen) => {
                self.screens.pop();
                self.screens.push(screen);
            }
            StackChange::Root(screen) => self.screens = vec![screen],
            StackChange::Pop(reply) => {
                let left = self.screens.pop();
                if !self.screens.is_empty() {
                    return self.tell(reply);
                }
                self.end = Some(InterfaceEnd::Code(left.map_or(0, |screen| screen.exit_code())));
            }
            StackChange::Quit => {
                self.end = Some(InterfaceEnd::Code(self.screens.last().map_or(0, |screen| screen.exit_code())));
            }
            StackChange::Tell(reply) => return self.tell(reply),
        }
        None
    }

    fn tell(&mut self, reply: Reply) -> Option<Effect> {
        let cx = self.cx();
        self.screens.last_mut()?.settled(reply, &cx)
    }

    /// Shows why an effect was not done, or ends with that where no screen is left.
    fn fail(&mut self, error: ServiceError) {
        match self.screens.last_mut() {
            Some(screen) => {
                screen.failed();
                self.failure = Some(error.to_string());
            }
            None => self.end = Some(InterfaceEnd::Failed(error)),
        }
    }

    /// Draws the screen on top within its frame.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let cx = self.cx();
        let Some(screen) = self.screens.last_mut() else { return };
        if area.width < MIN_WINDOW.0 || area.height < MIN_WINDOW.1 {
            return too_small(frame, area);
        }
        let (left, right) = screen.title(&cx);
        let line = |y: u16| Rect { x: area.x + 1, y, width: area.width - 2, height: 1 };
        let rule = Line::styled("─".repeat(usize::from(area.width - 2)), cx.theme.style(TextRole::Dim));
        frame.render_widget(spread(&left, &right, usize::from(area.width - 2), cx.theme), line(area.y));
        frame.render_widget(rule.clone(), line(area.y + 1));
        frame.render_widget(rule, line(area.bottom() - 2));
        let footer = footer(screen.bindings(), screen.types(), usize::from(area.width - 2), cx.theme);
        frame.render_widget(footer, line(area.bottom() - 1));
        let body = Rect { y: area.y + 2, height: area.height - 4, ..area };
        let failure = self.failure.as_deref().map_or_else(Vec::new, |failure| failure_lines(failure, body));
        let height = u16::try_from(failure.len()).unwrap_or(0);
        screen.draw(frame, Rect { height: body.height - height, ..body }, &cx);
        for (y, line) in (body.bottom() - height..).zip(failure) {
            let line = Line::styled(line, cx.theme.style(TextRole::Bad));
            frame.render_widget(line, Rect { y, height: 1, ..column(body) });
        }
    }
}

/// Breaks a failure into the lines that stand at the foot of a screen, and leaves the screen the larger half.
fn failure_lines(failure: &str, body: Rect) -> Vec<String> {
    let lines = text::wrap(&text::sanitize(failure), usize::from(column(body).width));
    let most = usize::from(body.height / 2);
    let is_cut = lines.len() > most;
    let mut lines: Vec<_> = lines.into_iter().take(most).collect();
    if let (Some(last), true) = (lines.last_mut(), is_cut) {
        last.push('…');
    }
    lines
}

/// Says in one sentence that the window is too small, in as many lines as it takes.
fn too_small(frame: &mut Frame<'_>, area: Rect) {
    let sentence = "This window is too small; needlewise needs 40 columns and 12 rows.";
    let lines = text::wrap(sentence, usize::from(area.width));
    for (row, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
        let y = area.y + u16::try_from(row).unwrap_or(0);
        frame.render_widget(Line::raw(line), Rect { y, height: 1, ..area });
    }
}

/// Puts one text on the left and one on the right of a line; the left one gives way.
fn spread(left: &str, right: &str, width: usize, theme: Theme) -> Line<'static> {
    let right = text::truncate(&text::single_line_verbatim(right), width).into_owned();
    let room = width.saturating_sub(text::width(&right) + 2);
    let left = text::truncate(&text::single_line_verbatim(left), room).into_owned();
    let gap = width.saturating_sub(text::width(&left) + text::width(&right));
    Line::from(vec![
        Span::styled(left, theme.style(TextRole::Strong)),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.style(TextRole::Text)),
    ])
}

/// Writes as many keys as fit, the most needed first, help last and always.
fn footer(bindings: Vec<Binding>, types: bool, width: usize, theme: Theme) -> Line<'static> {
    let help = key("?", "help");
    let last = if types { None } else { Some(help) };
    let wide = |binding: &Binding| text::width(binding.key) + 1 + text::width(binding.does) + 3;
    let mut left = width.saturating_sub(last.as_ref().map_or(0, wide));
    let fits = |binding: &Binding| {
        let fits = wide(binding) <= left + 3;
        left = if fits { left.saturating_sub(wide(binding)) } else { 0 };
        fits
    };
    let shown: Vec<_> = bindings.into_iter().take_while(fits).collect();
    let spans = shown.into_iter().chain(last).flat_map(|binding| {
        let does = format!(" {}   ", binding.does);
        [Span::styled(binding.key, theme.style(TextRole::Accent)), Span::styled(does, theme.style(TextRole::Dim))]
    });
    Line::from(spans.collect::<Vec<_>>())
}
