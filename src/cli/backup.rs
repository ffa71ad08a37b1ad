use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::error::{self, Failure, display_path};
use super::{CommandResult, Env};
use crate::paths::Paths;
use crate::service::backups;
use crate::text;

/// Save a copy of the store, or list the copies
///
/// A backup is one file that contains all people, attempts and certificates. It is compared with the store before it
/// counts. It can be made while needlewise is in use. Go back to it with `needlewise restore`. Needlewise also makes
/// backups by itself, at most one every 30 minutes.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    #[command(subcommand)]
    command: Option<BackupCommand>,
    /// File to write, instead of one in the folder of backups
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    List(BackupListArgs),
}

/// List the backups, newest first
#[derive(Debug, clap::Args)]
struct BackupListArgs {}

/// Makes a backup, or lists the backups.
pub(super) fn run(args: &BackupArgs, env: &mut Env<'_>) -> CommandResult {
    let paths = env.paths()?;
    if let Some(BackupCommand::List(_)) = args.command {
        return list(env, &paths);
    }
    if !paths.store_file().is_file() {
        return Err(Failure::negative(format!(
            "There is nothing to back up: {} does not exist.",
            display_path(&paths.store_file())
        )));
    }
    // Opening the store upgrades it and reports losses, which a backup must not hide.
    let service = env.open_service()?;
    let now = service.now().wall;
    let made = match &args.to {
        Some(target) => {
            require_writable_target(target, &paths)?;
            backups::make_backup_at(&paths, target)?
        }
        None => backups::make_backup(&paths, &service.settings().backups, now)?,
    };
    let size = made.metadata().map_or(0, |metadata| metadata.len());
    if env.global.json {
        return env.print_json(&json!({ "path": display_path(&made), "size": size }));
    }
    env.print_line(&format!("Backup: {} ({}), compared with the store", display_path(&made), text::format_size(size)))?;
    let others = files_outside(&paths);
    if !others.is_empty() {
        env.print_line("These are not in it. Copy them yourself:")?;
        for (name, path) in others {
            env.print_line(&format!("  {name:<20} {}", display_path(&path)))?;
        }
    }
    Ok(error::EXIT_SUCCESS)
}

/// Checks that a backup may be written there: a new file, or one that can be replaced.
fn require_writable_target(target: &std::path::Path, paths: &Paths) -> Result<(), Failure> {
    let is_in = |folder: &std::path::Path| {
        let absolute = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
        absolute
            .parent()
            .and_then(|parent| parent.canonicalize().ok())
            .is_some_and(|parent| folder.canonicalize().is_ok_and(|folder| parent.starts_with(folder)))
    };
    if is_in(paths.data_dir()) {
        return Err(Failure::usage("A backup in the data folder would be lost with it. Choose another folder."));
    }
    match target.symlink_metadata() {
        // A store has no form that could go through a pipe.
        _ if target == std::path::Path::new("-") => {
            Err(Failure::usage("A backup cannot go to standard output. Name a file."))
        }
        Ok(metadata) if !metadata.is_file() => Err(Failure::usage(format!(
            "{} is not a regular file. Choose the path of a new file.",
            display_path(target)
        ))),
        _ => Ok(()),
    }
}

/// Returns the files that a backup does not contain, as far as they exist.
fn files_outside(paths: &Paths) -> Vec<(&'static str, PathBuf)> {
    let files = [
        ("this computer's key", paths.computer_key_file()),
        ("issuer's key", paths.issuer_key_file()),
        ("issuer's logo", paths.issuer_logo_file()),
        ("trust list", paths.trust_file()),
        ("settings", paths.settings_file()),
        ("question banks", paths.banks_dir()),
        ("fonts", paths.fonts_dir()),
    ];
    files.into_iter().filter(|(_, path)| path.exists()).collect()
}

fn list(env: &mut Env<'_>, paths: &Paths) -> CommandResult {
    let backups = backups::list_backups(&paths.backups_dir());
    if env.global.json {
        let rows: Vec<_> = backups
            .iter()
            .map(|backup| {
                json!({ "path": display_path(&backup.path), "made": backup.made_at.to_string(), "size": backup.size })
            })
            .collect();
        return env.print_json(&rows);
    }
    if backups.is_empty() {
        return env.print_line(&format!(
            "No backups yet in {}. Make one with `needlewise backup`.",
            display_path(&paths.backups_dir())
        ));
    }
    for backup in &backups {
        let made_at = backup.made_at.format_local(&env.zone);
        let line = format!("{made_at}  {:>9}  {}", text::format_size(backup.size), display_path(&backup.path));
        env.print_line(&line)?;
    }
    Ok(error::EXIT_SUCCESS)
}
