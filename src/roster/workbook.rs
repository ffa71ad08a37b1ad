//! Rosters as Excel workbooks (XLSX).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read};

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use zip::ZipArchive;

use super::Table;
use crate::text;

/// The limits of a workbook's archive. A small file can unpack to far more than any roster needs.
const MAX_UNPACKED_BYTES: u64 = 50 * 1024 * 1024;
const MAX_RATIO: u64 = 200;
const MAX_ENTRIES: usize = 1000;

/// The limits of a sheet.
const MAX_CELLS: usize = 2_000_000;
const MAX_COLUMNS: u32 = 1000;

/// From this number on, Excel has lost digits of an ID.
const FIRST_INEXACT_NUMBER: f64 = 1e15;

/// Returns whether the bytes are a workbook: an archive, or the container of old and of protected workbooks.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || is_old_container(bytes)
}

fn is_old_container(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// Reads the lines of a sheet.
pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, String> {
    if is_old_container(bytes) {
        return Err(
            "It is an Excel file of the old format or with a password. Save it as XLSX without a password, or as CSV."
                .to_owned(),
        );
    }
    check_archive(bytes)?;
    let unreadable =
        || "It cannot be read as an Excel workbook. Open it in a spreadsheet program and save it again.".to_owned();
    let mut workbook: Xlsx<_> =
        open_workbook_from_rs(Cursor::new(bytes)).map_err(|_: calamine::XlsxError| unreadable())?;
    let names = workbook.sheet_names();
    let name = match sheet {
        Some(sheet) => names.iter().find(|name| text::name_key(name) == text::name_key(sheet)).ok_or_else(|| {
            let names: Vec<_> = names.iter().map(|name| format!("\"{}\"", text::single_line(name))).collect();
            format!("It has no sheet \"{}\". Its sheets are {}.", text::single_line(sheet), names.join(", "))
        })?,
        None => names.first().ok_or_else(unreadable)?,
    };
    let name = name.clone();
    let mut table = Table::default();
    let rows = read_rows(&mut workbook, &name)?;
    let first_column = rows.values().filter_map(|row| row.keys().next()).min().copied().unwrap_or(0);
    let width =
        rows.values().next().and_then(|heading| heading.keys().last()).map_or(0, |last| last + 1 - first_column);
    for (row, cells) in &rows {
        let line = usize::try_from(*row).unwrap_or(usize::MAX).saturating_add(1);
        let mut texts = Vec::new();
        for column in first_column..first_column + width {
            let position = texts.len();
            match cells.get(&column).map_or(Ok(String::new()), cell_text) {
                Ok(text) => texts.push(text),
                // Only a column that is used matters, and the headings decide which one is.
                Err(reason) => {
                    let place = cell_name(usize::try_from(column).unwrap_or(0), line);
                    table.faults.insert((line, position), format!("cell {place} {reason}"));
                    texts.push(String::new());
                }
            }
        }
        if cells.values().any(|cell| !matches!(cell, Data::Empty)) {
            table.lines.push((line, texts));
        }
    }
    table.notes.extend(lost_zeros(&rows));
    Ok(table)
}

/// The cells of a sheet by row and column, both from 0. Only cells that the file contains are there: two cells in opposite
/// corners must not become a table of billions.
type Rows = BTreeMap<u32, BTreeMap<u32, Data>>;

fn read_rows(workbook: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Rows, String> {
    let unreadable = |_| "It cannot be read as an Excel workbook. Save it again as XLSX.".to_owned();
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(unreadable)?;
    let mut rows = Rows::new();
    let (mut cell_count, mut text_bytes) = (0_usize, 0_usize);
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        let data = Data::from(cell.get_value().clone());
        cell_count += 1;
        // Many cells can repeat one long text.
        text_bytes += if let Data::String(text) = &data { text.len() } else { 0 };
        if cell_count > MAX_CELLS || text_bytes as u64 > MAX_UNPACKED_BYTES {
            return Err("It has more cells than a roster needs. Copy the list into a new workbook.".to_owned());
        }
        if column < MAX_COLUMNS {
            rows.entry(row).or_default().insert(column, data);
        }
    }
    Ok(rows)
}

/// Unpacks the whole archive once, so that nothing larger than the limits reaches the parser. The sizes that an archive
/// states can be wrong.
fn check_archive(bytes: &[u8]) -> Result<(), String> {
    let unreadable = |_| "It is a damaged archive, or no Excel workbook. Save it again as XLSX.".to_owned();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > MAX_ENTRIES {
        return Err("It has too many parts for a roster. Copy the list into a new workbook.".to_owned());
    }
    let allowed = MAX_UNPACKED_BYTES.min((bytes.len() as u64).saturating_mul(MAX_RATIO));
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(unreadable)?;
        let mut limited = entry.take(allowed.saturating_sub(unpacked).saturating_add(1));
        unpacked += io::copy(&mut limited, &mut io::sink())
            .map_err(|_| "It is a damaged archive. Save it again as XLSX.".to_owned())?;
        if unpacked > allowed {
            return Err("It unpacks to more than a roster needs. Copy the list into a new workbook.".to_owned());
        }
    }
    Ok(())
}

/// Returns the text of a cell as a person reads it. A formula has the value that was stored with it.
fn cell_text(cell: &Data) -> Result<String, String> {
    match cell {
        Data::Empty => Ok(String::new()),
        Data::String(content) => Ok(content.trim().to_owned()),
        Data::Int(number) => Ok(number.to_string()),
        Data::Float(number) if number.abs() >= FIRST_INEXACT_NUMBER => {
            Err("has a number with more than 15 digits, of which Excel keeps only 15. Format the column as text and \
                 enter it again."
                .to_owned())
        }
        // Rust writes whole numbers without a decimal point.
        Data::Float(number) => Ok(number.to_string()),
        Data::Bool(is_true) => Ok(is_true.to_string()),
        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) => {
            Err("has a date or a time. Format the column as text and enter it again.".to_owned())
        }
        Data::Error(_) => Err("has an error in its formula. Correct it, or enter the value.".to_owned()),
    }
}

/// Returns a note if a column has numbers below texts with leading zeros. The numbers have probably lost their zeros.
fn lost_zeros(rows: &Rows) -> Option<String> {
    let is_padded = |cell: &Data| matches!(cell, Data::String(text) if text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    let mut padded_columns = BTreeSet::new();
    for (row, cells) in rows {
        for (column, cell) in cells {
            if is_padded(cell) {
                padded_columns.insert(*column);
            } else if matches!(cell, Data::Float(_) | Data::Int(_)) && padded_columns.contains(column) {
                let place = cell_name(usize::try_from(*column).ok()?, usize::try_from(*row).ok()? + 1);
                return Some(format!(
                    "Cell {place} is a number, and other cells of its column are texts with leading zeros. Did it lose its \
                     zeros? Format the column as text."
                ));
            }
        }
    }
    None
}

/// Returns the name of a cell, such as `B7`. `column` counts from 0 and `line` from 1.
fn cell_name(column: usize, line: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    format!("{}{line}", letters.iter().rev().collect::<String>())
}
