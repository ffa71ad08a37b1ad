//! Reads the passphrase of the issuer's key from the terminal, or from a file that only this user can read.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::cli::Env;
use crate::cli::error::{self, Failure, display_path};
use crate::credential::{Issuer, SigningKeyPair};
use crate::paths::{self, ReadSecretError};

/// Where the passphrase comes from.
#[derive(Debug, clap::Args)]
pub struct PassphraseArgs {
    /// Read the passphrase of the issuer's key from a file that only you can read, in place of asking
    #[arg(long, value_name = "FILE", env = "NEEDLEWISE_PASSPHRASE_FILE", hide_env_values = true)]
    passphrase_file: Option<PathBuf>,
}

/// Where the passphrase of a new key comes from.
#[derive(Debug, clap::Args)]
pub struct NextPassphraseArgs {
    /// Read the passphrase that takes the place of a compromised key's from a file that only you can read
    #[arg(long, value_name = "FILE", requires = "compromised")]
    next_passphrase_file: Option<PathBuf>,
}

impl NextPassphraseArgs {
    /// Asks for the passphrase that takes the place of another.
    ///
    /// # Errors
    /// Those of asking, or that the two typed differ.
    pub(super) fn new_passphrase(&self, env: &Env<'_>) -> Result<Zeroizing<String>, Failure> {
        new_passphrase(self.next_passphrase_file.as_deref(), env)
    }
}

/// Returns a passphrase: from a file, or asked.
fn read_passphrase(path: Option<&Path>, env: &Env<'_>, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let Some(path) = path else {
        if !env.terminal.is_stdin_terminal {
            return Err(Failure::usage(
                "The passphrase is asked on a terminal. Without one, name a file with NEEDLEWISE_PASSPHRASE_FILE.",
            ));
        }
        let typed_passphrase = rpassword::prompt_password(prompt);
        return typed_passphrase.map(Zeroizing::new).map_err(|error| Failure {
            code: error::EXIT_USAGE,
            message: format!("The passphrase cannot be asked: {error}."),
        });
    };
    let text = paths::read_secret(path).map(Zeroizing::new).map_err(|error| passphrase_failure(path, &error))?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Says why a file does not give the passphrase.
fn passphrase_failure(path: &Path, error: &ReadSecretError) -> Failure {
    let (code, problem) = match error {
        ReadSecretError::Unreadable(error) => return Failure::unreadable(path, error),
        ReadSecretError::ReadableByOthers => {
            (error::EXIT_STORE, "can be read by others. Make it yours alone (chmod 600).")
        }
        ReadSecretError::NotUtf8 => {
            (error::EXIT_UNREADABLE_INPUT, "is not UTF-8. Save the passphrase as UTF-8 text, on one line.")
        }
    };
    Failure { code, message: format!("{} {problem}", display_path(path)) }
}

/// Asks for a new passphrase, twice where a person types it.
fn new_passphrase(path: Option<&Path>, env: &Env<'_>) -> Result<Zeroizing<String>, Failure> {
    let first = read_passphrase(path, env, "New passphrase (six random words are good): ")?;
    if path.is_none() && *first != *read_passphrase(path, env, "Once more: ")? {
        return Err(Failure::usage("The two passphrases differ. Nothing was made."));
    }
    Ok(first)
}

impl PassphraseArgs {
    /// Asks for a new passphrase, twice where a person types it.
    ///
    /// # Errors
    /// Those of asking, or that the two typed differ.
    pub(super) fn new_passphrase(&self, env: &Env<'_>) -> Result<Zeroizing<String>, Failure> {
        new_passphrase(self.passphrase_file.as_deref(), env)
    }

    /// Asks for the passphrase and opens the issuer's key.
    ///
    /// # Errors
    /// Those of asking, or that it is not the right one.
    pub(super) fn open_key(
        &self,
        env: &Env<'_>,
        issuer: &Issuer,
    ) -> Result<(SigningKeyPair, Zeroizing<String>), Failure> {
        let prompt = format!("Passphrase of {}: ", crate::text::single_line(&issuer.name));
        let passphrase = read_passphrase(self.passphrase_file.as_deref(), env, &prompt)?;
        Ok((issuer.unlock(&passphrase).map_err(Failure::negative)?, passphrase))
    }
}

/// Opens the key of this machine's issuer; nothing where there is no issuer.
///
/// # Errors
/// Those of [`PassphraseArgs::open_key`] and [`Env::issuer`].
pub(super) fn open_key_if_present(
    passphrase_args: &PassphraseArgs,
    env: &Env<'_>,
) -> Result<Option<SigningKeyPair>, Failure> {
    if !env.paths()?.issuer_key_file().exists() {
        return Ok(None);
    }
    Ok(Some(passphrase_args.open_key(env, &env.issuer()?)?.0))
}
