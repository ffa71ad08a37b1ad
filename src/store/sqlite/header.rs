//! Whether a file is a needlewise store, found out without changing it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::schema::APPLICATION_ID;

/// What tells whether a file is ours.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoreHeader {
    /// The id of the program that made it; 0 where none was written.
    pub(super) application_id: i32,
    /// How many migrations it has seen.
    pub(super) schema_version: usize,
    /// How many tables and indexes it has.
    pub(super) object_count: usize,
}

impl StoreHeader {
    /// Reads it in one statement: between two, another process may make the store.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT application_id, user_version, (SELECT COUNT(*) FROM sqlite_master) \
                   FROM pragma_application_id, pragma_user_version";
        let read_header = |row: &rusqlite::Row<'_>| {
            Ok(Self { application_id: row.get(0)?, schema_version: row.get(1)?, object_count: row.get(2)? })
        };
        connection.query_row(sql, [], read_header)
    }

    /// Reads the header from the file alone, without its log, without a lock and without creating files. Returns none
    /// if that fails. A new store that was killed has its tables only in the log, which [`Self::read`] sees.
    pub(super) fn read_file(path: &Path) -> Option<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        // A drive letter is a path within the address.
        let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path };
        let connection = Connection::open_with_flags(format!("file:{path}?immutable=1"), flags).ok()?;
        Self::read(&connection).ok()
    }

    /// Returns whether another program made the file. An empty one is nobody's.
    pub(super) fn is_foreign(self) -> bool {
        self.application_id != APPLICATION_ID && !self.is_empty()
    }

    /// Returns whether no program has written anything yet.
    pub(super) fn is_empty(self) -> bool {
        self.application_id == 0 && self.schema_version == 0 && self.object_count == 0
    }
}
