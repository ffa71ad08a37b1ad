//! Reads bank files and lists bank folders. Apart from the store, only this module opens files for banks.

use std::io;
use std::path::{Path, PathBuf};

use crate::ids::is_slug;
use crate::paths;

/// The largest file that is read.
pub const FILE_MAX_BYTES: usize = 256 * 1024 * 1024;

/// A file as it was found.
#[derive(Debug)]
pub struct LoadedFile {
    /// Where.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl LoadedFile {
    /// Returns the file's name without folder and `.json`.
    pub fn stem(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Returns whether the file's name can be the id of what it holds.
    pub fn has_slug_name(&self) -> bool {
        is_slug(&self.stem())
    }
}

/// Reads a whole file.
///
/// # Errors
/// Those of [`paths::read_bounded`], for a file larger than [`FILE_MAX_BYTES`] too.
pub fn read_file(path: &Path) -> io::Result<LoadedFile> {
    Ok(LoadedFile { path: path.to_owned(), bytes: paths::read_bounded(path, FILE_MAX_BYTES)? })
}

/// Lists the `*.json` of a folder in the order of their names; a folder that does not exist is empty.
///
/// # Errors
/// The system's own, when the folder cannot be read.
pub fn list_json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json") && path.is_file());
    paths.sort();
    Ok(paths)
}
