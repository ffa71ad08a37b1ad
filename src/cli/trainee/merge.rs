use super::find_person;
use crate::cli::{CommandResult, Env};
use crate::text;

/// Link two records of one person
///
/// Lists show the second record from now on, with the attempts and certificates of both. No fact is lost, and
/// `needlewise trainee unlink` takes it back. `needlewise record link` proposes what to link.
#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// Record to link: name, staff number or ID
    #[arg(value_name = "RECORD")]
    from: String,
    /// Record that stands for the person: name, staff number or ID
    #[arg(value_name = "PERSON")]
    to: String,
}

/// Take back a link, so that the record is a person of its own again
#[derive(Debug, clap::Args)]
pub struct UnlinkArgs {
    /// ID of the linked record, as the person in `needlewise record` shows it
    #[arg(value_name = "ID")]
    record: String,
}

/// Links the records.
pub(super) fn run(args: &MergeArgs, env: &mut Env<'_>) -> CommandResult {
    link_records(&args.from, &args.to, env)
}

/// Links the first record to the second, each given by name, staff number or ID. `record link` does the same.
pub(in crate::cli) fn link_records(record: &str, person: &str, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let (from, to) = (find_person(&service, record)?, find_person(&service, person)?);
    let main = service.people_mut().merge(&from, &to)?;
    env.print_line(&format!(
        "Linked {} ({}) to {} ({}). Undo it with `needlewise trainee unlink {}`.",
        text::single_line(&from.person.name),
        from.id.short(),
        text::single_line(&main.person.name),
        main.id.short(),
        from.id
    ))
}

/// Takes back the link.
pub(super) fn unlink(args: &UnlinkArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let record = find_person(&service, &args.record)?;
    let record = service.people_mut().unlink(&record)?;
    env.print_line(&format!(
        "{} ({}) is a separate person again.",
        text::single_line(&record.person.name),
        record.id.short()
    ))
}
