use crate::attempt::Mode;
use crate::attempt::person::TimeFactor;
use crate::cli::error::{self, Failure};
use crate::cli::passphrase::{self, PassphraseArgs};
use crate::cli::{CommandResult, Env};
use crate::service::people::{PersonChanges, person_from_details};
use crate::text;

/// Change a person's staff number, license or exam time
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// Trainee name, staff number or ID
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// Staff number at the school or clinic
    #[arg(long = "id", value_name = "STAFF-NO", required_unless_present_any = ["license", "time_factor"])]
    staff_id: Option<String>,
    /// License to print on future certificates
    #[arg(long, value_name = "TEXT")]
    license: Option<String>,
    /// Exam time as a multiple of the normal time, from 1.0 to 3.0, or unlimited; never shown on certificates
    #[arg(long, value_name = "FACTOR")]
    time_factor: Option<TimeFactor>,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Stores all changes together.
pub(super) fn run(args: &SetArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let row = super::find_person(&service, &args.who)?;
    let updates = person_from_details(&row.person.name, args.staff_id.as_deref(), args.license.as_deref())
        .map_err(|reason| Failure::usage(format!("{reason}.")))?;
    // Unlock the key first, so that a wrong passphrase cannot leave some changes stored and others not.
    let key = match args.time_factor {
        Some(_) => passphrase::open_key_if_present(&args.unlock, env)?,
        None => None,
    };
    let changes = PersonChanges {
        staff_id: updates.staff_id,
        license: updates.license,
        time_factor: args.time_factor,
        ..PersonChanges::default()
    };
    let row = service.people_mut().change(&row, &changes, key.as_ref())?;
    env.print_line(&format!("Updated {}", text::single_line(&row.person.name)))?;
    // The time limit of an attempt is fixed at its start, and an invigilator could rely on the change.
    let has_open_exam = service.attempts().open_attempts(row.id)?.iter().any(|attempt| attempt.mode != Mode::Practice);
    if args.time_factor.is_some() && has_open_exam {
        env.print_line("The exam in progress keeps its time limit. The new factor applies from the next one.")?;
    }
    Ok(error::EXIT_SUCCESS)
}
