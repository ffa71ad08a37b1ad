//! The stack of screens, the keys that mean the same everywhere, and the frame around a screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::effect::{Effect, Next, Outcome};
use super::key::{Binding, Key, key};
use super::screen::{Cx, Screen};
use super::screens::help::Help;
use super::theme::{Role, Theme};
use crate::clock::{Millis, Now};
use crate::text;

/// The least window that anything is drawn in.
const LEAST: (u16, u16) = (40, 12);

/// Whoever performs effects for an [`App`].
pub trait Perform {
    /// Returns what time it is.
    fn now(&self) -> Now;

    /// Performs an effect. A failure is told to the screen that wanted it.
    fn perform(&mut self, effect: Effect) -> Next;
}

/// The interface: a stack of screens, the front one on top.
pub struct App {
    screens: Vec<Box<dyn Screen>>,
    performer: Box<dyn Perform>,
    theme: Theme,
    code: Option<u8>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("screens", &self.screens.len()).field("code", &self.code).finish_non_exhaustive()
    }
}

impl App {
    /// Begins with the screen that an effect leads to.
    pub fn new(performer: impl Perform + 'static, theme: Theme, first: Effect) -> Self {
        let mut app = Self { screens: Vec::new(), performer: Box::new(performer), theme, code: None };
        app.perform(first);
        app
    }

    /// Returns the exit code, once the session is over.
    pub fn done(&self) -> Option<u8> {
        self.code
    }

    fn cx(&self) -> Cx {
        Cx { now: self.performer.now(), theme: self.theme }
    }

    /// Takes a key in. Help opens on `?` wherever nothing is typed; all else is the screen's.
    pub fn key(&mut self, key: Key) {
        let cx = self.cx();
        let Some(screen) = self.screens.last_mut() else { return };
        let effect = if key == Key::Char('?') && !screen.types() {
            let help = Help::new(screen.bindings());
            Some(Effect::Push(Box::new(help)))
        } else {
            screen.on(key, &cx)
        };
        if let Some(effect) = effect {
            self.perform(effect);
        }
    }

    /// Lets the screen on top notice that time has passed.
    pub fn tick(&mut self) {
        let cx = self.cx();
        if let Some(effect) = self.screens.last_mut().and_then(|screen| screen.tick(&cx)) {
            self.perform(effect);
        }
    }

    /// Returns after how long to draw again without an input.
    pub fn wake(&self) -> Option<Millis> {
        self.screens.last()?.wake(&self.cx())
    }

    /// Performs an effect, and what follows from it.
    fn perform(&mut self, effect: Effect) {
        let mut effects = Some(effect);
        while let Some(effect) = effects.take() {
            match self.performer.perform(effect) {
                Next::Push(screen) => self.screens.push(screen),
                Next::Replace(screen) => {
                    self.screens.pop();
                    self.screens.push(screen);
                }
                Next::Root(screen) => self.screens = vec![screen],
                Next::Pop(outcome) => {
                    let left = self.screens.pop();
                    if self.screens.is_empty() {
                        self.code = Some(left.map_or(0, |screen| screen.exit_code()));
                    } else {
                        effects = self.settle(outcome);
                    }
                }
                Next::Quit => self.code = Some(self.screens.last().map_or(0, |screen| screen.exit_code())),
                Next::Settle(outcome) => effects = self.settle(outcome),
            }
        }
    }

    fn settle(&mut self, outcome: Outcome) -> Option<Effect> {
        let cx = self.cx();
        self.screens.last_mut()?.settled(outcome, &cx)
    }

    /// Draws the screen on top within its frame.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let cx = self.cx();
        let Some(screen) = self.screens.last_mut() else { return };
        if area.width < LEAST.0 || area.height < LEAST.1 {
            return too_small(frame, area);
        }
        let (left, right) = screen.title(&cx);
        let line = |y: u16| Rect { x: area.x + 1, y, width: area.width - 2, height: 1 };
        let rule = Line::styled("─".repeat(usize::from(area.width - 2)), cx.theme.style(Role::Dim));
        frame.render_widget(spread(&left, &right, usize::from(area.width - 2), cx.theme), line(area.y));
        frame.render_widget(rule.clone(), line(area.y + 1));
        frame.render_widget(rule, line(area.bottom() - 2));
        let footer = footer(screen.bindings(), screen.types(), usize::from(area.width - 2), cx.theme);
        frame.render_widget(footer, line(area.bottom() - 1));
        screen.draw(frame, Rect { y: area.y + 2, height: area.height - 4, ..area }, &cx);
    }
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
    let right = text::cut(&text::one_line_kept(right), width).into_owned();
    let room = width.saturating_sub(text::width(&right) + 2);
    let left = text::cut(&text::one_line_kept(left), room).into_owned();
    let gap = width.saturating_sub(text::width(&left) + text::width(&right));
    Line::from(vec![
        Span::styled(left, theme.style(Role::Strong)),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.style(Role::Text)),
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
        [Span::styled(binding.key, theme.style(Role::Accent)), Span::styled(does, theme.style(Role::Dim))]
    });
    Line::from(spans.collect::<Vec<_>>())
}
