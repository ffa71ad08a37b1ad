//! A page of wrapped text in a column of at most 84 characters. It scrolls to keep the focused line visible.
//! A click on a line can trigger an action.

use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

use super::binding::Action;
use super::canvas::Canvas;
use super::theme::{TextRole, Theme};
use crate::text;
use crate::view::picture::CellPicture;

/// The widest text column that is comfortable to read, in terminal columns.
pub const MAX_COLUMN_WIDTH: u16 = 84;

/// The columns that the two sides of a box take.
const BOX_COLUMNS: usize = 4;
/// The narrowest page that draws boxes. Below, the text needs the columns more.
const BOX_MIN_WIDTH: usize = 54;

/// A page under construction: styled lines from top to bottom, and the parts that can be clicked.
#[derive(Debug)]
pub struct TextPage {
    theme: Theme,
    width: usize,
    lines: Vec<PageLine>,
    focused_line: Option<usize>,
    targets: Vec<PageTarget>,
    /// What a click on the lines that follow does.
    line_action: Option<Action>,
    /// Whether the lines added from now on are inside a box.
    is_in_box: bool,
}

#[derive(Debug)]
struct PageLine {
    line: Line<'static>,
    /// Whether the line is drawn with the sides of a box.
    is_in_box: bool,
}

/// A part of a line that can be clicked. Columns count from the left edge of the page.
#[derive(Debug)]
struct PageTarget {
    line_index: usize,
    first_column: usize,
    column_count: usize,
    action: Action,
}

impl TextPage {
    /// Returns an empty page to be drawn into `area`.
    pub fn new(theme: Theme, area: Rect) -> Self {
        Self {
            theme,
            width: usize::from(text_column(area).width),
            lines: Vec::new(),
            focused_line: None,
            targets: Vec::new(),
            line_action: None,
            is_in_box: false,
        }
    }

    /// Returns the width of the next line in columns. A panel with a box makes its lines narrower.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Begins a panel, which groups the lines up to [`end_panel`](Self::end_panel) under a title. A wide page draws a box
    /// around them.
    pub fn begin_panel(&mut self, title: &str) {
        if self.width < BOX_MIN_WIDTH {
            return self.push_text(TextRole::Strong, &text::single_line(title));
        }
        let title = text::truncate(&text::single_line(title), self.width.saturating_sub(BOX_COLUMNS + 3)).into_owned();
        let rule = "─".repeat(self.width.saturating_sub(text::width(&title) + 5));
        self.push(Line::from(vec![
            Span::styled("╭─ ", self.theme.border),
            Span::styled(title, self.theme.strong),
            Span::styled(format!(" {rule}╮"), self.theme.border),
        ]));
        self.width -= BOX_COLUMNS;
        self.is_in_box = true;
    }

    /// Ends the panel. A page without boxes separates it from what follows by an empty line.
    pub fn end_panel(&mut self) {
        if std::mem::take(&mut self.is_in_box) {
            self.width += BOX_COLUMNS;
            self.push(Line::styled(format!("╰{}╯", "─".repeat(self.width.saturating_sub(2))), self.theme.border));
        } else {
            self.push_blank_line();
        }
    }

    fn push(&mut self, line: Line<'static>) {
        if let Some(action) = self.line_action {
            self.add_target(0, self.width, action);
        }
        self.lines.push(PageLine { line, is_in_box: self.is_in_box });
    }

    /// Makes a part of the next line clickable.
    fn add_target(&mut self, first_column: usize, column_count: usize, action: Action) {
        let first_column = first_column + if self.is_in_box { BOX_COLUMNS / 2 } else { 0 };
        self.targets.push(PageTarget { line_index: self.lines.len(), first_column, column_count, action });
    }

    /// Sets the action of a click on the lines that follow. `None` makes them plain text again.
    pub fn set_line_action(&mut self, action: Option<Action>) {
        self.line_action = action;
    }

    /// Adds an empty line.
    pub fn push_blank_line(&mut self) {
        self.push(Line::default());
    }

    /// Adds text, wrapped to the width of the page.
    pub fn push_text(&mut self, role: TextRole, content: &str) {
        self.push_hanging_text("", TextRole::Text, role, content);
    }

    /// Adds text after a marker. Wrapped lines are indented by the width of the marker.
    pub fn push_hanging_text(&mut self, marker: &str, marker_role: TextRole, role: TextRole, content: &str) {
        let indent = text::width(marker);
        // Text from a bank or a certificate must not send control characters to the terminal.
        let wrapped = text::wrap(&text::sanitize(content), self.width.saturating_sub(indent));
        for (index, line) in wrapped.into_iter().enumerate() {
            let prefix = if index == 0 { marker.to_owned() } else { " ".repeat(indent) };
            let prefix = Span::styled(prefix, self.theme.style(marker_role));
            self.push(Line::from(vec![prefix, Span::styled(line, self.theme.style(role))]));
        }
    }

    /// Adds one line made of parts, cut off at the width of the page.
    pub fn push_line(&mut self, parts: &[(TextRole, &str)]) {
        let mut remaining_width = self.width;
        let mut spans = Vec::new();
        for (role, part) in parts {
            // Verbatim, because spaces align the columns of lists and bars.
            let part = text::truncate(&text::single_line_verbatim(part), remaining_width).into_owned();
            remaining_width = remaining_width.saturating_sub(text::width(&part));
            spans.push(Span::styled(part, self.theme.style(*role)));
        }
        self.push(Line::from(spans));
    }

    /// Adds one line of cells. A click on a cell triggers its action.
    pub fn push_cells(&mut self, cells: &[(TextRole, String, Option<Action>)]) {
        let mut column = 0;
        for (_, cell, action) in cells {
            let width = text::width(cell);
            if let Some(action) = action {
                self.add_target(column, width, *action);
            }
            column += width;
        }
        let parts: Vec<_> = cells.iter().map(|(role, cell, _)| (*role, cell.as_str())).collect();
        self.push_line(&parts);
    }

    /// Adds one line that is already wrapped: an indent, a mark that ends at it, and styled parts.
    pub fn push_indented_line(
        &mut self,
        indent: usize,
        (mark_role, mark): (TextRole, &str),
        parts: &[(TextRole, &str)],
    ) {
        let mark_width = text::width(mark);
        let blank = " ".repeat(indent.saturating_sub(mark_width));
        let all: Vec<_> =
            [(TextRole::Text, blank.as_str()), (mark_role, mark)].into_iter().chain(parts.iter().copied()).collect();
        self.push_line(&all);
    }

    /// Adds a drawing in half blocks: each cell has its upper pixel as foreground and its lower one as background.
    pub fn push_picture(&mut self, picture: &CellPicture) {
        for row in &picture.rows {
            let cell = |(upper, lower): &([u8; 3], [u8; 3])| {
                Span::styled("▀", Style::new().fg(indexed_color(*upper)).bg(indexed_color(*lower)))
            };
            self.push(Line::from(row.iter().take(self.width).map(cell).collect::<Vec<_>>()));
        }
    }

    /// Returns the number of lines so far.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Focuses the next line: drawing keeps it visible.
    pub fn focus_next_line(&mut self) {
        self.focused_line = Some(self.lines.len());
    }

    /// Draws the page and returns whether lines follow below. `scroll` is limited to the page, and moved to the focused
    /// line if it follows the focus. Only visible lines get click targets.
    pub fn draw(self, canvas: &mut Canvas<'_, '_>, area: Rect, scroll: &mut Scroll) -> bool {
        let area = text_column(area);
        let (height, line_count) = (usize::from(area.height), self.lines.len());
        let max_offset = line_count.saturating_sub(height);
        if let (Some(focus), true) = (self.focused_line, scroll.follows_focus) {
            // Two lines below the focused line stay visible.
            let min_offset = (focus + 3).saturating_sub(height);
            scroll.offset = scroll.offset.clamp(min_offset.min(focus), focus);
        }
        scroll.offset = scroll.offset.min(max_offset);
        let border = self.theme.border;
        let to_columns = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let line_area = |row: usize| Rect { y: area.y.saturating_add(to_columns(row)), height: 1, ..area };
        for (row, line) in self.lines.into_iter().skip(scroll.offset).take(height).enumerate() {
            let area = line_area(row);
            if !line.is_in_box {
                canvas.render(line.line, area);
                continue;
            }
            // The sides have their own places: a line whose characters are wider than they are counted moves neither.
            let side = |x: u16| Rect { x, width: 1, ..area };
            let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
            canvas.render(line.line, inner);
            canvas.render(Span::styled("│", border), side(area.x));
            canvas.render(Span::styled("│", border), side(area.right().saturating_sub(1)));
        }
        let visible_lines = scroll.offset..scroll.offset + height;
        for target in self.targets.into_iter().filter(|target| visible_lines.contains(&target.line_index)) {
            let line = line_area(target.line_index - scroll.offset);
            let x = line.x.saturating_add(to_columns(target.first_column));
            let width = to_columns(target.column_count).min(line.right().saturating_sub(x));
            canvas.add_target(Rect { x, width, ..line }, target.action);
        }
        scroll.offset < max_offset
    }
}

/// Returns the nearest color of the 256-color palette: of its cube of 6×6×6 colors, or of its 24 grays.
///
/// Not every terminal that shows 256 colors shows more, and a drawing needs few.
fn indexed_color(color: [u8; 3]) -> Color {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |other: [u8; 3]| -> u32 {
        color.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    let level = |value: u8| (0..6_u8).min_by_key(|index| LEVELS[usize::from(*index)].abs_diff(value)).unwrap_or(0);
    let cube = color.map(level);
    let cube_color = cube.map(|index| LEVELS[usize::from(index)]);
    let mean = color.iter().map(|value| u32::from(*value)).sum::<u32>() / 3;
    let gray = u8::try_from(mean.saturating_sub(3) / 10).unwrap_or(23).min(23);
    let gray_color = [8 + 10 * gray; 3];
    if distance(gray_color) < distance(cube_color) {
        return Color::Indexed(232 + gray);
    }
    Color::Indexed(16 + 36 * cube[0] + 6 * cube[1] + cube[2])
}

/// Returns the centered text column of an area, at most [`MAX_COLUMN_WIDTH`] wide.
pub fn text_column(area: Rect) -> Rect {
    let margin = if area.width >= 60 { 2 } else { 1 };
    let width = area.width.saturating_sub(2 * margin).min(MAX_COLUMN_WIDTH);
    Rect { x: area.x + (area.width - width) / 2, width, ..area }
}

/// How far a page is scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    /// The index of the first visible line.
    pub offset: usize,
    /// Whether drawing moves the page to its focused line.
    pub follows_focus: bool,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { offset: 0, follows_focus: true }
    }
}

impl Scroll {
    /// The top of a read-only page, which has no focused line.
    pub const TOP: Self = Self { offset: 0, follows_focus: false };

    /// Moves by `lines`. The page then ignores the focused line until [`Scroll::follow_focus`].
    pub fn move_by(&mut self, lines: isize) {
        self.offset = self.offset.saturating_add_signed(lines);
        self.follows_focus = false;
    }

    /// Runs a scroll action, with pages of `page_lines` lines. Returns false for any other action.
    pub fn handle_action(&mut self, action: Action, page_lines: isize) -> bool {
        match action.name {
            "scroll-up" => self.move_by(-1),
            "scroll-down" => self.move_by(1),
            "page-up" => self.move_by(-page_lines),
            "page-down" => self.move_by(page_lines),
            _ => return false,
        }
        true
    }

    /// Lets drawing move the page to its focused line again.
    pub fn follow_focus(&mut self) {
        self.follows_focus = true;
    }
}

/// Returns the filled and the empty part of a bar of `width` columns for `part` of `whole`, in steps of an eighth of a
/// column. The bar is empty if `whole` is 0.
pub fn progress_bar(part: usize, whole: usize, width: usize) -> (String, String) {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let filled_eighths = (part.min(whole) * width * 8).checked_div(whole).unwrap_or(0);
    let full = format!("{}{}", "█".repeat(filled_eighths / 8), EIGHTHS[filled_eighths % 8]);
    let empty_width = width.saturating_sub(filled_eighths.div_ceil(8));
    (full, "·".repeat(empty_width))
}
