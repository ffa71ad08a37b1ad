use std::path::PathBuf;

use super::error::{self, Failure, display_path};
use super::{CommandResult, Env};
use crate::service::ServiceError;
use crate::service::backups::{Restore, RestoreLoss, Restored};
use crate::store::StoreError;
use crate::text;

/// Go back to a backup
///
/// Restore checks the backup and says first what would be lost, by person. The files of the current store are kept in
/// the folder set-aside of the data folder. People who were erased stay erased. Close needlewise everywhere first.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// Backup file; `needlewise backup list` shows them
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Restore without asking
    #[arg(long)]
    yes: bool,
}

/// The most people whose losses are listed.
const LISTED_MAX: usize = 50;

/// Checks a backup, asks, and puts it in the place of the store.
pub(super) fn run(args: &RestoreArgs, env: &mut Env<'_>) -> CommandResult {
    let paths = env.paths()?;
    if !args.file.exists() {
        return Err(Failure::usage(format!(
            "There is no file {}. See `needlewise backup list`.",
            display_path(&args.file)
        )));
    }
    let options = env.store_options(&paths);
    let restore = Restore::prepare(&args.file, &paths, &options)?;
    print_losses(&restore, env)?;
    if !args.yes && !env.confirm("Go back to this backup? (yes/no): ")? {
        return Err(Failure::negative(format!("Nothing was changed.{}", env.no_terminal_hint("--yes"))));
    }
    let Restored { folder, erased_again } = restore.finish(&paths, &options).map_err(|error| match error {
        ServiceError::Store(StoreError::Busy) => Failure {
            code: error::EXIT_STORE,
            message: "Nothing was changed, because needlewise is open. Close it everywhere, then restore again."
                .to_owned(),
        },
        error => error.into(),
    })?;
    env.print_line(&format!("Restored {}", display_path(&args.file)))?;
    match erased_again {
        Some(0) => {}
        Some(1) => {
            env.print_line("Erased the data of 1 person again, as in the store before")?;
        }
        Some(count) => {
            env.print_line(&format!("Erased the data of {count} people again, as in the store before"))?;
        }
        None => {
            env.print_line(
                "The store before cannot be read. If people were erased from it since the backup, erase them again with \
                 `needlewise trainee erase`.",
            )?;
        }
    }
    env.print_line(&format!("The files of the store before are in {}", display_path(&folder)))
}

/// Prints what would be lost.
fn print_losses(restore: &Restore, env: &mut Env<'_>) -> CommandResult {
    if restore.is_other_store() {
        env.print_line("This backup is of another store, so everything in the current store would be replaced.")?;
    }
    let Some(losses) = restore.losses() else {
        return env.print_line(
            "The current store cannot be read, so what would be lost is unknown. Try `needlewise doctor --repair` first.",
        );
    };
    if losses.is_empty() {
        return env.print_line("Nothing would be lost: the backup has everything that the current store has.");
    }
    env.print_line("Since this backup, these changes would be lost:")?;
    for loss in losses.iter().take(LISTED_MAX) {
        env.print_line(&format!("  {}", describe_loss(loss)))?;
    }
    match losses.len().saturating_sub(LISTED_MAX) {
        0 => Ok(error::EXIT_SUCCESS),
        more => env.print_line(&format!("  and those of {more} more people")),
    }
}

fn describe_loss(loss: &RestoreLoss) -> String {
    let count = |count: u32, noun: &str| {
        (count > 0).then(|| text::count_with_noun(usize::try_from(count).unwrap_or(usize::MAX), noun))
    };
    let passes = match loss.passes {
        0 => None,
        1 => Some("1 pass".to_owned()),
        passes => Some(format!("{passes} passes")),
    };
    let parts = [
        count(loss.attempts, "attempt"),
        passes,
        count(loss.changes, "change").map(|changes| format!("{changes} to their record")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{}: {}", text::single_line(&loss.name), parts.join(", "))
}
