//! What differs between systems: permissions, the identity of files, free space, and the limit on file sizes.

use std::fs;
use std::io;
use std::path::Path;

/// Creates an empty file that only this user can read, if there is nothing at the path yet.
///
/// # Errors
/// The error of the operating system, for example that the folder does not exist.
pub fn create_private_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(|_| ()),
    }
}

/// Identifies a file independently of its name: its device and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId(u64, u64);

/// Returns the identity of the file at a path. All files have the same one on systems that do not let an open file be
/// moved or removed, such as Windows.
///
/// # Errors
/// There is no file, or it cannot be looked at.
pub fn file_id(path: &Path) -> io::Result<FileId> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    let id = {
        use std::os::unix::fs::MetadataExt;
        FileId(metadata.dev(), metadata.ino())
    };
    #[cfg(not(unix))]
    let id = {
        let _ = metadata;
        FileId(0, 0)
    };
    Ok(id)
}

/// Returns whether this user may write a file or in a folder.
pub fn is_writable(path: &Path) -> bool {
    #[cfg(unix)]
    let is_writable = rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    let is_writable = fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly());
    is_writable
}

/// Returns how many bytes this user can still write to the disk of a folder, or `None` if the system does not say.
pub fn free_space(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    let free = rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    #[cfg(not(unix))]
    let free = {
        let _ = folder;
        None
    };
    free
}

/// Lets this user write a file. Errors are left to the write that follows.
pub fn make_writable(path: &Path) {
    #[cfg(unix)]
    let _ = fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600));
    #[cfg(not(unix))]
    if let Ok(metadata) = fs::metadata(path) {
        let mut permissions = metadata.permissions();
        permissions.set_readonly(false);
        let _ = fs::set_permissions(path, permissions);
    }
}

/// Lets a write beyond the limit on file sizes (`ulimit -f`) fail with an error. By default, SIGXFSZ would kill the process.
/// Call it once, at the start.
///
/// # Errors
/// The signal cannot be caught.
pub fn survive_file_size_limit() -> io::Result<()> {
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::signal::SIGXFSZ, std::sync::Arc::default())?;
    Ok(())
}

/// Returns a builder of folders that only this user can read. On Windows, a folder has the permissions of its parent, and
/// those of a user's own folders are private.
pub(super) fn private_dir_builder() -> fs::DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
