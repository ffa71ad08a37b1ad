use super::find_person;
use crate::cli::{CommandResult, Env};
use crate::service::linking::ArchiveChange;
use crate::text;

/// Archive a person who left, or bring them back
///
/// Lists and the matrix no longer show the person. All data stays. A roster or a certificate brings the person back.
#[derive(Debug, clap::Args)]
pub struct ArchiveArgs {
    /// Name, staff number or ID
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// Bring the person back instead
    #[arg(long)]
    back: bool,
}

/// Stores the change.
pub(super) fn run(args: &ArchiveArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let row = find_person(&service, &args.who)?;
    let change = if args.back { ArchiveChange::BringBack } else { ArchiveChange::Archive };
    let row = service.people_mut().set_archived(&row, change)?;
    let state = if args.back { "is back in the lists" } else { "is archived" };
    env.print_line(&format!("{} {state}.", text::single_line(&row.person.name)))
}
