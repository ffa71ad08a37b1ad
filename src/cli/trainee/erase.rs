use crate::cli::error::Failure;
use crate::cli::{CommandResult, Env};
use crate::service::people::{HoldChange, PersonChanges};
use crate::text;

/// Erase what is held about a person, for good
///
/// The chains of facts stay whole without what was in them, and certificates that went out still verify. What went out
/// before is out of reach: requests, exports, backups, files handed over. Give --hold to keep a record from being
/// erased.
#[derive(Debug, clap::Args)]
pub struct EraseArgs {
    /// The person: a name, a staff number or an id
    #[arg(value_name = "NAME|ID")]
    who: String,
    /// Do not erase, and refuse to until the hold is lifted: the reason
    #[arg(long, value_name = "REASON")]
    hold: Option<String>,
    /// Do not erase, but lift the hold
    #[arg(long, conflicts_with = "hold")]
    release: bool,
    /// Erase without asking
    #[arg(long, conflicts_with_all = ["hold", "release"])]
    yes: bool,
}

/// What erasing cannot reach.
const ERASURE_LIMITS: &str = "Out of reach of this: requests and exports that were written, certificates handed over or taken in \
                            elsewhere, an issuer's ledger (it holds the id, no name), and backups. Delete those where they are.";

/// Erases, or sets and lifts a hold.
pub(super) fn run(args: &EraseArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let row = super::find_person(&service, &args.who)?;
    let name = text::single_line(&row.person.name);
    if args.release || args.hold.is_some() {
        if args.hold.as_ref().is_some_and(|reason| !text::is_printable(reason)) {
            return Err(Failure::usage("A hold needs a reason that can be printed."));
        }
        let hold = args.hold.clone().map_or(HoldChange::Release, HoldChange::Set);
        service.people_mut().change(&row, &PersonChanges { hold: Some(hold), ..PersonChanges::default() }, None)?;
        let status = if args.release { "is on hold no longer" } else { "is on hold and is not erased" };
        return env.print_line(&format!("{name} {status}."));
    }
    if !args.yes && !env.confirm(&format!("Erase everything about {name}? It cannot be undone. (yes/no): "))? {
        return Err(Failure::negative("Nothing was erased. Without a terminal, say --yes."));
    }
    let person_id = row.id;
    service.people_mut().erase(&row)?;
    env.print_line(&format!("Erased what was held about {name} ({person_id})."))?;
    env.print_line(ERASURE_LIMITS)
}
