//! Reads the issuer key file of this computer.

use super::error::{self, Failure, display_path};
use crate::credential::Issuer;
use crate::paths::{Paths, ReadSecretError, read_secret};

/// Reads this computer's issuer. Its private key stays encrypted.
///
/// # Errors
/// There is no issuer, or its file cannot be used.
pub(super) fn read(paths: &Paths) -> Result<Issuer, Failure> {
    let path = paths.issuer_key_file();
    let to_failure =
        |reason: String| Failure { code: error::EXIT_STORE, message: format!("{} {reason}", display_path(&path)) };
    match read_secret(&path) {
        Err(ReadSecretError::Unreadable(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Failure::usage("This computer has no issuer. Create one with `needlewise issuer init --name NAME`."))
        }
        Err(ReadSecretError::Unreadable(error)) => Err(Failure::file_access(&path, "read", &error)),
        Err(ReadSecretError::ReadableByOthers) => Err(to_failure(
            "can be read by other users, so it is refused. Restrict it to your account (chmod 600).".to_owned(),
        )),
        Err(ReadSecretError::NotUtf8) => {
            Err(to_failure("is not an issuer key: it is not UTF-8. Restore it from a backup.".to_owned()))
        }
        Ok(text) => Issuer::from_json(&text)
            .map_err(|reason| to_failure(format!("is not an issuer key: {reason}. Restore it from a backup."))),
    }
}
