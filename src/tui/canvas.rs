//! What a screen draws on: the frame, and the rectangles that the mouse can click.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use super::binding::Action;

/// What was drawn where, as far as a click on it does something.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Targets(Vec<(Rect, Action)>);

impl Targets {
    /// Forgets all targets.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a rectangle. It covers those that were added before.
    pub fn push(&mut self, area: Rect, action: Action) {
        self.0.push((area, action));
    }

    /// Returns what a click at a cell does.
    pub fn action_at(&self, column: u16, row: u16) -> Option<Action> {
        let is_hit = |(area, _): &&(Rect, Action)| area.contains(Position { x: column, y: row });
        self.0.iter().rev().find(is_hit).map(|(_, action)| *action)
    }
}

/// A frame with the targets that are drawn on it.
pub struct Canvas<'a, 'b> {
    frame: &'a mut Frame<'b>,
    targets: &'a mut Targets,
}

impl<'a, 'b> Canvas<'a, 'b> {
    /// Draws on a frame and adds to the targets.
    pub fn new(frame: &'a mut Frame<'b>, targets: &'a mut Targets) -> Self {
        Self { frame, targets }
    }

    /// Draws a widget.
    pub fn render(&mut self, widget: impl Widget, area: Rect) {
        self.frame.render_widget(widget, area);
    }

    /// Lets a click on a rectangle do something.
    pub fn add_target(&mut self, area: Rect, action: Action) {
        self.targets.push(area, action);
    }

    /// Forgets the targets so far, which something covers.
    pub fn cover_targets(&mut self) {
        self.targets.clear();
    }
}
