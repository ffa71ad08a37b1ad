use std::path::{Path, PathBuf};

use crate::attempt::fact::Person;
use crate::cli::error::{self, Failure, shown};
use crate::cli::{CommandResult, Env};
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::text;

/// Add a person, or a roster of them
///
/// A roster is a CSV file whose first line names its columns: name, and if you like staff_id and license. Who is here already
/// by that name is left as they are.
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
        return roster(path, env);
    }
    let name = args.name.as_deref().unwrap_or_default();
    let person = person(name, args.staff_id.as_deref(), args.license.as_deref()).map_err(Failure::usage)?;
    let row = env.desk()?.add_person(person)?;
    if env.global.json {
        return env.say_json(&serde_json::json!({ "id": row.id, "name": row.person.name }));
    }
    env.say(&format!("Added {} ({}).", row.person.name, row.id))
}

/// Returns a person whose texts can be printed; an empty one is left out.
pub(super) fn person(name: &str, staff_id: Option<&str>, license: Option<&str>) -> Result<Person, String> {
    let fits = |what: &str, given: Option<&str>| match given {
        Some(text) if !text::is_printable(text) || text.len() > 200 => {
            Err(format!("{what} is empty, too long, or holds a character that cannot be printed."))
        }
        given => Ok(given.map(str::to_owned)),
    };
    let (staff_id, license) = (fits("--id", staff_id)?, fits("--license", license)?);
    Ok(Person { staff_id, license, ..Person::from_name(name) })
}

/// Adds everybody of a roster; a line that cannot be added is told, and the others are added all the same.
fn roster(path: &Path, env: &mut Env<'_>) -> CommandResult {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let unreadable = |why: String| Failure {
        code: error::UNREADABLE,
        message: format!(
            "{} is no roster: {why}. Its first line names the columns: name,staff_id,license",
            shown(path)
        ),
    };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heading = reader.headers().map_err(|error| unreadable(text::single_line(&error.to_string())))?.clone();
    let column = |name: &str| heading.iter().position(|known| known.eq_ignore_ascii_case(name));
    let name = column("name").ok_or_else(|| unreadable("it has no column \"name\"".to_owned()))?;
    let (staff_id, license) = (column("staff_id"), column("license"));
    let mut desk = env.desk()?;
    let (mut added, mut known, mut refused) = (0, 0, 0);
    for (at, line) in reader.records().enumerate() {
        let said = line.map_err(|error| text::single_line(&error.to_string())).and_then(|line| {
            let cell = |at: Option<usize>| at.and_then(|at| line.get(at)).filter(|cell| !cell.is_empty());
            let person = person(cell(Some(name)).unwrap_or_default(), cell(staff_id), cell(license))?;
            add(&mut desk, person)
        });
        match said {
            Ok(true) => added += 1,
            Ok(false) => known += 1,
            Err(why) => {
                refused += 1;
                env.complain(&format!("{}: line {}: {}", shown(path), at + 2, text::single_line(&why)));
            }
        }
    }
    env.say(&format!("{added} added, {known} here already, {refused} refused."))?;
    Ok(if refused > 0 { error::NO } else { error::DONE })
}

/// Adds a person; says whether they were new.
fn add(desk: &mut Service, person: Person) -> Result<bool, String> {
    match desk.add_person(person) {
        Ok(_) => Ok(true),
        Err(ServiceError::Store(StoreError::NameTaken)) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}
