use super::add;
use crate::attempt::person::TimeFactor;
use crate::cli::error::Failure;
use crate::cli::passphrase::{self, PassphraseArgs};
use crate::cli::{CommandResult, Env};
use crate::service::people::PersonChanges;
use crate::text;

/// Change what is known of a person
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// The person: a name, a staff number or an id
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// The number the school or clinic knows the person by
    #[arg(long = "id", value_name = "STAFF-NO", required_unless_present_any = ["license", "time_factor"])]
    staff_id: Option<String>,
    /// The holder's license, as it will be printed on the next certificate
    #[arg(long, value_name = "TEXT")]
    license: Option<String>,
    /// How much longer than others the person may take in exams: 1.0 to 3.0 times, or unlimited; it stands nowhere else
    #[arg(long, value_name = "FACTOR")]
    time_factor: Option<TimeFactor>,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Changes the record.
pub(super) fn run(args: &SetArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let row = super::find_person(&service, &args.who)?;
    let updates =
        add::new_person(&row.person.name, args.staff_id.as_deref(), args.license.as_deref()).map_err(Failure::usage)?;
    // The key first: nothing is stored before everything that is needed is there.
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
    env.print_line(&format!("Changed {}.", text::single_line(&row.person.name)))
}
