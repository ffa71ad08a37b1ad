//! The queries of a SQLite store: lists, batches of chains and content, and the integrity check.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::tables::{FACT_COLUMNS, read_fact};
use crate::attempt::chain::StoredFact;
use crate::canonical;
use crate::ids::{Digest, StreamId, TraineeId};
use crate::projections::attempts::AttemptQuery;
use crate::projections::certificates::CertificateQuery;
use crate::projections::notebook::NoteQuery;
use crate::projections::people::PersonQuery;
use crate::projections::row::ColumnValue;
use crate::store::{StoreError, StoreIdentity};
use crate::text;

/// Builds the `WHERE`, `ORDER BY` and `LIMIT` clauses of a query.
#[derive(Debug, Default)]
struct Clauses {
    conditions: Vec<String>,
    values: Vec<ColumnValue>,
}

impl Clauses {
    /// Adds a condition in which each `?` stands for the next of the values. They become numbered parameters such as
    /// `$3`, which SQLite and PostgreSQL both accept.
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = ColumnValue>) {
        let mut parts = condition.split('?');
        let mut numbered = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(values) {
            self.values.push(value);
            numbered += &format!("${}{part}", self.values.len());
        }
        self.conditions.push(numbered);
    }

    fn finish(mut self, order: &str, max_count: Option<u32>) -> (String, Vec<ColumnValue>) {
        let mut sql = String::new();
        if !self.conditions.is_empty() {
            sql = format!("WHERE {} ", self.conditions.join(" AND "));
        }
        sql += &format!("ORDER BY {order}");
        if let Some(max_count) = max_count {
            self.values.push(ColumnValue::count(max_count));
            sql += &format!(" LIMIT ${}", self.values.len());
        }
        (sql, self.values)
    }
}

pub(super) fn attempt_clauses(query: &AttemptQuery) -> (String, Vec<ColumnValue>) {
    let mut clauses = Clauses::default();
    if let Some(trainee) = query.trainee {
        clauses.add("trainee = ?", [ColumnValue::text(trainee)]);
    }
    if let Some(mode) = query.mode {
        clauses.add("mode = ?", [ColumnValue::text(mode)]);
    }
    if let Some(exam) = &query.exam {
        clauses.add("exam = ?", [ColumnValue::text(exam)]);
    }
    if query.open_only {
        clauses.add("finished IS NULL", []);
    }
    if query.certified_only {
        clauses.add("certificate IS NOT NULL", []);
    }
    if let Some((started_at, id)) = query.after {
        clauses.add("(started, id) < (?, ?)", [ColumnValue::timestamp(started_at), ColumnValue::text(id)]);
    }
    clauses.finish("started DESC, id DESC", query.max_count)
}

pub(super) fn person_clauses(query: &PersonQuery) -> (String, Vec<ColumnValue>) {
    let mut clauses = Clauses::default();
    if let Some(id) = query.id {
        clauses.add("id = ?", [ColumnValue::text(id)]);
    }
    if let Some(name_key) = &query.name_key {
        clauses.add("name_key = ?", [ColumnValue::text(name_key)]);
    }
    if let Some(staff_id) = &query.staff_id {
        clauses.add("staff_id = ?", [ColumnValue::text(staff_id)]);
    }
    if let Some(linked_to) = query.linked_to {
        clauses.add("linked_to = ?", [ColumnValue::text(linked_to)]);
    }
    if let Some((name_key, id)) = &query.after {
        clauses.add("(name_key, id) > (?, ?)", [ColumnValue::text(name_key), ColumnValue::text(id)]);
    }
    clauses.finish("name_key, id", query.max_count)
}

pub(super) fn certificate_clauses(query: &CertificateQuery) -> (String, Vec<ColumnValue>) {
    let mut clauses = Clauses::default();
    if let Some(trainee) = query.trainee {
        clauses.add("trainee = ?", [ColumnValue::text(trainee)]);
    }
    if let Some(id) = query.id {
        clauses.add("id = ?", [ColumnValue::text(id)]);
    }
    if let Some((valid_until, id, trainee)) = query.after {
        let until = || ColumnValue::timestamp(valid_until);
        let values = [until(), until(), ColumnValue::text(id), ColumnValue::text(trainee)];
        clauses.add("(valid_until < ? OR (valid_until = ? AND (id, trainee) > (?, ?)))", values);
    }
    clauses.finish("valid_until DESC, id, trainee", query.max_count)
}

pub(super) fn note_clauses(query: &NoteQuery) -> (String, Vec<ColumnValue>) {
    let mut clauses = Clauses::default();
    if let Some(trainee) = query.trainee {
        clauses.add("trainee = ?", [ColumnValue::text(trainee)]);
    }
    if query.reported_only {
        clauses.add("reports <> '[]'", []);
    }
    clauses.finish("trainee, bank, question", None)
}

pub(super) fn streams(
    connection: &Connection,
    streams: &[StreamId],
) -> Result<BTreeMap<StreamId, Vec<StoredFact>>, StoreError> {
    // A JSON list is one parameter for any number of IDs, so the text of the statement never changes and can be cached.
    let sql = format!(
        "SELECT {FACT_COLUMNS} FROM stored_fact f LEFT JOIN fact_payload p ON p.fact = f.id \
         WHERE f.stream IN (SELECT value FROM json_each($1)) ORDER BY f.stream, f.seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut chains: BTreeMap<StreamId, Vec<StoredFact>> = BTreeMap::new();
    for fact in statement.query_map([canonical::text(&streams)], read_fact)? {
        let fact = fact?;
        chains.entry(fact.stream).or_default().push(fact);
    }
    Ok(chains)
}

pub(super) fn stream_ids(connection: &Connection) -> Result<Vec<StreamId>, StoreError> {
    let mut statement = connection.prepare("SELECT DISTINCT stream FROM stored_fact ORDER BY stream")?;
    let names = statement.query_map([], |row| row.get::<_, ColumnValue>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    // Skip an invalid chain ID, so that the other chains stay visible. `check_integrity` reports it.
    let parse = |name: ColumnValue| column_text(name).parse().ok();
    Ok(names.into_iter().filter_map(parse).collect())
}

pub(super) fn content(connection: &Connection, digests: &[Digest]) -> Result<BTreeMap<Digest, String>, StoreError> {
    let sql = "SELECT digest, text FROM stored_content WHERE digest IN (SELECT value FROM json_each($1))";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement
        .query_map([canonical::text(&digests)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().filter_map(|(digest, text)| Some((digest.parse().ok()?, text))).collect())
}

pub(super) fn identity(connection: &Connection) -> Result<StoreIdentity, StoreError> {
    let read = |row: &rusqlite::Row<'_>| Ok(StoreIdentity { id: row.get(0)?, commits: row.get(1)? });
    let found = connection.query_row("SELECT id, commits FROM store", [], read).optional()?;
    found.ok_or_else(|| StoreError::Damaged("its ID is missing".to_owned()))
}

pub(super) fn erased_people(connection: &Connection) -> Result<Vec<TraineeId>, StoreError> {
    // The first program stored this kind as `erased`.
    let sql = "SELECT DISTINCT stream FROM stored_fact WHERE kind IN ('erased', 'person.erased/1') ORDER BY stream";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get::<_, ColumnValue>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names.into_iter().filter_map(|name| column_text(name).parse().ok()).collect())
}

/// Checks the engine's structures, the store's identity and all stored content. Returns one sentence for each fault.
pub(super) fn check_integrity(connection: &Connection) -> Result<Vec<String>, StoreError> {
    // Read values of any type, because a damaged store can contain any.
    let texts = |sql: &str| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(sql)?;
        statement.query_map([], |row| row.get::<_, ColumnValue>(0))?.map(|value| value.map(column_text)).collect()
    };
    let mut faults = texts("PRAGMA integrity_check")?;
    faults.retain(|line| line != "ok");
    match identity(connection) {
        Ok(_) => {}
        Err(error @ (StoreError::Damaged(_) | StoreError::Incomplete)) => faults.push(error.fault()),
        Err(error) => return Err(error),
    }
    let orphans = texts("SELECT \"table\" FROM pragma_foreign_key_check")?;
    faults.extend(orphans.iter().map(|table| format!("a row of the table {table} belongs to no fact")));
    for name in texts("SELECT DISTINCT stream FROM stored_fact")? {
        if name.parse::<StreamId>().is_err() {
            faults.push(format!("\"{name}\" is not a valid chain ID"));
        }
    }
    // One row at a time, because the content of large banks would fill the memory.
    let mut statement = connection.prepare("SELECT digest, text FROM stored_content")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (digest, text) = (row.get::<_, ColumnValue>(0)?, row.get::<_, ColumnValue>(1)?);
        let is_whole = matches!((&digest, &text), (ColumnValue::Text(digest), ColumnValue::Text(text))
            if Digest::of(text).to_string() == *digest);
        if !is_whole {
            faults.push(format!("content {} was changed", column_text(digest)));
        }
    }
    Ok(faults.iter().map(|fault| text::single_line(fault)).collect())
}

fn column_text(value: ColumnValue) -> String {
    match value {
        ColumnValue::Empty => "nothing".to_owned(),
        ColumnValue::Integer(number) => number.to_string(),
        ColumnValue::Text(text) => text,
    }
}
