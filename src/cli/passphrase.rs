//! Reads the passphrase of the issuer's key from the terminal, or from a file that only this user can read.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::cli::Env;
use crate::cli::error::{self, Failure, display_path};
use crate::credential::{Issuer, SigningKeyPair};
use crate::paths::{self, ReadSecretError};

/// Where the passphrase of the issuer's key comes from.
#[derive(Debug, clap::Args)]
pub struct PassphraseArgs {
    /// Read the issuer key's passphrase from this file instead of asking; only you may have access to the file
    #[arg(long, value_name = "FILE", env = "NEEDLEWISE_PASSPHRASE_FILE", hide_env_values = true)]
    passphrase_file: Option<PathBuf>,
}

/// Where the passphrase of a new key comes from.
#[derive(Debug, clap::Args)]
pub struct NextPassphraseArgs {
    /// Read the new passphrase, which replaces a compromised one, from this file; only you may have access to the file
    #[arg(long, value_name = "FILE", requires = "compromised")]
    next_passphrase_file: Option<PathBuf>,
}

impl NextPassphraseArgs {
    /// Reads the new passphrase, or asks for it twice.
    ///
    /// # Errors
    /// The passphrase cannot be read, or the two typed passphrases differ.
    pub(super) fn new_passphrase(&self, env: &Env<'_>) -> Result<Zeroizing<String>, Failure> {
        new_passphrase(self.next_passphrase_file.as_deref(), env)
    }
}

/// Reads a passphrase from a file, or asks for it on the terminal.
fn read_passphrase(path: Option<&Path>, env: &Env<'_>, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let Some(path) = path else {
        if !env.terminal.is_stdin_terminal {
            return Err(Failure::usage(
                "Typing a passphrase needs a terminal. Without one, put it in a file and set NEEDLEWISE_PASSPHRASE_FILE.",
            ));
        }
        let typed_passphrase = rpassword::prompt_password(prompt);
        return typed_passphrase.map(Zeroizing::new).map_err(|error| Failure {
            code: error::EXIT_USAGE,
            message: format!(
                "The passphrase cannot be read from the terminal: {}. Use --passphrase-file.",
                paths::io_reason(&error)
            ),
        });
    };
    let text = paths::read_secret(path).map(Zeroizing::new).map_err(|error| passphrase_failure(path, &error))?;
    // Editors end a file with a line break, which is not part of the passphrase.
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Returns the failure for a passphrase file that cannot be used.
fn passphrase_failure(path: &Path, error: &ReadSecretError) -> Failure {
    let (code, problem) = match error {
        ReadSecretError::Unreadable(error) => return Failure::unreadable(path, error),
        ReadSecretError::ReadableByOthers => (
            error::EXIT_STORE,
            "can be read by other users, so it is refused. Restrict it to your account (chmod 600).",
        ),
        ReadSecretError::NotUtf8 => {
            (error::EXIT_UNREADABLE_INPUT, "is not UTF-8. Save the passphrase as UTF-8 text, on one line.")
        }
    };
    Failure { code, message: format!("{} {problem}", display_path(path)) }
}

/// Reads a new passphrase from a file, or asks for it twice.
fn new_passphrase(path: Option<&Path>, env: &Env<'_>) -> Result<Zeroizing<String>, Failure> {
    // A typing error in a new passphrase would lock the key forever, so a typed one must be repeated.
    let first = read_passphrase(path, env, "New passphrase (six random words are a good choice): ")?;
    if path.is_none() && *first != *read_passphrase(path, env, "Repeat the new passphrase: ")? {
        return Err(Failure::usage("The two passphrases do not match. Nothing was changed."));
    }
    Ok(first)
}

impl PassphraseArgs {
    /// Returns the file of the passphrase; `None` if someone types it.
    pub(super) fn file(&self) -> Option<&PathBuf> {
        self.passphrase_file.as_ref()
    }

    /// Reads a new passphrase, or asks for it twice.
    ///
    /// # Errors
    /// The passphrase cannot be read, or the two typed passphrases differ.
    pub(super) fn new_passphrase(&self, env: &Env<'_>) -> Result<Zeroizing<String>, Failure> {
        new_passphrase(self.passphrase_file.as_deref(), env)
    }

    /// Reads the passphrase or asks for it, and unlocks the issuer's key. Also returns the passphrase.
    ///
    /// # Errors
    /// The passphrase cannot be read or is wrong.
    pub(super) fn open_key(
        &self,
        env: &Env<'_>,
        issuer: &Issuer,
    ) -> Result<(SigningKeyPair, Zeroizing<String>), Failure> {
        let prompt = format!("Passphrase for {}: ", crate::text::single_line(&issuer.name));
        let passphrase = read_passphrase(self.passphrase_file.as_deref(), env, &prompt)?;
        Ok((issuer.unlock(&passphrase).map_err(Failure::negative)?, passphrase))
    }
}

/// Unlocks the key of this computer's issuer. Returns `None` without asking if the computer has no issuer.
///
/// # Errors
/// The errors of [`PassphraseArgs::open_key`] and [`Env::issuer`].
pub(super) fn open_key_if_present(
    passphrase_args: &PassphraseArgs,
    env: &Env<'_>,
) -> Result<Option<SigningKeyPair>, Failure> {
    if !env.paths()?.issuer_key_file().exists() {
        return Ok(None);
    }
    Ok(Some(passphrase_args.open_key(env, &env.issuer()?)?.0))
}
