//! Rosters as text: CSV with commas, semicolons or tabs, in the encodings that spreadsheet programs write.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Table, columns};
use crate::text;

/// How many names with letters beyond ASCII a note about a guessed encoding shows.
const SAMPLE_COUNT: usize = 3;

/// Reads the lines of a text file.
pub(super) fn read(bytes: &[u8], encoding: Option<&str>) -> Result<Table, String> {
    let (content, is_guessed) = decode(bytes, encoding)?;
    let (separator, skipped_lines, content) = separator_of(&content);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(separator)
        .from_reader(content.as_bytes());
    let (mut table, mut records) = (Table::default(), Vec::new());
    let (mut line, mut counted_bytes) = (1 + skipped_lines, 0);
    for record in reader.records() {
        let record = record.map_err(|_| "It cannot be read as CSV. Save it again as CSV in UTF-8.".to_owned())?;
        // Counted in the file: a blank line or a line break inside quotes makes it differ from the record's number. The
        // position of a record is before the blank lines above it.
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        let blank = content.get(start..).unwrap_or_default().bytes().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let start = start.saturating_add(blank.count());
        let since = content.as_bytes().get(counted_bytes..start).unwrap_or_default();
        line += since.split(|byte| *byte == b'\n').count().saturating_sub(1);
        counted_bytes = start;
        if record.iter().all(str::is_empty) {
            continue;
        }
        records.push((line, record.iter().map(str::to_owned).collect::<Vec<_>>()));
    }
    // A title above the headings has other columns.
    let candidates = records.iter().take(columns::TITLE_LINES_MAX + 1);
    let heading = candidates.take_while(|(_, cells)| !cells.iter().any(|cell| columns::is_heading(cell))).count();
    let heading = if heading < records.len().min(columns::TITLE_LINES_MAX + 1) { heading } else { 0 };
    let expected = records.get(heading).map_or(0, |(_, cells)| cells.len());
    for (index, (line, cells)) in records.into_iter().enumerate() {
        if cells.len() == expected || index < heading {
            table.lines.push((line, cells));
        } else {
            let count = text::count_with_noun(cells.len(), "column");
            table.refused.push((line, format!("it has {count}, but the headings have {expected}")));
        }
    }
    if is_guessed {
        table.notes.push(encoding_note(&table));
    }
    Ok(table)
}

/// Returns the text, and whether its encoding was only guessed.
fn decode(bytes: &[u8], encoding: Option<&str>) -> Result<(String, bool), String> {
    if let Some(label) = encoding {
        let encoding = Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            format!(
                "There is no encoding \"{}\". Examples are utf-8, windows-1250 and windows-1252.",
                text::single_line(label)
            )
        })?;
        return decode_as(bytes, encoding).map(|content| (content, false));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decode_as(&bytes[length..], encoding).map(|content| (content, false));
    }
    if let Some(encoding) = encoding_by_zero_bytes(bytes) {
        return decode_as(bytes, encoding).map(|content| (content, false));
    }
    match decode_as(bytes, UTF_8) {
        Ok(content) => Ok((content, false)),
        Err(_) => decode_as(bytes, WINDOWS_1252).map(|content| (content, true)),
    }
}

fn decode_as(bytes: &[u8], encoding: &'static Encoding) -> Result<String, String> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(content) => Ok(content.into_owned()),
        None => Err(format!("It is not text in {}. Save it as CSV in UTF-8, or name its --encoding.", encoding.name())),
    }
}

/// Returns the encoding of UTF-16 text without a byte order mark: most of its letters have a byte that is zero. UTF-8
/// text has none.
fn encoding_by_zero_bytes(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(4096)];
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 0) => None,
        (even, odd) if even > odd => Some(UTF_16BE),
        _ => Some(UTF_16LE),
    }
}

/// Returns the character between columns, the number of lines to skip before the heading, and the rest of the text. Excel
/// can name the character in a first line such as `sep=;`.
fn separator_of(content: &str) -> (u8, usize, &str) {
    let (first_line, rest) = content.split_once('\n').unwrap_or((content, ""));
    if let Some(&[separator]) = first_line.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        return (separator, 1, rest);
    }
    let lines = || content.lines().filter(|line| !line.trim().is_empty()).take(columns::TITLE_LINES_MAX + 1);
    let has_heading =
        |line: &&str| line.split([',', ';', '\t']).any(|cell| columns::is_heading(cell.trim_matches('"')));
    // A title above the headings has other characters.
    let heading = lines().find(has_heading).or_else(|| lines().next()).unwrap_or_default();
    let count = |separator: u8| {
        let mut is_quoted = false;
        let is_separator = |byte: &u8| {
            is_quoted ^= *byte == b'"';
            *byte == separator && !is_quoted
        };
        heading.bytes().filter(is_separator).count()
    };
    // Of equal counts, the first one wins.
    let separator = [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',');
    (separator, 0, content)
}

/// Returns a note with some texts that look wrong if the guess was wrong.
fn encoding_note(table: &Table) -> String {
    let cells = table.lines.iter().flat_map(|(_, cells)| cells).filter(|cell| !cell.is_ascii());
    let samples: Vec<_> = cells.take(SAMPLE_COUNT).map(|cell| format!("\"{}\"", text::single_line(cell))).collect();
    format!(
        "The file is not UTF-8 and was read as windows-1252: {}. If this looks wrong, name the --encoding, such as \
         windows-1250, or save the file as CSV in UTF-8.",
        samples.join(", ")
    )
}
