//! The drawing surface of a screen: the frame, and the rectangles that the mouse can click.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use super::binding::Action;

/// Rectangles of a frame, each with the action that a click on it triggers.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Targets(Vec<(Rect, Action)>);

impl Targets {
    /// Forgets all targets.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a rectangle. It covers the rectangles added before.
    pub fn push(&mut self, area: Rect, action: Action) {
        self.0.push((area, action));
    }

    /// Returns the action of the topmost rectangle at a cell, or `None` if there is none.
    pub fn action_at(&self, column: u16, row: u16) -> Option<Action> {
        let is_hit = |(area, _): &&(Rect, Action)| area.contains(Position { x: column, y: row });
        // Later rectangles cover earlier ones.
        self.0.iter().rev().find(is_hit).map(|(_, action)| *action)
    }
}

/// A frame and its click targets.
pub struct Canvas<'a, 'b> {
    frame: &'a mut Frame<'b>,
    targets: &'a mut Targets,
}

impl<'a, 'b> Canvas<'a, 'b> {
    /// Returns the canvas of a frame. Its click targets are added to `targets`.
    pub fn new(frame: &'a mut Frame<'b>, targets: &'a mut Targets) -> Self {
        Self { frame, targets }
    }

    /// Draws a widget into `area`.
    pub fn render(&mut self, widget: impl Widget, area: Rect) {
        self.frame.render_widget(widget, area);
    }

    /// Adds a rectangle on which a click triggers an action.
    pub fn add_target(&mut self, area: Rect, action: Action) {
        self.targets.push(area, action);
    }

    /// Removes the targets so far, because an overlay covers them.
    pub fn cover_targets(&mut self) {
        self.targets.clear();
    }
}
