//! A page: wrapped lines in a column of at most 84, scrolled so that what has the keys is in sight.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::key::Key;
use super::theme::{TextRole, Theme};
use crate::text;

/// The widest column of text that is comfortable to read.
pub const COLUMN: u16 = 84;

/// Lines as they are built up, top to bottom.
#[derive(Debug)]
pub struct TextPage {
    theme: Theme,
    width: usize,
    lines: Vec<Line<'static>>,
    focus: Option<usize>,
}

impl TextPage {
    /// Begins a page that will be drawn into `area`.
    pub fn new(theme: Theme, area: Rect) -> Self {
        Self { theme, width: usize::from(column(area).width), lines: Vec::new(), focus: None }
    }

    /// Returns how many columns a line has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// Adds a text, wrapped.
    pub fn text(&mut self, role: TextRole, said: &str) {
        self.hanging("", TextRole::Text, role, said);
    }

    /// Adds a text behind a mark; its further lines hang under the first.
    pub fn hanging(&mut self, mark: &str, mark_role: TextRole, role: TextRole, said: &str) {
        let indent = text::width(mark);
        let wrapped = text::wrap(&text::sanitize(said), self.width.saturating_sub(indent));
        for (at, line) in wrapped.into_iter().enumerate() {
            let lead = if at == 0 { mark.to_owned() } else { " ".repeat(indent) };
            let lead = Span::styled(lead, self.theme.style(mark_role));
            self.lines.push(Line::from(vec![lead, Span::styled(line, self.theme.style(role))]));
        }
    }

    /// Adds one line of parts, cut at the end of the column.
    pub fn parts(&mut self, parts: &[(TextRole, &str)]) {
        let mut left = self.width;
        let mut spans = Vec::new();
        for (role, part) in parts {
            let part = text::truncate(&text::single_line_verbatim(part), left).into_owned();
            left = left.saturating_sub(text::width(&part));
            spans.push(Span::styled(part, self.theme.style(*role)));
        }
        self.lines.push(Line::from(spans));
    }

    /// Keeps the line added next in sight.
    pub fn focus(&mut self) {
        self.focus = Some(self.lines.len());
    }

    /// Draws the page, scrolled by `scroll`, which is held to what there is and moved to the focus; returns whether more
    /// lies below.
    pub fn draw(self, frame: &mut Frame<'_>, area: Rect, scroll: &mut Scroll) -> bool {
        let area = column(area);
        let (height, count) = (usize::from(area.height), self.lines.len());
        let most = count.saturating_sub(height);
        if let (Some(focus), true) = (self.focus, scroll.follow) {
            let low = (focus + 3).saturating_sub(height);
            scroll.offset = scroll.offset.clamp(low.min(focus), focus);
        }
        scroll.offset = scroll.offset.min(most);
        for (row, line) in self.lines.into_iter().skip(scroll.offset).take(height).enumerate() {
            let y = area.y.saturating_add(u16::try_from(row).unwrap_or(u16::MAX));
            frame.render_widget(line, Rect { y, height: 1, ..area });
        }
        scroll.offset < most
    }
}

/// Returns the column of text in the middle of an area.
pub fn column(area: Rect) -> Rect {
    let margin = if area.width >= 60 { 2 } else { 1 };
    let width = area.width.saturating_sub(2 * margin).min(COLUMN);
    Rect { x: area.x + (area.width - width) / 2, width, ..area }
}

/// How far a page is scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    /// The first line in sight.
    pub offset: usize,
    /// Whether to move to what has the keys.
    pub follow: bool,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { offset: 0, follow: true }
    }
}

impl Scroll {
    /// The top of a page that is only read: nothing on it has the keys.
    pub const TOP: Self = Self { offset: 0, follow: false };

    /// Moves by lines; the page is not moved to the focus again until [`Scroll::follow`].
    pub fn by(&mut self, lines: isize) {
        self.offset = self.offset.saturating_add_signed(lines);
        self.follow = false;
    }

    /// Moves by a key that scrolls; says whether it was one.
    pub fn on(&mut self, key: Key) -> bool {
        match key {
            Key::Up => self.by(-1),
            Key::Down => self.by(1),
            Key::PageUp => self.by(-8),
            Key::PageDown => self.by(8),
            _ => return false,
        }
        true
    }

    /// Moves to the focus when drawn.
    pub fn follow(&mut self) {
        self.follow = true;
    }
}

/// Returns a bar of `width` columns, filled by `part` of `whole` in steps of an eighth.
pub fn bar(part: usize, whole: usize, width: usize) -> (String, String) {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let filled = (part.min(whole) * width * 8).checked_div(whole).unwrap_or(0);
    let full = format!("{}{}", "█".repeat(filled / 8), EIGHTHS[filled % 8]);
    let rest = width.saturating_sub(filled.div_ceil(8));
    (full, "·".repeat(rest))
}
