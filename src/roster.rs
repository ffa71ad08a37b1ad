//! Rosters: lists of people as schools and clinics keep them, in CSV or Excel files.
//!
//! A file becomes a table of texts (`text_file`, `workbook`), and the table becomes people (`columns`). Nothing is stored
//! here.

use std::collections::{HashMap, HashSet};

mod columns;
mod text_file;
mod workbook;

pub use columns::RosterColumn;

/// The largest roster, in bytes: room for about 200,000 people with names of 80 characters.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How to read a file that does not explain itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterOptions {
    /// The encoding of a text file, such as `windows-1250`. The default is to recognize it.
    pub encoding: Option<String>,
    /// The sheet of a workbook. The default is the first.
    pub sheet: Option<String>,
    /// Headings with the column that they mean, such as `Mitarbeiter` for the name.
    pub columns: Vec<(String, RosterColumn)>,
}

/// A roster as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    pub rows: Vec<RosterRow>,
    /// Lines that cannot be used, each with its number and the reason.
    pub refused: Vec<(usize, String)>,
    /// What the reader assumed and a person should check.
    pub notes: Vec<String>,
    /// All staff numbers in the file, also those of lines that cannot be used. Empty without such a column.
    pub staff_ids: HashSet<String>,
}

/// One person of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterRow {
    /// The line in the file, from 1.
    pub line: usize,
    pub name: String,
    pub staff_id: Option<String>,
    pub license: Option<String>,
}

/// The cells of a file, with empty lines left out.
#[derive(Debug, Default)]
struct Table {
    /// Each line with its number in the file, from 1. The first one has the headings.
    lines: Vec<(usize, Vec<String>)>,
    /// Cells that cannot be read: the line and the position from 0, with the reason.
    faults: HashMap<(usize, usize), String>,
    /// Lines that cannot be used, each with its number and the reason.
    refused: Vec<(usize, String)>,
    notes: Vec<String>,
}

/// Reads a roster.
///
/// # Errors
/// Why the file is not a roster, and what to do, in full sentences.
pub fn read(bytes: &[u8], options: &RosterOptions) -> Result<Roster, String> {
    let table = if workbook::is_workbook(bytes) {
        workbook::read(bytes, options.sheet.as_deref())?
    } else {
        text_file::read(bytes, options.encoding.as_deref())?
    };
    let mut roster = columns::to_roster(table, &options.columns)?;
    refuse_repeated_numbers(&mut roster);
    roster.refused.sort();
    Ok(roster)
}

/// Refuses all lines that share a staff number, because no one can know which of them is correct.
fn refuse_repeated_numbers(roster: &mut Roster) {
    let mut lines_by_number: HashMap<String, Vec<usize>> = HashMap::new();
    for row in &roster.rows {
        if let Some(staff_id) = &row.staff_id {
            lines_by_number.entry(staff_id.clone()).or_default().push(row.line);
        }
    }
    let refused = &mut roster.refused;
    roster.rows.retain(|row| {
        let lines = row.staff_id.as_ref().and_then(|staff_id| lines_by_number.get(staff_id));
        let Some(other) = lines.and_then(|lines| lines.iter().find(|line| **line != row.line)) else { return true };
        let staff_id = row.staff_id.as_deref().unwrap_or_default();
        refused.push((row.line, format!("staff number {staff_id} is also in line {other}. Correct one of them")));
        false
    });
}
