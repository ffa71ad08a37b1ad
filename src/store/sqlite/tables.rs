//! SQL that reads and writes facts, content and the rows of projections.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};

use crate::attempt::chain::{ChainHead, SaltedPayload, StoredFact};
use crate::clock::Timestamp;
use crate::ids::{Digest, FactId, StreamId, TraineeId, from_hex, to_hex};
use crate::projections::row::{ColumnValue, Projection, StoredRow};
use crate::projections::tables::PROJECTIONS;

/// Reads a text column as the type `T`, by its text form.
struct Parsed<T>(T);

impl<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>> FromSql for Parsed<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(FromSqlError::other)
    }
}

fn parse_column<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    index: usize,
) -> rusqlite::Result<T> {
    row.get(index).map(|Parsed(value)| value)
}

impl ToSql for ColumnValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Empty => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

impl FromSql for ColumnValue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(match value {
            ValueRef::Null => Self::Empty,
            ValueRef::Integer(number) => Self::Integer(number),
            // This program never writes other types. As text they stay visible, but match no digest.
            ValueRef::Real(number) => Self::Text(number.to_string()),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Self::Text(String::from_utf8_lossy(bytes).into_owned()),
        })
    }
}

pub(super) const FACT_COLUMNS: &str =
    "f.id, f.stream, f.seq, f.kind, f.at, f.body, f.prev, f.digest, p.salt, p.payload";

pub(super) fn read_fact(row: &Row<'_>) -> rusqlite::Result<StoredFact> {
    let salt: Option<String> = row.get(8)?;
    let payload: Option<String> = row.get(9)?;
    // An unreadable salt must count as damage, not as erased data. It becomes zeros, which do not match the digest.
    let salt = salt.map(|salt| from_hex(&salt).unwrap_or_default());
    Ok(StoredFact {
        id: parse_column(row, 0)?,
        stream: parse_column(row, 1)?,
        seq: row.get(2)?,
        kind: row.get(3)?,
        stored_at: row.get(4).map(Timestamp::from_millis)?,
        payload_digest: parse_column(row, 5)?,
        previous_digest: parse_column(row, 6)?,
        digest: parse_column(row, 7)?,
        salted_payload: salt.zip(payload).map(|(salt, payload)| SaltedPayload { salt, payload }),
    })
}

pub(super) fn select_stream(connection: &Connection, stream: StreamId) -> rusqlite::Result<Vec<StoredFact>> {
    let sql = format!(
        "SELECT {FACT_COLUMNS} FROM stored_fact f LEFT JOIN fact_payload p ON p.fact = f.id \
         WHERE f.stream = $1 ORDER BY f.seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map([stream.to_string()], read_fact)?.collect()
}

pub(super) fn select_content(connection: &Connection, digest: Digest) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT text FROM stored_content WHERE digest = $1")?;
    statement.query_row([digest.to_string()], |row| row.get(0)).optional()
}

/// Returns the head of a chain as its row recorded it; `None` if the chain has no row.
pub(super) fn select_row_head(connection: &Connection, stream: StreamId) -> rusqlite::Result<Option<ChainHead>> {
    let sql = "SELECT head_seq, head_digest FROM attempts WHERE id = $1 \
               UNION ALL SELECT head_seq, head_digest FROM people WHERE id = $1 \
               UNION ALL SELECT head_seq, head_digest FROM ledgers WHERE issuer = $1";
    let read_head = |row: &Row<'_>| Ok(ChainHead { next_seq: row.get(0)?, digest: parse_column(row, 1)? });
    connection.prepare_cached(sql)?.query_row([stream.to_string()], read_head).optional()
}

/// Returns the digest of the fact at a position of a chain, if there is one.
pub(super) fn select_digest(connection: &Connection, stream: StreamId, seq: u32) -> rusqlite::Result<Option<Digest>> {
    let sql = "SELECT digest FROM stored_fact WHERE stream = $1 AND seq = $2";
    let read_digest = |row: &Row<'_>| parse_column(row, 0);
    connection.prepare_cached(sql)?.query_row(params![stream.to_string(), seq], read_digest).optional()
}

pub(super) fn select_head(connection: &Connection, stream: StreamId) -> rusqlite::Result<ChainHead> {
    let sql = "SELECT seq, digest FROM stored_fact WHERE stream = $1 ORDER BY seq DESC LIMIT 1";
    let read_head = |row: &Row<'_>| {
        Ok(ChainHead { next_seq: row.get::<_, u32>(0)?.saturating_add(1), digest: parse_column(row, 1)? })
    };
    let head = connection.prepare_cached(sql)?.query_row([stream.to_string()], read_head).optional()?;
    Ok(head.unwrap_or(ChainHead::START))
}

pub(super) fn insert_fact(connection: &Connection, fact: &StoredFact) -> rusqlite::Result<()> {
    let sql = "INSERT INTO stored_fact (id, stream, seq, kind, at, body, prev, digest) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (id, stream) = (fact.id.to_string(), fact.stream.to_string());
    let (body, prev, digest) =
        (fact.payload_digest.to_string(), fact.previous_digest.to_string(), fact.digest.to_string());
    let values = params![id, stream, fact.seq, fact.kind, fact.stored_at.as_millis(), body, prev, digest];
    connection.prepare_cached(sql)?.execute(values)?;
    match &fact.salted_payload {
        Some(SaltedPayload { salt, payload }) => insert_payload(connection, fact.id, salt, payload),
        None => Ok(()),
    }
}

pub(super) fn insert_payload(
    connection: &Connection,
    fact: FactId,
    salt: &[u8; 32],
    payload: &str,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO fact_payload (fact, salt, payload) VALUES ($1, $2, $3)";
    connection.prepare_cached(sql)?.execute(params![fact.to_string(), to_hex(salt), payload]).map(|_| ())
}

pub(super) fn insert_content(connection: &Connection, digest: Digest, text: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO stored_content (digest, text) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![digest.to_string(), text]).map(|_| ())
}

/// Deletes all erasable data of a person: salts and payloads in their own chain and in the chains of their attempts,
/// and every row about them.
pub(super) fn delete_person(connection: &Connection, trainee: TraineeId) -> rusqlite::Result<()> {
    let trainee = trainee.to_string();
    // Find the person's attempts by their first facts, because a row could be missing. The first program stored this
    // kind as `started`.
    let delete_payloads = "DELETE FROM fact_payload WHERE fact IN (SELECT id FROM stored_fact WHERE stream = $1 \
         OR stream IN (SELECT f.stream FROM stored_fact f JOIN fact_payload p ON p.fact = f.id \
                       WHERE f.seq = 0 AND f.kind IN ('started', 'attempt.started/1') AND instr(p.payload, $1) > 0))";
    connection.execute(delete_payloads, [&trainee])?;
    for projection in PROJECTIONS {
        if let Some(column) = projection.person_column() {
            connection.execute(&format!("DELETE FROM {} WHERE {} = $1", projection.name, column.name), [&trainee])?;
        }
    }
    Ok(())
}

/// Writes a row in its stored form. It replaces a row with the same key.
pub(super) fn put_row(connection: &Connection, projection: &Projection, row: &StoredRow) -> rusqlite::Result<()> {
    let places: Vec<_> = (1..=projection.columns.len() + 1).map(|number| format!("${number}")).collect();
    let sql = format!(
        "INSERT OR REPLACE INTO {} ({}) VALUES ({})",
        projection.name,
        column_list(projection),
        places.join(", ")
    );
    let digest = ColumnValue::text(row.digest);
    connection.prepare_cached(&sql)?.execute(params_from_iter(row.columns.iter().chain([&digest]))).map(|_| ())
}

/// Returns the rows that the clauses select, as they are stored, without checking their digests.
pub(super) fn select_rows(
    connection: &Connection,
    projection: &'static Projection,
    clauses: &str,
    values: &[ColumnValue],
) -> rusqlite::Result<Vec<StoredRow>> {
    let sql = format!("SELECT {} FROM {} {clauses}", column_list(projection), projection.name);
    let mut statement = connection.prepare_cached(&sql)?;
    let read_row = |row: &Row<'_>| {
        let columns = (0..projection.columns.len()).map(|index| row.get(index)).collect::<rusqlite::Result<_>>()?;
        // A digest that cannot be read becomes zeros, which match no row.
        let digest = match row.get(projection.columns.len())? {
            ColumnValue::Text(text) => text.parse().unwrap_or(Digest::ZERO),
            ColumnValue::Empty | ColumnValue::Integer(_) => Digest::ZERO,
        };
        Ok(StoredRow { columns, digest })
    };
    statement.query_map(params_from_iter(values), read_row)?.collect()
}

fn column_list(projection: &Projection) -> String {
    let names: Vec<_> = projection.columns.iter().map(|column| column.name).collect();
    format!("{}, digest", names.join(", "))
}
