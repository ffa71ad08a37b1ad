use crate::cli::error::Failure;
use crate::cli::{CommandResult, Env};
use crate::service::people::{HoldChange, PersonChanges};
use crate::text;

/// Erase everything stored about a person, permanently
///
/// The chains of facts stay complete without their content, and certificates given to others still verify. Erasing
/// cannot reach copies elsewhere: requests, exports, your own backups and certificates given to others. Use --hold to
/// protect a record from being erased.
#[derive(Debug, clap::Args)]
pub struct EraseArgs {
    /// Trainee name, staff number or ID
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// Put the record on hold for this reason instead of erasing it; it cannot be erased until the hold is lifted
    #[arg(long, value_name = "REASON")]
    hold: Option<String>,
    /// Lift the hold instead of erasing
    #[arg(long, conflicts_with = "hold")]
    release: bool,
    /// Erase without asking
    #[arg(long, conflicts_with_all = ["hold", "release"])]
    yes: bool,
}

/// The copies that erasing cannot reach, for a person to delete.
const ERASURE_LIMITS: &str = "Copies that remain: requests and exports, certificates given to others, \
                              an issuer's ledger (the ID without a name), and your own backups. Delete those you can.";

/// Erases the person's data, or sets or lifts a hold.
pub(super) fn run(args: &EraseArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let row = super::find_person(&service, &args.who)?;
    let name = text::single_line(&row.person.name);
    if args.release || args.hold.is_some() {
        if args.hold.as_ref().is_some_and(|reason| !text::is_printable(reason)) {
            return Err(Failure::usage(
                "The reason for the hold is empty or has characters that cannot be printed. Enter it as plain text.",
            ));
        }
        let hold = args.hold.clone().map_or(HoldChange::Release, HoldChange::Set);
        service.people_mut().change(&row, &PersonChanges { hold: Some(hold), ..PersonChanges::default() }, None)?;
        let status = if args.release { "hold lifted" } else { "on hold, cannot be erased" };
        return env.print_line(&format!("{name}: {status}"));
    }
    if !args.yes && !env.confirm(&format!("Erase everything about {name}? This cannot be undone. (yes/no): "))? {
        return Err(Failure::negative(format!("Nothing was erased.{}", env.no_terminal_hint("--yes"))));
    }
    let person_id = row.id;
    service.people_mut().erase(&row)?;
    env.print_line(&format!("Erased everything stored about {name} ({person_id})"))?;
    env.print_line(ERASURE_LIMITS)
}
