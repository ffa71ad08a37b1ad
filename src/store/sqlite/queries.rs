//! The queries of a SQLite store.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::tables::{FACT_COLUMNS, read_fact};
use crate::attempt::chain::StoredFact;
use crate::canonical;
use crate::ids::{Digest, StreamId};
use crate::projections::attempts::AttemptQuery;
use crate::projections::certificates::CertificateQuery;
use crate::projections::people::PersonQuery;
use crate::projections::row::ColumnValue;
use crate::store::{StoreError, StoreIdentity};
use crate::text;

/// The conditions, the order and the length of a query as they are put together.
#[derive(Debug, Default)]
struct Clauses {
    conditions: Vec<String>,
    values: Vec<ColumnValue>,
}

impl Clauses {
    /// Adds a condition in which each `?` stands for one of the values.
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
    if let Some((valid_until, id)) = query.after {
        let until = || ColumnValue::timestamp(valid_until);
        clauses.add("(valid_until < ? OR (valid_until = ? AND id > ?))", [until(), until(), ColumnValue::text(id)]);
    }
    clauses.finish("valid_until DESC, id, trainee", query.max_count)
}

pub(super) fn streams(
    connection: &Connection,
    streams: &[StreamId],
) -> Result<BTreeMap<StreamId, Vec<StoredFact>>, StoreError> {
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
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let parse = |name: String| {
        name.parse().map_err(|_| StoreError::Damaged(format!("\"{}\" names no chain", text::single_line(&name))))
    };
    names.into_iter().map(parse).collect()
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
    found.ok_or_else(|| StoreError::Damaged("it does not say which store it is".to_owned()))
}

pub(super) fn check_integrity(connection: &Connection) -> Result<(), StoreError> {
    let found = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0)).optional()?;
    match found.as_deref() {
        Some("ok") => Ok(()),
        found => Err(StoreError::Damaged(text::single_line(found.unwrap_or("the check gives no answer")))),
    }
}
