//! Draws the interface: the screen on top, its overlay, and the frame around both.

use ratatui::Frame;

use super::App;
use crate::tui::canvas::Canvas;
use crate::tui::frame::{self, Notice};
use crate::tui::overlay::Overlay;
use crate::tui::theme::TextRole;

impl App {
    /// Returns the notices at the foot of the screen, the most urgent first: a small window cuts off the last ones.
    fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let Some(Overlay::Dialog(dialog)) = &self.overlay {
            notices.push((TextRole::Warn, dialog.title.clone()));
            if !dialog.text.is_empty() {
                notices.push((TextRole::Text, dialog.text.clone()));
            }
        }
        notices.extend(self.pending.as_ref().map(|pending| (TextRole::Warn, pending.message(&self.executor.zone()))));
        notices.extend(self.notice.clone());
        notices.extend(self.jobs.status_line().map(|line| (TextRole::Dim, line)));
        notices
    }

    /// Draws the screen on top and its overlay within the frame, and renews the click targets.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let (area, context, theme) = (frame.area(), self.context(), self.theme);
        let (notices, (own, interface)) = (self.notices(), self.binding_layers());
        self.targets.clear();
        self.is_window_too_small = frame::is_too_small(area);
        let Some(screen) = self.screens.last_mut() else { return };
        frame.buffer_mut().set_style(area, theme.text);
        let mut canvas = Canvas::new(frame, &mut self.targets);
        if self.is_window_too_small {
            return frame::draw_too_small(&mut canvas, area);
        }
        let title = match &self.overlay {
            Some(Overlay::Help(_)) => ("Help".to_owned(), String::new()),
            _ => screen.title(&context),
        };
        let body = frame::draw_title(&mut canvas, area, &title, theme);
        let screen_area = frame::draw_notices(&mut canvas, body, &notices, theme);
        match &mut self.overlay {
            None => screen.draw(&mut canvas, screen_area, &context),
            Some(Overlay::Help(help)) => help.draw(&mut canvas, screen_area, theme),
            Some(Overlay::Dialog(_)) => {
                screen.draw(&mut canvas, screen_area, &context);
                canvas.cover_targets();
            }
        }
        frame::draw_footer(&mut canvas, area, &own, &interface, theme);
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("screens", &self.screens.len()).field("end", &self.end).finish_non_exhaustive()
    }
}
