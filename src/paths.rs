//! The directories and files of this program on one computer, atomic file writes, and reads with a limit.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::clock::Day;
use crate::ids::{CertificateId, ExamId, TraineeId};
use crate::text;

mod read;

pub use read::{BoundedLine, ReadSecretError, read_bounded, read_line, read_secret, read_stream, require_regular_file};

/// The directories of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
    config: PathBuf,
    state: PathBuf,
}

impl Paths {
    /// Finds the directories: those given, else the system's own for this user; nothing where the system names none.
    pub fn find(data: Option<PathBuf>, config: Option<PathBuf>) -> Option<Self> {
        let system = ProjectDirs::from("", "", "needlewise");
        let given_or_system =
            |given: Option<PathBuf>, system: Option<&Path>| given.or_else(|| system.map(Path::to_owned));
        let state = match &data {
            // Beside a folder that was given, never in it: who loses that folder has the copies.
            Some(data) => Some(sibling(data, "-state")),
            None => system
                .as_ref()
                .map(|dirs| dirs.state_dir().map_or_else(|| sibling(dirs.cache_dir(), "-backups"), Path::to_owned)),
        };
        Some(Self {
            data: given_or_system(data, system.as_ref().map(ProjectDirs::data_dir))?,
            config: given_or_system(config, system.as_ref().map(ProjectDirs::config_dir))?,
            state: state?,
        })
    }

    /// Returns the folder of what is kept.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// Returns the folder of settings and trust.
    pub fn config_dir(&self) -> &Path {
        &self.config
    }

    /// Returns the folder of what can be lost: copies of the store.
    pub fn state_dir(&self) -> &Path {
        &self.state
    }

    /// Returns the folder of copies that are kept before the store changes.
    pub fn backups_dir(&self) -> PathBuf {
        self.state.join("backups")
    }

    /// Returns the file of the store.
    pub fn store_file(&self) -> PathBuf {
        self.data.join("needlewise.db")
    }

    /// Returns the file of this computer's own key.
    pub fn computer_key_file(&self) -> PathBuf {
        self.data.join("computer.key")
    }

    /// Returns the file of the issuer's key.
    pub fn issuer_key_file(&self) -> PathBuf {
        self.config.join("issuer.key")
    }

    /// Returns the file that says whom this machine trusts.
    pub fn trust_file(&self) -> PathBuf {
        self.config.join("trust.json")
    }

    /// Returns the folder of fonts for names in scripts that the built-in fonts lack.
    pub fn fonts_dir(&self) -> PathBuf {
        self.data.join("fonts")
    }

    /// Returns the folder of the user's own banks.
    pub fn banks_dir(&self) -> PathBuf {
        self.data.join("question-banks")
    }

    /// Returns the folder of certificates.
    pub fn certificates_dir(&self) -> PathBuf {
        self.data.join("certificates")
    }

    /// Returns where a certificate's file goes, without its ending.
    ///
    /// A name is a part of the path only as a few ASCII letters; what tells two people apart is the end of the id.
    pub fn certificate_path(&self, holder: (&str, TraineeId), exam: &ExamId, day: Day, id: CertificateId) -> PathBuf {
        self.person_certificates_dir(holder.0, holder.1).join(format!("{exam}-{day}-{}", id.short()))
    }

    /// Returns the folder of one person's certificates.
    pub fn person_certificates_dir(&self, name: &str, id: TraineeId) -> PathBuf {
        self.certificates_dir().join(format!("{}-{}", text::file_slug(name), id.short()))
    }

    /// Returns the folders of one person's certificates, under whatever names they had.
    ///
    /// # Errors
    /// The system's own; a folder that is not there has none.
    pub fn person_certificates_dirs(&self, id: TraineeId) -> io::Result<Vec<PathBuf>> {
        let suffix = format!("-{}", id.short());
        let entries = match fs::read_dir(self.certificates_dir()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?.collect::<io::Result<Vec<_>>>()?,
        };
        let is_of_person = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().ends_with(&suffix);
        Ok(entries.into_iter().filter(is_of_person).map(|entry| entry.path()).collect())
    }

    /// Makes the data directory, for this user's eyes only.
    ///
    /// # Errors
    /// The system's own.
    pub fn create_data_dir(&self) -> io::Result<()> {
        create_private_dir(&self.data)
    }
}

/// Returns a path beside another one: its name with something behind it.
fn sibling(path: &Path, suffix: &str) -> PathBuf {
    // `.` and `..` have no name of their own.
    let path = match path.file_name() {
        Some(_) => path.to_owned(),
        None => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Makes a folder and those above it; the new ones can be read by this user only.
fn create_private_dir(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file whole: to a temporary one beside it, flushed to the disk, then renamed. The folder is made if need be.
///
/// # Errors
/// The system's own; the file is then what it was before.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (folder, file) = write_temporary(path, bytes)?;
    file.persist(path)?;
    sync_folder(folder)
}

/// Writes a file whole: `write` fills an empty temporary file of this user only, by its path.
///
/// # Errors
/// The system's own, or what `write` says; the file is then what it was before.
pub fn write_atomic_with(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let (folder, file) = write_temporary(path, &[])?;
    write(file.path())?;
    fs::File::open(file.path())?.sync_all()?;
    file.persist(path)?;
    sync_folder(folder)
}

/// Writes a file whole unless there is one already; says whether it did.
///
/// # Errors
/// The system's own.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let (folder, file) = write_temporary(path, bytes)?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(folder).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Writes a temporary file beside where it is to go, readable by this user only.
fn write_temporary<'a>(path: &'a Path, bytes: &[u8]) -> io::Result<(&'a Path, tempfile::NamedTempFile)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_private_dir(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok((folder, file))
}

/// Flushes a folder: a new name is on disk only once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
