//! Reads with a limit: files, secrets, streams and typed lines. A pipe, a device or a folder is no file here.

use std::fs;
use std::io::{self, BufRead, Read};
use std::path::Path;

/// The largest file with a secret. An issuer's key file grows by 300 bytes with each yearly key.
const SECRET_MAX_BYTES: usize = 128 * 1024;

/// Why a file with a secret is not used.
#[derive(Debug)]
pub enum ReadSecretError {
    /// It cannot be read, or is larger than any file with a secret.
    Unreadable(io::Error),
    /// Other users of this computer can read it.
    ReadableByOthers,
    /// It is not UTF-8 text.
    NotUtf8,
}

impl From<io::Error> for ReadSecretError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// A line that was read with a limit, without its line ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundedLine {
    /// The line. Bytes that are not UTF-8 are replaced.
    Text(String),
    /// The line was longer than the limit. It is read to its end, and nothing of it is left.
    TooLong,
}

/// Reads a whole file of at most `max_bytes`.
///
/// # Errors
/// The system's own. [`io::ErrorKind::FileTooLarge`] for a larger file. [`io::ErrorKind::InvalidInput`] for a folder, a
/// pipe or a device.
pub fn read_bounded(path: &Path, max_bytes: usize) -> io::Result<Vec<u8>> {
    let file = open_regular_file(path)?;
    if file.metadata()?.len() > max_bytes as u64 {
        return Err(too_large(max_bytes));
    }
    // The file can grow while it is read.
    read_stream(file, max_bytes)
}

/// Reads all of a stream of at most `max_bytes`.
///
/// # Errors
/// The system's own. [`io::ErrorKind::FileTooLarge`] for a longer stream, of which one byte more is read.
pub fn read_stream(stream: impl Read, max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take((max_bytes as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes { Err(too_large(max_bytes)) } else { Ok(bytes) }
}

/// Reads the next line of at most `max_bytes` without its line ending. Returns `None` at the end of the input.
///
/// # Errors
/// The system's own.
pub fn read_line(input: &mut impl BufRead, max_bytes: usize) -> io::Result<Option<BoundedLine>> {
    let mut bytes = Vec::new();
    // The line ending has one byte or two.
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

/// Reads a short text file that holds a secret and that only this user can read.
///
/// # Errors
/// Those of [`read_bounded`], and the reasons of [`ReadSecretError`].
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

/// Checks that a path names a file that can be opened, and not a folder, a pipe or a device.
///
/// # Errors
/// The system's own, and [`io::ErrorKind::InvalidInput`] for what is no file.
pub fn require_regular_file(path: &Path) -> io::Result<()> {
    open_regular_file(path).map(drop)
}

fn open_regular_file(path: &Path) -> io::Result<fs::File> {
    // This comes before the file is opened, because opening a pipe waits for a writer.
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
