use crate::cli::{CommandResult, Env};
use crate::service::people::PersonChanges;
use crate::text;

/// Change a person's name
///
/// The new name appears on future certificates. Certificates that exist keep the old name.
#[derive(Debug, clap::Args)]
pub struct RenameArgs {
    /// Trainee name, staff number or ID
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// New name to print on certificates
    #[arg(value_name = "NEW-NAME")]
    name: String,
}

/// Renames the person.
pub(super) fn run(args: &RenameArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let row = super::find_person(&service, &args.who)?;
    let old_name = text::single_line(&row.person.name);
    // Only the name. A change that repeated the whole record once dropped the signature of a time factor.
    let changes = PersonChanges { name: Some(args.name.clone()), ..PersonChanges::default() };
    let row = service.people_mut().change(&row, &changes, None)?;
    env.print_line(&format!("Renamed {old_name} to {}", text::single_line(&row.person.name)))
}
