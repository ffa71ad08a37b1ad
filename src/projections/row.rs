//! What every projection row has in common: its columns, its place in a table, and the digest that shows damage.

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::canonical;
use crate::clock::Timestamp;
use crate::ids::{Digest, StreamId};

/// A projection: a table of rows that are computed from facts and can be computed again.
#[derive(Debug, PartialEq, Eq)]
pub struct Projection {
    /// The name of the table.
    pub name: &'static str,
    /// The version of its columns and of how they are computed. A store whose rows have another version rebuilds them.
    pub version: u32,
    /// The columns, in the order in which they are written and digested. The first ones are the key.
    pub columns: &'static [Column],
    /// How many columns are the key.
    pub key_length: usize,
    /// The place of the column that names the chain which makes the row; none if several chains make it.
    pub stream_column: Option<usize>,
    /// Lists of columns that queries filter or sort by.
    pub indexes: &'static [&'static str],
}

impl Projection {
    /// Returns the column that names the person whom a row is about, if rows are about people.
    pub fn person_column(&self) -> Option<&Column> {
        let is_of_people = self.name == "people";
        self.columns.iter().find(|column| column.name == if is_of_people { "id" } else { "trainee" })
    }
}

/// A column of a projection.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// Whether it contains a number; otherwise it contains text.
    pub is_integer: bool,
    /// Whether it can be empty.
    pub is_optional: bool,
}

impl Column {
    /// A text that is always there.
    pub const fn text(name: &'static str) -> Self {
        Self { name, is_integer: false, is_optional: false }
    }

    /// A number that is always there.
    pub const fn integer(name: &'static str) -> Self {
        Self { name, is_integer: true, is_optional: false }
    }

    /// The same column, which can be empty.
    pub const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// The value of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum ColumnValue {
    /// Nothing.
    Empty,
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl ColumnValue {
    /// Returns the text form of a value.
    pub fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    /// Returns the text form of a value, or nothing.
    pub fn optional_text(value: Option<impl ToString>) -> Self {
        value.map_or(Self::Empty, Self::text)
    }

    /// Returns a moment, in milliseconds since 1970.
    pub fn timestamp(at: Timestamp) -> Self {
        Self::Integer(at.as_millis())
    }

    /// Returns a count. One that no store can contain is written as the largest number.
    pub fn count(count: impl TryInto<i64>) -> Self {
        Self::Integer(count.try_into().unwrap_or(i64::MAX))
    }

    /// Returns a value as canonical JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::Text(canonical::text(value))
    }
}

/// A row of a projection as a type.
pub trait ProjectionRow: Sized {
    /// Where the rows are stored.
    const PROJECTION: &'static Projection;

    /// Returns the columns, in the order of [`Projection::columns`].
    fn to_columns(&self) -> Vec<ColumnValue>;

    /// Reads a row from its columns; none if one of them has no meaning.
    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self>;
}

/// A row as a store contains it, without a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// The columns.
    pub columns: Vec<ColumnValue>,
    /// The digest stored with them.
    pub digest: Digest,
}

impl StoredRow {
    /// Makes the stored form of a row.
    pub fn from_row<R: ProjectionRow>(row: &R) -> Self {
        let columns = row.to_columns();
        let digest = row_digest(R::PROJECTION, &columns);
        Self { columns, digest }
    }

    /// Reads the row; none if it does not match its digest or cannot be read.
    pub fn to_row<R: ProjectionRow>(&self) -> Option<R> {
        let mut reader = ColumnReader(self.columns.iter());
        let row = R::from_columns(&mut reader)?;
        (row_digest(R::PROJECTION, &self.columns) == self.digest).then_some(row)
    }

    /// Returns the id of the chain that makes the row, if a single one does.
    pub fn stream(&self, projection: &Projection) -> Option<StreamId> {
        match self.columns.get(projection.stream_column?)? {
            ColumnValue::Text(text) => text.parse().ok(),
            ColumnValue::Empty | ColumnValue::Integer(_) => None,
        }
    }

    /// Returns the key: the first columns.
    pub fn key(&self, projection: &Projection) -> &[ColumnValue] {
        &self.columns[..projection.key_length.min(self.columns.len())]
    }
}

/// Returns the digest of a row: SHA-256 of the RFC 8785 form of [projection, version, columns].
pub fn row_digest(projection: &Projection, columns: &[ColumnValue]) -> Digest {
    Digest::of(canonical::bytes(&(projection.name, projection.version, columns)))
}

/// Reads columns one after the other.
#[derive(Debug)]
pub struct ColumnReader<'a>(std::slice::Iter<'a, ColumnValue>);

impl ColumnReader<'_> {
    /// Reads a text, or nothing.
    pub fn optional_text(&mut self) -> Option<Option<String>> {
        match self.0.next()? {
            ColumnValue::Empty => Some(None),
            ColumnValue::Text(text) => Some(Some(text.clone())),
            ColumnValue::Integer(_) => None,
        }
    }

    /// Reads a text.
    pub fn text(&mut self) -> Option<String> {
        self.optional_text()?
    }

    /// Reads the text form of a value.
    pub fn parse<T: FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// Reads the text form of a value, or nothing.
    pub fn optional_parse<T: FromStr>(&mut self) -> Option<Option<T>> {
        self.optional_text()?.map_or(Some(None), |text| text.parse().ok().map(Some))
    }

    /// Reads a number, or nothing.
    pub fn optional_integer<T: TryFrom<i64>>(&mut self) -> Option<Option<T>> {
        match self.0.next()? {
            ColumnValue::Empty => Some(None),
            ColumnValue::Integer(number) => T::try_from(*number).ok().map(Some),
            ColumnValue::Text(_) => None,
        }
    }

    /// Reads a number.
    pub fn integer<T: TryFrom<i64>>(&mut self) -> Option<T> {
        self.optional_integer()?
    }

    /// Reads a moment, or nothing.
    pub fn optional_timestamp(&mut self) -> Option<Option<Timestamp>> {
        Some(self.optional_integer::<i64>()?.map(Timestamp::from_millis))
    }

    /// Reads a moment.
    pub fn timestamp(&mut self) -> Option<Timestamp> {
        self.optional_timestamp()?
    }

    /// Reads a word that serde knows.
    pub fn word<T: DeserializeOwned>(&mut self) -> Option<T> {
        self.optional_word()?
    }

    /// Reads a word that serde knows, or nothing.
    pub fn optional_word<T: DeserializeOwned>(&mut self) -> Option<Option<T>> {
        let Some(text) = self.optional_text()? else { return Some(None) };
        serde_json::from_value(serde_json::Value::String(text)).ok().map(Some)
    }

    /// Reads JSON.
    pub fn json<T: DeserializeOwned>(&mut self) -> Option<T> {
        serde_json::from_str(&self.text()?).ok()
    }
}
