use crate::cli::{CommandResult, Env};
use crate::service::people::PersonChanges;
use crate::text;

/// Change a person's name as it will be printed
///
/// Certificates that were issued keep the name they bear.
#[derive(Debug, clap::Args)]
pub struct RenameArgs {
    /// The person: a name, a staff number or an id
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// The new name
    #[arg(value_name = "NEW-NAME")]
    name: String,
}

/// Changes the name.
pub(super) fn run(args: &RenameArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let row = super::find_person(&service, &args.who)?;
    let old_name = text::single_line(&row.person.name);
    let changes = PersonChanges { name: Some(args.name.clone()), ..PersonChanges::default() };
    let row = service.people_mut().change(&row, &changes, None)?;
    env.print_line(&format!("{old_name} is {} now.", text::single_line(&row.person.name)))
}
