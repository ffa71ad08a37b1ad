//! Tables for people.

use crate::text;

/// Lays out rows in columns, with a heading; every cell is made safe and put on one line.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let clean: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| text::single_line(cell)).collect()).collect();
    let widest = |column: usize| {
        let cells = clean.iter().filter_map(|row| row.get(column)).map(|cell| text::width(cell));
        cells.chain([text::width(heading[column])]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..heading.len()).map(widest).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, width)| {
            let gap = width.saturating_sub(text::width(cell));
            format!("{cell}{}", " ".repeat(gap))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut heading.iter().copied())];
    lines.extend(clean.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}
