use std::path::{Path, PathBuf};

use crate::attempt::person::PersonAdded;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::service::{ServiceError, Services};
use crate::store::{Conflict, StoreError};
use crate::{paths, text};

/// The largest roster, in bytes: room for about 200,000 people with names of 80 characters.
const ROSTER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Add a person, or all people in a roster
///
/// A roster is a CSV file. Its first line names the columns: name, and optionally staff_id and license. A line is
/// skipped if its staff number is already stored. A line without a staff number is skipped if a person without one has
/// the same name.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// Name to print on certificates
    #[arg(value_name = "NAME", required_unless_present = "from")]
    name: Option<String>,
    /// Staff number at the school or clinic
    #[arg(long = "id", value_name = "STAFF-NO")]
    staff_id: Option<String>,
    /// License to print on certificates
    #[arg(long, value_name = "TEXT")]
    license: Option<String>,
    /// Add all people in this roster
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "staff_id", "license"])]
    from: Option<PathBuf>,
}

/// Adds the person and prints their ID, or imports the roster.
pub(super) fn run(args: &AddArgs, env: &mut Env<'_>) -> CommandResult {
    if let Some(path) = &args.from {
        return import_roster(path, env);
    }
    let name = args.name.as_deref().unwrap_or_default();
    let person = new_person(name, args.staff_id.as_deref(), args.license.as_deref()).map_err(Failure::usage)?;
    let row = env.open_service()?.people_mut().add(person)?;
    if env.global.json {
        return env.print_json(&serde_json::json!({ "id": row.id, "name": row.person.name }));
    }
    env.print_line(&format!("Added {} ({})", row.person.name, row.id))
}

/// Returns a new person, after checking that the staff number and the license can be printed. The service checks the
/// name.
pub(super) fn new_person(name: &str, staff_id: Option<&str>, license: Option<&str>) -> Result<PersonAdded, String> {
    let check_text = |field: &str, value: Option<&str>| match value {
        Some(text) if !text::is_printable(text) || text.len() > 200 => {
            Err(format!("The {field} is empty, longer than 200 bytes, or has a character that cannot be printed."))
        }
        value => Ok(value.map(str::to_owned)),
    };
    let (staff_id, license) = (check_text("staff number", staff_id)?, check_text("license", license)?);
    Ok(PersonAdded { staff_id, license, ..PersonAdded::from_name(name) })
}

/// Adds all people in a roster. A line that cannot be added is reported, and the other lines are still added.
fn import_roster(path: &Path, env: &mut Env<'_>) -> CommandResult {
    let text = read_roster(path)?;
    let to_failure = |reason: String| Failure {
        code: error::EXIT_UNREADABLE_INPUT,
        message: format!(
            "{} is not a roster: {reason}. The first line must contain the column \"name\". The columns \"staff_id\" \
             and \"license\" are optional.",
            display_path(path)
        ),
    };
    // Spreadsheet programs write a byte order mark. Left in place, it would become part of the first column's name.
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|error| to_failure(csv_reason(&error)))?.clone();
    let column = |name: &str| header.iter().position(|existing| existing.eq_ignore_ascii_case(name));
    let name = column("name").ok_or_else(|| to_failure("it has no column \"name\"".to_owned()))?;
    let (staff_id, license) = (column("staff_id"), column("license"));
    let mut service = env.open_service()?;
    let (mut added, mut existing, mut refused) = (0, 0, 0);
    for line in reader.records() {
        // Counted in the file: a blank line or a line break inside quotes makes it differ from the number of the record.
        let position = match &line {
            Ok(record) => record.position().map(csv::Position::line),
            Err(error) => error.position().map(csv::Position::line),
        };
        let result = line.map_err(|error| csv_reason(&error)).and_then(|line| {
            let cell = |index: Option<usize>| index.and_then(|index| line.get(index)).filter(|cell| !cell.is_empty());
            let person = new_person(cell(Some(name)).unwrap_or_default(), cell(staff_id), cell(license))?;
            add_person(&mut service, person)
        });
        match result {
            Ok(true) => added += 1,
            Ok(false) => existing += 1,
            Err(reason) => {
                refused += 1;
                let place = position.map_or_else(String::new, |line| format!("line {line}: "));
                env.print_to_stderr(&format!("{}: {place}{}", display_path(path), text::single_line(&reason)));
            }
        }
    }
    env.print_line(&format!("{added} added, {existing} already stored, {refused} refused"))?;
    Ok(if refused > 0 { error::EXIT_NEGATIVE } else { error::EXIT_SUCCESS })
}

fn read_roster(path: &Path) -> Result<String, Failure> {
    let bytes = paths::read_bounded(path, ROSTER_MAX_BYTES).map_err(|error| Failure::unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|_| Failure {
        code: error::EXIT_UNREADABLE_INPUT,
        message: format!("{} is not UTF-8 text. Save it again as CSV in UTF-8.", display_path(path)),
    })
}

/// Adds a person. Returns whether the person is new.
fn add_person(service: &mut Services, person: PersonAdded) -> Result<bool, String> {
    match service.people_mut().add(person) {
        Ok(_) => Ok(true),
        // A roster is imported again when it has new people, so a known person is no error.
        Err(ServiceError::Store(StoreError::Conflict(Conflict::NameTaken | Conflict::StaffIdTaken))) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns why a line of a roster cannot be read, as a part of a sentence for people.
fn csv_reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let len = usize::try_from(*len).unwrap_or(usize::MAX);
            format!("it has {}, but the first line has {expected_len}", text::count_with_noun(len, "column"))
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        _ => "it is not CSV".to_owned(),
    }
}
