//! The tables of a SQLite store: migrations of the facts, and the tables of the projections, made from their columns.

use rusqlite::{Connection, params};

use crate::projections::row::Projection;
use crate::projections::tables::PROJECTIONS;

/// The migrations in order. A store's version is the number of migrations applied to it. A released one never changes.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001_facts.sql"),
    include_str!("schema/0002_certificates.sql"),
    include_str!("schema/0003_decisions.sql"),
    include_str!("schema/0004_projections.sql"),
];

/// Marks a SQLite file as ours: `NDLW`.
pub(super) const APPLICATION_ID: i32 = 0x4E44_4C57;

/// The store's id and the number of its commits: one row.
pub(super) const IDENTITY_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS store (id TEXT NOT NULL PRIMARY KEY, commits BIGINT NOT NULL)";

/// Returns whether the tables contain all projections in the versions of this program.
pub(super) fn are_projections_current(connection: &Connection) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare("SELECT name, version FROM projection ORDER BY name")?;
    let stored = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))?;
    let stored = stored.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut wanted: Vec<_> =
        PROJECTIONS.iter().map(|projection| (projection.name.to_owned(), projection.version)).collect();
    wanted.sort();
    Ok(stored == wanted)
}

/// Drops the tables of the projections, makes them again, and notes their versions.
pub(super) fn make_projection_tables(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT name FROM projection")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for name in names.iter().map(String::as_str).chain(PROJECTIONS.map(|projection| projection.name)) {
        // Only names of this program's own tables stand there; quotes keep any other one a name.
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
