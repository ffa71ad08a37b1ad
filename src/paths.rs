//! Where things live on this computer, and how files are written there: whole or not at all.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::clock::Day;
use crate::ids::{CertificateId, ExamId, TraineeId};
use crate::text;

/// The most that is read of a file that holds a secret.
const SECRET_MAX: u64 = 100_000;

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
        let or = |given: Option<PathBuf>, system: Option<&Path>| given.or_else(|| system.map(Path::to_owned));
        let state = match &data {
            Some(data) => Some(data.clone()),
            None => system.as_ref().and_then(|dirs| dirs.state_dir().or(Some(dirs.data_dir()))).map(Path::to_owned),
        };
        Some(Self {
            data: or(data, system.as_ref().map(ProjectDirs::data_dir))?,
            config: or(config, system.as_ref().map(ProjectDirs::config_dir))?,
            state: state?,
        })
    }

    /// Returns the folder of what is kept.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns the folder of settings and trust.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Returns the folder of logs.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Returns the file of the store.
    pub fn store(&self) -> PathBuf {
        self.data.join("needlewise.db")
    }

    /// Returns the file of this computer's own key.
    pub fn computer_key(&self) -> PathBuf {
        self.data.join("computer.key")
    }

    /// Returns the file of the issuer's key.
    pub fn issuer_key(&self) -> PathBuf {
        self.config.join("issuer.key")
    }

    /// Returns the file that says whom this machine trusts.
    pub fn trust(&self) -> PathBuf {
        self.config.join("trust.json")
    }

    /// Returns the folder of fonts for names in scripts that the built-in fonts lack.
    pub fn fonts(&self) -> PathBuf {
        self.data.join("fonts")
    }

    /// Returns the folder of the user's own banks.
    pub fn banks(&self) -> PathBuf {
        self.data.join("question-banks")
    }

    /// Returns the folder of certificates.
    pub fn certificates(&self) -> PathBuf {
        self.data.join("certificates")
    }

    /// Returns where a certificate's file goes, without its ending.
    ///
    /// A name is a part of the path only as a few ASCII letters; what tells two people apart is the end of the id.
    pub fn certificate(&self, holder: (&str, TraineeId), exam: &ExamId, day: Day, id: CertificateId) -> PathBuf {
        self.certificates_of(holder.0, holder.1).join(format!("{exam}-{day}-{}", id.short()))
    }

    /// Returns the folder of one person's certificates.
    pub fn certificates_of(&self, name: &str, id: TraineeId) -> PathBuf {
        self.certificates().join(format!("{}-{}", text::file_slug(name), id.short()))
    }

    /// Returns the folders of one person's certificates, under whatever names they had.
    pub fn certificate_folders_of(&self, id: TraineeId) -> Vec<PathBuf> {
        let own = format!("-{}", id.short());
        let entries = fs::read_dir(self.certificates()).into_iter().flatten().filter_map(Result::ok);
        entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(&own)).map(|entry| entry.path()).collect()
    }

    /// Makes the data directory, for this user's eyes only.
    ///
    /// # Errors
    /// The system's own.
    pub fn prepare(&self) -> io::Result<()> {
        make_private(&self.data)
    }
}

/// Makes a folder and those above it; the new ones can be read by this user only.
fn make_private(folder: &Path) -> io::Result<()> {
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
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (folder, file) = beside(path, bytes)?;
    file.persist(path)?;
    sync(folder)
}

/// Writes a file whole unless there is one already; says whether it did.
///
/// # Errors
/// The system's own.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let (folder, file) = beside(path, bytes)?;
    match file.persist_noclobber(path) {
        Ok(_) => sync(folder).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Reads at most a byte more than `most`, so that what is too large is seen as such without holding all of it.
///
/// # Errors
/// The system's own.
pub fn read_up_to(reader: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a short file that holds a secret; nothing where others than this user can read it, or where it is no text.
///
/// # Errors
/// The system's own.
pub fn read_private(path: &Path) -> io::Result<Option<String>> {
    let file = fs::File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return Ok(None);
        }
    }
    let mut bytes = Vec::new();
    file.take(SECRET_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).ok())
}

/// Writes a temporary file beside where it is to go, readable by this user only.
fn beside<'a>(path: &'a Path, bytes: &[u8]) -> io::Result<(&'a Path, tempfile::NamedTempFile)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_private(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok((folder, file))
}

/// Flushes a folder: a new name is on disk only once its folder is.
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
