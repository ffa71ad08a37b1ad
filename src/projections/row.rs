//! The common parts of all projection rows: columns, keys, and the digest that shows damage.

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
    /// The version of the columns and of their computation. Raise it when either changes. A store whose rows have
    /// another version rebuilds them.
    pub version: u32,
    /// The columns, in the order in which they are written and digested. The first ones are the key.
    pub columns: &'static [Column],
    /// How many of the columns form the key.
    pub key_length: usize,
    /// The index of the column with the chain that a row is computed from; `None` if a row depends on several chains.
    pub stream_column: Option<usize>,
    /// The database indexes, each a list of columns that queries filter or sort by.
    pub indexes: &'static [&'static str],
}

impl Projection {
    /// Returns the column with the person that a row is about; `None` if rows are not about people.
    pub fn person_column(&self) -> Option<&Column> {
        let is_of_people = self.name == "people";
        self.columns.iter().find(|column| column.name == if is_of_people { "id" } else { "trainee" })
    }
}

/// A column of a projection.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// Whether the column contains integers. Otherwise it contains text.
    pub is_integer: bool,
    /// Whether values can be empty.
    pub is_optional: bool,
}

impl Column {
    /// Returns a text column that is never empty.
    pub const fn text(name: &'static str) -> Self {
        Self { name, is_integer: false, is_optional: false }
    }

    /// Returns an integer column that is never empty.
    pub const fn integer(name: &'static str) -> Self {
        Self { name, is_integer: true, is_optional: false }
    }

    /// Returns the same column, but its values can be empty.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// The value of a column. Booleans are 0 or 1, times are milliseconds since 1970, all other types are text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum ColumnValue {
    Empty,
    Integer(i64),
    Text(String),
}

impl ColumnValue {
    /// Returns the text form of a value.
    pub fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    /// Returns the text form of a value, or an empty column for `None`.
    pub fn optional_text(value: Option<impl ToString>) -> Self {
        value.map_or(Self::Empty, Self::text)
    }

    /// Returns a moment in milliseconds since 1970.
    pub fn timestamp(at: Timestamp) -> Self {
        Self::Integer(at.as_millis())
    }

    /// Returns a count. A count beyond the range of `i64` becomes its maximum.
    pub fn count(count: impl TryInto<i64>) -> Self {
        Self::Integer(count.try_into().unwrap_or(i64::MAX))
    }

    /// Returns a value as canonical JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::Text(canonical::text(value))
    }
}

/// The typed form of a projection's rows.
pub trait ProjectionRow: Sized {
    /// The projection that stores the rows.
    const PROJECTION: &'static Projection;

    /// Returns the columns in the order of [`Projection::columns`].
    fn to_columns(&self) -> Vec<ColumnValue>;

    /// Reads a row from its columns; `None` if a column has an invalid value.
    fn from_columns(columns: &mut ColumnReader<'_>) -> Option<Self>;
}

/// The untyped form of a row, as a store contains it. It may be damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    pub columns: Vec<ColumnValue>,
    /// The digest stored with them.
    pub digest: Digest,
}

impl StoredRow {
    /// Returns the stored form of a row, with its digest.
    pub fn from_row<R: ProjectionRow>(row: &R) -> Self {
        let columns = row.to_columns();
        let digest = row_digest(R::PROJECTION, &columns);
        Self { columns, digest }
    }

    /// Reads the row; `None` if it does not match its digest or a column is invalid.
    pub fn to_row<R: ProjectionRow>(&self) -> Option<R> {
        let mut reader = ColumnReader(self.columns.iter());
        let row = R::from_columns(&mut reader)?;
        (row_digest(R::PROJECTION, &self.columns) == self.digest).then_some(row)
    }

    /// Returns the ID of the chain that the row is computed from; `None` if there are several, or the ID is damaged.
    pub fn stream(&self, projection: &Projection) -> Option<StreamId> {
        match self.columns.get(projection.stream_column?)? {
            ColumnValue::Text(text) => text.parse().ok(),
            ColumnValue::Empty | ColumnValue::Integer(_) => None,
        }
    }

    /// Returns the key of the row: its first `key_length` columns.
    pub fn key(&self, projection: &Projection) -> &[ColumnValue] {
        &self.columns[..projection.key_length.min(self.columns.len())]
    }
}

/// Returns the digest of a row: SHA-256 over the RFC 8785 form of the array of projection name, version and columns.
/// It shows damage, not fraud: anyone with write access to the store can compute it.
pub fn row_digest(projection: &Projection, columns: &[ColumnValue]) -> Digest {
    Digest::of(canonical::bytes(&(projection.name, projection.version, columns)))
}

/// Reads the columns of a row in order. Every method returns `None` if the next column does not fit its type.
#[derive(Debug)]
pub struct ColumnReader<'a>(std::slice::Iter<'a, ColumnValue>);

impl ColumnReader<'_> {
    /// Reads a text, or an empty column as `Some(None)`.
    pub fn optional_text(&mut self) -> Option<Option<String>> {
        match self.0.next()? {
            ColumnValue::Empty => Some(None),
            ColumnValue::Text(text) => Some(Some(text.clone())),
            ColumnValue::Integer(_) => None,
        }
    }

    /// Reads a text. An empty column does not fit.
    pub fn text(&mut self) -> Option<String> {
        self.optional_text()?
    }

    /// Reads a value from its text form.
    pub fn parse<T: FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// Reads a value from its text form, or an empty column as `Some(None)`.
    pub fn optional_parse<T: FromStr>(&mut self) -> Option<Option<T>> {
        self.optional_text()?.map_or(Some(None), |text| text.parse().ok().map(Some))
    }

    /// Reads an integer, or an empty column as `Some(None)`.
    pub fn optional_integer<T: TryFrom<i64>>(&mut self) -> Option<Option<T>> {
        match self.0.next()? {
            ColumnValue::Empty => Some(None),
            ColumnValue::Integer(number) => T::try_from(*number).ok().map(Some),
            ColumnValue::Text(_) => None,
        }
    }

    /// Reads an integer.
    pub fn integer<T: TryFrom<i64>>(&mut self) -> Option<T> {
        self.optional_integer()?
    }

    /// Reads a moment, or an empty column as `Some(None)`.
    pub fn optional_timestamp(&mut self) -> Option<Option<Timestamp>> {
        Some(self.optional_integer::<i64>()?.map(Timestamp::from_millis))
    }

    /// Reads a moment in milliseconds since 1970.
    pub fn timestamp(&mut self) -> Option<Timestamp> {
        self.optional_timestamp()?
    }

    /// Reads a value from its name in serde, such as a unit variant of an enum.
    pub fn word<T: DeserializeOwned>(&mut self) -> Option<T> {
        self.optional_word()?
    }

    /// Reads a value from its name in serde, or an empty column as `Some(None)`.
    pub fn optional_word<T: DeserializeOwned>(&mut self) -> Option<Option<T>> {
        let Some(text) = self.optional_text()? else { return Some(None) };
        serde_json::from_value(serde_json::Value::String(text)).ok().map(Some)
    }

    /// Reads a value from its JSON text.
    pub fn json<T: DeserializeOwned>(&mut self) -> Option<T> {
        serde_json::from_str(&self.text()?).ok()
    }
}

/// Returns one page: the rows that `is_after` accepts, at most `max_count` of them.
pub fn page<R>(rows: Vec<R>, is_after: impl Fn(&R) -> bool, max_count: Option<u32>) -> Vec<R> {
    let max_count = max_count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    rows.into_iter().filter(is_after).take(max_count).collect()
}
