//! Lays out a reading in lines, for the screen and for plain mode.

use crate::bank::course::markdown::Image;
use crate::bank::course::{Block, Span};
use crate::text;

/// A line of a reading that fits the width it was laid out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingLine {
    pub kind: LineKind,
    /// The columns before the text.
    pub indent: usize,
    pub spans: Vec<Span>,
    /// The index of the line's block in the body.
    pub block: usize,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineKind {
    Heading,
    Text,
    /// The first line of a list item, with its bullet or its number.
    Item(String),
    /// The head of a table.
    TableHead,
    /// A drawing. Its spans are its description.
    Image(Image),
}

impl ReadingLine {
    /// Returns the text of the line without its indent and its mark.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// Lays out blocks in lines of at most `columns`, with an empty line between blocks.
pub fn lay_out(blocks: &[Block], columns: usize) -> Vec<ReadingLine> {
    let mut lines = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let first_line = lines.len();
        if index > 0 {
            lines.push(text_line(0, Vec::new()));
        }
        push_block(&mut lines, block, 0, columns);
        lines[first_line..].iter_mut().for_each(|line| line.block = index);
    }
    lines
}

fn text_line(indent: usize, spans: Vec<Span>) -> ReadingLine {
    ReadingLine { kind: LineKind::Text, indent, spans, block: 0 }
}

fn push_block(lines: &mut Vec<ReadingLine>, block: &Block, indent: usize, columns: usize) {
    let width = columns.saturating_sub(indent);
    match block {
        Block::Heading { text, .. } => {
            let heading = |spans| ReadingLine { kind: LineKind::Heading, indent, spans, block: 0 };
            lines.extend(wrap_spans(text, width).into_iter().map(heading));
        }
        Block::Paragraph(spans) => {
            lines.extend(wrap_spans(spans, width).into_iter().map(|spans| text_line(indent, spans)));
        }
        Block::List { first_number, items } => push_list(lines, *first_number, items, (indent, columns)),
        Block::Table { header, rows } => push_table(lines, header, rows, (indent, columns)),
        Block::Image(image) => {
            let alt = Span { text: image.alt.clone(), ..Span::default() };
            lines.push(ReadingLine { kind: LineKind::Image(image.clone()), indent, spans: vec![alt], block: 0 });
        }
    }
}

fn push_list(
    lines: &mut Vec<ReadingLine>,
    first_number: Option<u64>,
    items: &[Vec<Block>],
    (indent, columns): (usize, usize),
) {
    for (index, item) in items.iter().enumerate() {
        let mark = first_number.map_or_else(|| "• ".to_owned(), |first| format!("{}. ", first + index as u64));
        let first_line = lines.len();
        for block in item {
            push_block(lines, block, indent + text::width(&mark), columns);
        }
        if let Some(line) = lines.get_mut(first_line) {
            line.kind = LineKind::Item(mark);
        }
    }
}

/// Lays out a table in columns, or, if it is too narrow for that, each row as a list of `head: cell`.
fn push_table(
    lines: &mut Vec<ReadingLine>,
    header: &[Vec<Span>],
    rows: &[Vec<Vec<Span>>],
    (indent, columns): (usize, usize),
) {
    let plain = |cell: &Vec<Span>| cell.iter().map(|span| span.text.as_str()).collect::<String>();
    let widest = |index: usize| {
        let cells = std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
        cells.filter_map(|row| row.get(index)).map(|cell| text::width(&plain(cell))).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..header.len()).map(widest).collect();
    let gap = 3;
    let total = widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1);
    if total <= columns.saturating_sub(indent) {
        for (number, row) in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).enumerate() {
            let mut spans = Vec::new();
            for (cell, width) in row.iter().zip(&widths) {
                spans.extend(cell.iter().cloned());
                let padding = " ".repeat(width + gap - text::width(&plain(cell)));
                spans.push(Span { text: padding, ..Span::default() });
            }
            spans.pop();
            let kind = if number == 0 { LineKind::TableHead } else { LineKind::Text };
            lines.push(ReadingLine { kind, indent, spans, block: 0 });
        }
        return;
    }
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            lines.push(text_line(indent, Vec::new()));
        }
        for (head, cell) in header.iter().zip(row) {
            let head = Span { text: format!("{}: ", plain(head)), is_strong: true, ..Span::default() };
            let spans: Vec<_> = std::iter::once(head).chain(cell.iter().cloned()).collect();
            let wrapped = wrap_spans(&spans, columns.saturating_sub(indent));
            lines.extend(wrapped.into_iter().map(|spans| text_line(indent, spans)));
        }
    }
}

/// Wraps styled text at white space. A word of more than one style stays together.
fn wrap_spans(spans: &[Span], columns: usize) -> Vec<Vec<Span>> {
    let mut lines = vec![Vec::new()];
    let mut used = 0;
    for word in words(spans) {
        let width: usize = word.iter().map(|part| text::width(&part.text)).sum();
        let gap = usize::from(used > 0);
        if used > 0 && used + gap + width > columns {
            lines.push(Vec::new());
            used = 0;
        } else if used > 0 {
            let blank = Span { text: " ".to_owned(), ..joint_style(&lines, &word) };
            push_span(&mut lines, &blank);
            used += 1;
        }
        for part in &word {
            push_span(&mut lines, part);
        }
        used += width;
    }
    lines
}

/// Returns the style of the blank between two words: theirs, if it is the same.
fn joint_style(lines: &[Vec<Span>], word: &[Span]) -> Span {
    let before = lines.last().and_then(|line| line.last());
    match (before, word.first()) {
        (Some(before), Some(after)) if same_style(before, after) => Span { text: String::new(), ..after.clone() },
        _ => Span::default(),
    }
}

fn same_style(one: &Span, other: &Span) -> bool {
    (one.is_strong, one.is_emphasized, &one.link) == (other.is_strong, other.is_emphasized, &other.link)
}

fn push_span(lines: &mut [Vec<Span>], span: &Span) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut() {
        Some(last) if same_style(last, span) => last.text.push_str(&span.text),
        _ => line.push(span.clone()),
    }
}

/// Splits styled text into words, each of one or more parts.
fn words(spans: &[Span]) -> Vec<Vec<Span>> {
    let mut words: Vec<Vec<Span>> = Vec::new();
    let mut is_new = true;
    for span in spans {
        for piece in span.text.split_inclusive(char::is_whitespace) {
            let part = Span { text: piece.trim_end().to_owned(), ..span.clone() };
            if !part.text.is_empty() {
                match words.last_mut().filter(|_| !is_new) {
                    Some(word) => word.push(part),
                    None => words.push(vec![part]),
                }
                is_new = false;
            }
            is_new |= piece.ends_with(char::is_whitespace);
        }
    }
    words
}

/// Returns a line as plain text: its indent, its mark and its words.
pub fn plain_line(line: &ReadingLine) -> String {
    let words = text::single_line_verbatim(&line.text());
    match &line.kind {
        LineKind::Item(mark) => format!("{}{mark}{words}", " ".repeat(line.indent.saturating_sub(text::width(mark)))),
        LineKind::Image(_) => format!("{}Drawing: {words}", " ".repeat(line.indent)),
        LineKind::Heading | LineKind::Text | LineKind::TableHead => format!("{}{words}", " ".repeat(line.indent)),
    }
}
