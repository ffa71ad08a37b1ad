//! The compliance matrix as CSV (RFC 4180), one line for each person and exam.
//! Cells that a spreadsheet would run as a formula are escaped.

use std::io;

use crate::projections::export::ExportRecords;
use crate::projections::matrix::MatrixRow;
use crate::projections::status::MatrixCell;

/// The heading of the file.
const COLUMNS: [&str; 13] = [
    "person",
    "name",
    "staff_id",
    "license",
    "exam",
    "title",
    "standing",
    "assurance",
    "valid_from",
    "valid_until",
    "certificate",
    "why",
    "name_on_certificate",
];

/// Returns the CSV file: a heading, then one line for each person and exam.
///
/// # Errors
/// Errors of the CSV writer.
pub fn write(records: &ExportRecords) -> io::Result<Vec<u8>> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write_line = |line: &[String]| writer.write_record(line.iter().map(|cell| escape_formula(cell)));
    write_line(&COLUMNS.map(str::to_owned))?;
    for row in &records.matrix.rows {
        for ((exam, title), cell) in records.matrix.exams.iter().zip(&row.cells) {
            write_line(&build_line(row, exam.as_str(), title, cell))?;
        }
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn build_line(row: &MatrixRow, exam: &str, title: &str, cell: &MatrixCell) -> [String; 13] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let person = &row.person.person;
    [
        row.person.id.to_string(),
        person.name.clone(),
        text(&person.staff_id),
        text(&person.license),
        exam.to_owned(),
        title.to_owned(),
        cell.status.name().to_owned(),
        cell.assurance().map_or_else(String::new, |assurance| assurance.name().to_owned()),
        cell.certificate_row.as_ref().map_or_else(String::new, |by| by.valid_from.to_string()),
        cell.valid_until().map_or_else(String::new, |until| until.to_string()),
        cell.certificate_id().map_or_else(String::new, |id| id.to_string()),
        cell.why.map_or_else(String::new, |why| why.name().to_owned()),
        cell.certificate_row.as_ref().map_or_else(String::new, |row| row.holder_name.clone()),
    ]
}

/// Returns a cell that no spreadsheet takes for a formula. Names come from outside, and a formula could run a command.
/// A cell that begins like a formula gets an apostrophe before it.
fn escape_formula(cell: &str) -> String {
    let single_line = crate::text::single_line_verbatim(cell);
    match single_line.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{single_line}"),
        _ => single_line,
    }
}
