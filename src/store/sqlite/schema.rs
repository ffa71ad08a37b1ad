//! The tables of a SQLite store. Migrations change the tables of facts. The tables of projections are made from the
//! columns of the projections. They need no migration, because a rebuild replaces them.

use rusqlite::{Connection, OptionalExtension, params};

use crate::projections::row::{ColumnValue, Projection};
use crate::projections::tables::PROJECTIONS;
use crate::store::StoreError;

/// The migrations in order. The version of a store is the number of migrations applied to it. A released migration
/// never changes, because existing stores already have it.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001_facts.sql"),
    include_str!("schema/0002_certificates.sql"),
    include_str!("schema/0003_decisions.sql"),
    include_str!("schema/0004_projections.sql"),
];

/// The application ID that marks a SQLite file as a needlewise store: `NDLW` in ASCII.
pub(super) const APPLICATION_ID: i32 = 0x4E44_4C57;

/// The table with the version of each projection whose rows are stored.
const PROJECTION_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS projection (name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)";

/// The tables that no rebuild may drop, because they cannot be computed again.
const KEPT_TABLES: [&str; 5] = ["stored_fact", "fact_payload", "stored_content", "store", "projection"];

/// The table with the store's ID and the number of its commits. It has one row.
pub(super) const IDENTITY_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS store (id TEXT NOT NULL PRIMARY KEY, commits BIGINT NOT NULL)";

/// Returns whether the store has the rows of all projections in exactly the versions of this program.
///
/// # Errors
/// [`StoreError::NewerVersion`] if one of them has a version that this program does not know.
pub(super) fn are_projections_current(connection: &Connection) -> Result<bool, StoreError> {
    let exists = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'projection'";
    if connection.query_row(exists, [], |_| Ok(())).optional()?.is_none() {
        return Ok(false);
    }
    let mut statement = connection.prepare("SELECT name, version FROM projection ORDER BY name")?;
    let read_version = |row: &rusqlite::Row<'_>| Ok((row.get::<_, ColumnValue>(0)?, row.get::<_, ColumnValue>(1)?));
    let stored = statement.query_map([], read_version)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let version = |projection: &Projection| ColumnValue::Integer(i64::from(projection.version));
    let is_newer = |projection: &&Projection| {
        let name = ColumnValue::text(projection.name);
        stored.iter().any(|(known, stored)| {
            *known == name && matches!(stored, ColumnValue::Integer(_)) && *stored > version(projection)
        })
    };
    if PROJECTIONS.iter().any(is_newer) {
        return Err(StoreError::NewerVersion);
    }
    let mut wanted: Vec<_> =
        PROJECTIONS.iter().map(|projection| (ColumnValue::text(projection.name), version(projection))).collect();
    wanted.sort();
    Ok(stored == wanted)
}

/// Drops all tables of projections, creates them again empty, and records their versions.
pub(super) fn make_projection_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(PROJECTION_TABLE)?;
    let mut statement = connection.prepare("SELECT name FROM projection")?;
    let names = statement.query_map([], |row| row.get::<_, ColumnValue>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    // The names come from the file, which may be damaged: never drop a table of facts or one of SQLite's own.
    let is_projection = |name: &String| {
        let is_kept = KEPT_TABLES.iter().any(|kept| kept.eq_ignore_ascii_case(name)) || name.starts_with("sqlite_");
        // SQL text cannot contain NUL, so such a name cannot be dropped.
        !is_kept && !name.contains('\0')
    };
    let old = names.into_iter().filter_map(|name| match name {
        ColumnValue::Text(name) => Some(name).filter(is_projection),
        ColumnValue::Empty | ColumnValue::Integer(_) => None,
    });
    for name in old.chain(PROJECTIONS.map(|projection| projection.name.to_owned())) {
        connection.execute(&format!("DROP TABLE IF EXISTS \"{}\"", name.replace('"', "\"\"")), [])?;
    }
    connection.execute("DELETE FROM projection", [])?;
    for projection in PROJECTIONS {
        connection.execute_batch(&create_table_sql(projection))?;
        connection.execute(
            "INSERT INTO projection (name, version) VALUES ($1, $2)",
            params![projection.name, projection.version],
        )?;
    }
    Ok(())
}

fn create_table_sql(projection: &Projection) -> String {
    let column = |column: &crate::projections::row::Column| {
        let kind = if column.is_integer { "BIGINT" } else { "TEXT" };
        format!("{} {kind}{}", column.name, if column.is_optional { "" } else { " NOT NULL" })
    };
    let columns: Vec<_> = projection.columns.iter().map(column).collect();
    let key: Vec<_> = projection.columns[..projection.key_length].iter().map(|column| column.name).collect();
    let mut sql = format!(
        "CREATE TABLE {} ({}, digest TEXT NOT NULL, PRIMARY KEY ({}));\n",
        projection.name,
        columns.join(", "),
        key.join(", ")
    );
    for (number, index) in projection.indexes.iter().enumerate() {
        sql += &format!("CREATE INDEX {name}_{number} ON {name} ({index});\n", name = projection.name);
    }
    sql
}
