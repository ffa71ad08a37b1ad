//! Checks of what is around the store: keys, the trust list, backups and the disk.

use super::Check;
use crate::cli::Env;
use crate::cli::error::display_path;
use crate::credential::SigningKeyPair;
use crate::paths;
use crate::service::{Services, backups};
use crate::text;

/// With less space than this, answers may soon no longer be saved.
const SPACE_MIN_BYTES: u64 = 50_000_000;

/// Checks that this computer's key, the issuer's key and the trust list can be read, and the keys by this user alone.
pub(super) fn check_keys(service: &Services, env: &Env<'_>) -> Check {
    let mut faults: Vec<String> =
        SigningKeyPair::load(&service.paths().computer_key_file()).err().into_iter().collect();
    if service.paths().issuer_key_file().symlink_metadata().is_ok() {
        faults.extend(env.issuer().err().map(|failure| failure.message));
    }
    faults.extend(env.trust_list().err().map(|failure| failure.message));
    Check::new("keys", faults, || "the keys and the trust list can be read".to_owned())
}

/// Shows the newest backup. It was compared with the store when it was made. A store without backups is not damaged.
pub(super) fn check_backups(service: &Services) -> Check {
    let backups = backups::list_backups(&service.paths().backups_dir());
    Check::new("backups", Vec::new(), || match backups.first() {
        Some(newest) => {
            let count = text::count_with_noun(backups.len(), "backup");
            format!("{count}, the newest from {}", newest.made_at.format_local(service.zone()))
        }
        None => "none yet; make one with `needlewise backup`".to_owned(),
    })
}

/// Checks that the disk of the store has some space left.
pub(super) fn check_space(service: &Services) -> Check {
    let folder = service.paths().data_dir();
    let is_little = |free: &u64| *free < SPACE_MIN_BYTES;
    let fault = paths::free_space(folder).filter(is_little).map(|free| {
        format!("only {} are free for {}. Free some space.", text::format_size(free), display_path(folder))
    });
    Check::new("space", fault.into_iter().collect(), || "there is free space for the store".to_owned())
}
