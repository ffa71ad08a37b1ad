use std::path::{Path, PathBuf};

use crate::attempt::person::PersonAdded;
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::service::{ServiceError, Services};
use crate::store::{Conflict, StoreError};
use crate::{paths, text};

/// The largest roster: two hundred thousand people with names of 80 characters.
const ROSTER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Add a person, or a roster of them
///
/// A roster is a CSV file whose first line names its columns: name, and if you like staff_id and license. Who is here
/// already by that name is left as they are.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The name as it will be printed on a certificate
    #[arg(value_name = "NAME", required_unless_present = "from")]
    name: Option<String>,
    /// The number the school or clinic knows the person by
    #[arg(long = "id", value_name = "STAFF-NO")]
    staff_id: Option<String>,
    /// The holder's license, as it will be printed on a certificate
    #[arg(long, value_name = "TEXT")]
    license: Option<String>,
    /// Add everybody of a roster
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "staff_id", "license"])]
    from: Option<PathBuf>,
}

/// Adds the person and prints the id.
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
    env.print_line(&format!("Added {} ({}).", row.person.name, row.id))
}

/// Returns a person whose texts can be printed; an empty one is left out.
pub(super) fn new_person(name: &str, staff_id: Option<&str>, license: Option<&str>) -> Result<PersonAdded, String> {
    let check_text = |option: &str, value: Option<&str>| match value {
        Some(text) if !text::is_printable(text) || text.len() > 200 => {
            Err(format!("{option} is empty, too long, or holds a character that cannot be printed."))
        }
        value => Ok(value.map(str::to_owned)),
    };
    let (staff_id, license) = (check_text("--id", staff_id)?, check_text("--license", license)?);
    Ok(PersonAdded { staff_id, license, ..PersonAdded::from_name(name) })
}

/// Adds everybody of a roster; a line that cannot be added is told, and the others are added all the same.
fn import_roster(path: &Path, env: &mut Env<'_>) -> CommandResult {
    let text = read_roster(path)?;
    let to_failure = |reason: String| Failure {
        code: error::EXIT_UNREADABLE_INPUT,
        message: format!(
            "{} is no roster: {reason}. Its first line names the columns: name,staff_id,license",
            display_path(path)
        ),
    };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|error| to_failure(text::single_line(&error.to_string())))?.clone();
    let column = |name: &str| header.iter().position(|existing| existing.eq_ignore_ascii_case(name));
    let name = column("name").ok_or_else(|| to_failure("it has no column \"name\"".to_owned()))?;
    let (staff_id, license) = (column("staff_id"), column("license"));
    let mut service = env.open_service()?;
    let (mut added, mut existing, mut refused) = (0, 0, 0);
    for (index, line) in reader.records().enumerate() {
        let result = line.map_err(|error| text::single_line(&error.to_string())).and_then(|line| {
            let cell = |index: Option<usize>| index.and_then(|index| line.get(index)).filter(|cell| !cell.is_empty());
            let person = new_person(cell(Some(name)).unwrap_or_default(), cell(staff_id), cell(license))?;
            add_person(&mut service, person)
        });
        match result {
            Ok(true) => added += 1,
            Ok(false) => existing += 1,
            Err(reason) => {
                refused += 1;
                env.print_to_stderr(&format!(
                    "{}: line {}: {}",
                    display_path(path),
                    index + 2,
                    text::single_line(&reason)
                ));
            }
        }
    }
    env.print_line(&format!("{added} added, {existing} here already, {refused} refused."))?;
    Ok(if refused > 0 { error::EXIT_NEGATIVE } else { error::EXIT_SUCCESS })
}

fn read_roster(path: &Path) -> Result<String, Failure> {
    let bytes = paths::read_bounded(path, ROSTER_MAX_BYTES).map_err(|error| Failure::unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|_| Failure {
        code: error::EXIT_UNREADABLE_INPUT,
        message: format!("{} is not UTF-8. Save it again as CSV in UTF-8.", display_path(path)),
    })
}

/// Adds a person; says whether they were new.
fn add_person(service: &mut Services, person: PersonAdded) -> Result<bool, String> {
    match service.people_mut().add(person) {
        Ok(_) => Ok(true),
        Err(ServiceError::Store(StoreError::Conflict(Conflict::NameTaken | Conflict::StaffIdTaken))) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}
