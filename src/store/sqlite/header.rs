//! Decides whether a file is a needlewise store, without changing the file.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::schema::APPLICATION_ID;

/// The parts of a SQLite file that show which program made it.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoreHeader {
    /// SQLite's ID of the program that made the file; 0 if none was written.
    pub(super) application_id: i32,
    /// The number of migrations that were applied.
    pub(super) schema_version: usize,
    /// The number of tables, indexes and other objects.
    pub(super) object_count: usize,
}

impl StoreHeader {
    /// Reads the header in one statement. Between two statements another process could create the store, and then it
    /// would look foreign.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT application_id, user_version, (SELECT COUNT(*) FROM sqlite_master) \
                   FROM pragma_application_id, pragma_user_version";
        let read_header = |row: &rusqlite::Row<'_>| {
            Ok(Self { application_id: row.get(0)?, schema_version: row.get(1)?, object_count: row.get(2)? })
        };
        connection.query_row(sql, [], read_header)
    }

    /// Reads the header from the main file only: without its log, without a lock and without creating files. Returns
    /// `None` if that fails. If a program was killed right after it made a store, the tables are only in the log, which
    /// [`Self::read`] sees.
    pub(super) fn read_file(path: &Path) -> Option<Self> {
        Self::read(&open_immutable(path)?).ok()
    }

    /// Returns whether another program made the file. An empty file belongs to no program, so it is not foreign.
    pub(super) fn is_foreign(self) -> bool {
        self.application_id != APPLICATION_ID && !self.is_empty()
    }

    /// Returns whether no program has written to the file yet.
    pub(super) fn is_empty(self) -> bool {
        self.application_id == 0 && self.schema_version == 0 && self.object_count == 0
    }
}

/// Opens a store that exists, for a short time beside other connections. It can also write, because a read-only connection
/// could not remove SQLite's other files when it is closed.
pub(super) fn open_existing(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Opens the main file only, for reading: without its log, without a lock and without creating files. Returns `None` if
/// that fails.
pub(super) fn open_immutable(path: &Path) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Opening a pipe would wait for its writer.
    let path = Some(path).filter(|path| path.is_file())?.to_str()?;
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    // In a file URI, a path with a drive letter needs a slash before it.
    let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path };
    Connection::open_with_flags(format!("file:{path}?immutable=1"), flags).ok()
}
