//! The settings of this computer, in `config.toml`. How a trainee studies is not here: those settings are facts, so that
//! they move with the person.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::paths;
use crate::text;

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The settings of this computer. What the file leaves out has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub backups: BackupSettings,
}

/// How the program backs up the store.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupSettings {
    /// Whether the program makes backups by itself, at most one every 30 minutes.
    pub automatic: bool,
    /// A second folder for each backup, for example on another disk.
    pub folder: Option<PathBuf>,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { automatic: true, folder: None }
    }
}

impl Settings {
    /// Reads the settings. A missing file means the defaults.
    ///
    /// # Errors
    /// Why the file cannot be used, for people: where it is wrong, or why it cannot be read.
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = match paths::read_bounded(path, MAX_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| paths::io_reason(&error))?,
        };
        let source = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        toml::from_str(&source).map_err(|error| {
            let reason = text::single_line(error.message());
            let line =
                error.span().and_then(|span| source.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            line.map_or(reason.clone(), |line| format!("line {line}: {reason}"))
        })
    }
}
