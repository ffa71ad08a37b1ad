//! The folders and files of this program, atomic file writes, and reads with a limit.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};

use crate::clock::Day;
use crate::ids::{CertificateId, ExamId, TraineeId};
use crate::text;

mod read;
mod system;

pub use read::{BoundedLine, ReadSecretError, read_bounded, read_line, read_secret, read_stream, require_regular_file};
pub use system::{
    FileId, create_private_file, file_id, free_space, is_writable, make_writable, survive_file_size_limit,
};

/// How the names of temporary files begin. A program that is killed can leave one.
pub const TEMPORARY_PREFIX: &str = ".needlewise-";

/// The folders that needlewise uses for one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
    config: PathBuf,
    state: PathBuf,
    exports: PathBuf,
}

impl Paths {
    /// Returns the folders to use. A folder that is not given is the system's standard folder for this user. A given
    /// data folder has its state folder beside it. Returns `None` if the system has no such standard folders and a
    /// folder is not given.
    pub fn find(data: Option<PathBuf>, config: Option<PathBuf>) -> Option<Self> {
        // What is beside a folder has no name in a relative path such as `data`.
        let to_absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let (data, config) = (data.map(to_absolute), config.map(to_absolute));
        let system = ProjectDirs::from("", "", "needlewise");
        let given_or_system =
            |given: Option<PathBuf>, system: Option<&Path>| given.or_else(|| system.map(Path::to_owned));
        let state = match &data {
            // Beside the given folder and not in it, so that the backups survive if that folder is lost.
            Some(data) => Some(sibling(data, "-state")),
            // macOS and Windows have no state folder.
            None => system
                .as_ref()
                .map(|dirs| dirs.state_dir().map_or_else(|| sibling(dirs.cache_dir(), "-backups"), Path::to_owned)),
        };
        let exports = match &data {
            Some(data) => data.join("exports"),
            None => UserDirs::new().map(|dirs| dirs.download_dir().unwrap_or(dirs.home_dir()).to_owned())?,
        };
        Some(Self {
            exports,
            data: given_or_system(data, system.as_ref().map(ProjectDirs::data_dir))?,
            config: given_or_system(config, system.as_ref().map(ProjectDirs::config_dir))?,
            state: state?,
        })
    }

    /// Returns the folder for files that a person takes elsewhere: the downloads folder or else the home folder, and
    /// `exports` in a data folder that was given.
    pub fn exports_dir(&self) -> &Path {
        &self.exports
    }

    /// Returns the data folder: the store, certificates, fonts and the user's own banks.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// Returns the config folder: the issuer's key and the trust list.
    pub fn config_dir(&self) -> &Path {
        &self.config
    }

    /// Returns the state folder. It contains only backups of the store.
    pub fn state_dir(&self) -> &Path {
        &self.state
    }

    /// Returns the folder for backups, which the program makes before it upgrades or repairs the store.
    pub fn backups_dir(&self) -> PathBuf {
        self.state.join("backups")
    }

    /// Returns the path of the settings of this computer.
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Returns the path of the store, an SQLite database.
    pub fn store_file(&self) -> PathBuf {
        self.data.join("needlewise.db")
    }

    /// Returns the path of this computer's own key.
    pub fn computer_key_file(&self) -> PathBuf {
        self.data.join("computer.key")
    }

    /// Returns the path of the issuer's key file.
    pub fn issuer_key_file(&self) -> PathBuf {
        self.config.join("issuer.key")
    }

    /// Returns the path of the issuer's logo.
    pub fn issuer_logo_file(&self) -> PathBuf {
        self.config.join("issuer-logo.png")
    }

    /// Returns the files and folders that only this program writes, without certificates, which can be written again.
    pub fn own_files(&self) -> Vec<PathBuf> {
        let store = ["db", "db-wal", "db-shm", "db-queue", "mark", "lock"].map(|ending| {
            let mut file = self.store_file();
            file.set_extension(ending);
            file
        });
        let others = [
            self.computer_key_file(),
            self.issuer_key_file(),
            self.issuer_logo_file(),
            self.trust_file(),
            self.settings_file(),
            self.banks_dir(),
            self.fonts_dir(),
            self.backups_dir(),
            self.data.join("set-aside"),
        ];
        store.into_iter().chain(others).collect()
    }

    /// Returns the path of the trust list, which names the issuers that this computer trusts.
    pub fn trust_file(&self) -> PathBuf {
        self.config.join("trust.json")
    }

    /// Returns the folder for fonts that the user adds, for names in scripts that the built-in fonts lack.
    pub fn fonts_dir(&self) -> PathBuf {
        self.data.join("fonts")
    }

    /// Returns the folder for the user's own banks and exams.
    pub fn banks_dir(&self) -> PathBuf {
        self.data.join("question-banks")
    }

    /// Returns the folder for certificate files, which has one folder for each person.
    pub fn certificates_dir(&self) -> PathBuf {
        self.data.join("certificates")
    }

    /// Returns the path of a certificate's files, without the extension. `holder` is a name and an ID, and `day` is the
    /// first day on which the certificate is valid.
    ///
    /// A person's name appears in it only as a few ASCII letters. The end of the ID tells two people apart.
    pub fn certificate_path(&self, holder: (&str, TraineeId), exam: &ExamId, day: Day, id: CertificateId) -> PathBuf {
        self.person_certificates_dir(holder.0, holder.1).join(format!("{exam}-{day}-{}", id.short()))
    }

    /// Returns the folder for the certificates of one person under their current name.
    pub fn person_certificates_dir(&self, name: &str, id: TraineeId) -> PathBuf {
        self.certificates_dir().join(format!("{}-{}", text::file_slug(name), id.short()))
    }

    /// Returns all certificate folders of one person. There is one for each name that they have had.
    ///
    /// # Errors
    /// An error of the system. A missing certificate folder is not an error.
    pub fn person_certificates_dirs(&self, id: TraineeId) -> io::Result<Vec<PathBuf>> {
        // The name in a folder's name may be an old one, so only the ID at the end counts.
        let suffix = format!("-{}", id.short());
        let entries = match fs::read_dir(self.certificates_dir()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?.collect::<io::Result<Vec<_>>>()?,
        };
        let is_of_person = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().ends_with(&suffix);
        Ok(entries.into_iter().filter(is_of_person).map(|entry| entry.path()).collect())
    }

    /// Creates the data folder if it is missing. Only this user can read a new folder.
    ///
    /// # Errors
    /// An error of the system.
    pub fn create_data_dir(&self) -> io::Result<()> {
        create_private_dir(&self.data)
    }
}

/// Returns the path beside `path` whose name has `suffix` added.
fn sibling(path: &Path, suffix: &str) -> PathBuf {
    // `.` and `..` have no file name.
    let path = match path.file_name() {
        Some(_) => path.to_owned(),
        None => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Creates a folder that did not exist, in `parent`, and returns its path. If `name` is taken, a number is added. Only
/// this user can read it.
///
/// # Errors
/// An error of the system.
pub fn create_new_private_dir(parent: &Path, name: &str) -> io::Result<PathBuf> {
    create_private_dir(parent)?;
    let builder = system::private_dir_builder();
    for path in numbered_paths(parent, name, "") {
        match builder.create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|()| path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Returns a path in `folder` at which there is nothing: `name` and the extension, with a number between if necessary.
pub fn free_path(folder: &Path, name: &str, extension: &str) -> PathBuf {
    let mut paths = numbered_paths(folder, name, extension);
    paths.find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| folder.join(name))
}

/// Returns the paths in `folder` of `name` and the extension: first without a number, then with 2, 3 and so on between.
fn numbered_paths(folder: &Path, name: &str, extension: &str) -> impl Iterator<Item = PathBuf> {
    let first = std::iter::once(format!("{name}{extension}"));
    first.chain((2_u64..).map(move |number| format!("{name}-{number}{extension}"))).map(|name| folder.join(name))
}

/// Returns whether there is a regular file at a path, or nothing. Opening a pipe would wait, and a link leads elsewhere.
pub fn is_file_or_free(path: &Path) -> bool {
    path.symlink_metadata().map_or(true, |metadata| metadata.is_file())
}

/// Creates a folder and its parents. Only this user can read the new ones.
fn create_private_dir(folder: &Path) -> io::Result<()> {
    system::private_dir_builder().recursive(true).create(folder)
}

/// Writes a file atomically: it writes and flushes a temporary file in the same folder, then renames it. Creates the
/// folder if it is missing.
///
/// # Errors
/// An error of the system. The file then has either its old or its new content, never a part of it.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (folder, file) = write_temporary(path, bytes)?;
    file.persist(path)?;
    sync_folder(folder)
}

/// Writes a file atomically through `write`, which gets the path of an empty temporary file. Only this user can read
/// the file.
///
/// # Errors
/// An error of the system or of `write`. The file then has either its old or its new content, never a part of it.
pub fn write_atomic_with(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let (folder, file) = write_temporary(path, &[])?;
    write(file.path())?;
    // `write` may close its file without flushing it.
    flush_file(file.path())?;
    file.persist(path)?;
    sync_folder(folder)
}

/// Writes a file that the user chose. A regular file is replaced atomically. A link, a pipe or a device is written
/// through and stays what it is.
///
/// # Errors
/// An error of the system.
pub fn write_output(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => {
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
            file.write_all(bytes)?;
            file.flush()
        }
        _ => write_atomic(path, bytes),
    }
}

/// Checks that a file that the user chose can be written, without changing it: it would be created beside its target.
///
/// # Errors
/// An error of the system.
pub fn check_output(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => Ok(()),
        _ => tempfile::NamedTempFile::new_in(folder_of(path)).map(|_| ()),
    }
}

/// Writes a new file atomically. Returns `false`, and leaves the file unchanged, if it already exists.
///
/// # Errors
/// An error of the system.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let (folder, file) = write_temporary(path, bytes)?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(folder).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a temporary file into the folder of `path`, and returns both. Only this user can read the file.
fn write_temporary<'a>(path: &'a Path, bytes: &[u8]) -> io::Result<(&'a Path, tempfile::NamedTempFile)> {
    // Beside the target, because a rename cannot cross file systems.
    let folder = folder_of(path);
    create_private_dir(folder)?;
    let mut file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok((folder, file))
}

/// A folder that is removed with everything in it when this is dropped.
#[derive(Debug)]
pub struct TemporaryDir(tempfile::TempDir);

impl TemporaryDir {
    /// Creates a folder in `parent`. Only this user can read it.
    ///
    /// # Errors
    /// An error of the system.
    pub fn create_in(parent: &Path) -> io::Result<Self> {
        create_private_dir(parent)?;
        tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempdir_in(parent).map(Self)
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Flushes the folder of a file, so that the file still has its name after a power failure.
///
/// # Errors
/// An error of the system.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_folder)
}

/// Flushes a file that something else wrote.
///
/// # Errors
/// An error of the system.
pub fn flush_file(path: &Path) -> io::Result<()> {
    // Windows flushes only a file that is open for writing.
    fs::OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Flushes a folder. After a power failure, a new file has its name only if the folder was flushed too. Windows cannot
/// open a folder, and its file system keeps names in a log of its own.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Returns why a file or a folder cannot be used, as the end of a sentence for people: `permission denied`.
pub fn io_reason(error: &std::io::Error) -> String {
    // The system adds a number, `(os error 13)`, which helps no one.
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or_default();
    let mut chars = reason.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
