//! The frame around a screen: the title line, the rules, the notices, and the footer with its keys.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::binding::{Action, Binding, footer_entries, shown_keys};
use super::canvas::Canvas;
use super::page::text_column;
use super::theme::{TextRole, Theme};
use crate::text;

/// The smallest window, in columns and rows, that shows a screen.
const MIN_WINDOW: (u16, u16) = (40, 12);

/// Returns whether a window is too small to draw a screen in.
pub fn is_too_small(area: Rect) -> bool {
    area.width < MIN_WINDOW.0 || area.height < MIN_WINDOW.1
}

/// Draws only the message that the window is too small, wrapped to its width.
pub fn draw_too_small(canvas: &mut Canvas<'_, '_>, area: Rect) {
    let message = "This window is too small. Make it larger, or its text smaller (at least 40 columns and 12 rows).";
    let lines = text::wrap(message, usize::from(area.width));
    for (row, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
        let y = area.y + u16::try_from(row).unwrap_or(0);
        canvas.render(Line::raw(line), Rect { y, height: 1, ..area });
    }
}

/// Draws the title line and both rules, and returns the area between them for the screen. `title` has the left and the
/// right part of the line.
pub fn draw_title(canvas: &mut Canvas<'_, '_>, area: Rect, title: &(String, String), theme: Theme) -> Rect {
    let line = line_of(area, area.y);
    let rule = Line::styled("─".repeat(usize::from(line.width)), theme.style(TextRole::Border));
    canvas.render(title_line(&title.0, &title.1, usize::from(line.width), theme), line);
    canvas.render(rule.clone(), line_of(area, area.y + 1));
    canvas.render(rule, line_of(area, area.bottom() - 2));
    Rect { y: area.y + 2, height: area.height - 4, ..area }
}

/// Returns one line of a window without its first and last column.
fn line_of(area: Rect, y: u16) -> Rect {
    Rect { x: area.x + 1, y, width: area.width - 2, height: 1 }
}

/// Puts one text on the left and one on the right of a line. If both do not fit, the left one is cut.
fn title_line(left: &str, right: &str, width: usize, theme: Theme) -> Line<'static> {
    // The right text keeps its place, because it has the time left in an exam.
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

/// A message at the foot of a screen, with the role that sets its style.
pub type Notice = (TextRole, String);

/// Draws notices at the foot of `body` and returns the area that is left: at least half, so that they never hide the
/// screen.
pub fn draw_notices(canvas: &mut Canvas<'_, '_>, body: Rect, notices: &[Notice], theme: Theme) -> Rect {
    let column = text_column(body);
    let to_lines = |(role, notice): &Notice| {
        let lines = text::wrap(&text::sanitize(notice), usize::from(column.width));
        lines.into_iter().map(|line| (*role, line)).collect::<Vec<_>>()
    };
    let mut lines: Vec<_> = notices.iter().flat_map(to_lines).collect();
    let max_lines = usize::from(body.height / 2);
    if lines.len() > max_lines {
        lines.truncate(max_lines);
        if let Some((_, line)) = lines.last_mut() {
            line.push('…');
        }
    }
    let height = u16::try_from(lines.len()).unwrap_or(0);
    for (y, (role, line)) in (body.bottom() - height..).zip(lines) {
        canvas.render(Line::styled(line, theme.style(role)), Rect { y, height: 1, ..column });
    }
    Rect { height: body.height - height, ..body }
}

/// Draws the screen's own entries as far as they fit, then those of the interface, which are always drawn.
pub fn draw_footer(canvas: &mut Canvas<'_, '_>, area: Rect, own: &[Binding], interface: &[Binding], theme: Theme) {
    let area = line_of(area, area.bottom() - 1);
    let entry_width = |entry: &Vec<&Binding>| text::width(&shown_keys(entry)) + 1 + text::width(entry[0].label) + 3;
    let last = footer_entries(interface);
    let mut remaining_width = usize::from(area.width).saturating_sub(last.iter().map(entry_width).sum());
    let fits = |entry: &Vec<&Binding>| {
        let fits = entry_width(entry) <= remaining_width + 3;
        remaining_width = if fits { remaining_width.saturating_sub(entry_width(entry)) } else { 0 };
        fits
    };
    let first: Vec<_> = footer_entries(own).into_iter().take_while(fits).collect();
    let mut x = area.x;
    for entry in first.iter().chain(&last) {
        for row in entry {
            let (key, style) = (row.shown_key(), theme.style(TextRole::Accent));
            x = draw_part(canvas, Rect { x, ..area }, area.right(), Span::styled(key, style), Some(row.action));
        }
        // A click on the label works only if the entry has one key. With several keys it would be ambiguous.
        let action = if entry.len() == 1 { Some(entry[0].action) } else { None };
        let label = Span::styled(format!(" {}", entry[0].label), theme.style(TextRole::Dim));
        x = draw_part(canvas, Rect { x, ..area }, area.right(), label, action);
        x = x.saturating_add(3);
    }
}

/// Draws a part of the footer with its click target, and returns the column of the next part.
fn draw_part(canvas: &mut Canvas<'_, '_>, start: Rect, right: u16, part: Span<'static>, action: Option<Action>) -> u16 {
    let width = u16::try_from(text::width(&part.content)).unwrap_or(u16::MAX).min(right.saturating_sub(start.x));
    let area = Rect { width, ..start };
    canvas.render(part, area);
    if let Some(action) = action {
        canvas.add_target(area, action);
    }
    start.x.saturating_add(width)
}
