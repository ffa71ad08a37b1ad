//! Reads with a limit: files, secrets, streams and typed lines. A pipe, a device or a folder is not a file here.

use std::fs;
use std::io::{self, BufRead, Read};
use std::path::Path;

/// The maximum size of a file with a secret. An issuer's key file grows by 300 bytes with each yearly key.
const SECRET_MAX_BYTES: usize = 128 * 1024;

/// The reason why a file with a secret cannot be used.
#[derive(Debug)]
pub enum ReadSecretError {
    /// The file cannot be read, or it is larger than any file with a secret.
    Unreadable(io::Error),
    /// Other users of this computer can read the file.
    ReadableByOthers,
    NotUtf8,
}

impl From<io::Error> for ReadSecretError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// The result of reading a line with a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundedLine {
    /// The line without its line ending. Bytes that are not UTF-8 are replaced.
    Text(String),
    /// The line is longer than the limit. It was skipped, so the next read starts at the next line.
    TooLong,
}

/// Reads a whole file of at most `max_bytes`.
///
/// # Errors
/// An error of the system, [`io::ErrorKind::FileTooLarge`] for a larger file, or [`io::ErrorKind::InvalidInput`] for a
/// folder, a pipe or a device.
pub fn read_bounded(path: &Path, max_bytes: usize) -> io::Result<Vec<u8>> {
    let file = open_regular_file(path)?;
    if file.metadata()?.len() > max_bytes as u64 {
        return Err(too_large(max_bytes));
    }
    // The limit applies again, because the file can grow during the read.
    read_stream(file, max_bytes)
}

/// Reads a whole stream of at most `max_bytes`.
///
/// # Errors
/// An error of the system, or [`io::ErrorKind::FileTooLarge`] for a longer stream. At most one byte past the limit is
/// read.
pub fn read_stream(stream: impl Read, max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take((max_bytes as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes { Err(too_large(max_bytes)) } else { Ok(bytes) }
}

/// Reads the next line, of at most `max_bytes` without its line ending. Returns `None` at the end of the input.
///
/// # Errors
/// An error of the system.
pub fn read_line(input: &mut impl BufRead, max_bytes: usize) -> io::Result<Option<BoundedLine>> {
    let mut bytes = Vec::new();
    // Two more bytes, for a line ending of `\r\n`.
    let read_count = input.by_ref().take((max_bytes as u64).saturating_add(2)).read_until(b'\n', &mut bytes)?;
    if read_count == 0 {
        return Ok(None);
    }
    if read_count > max_bytes && !bytes.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        return Ok(Some(BoundedLine::TooLong));
    }
    while let Some(b'\r' | b'\n') = bytes.last() {
        bytes.pop();
    }
    if bytes.len() > max_bytes {
        return Ok(Some(BoundedLine::TooLong));
    }
    Ok(Some(BoundedLine::Text(String::from_utf8_lossy(&bytes).into_owned())))
}

/// Reads a short text file that contains a secret and that only this user can read.
///
/// # Errors
/// See [`ReadSecretError`].
pub fn read_secret(path: &Path) -> Result<String, ReadSecretError> {
    let file = open_regular_file(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return Err(ReadSecretError::ReadableByOthers);
        }
    }
    String::from_utf8(read_stream(file, SECRET_MAX_BYTES)?).map_err(|_| ReadSecretError::NotUtf8)
}

/// Checks that a path names a regular file that can be opened.
///
/// # Errors
/// An error of the system, or [`io::ErrorKind::InvalidInput`] for a folder, a pipe or a device.
pub fn require_regular_file(path: &Path) -> io::Result<()> {
    open_regular_file(path).map(drop)
}

fn open_regular_file(path: &Path) -> io::Result<fs::File> {
    // The check comes before the file is opened, because opening a pipe waits for a writer.
    if fs::metadata(path)?.is_file() {
        fs::File::open(path)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

fn too_large(max_bytes: usize) -> io::Error {
    let limit = match max_bytes / 1024 {
        kib if kib >= 1024 => format!("{} MB", kib / 1024),
        kib => format!("{kib} KB"),
    };
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit}"))
}
