//! Text tables: columns padded to equal width under a heading.

use crate::text;

/// Formats rows as columns under a heading. It sanitizes every cell and puts it on one line.
pub fn render(heading: &[&str], rows: &[Vec<String>]) -> String {
    let safe_rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| text::single_line(cell)).collect()).collect();
    let column_width = |column: usize| {
        let cells = safe_rows.iter().filter_map(|row| row.get(column)).map(|cell| text::width(cell));
        cells.chain([text::width(heading[column])]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..heading.len()).map(column_width).collect();
    let format_line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded_cells = cells.zip(&widths).map(|(cell, width)| {
            let padding_width = width.saturating_sub(text::width(cell));
            format!("{cell}{}", " ".repeat(padding_width))
        });
        padded_cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![format_line(&mut heading.iter().copied())];
    lines.extend(safe_rows.iter().map(|row| format_line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}
