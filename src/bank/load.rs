//! Reads bank files and lists bank folders. No other module of `bank` touches the file system.

use std::io;
use std::path::{Path, PathBuf};

use crate::ids::is_slug;
use crate::paths;

/// The largest file that this module reads, in bytes.
// Room for a bank of 100,000 questions, which has about 150 MB.
pub const FILE_MAX_BYTES: usize = 256 * 1024 * 1024;

/// The largest image, in bytes.
pub const IMAGE_MAX_BYTES: usize = 256 * 1024;

/// A file that was read but not parsed.
#[derive(Debug)]
pub struct LoadedFile {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

impl LoadedFile {
    /// Returns the name of the file without its folder and `.json`.
    pub fn stem(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Returns whether the name of the file can be an ID.
    pub fn has_slug_name(&self) -> bool {
        is_slug(&self.stem())
    }
}

/// Reads a whole file.
///
/// # Errors
/// The errors of [`paths::read_bounded`], for example for a file larger than [`FILE_MAX_BYTES`].
pub fn read_file(path: &Path) -> io::Result<LoadedFile> {
    Ok(LoadedFile { path: path.to_owned(), bytes: paths::read_bounded(path, FILE_MAX_BYTES)? })
}

/// Lists the files of a folder that have this ending, such as `json`, sorted by name. A folder that does not exist is
/// empty.
///
/// # Errors
/// The error of the operating system if it cannot read the folder.
pub fn list_files(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // A folder of banks need not have a subfolder `exams` or `course`.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == ending) && path.is_file());
    // The system lists files in no fixed order.
    paths.sort();
    Ok(paths)
}

/// Reads an image of a folder of banks. `name` is that of a file in its subfolder `images`.
///
/// # Errors
/// The errors of [`paths::read_bounded`], and [`io::ErrorKind::InvalidInput`] if the file is a link that leaves the folder.
pub fn read_image(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let images = folder.join("images");
    let path = images.join(name);
    if !path.canonicalize()?.starts_with(images.canonicalize()?) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the file is outside the folder \"images\""));
    }
    paths::read_bounded(&path, IMAGE_MAX_BYTES)
}
