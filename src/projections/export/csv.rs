//! Standings as CSV (RFC 4180), safe to open in a spreadsheet.

use crate::projections::export::ExportRecords;
use crate::projections::matrix::MatrixRow;
use crate::projections::status::MatrixCell;

/// The columns.
const HEADING: [&str; 11] = [
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
];

/// Writes a line for each person and exam.
pub fn write(records: &ExportRecords) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory cannot fail; a line that is left out would be worse than none.
    let mut put = |line: &[String]| writer.write_record(line.iter().map(|cell| harmless(cell)));
    let mut written = put(&HEADING.map(str::to_owned));
    for row in &records.roll.rows {
        for ((exam, title), cell) in records.roll.exams.iter().zip(&row.cells) {
            written = written.and_then(|()| put(&line(row, exam.as_str(), title, cell)));
        }
    }
    match (written, writer.into_inner()) {
        (Ok(()), Ok(bytes)) => bytes,
        _ => Vec::new(),
    }
}

fn line(row: &MatrixRow, exam: &str, title: &str, cell: &MatrixCell) -> [String; 11] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let person = &row.person.person;
    [
        row.person.id.to_string(),
        person.name.clone(),
        text(&person.staff_id),
        text(&person.license),
        exam.to_owned(),
        title.to_owned(),
        cell.standing.name().to_owned(),
        cell.assurance().map_or_else(String::new, |assurance| assurance.name().to_owned()),
        cell.by.as_ref().map_or_else(String::new, |by| by.valid_from.to_string()),
        cell.until().map_or_else(String::new, |until| until.to_string()),
        cell.certificate().map_or_else(String::new, |id| id.to_string()),
    ]
}

/// Returns a cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it.
fn harmless(cell: &str) -> String {
    let clean = crate::text::single_line_verbatim(cell);
    match clean.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{clean}"),
        _ => clean,
    }
}
