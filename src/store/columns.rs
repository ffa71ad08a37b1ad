//! Column lists of the tables, and functions that read their rows into types.

use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Result, Row as Columns};

use crate::attempt::chain::{SaltedPayload, StoredFact};
use crate::attempt::fact::Person;
use crate::attempt::{ExamResult, Mode};
use crate::clock::{Millis, Timestamp};
use crate::credential::Assurance;
use crate::ids::{Digest, from_hex};
use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::projections::study::QuestionProgress;

/// A text column that holds the text form of `T`.
struct Parsed<T>(T);

impl<T: FromStr<Err: std::error::Error + Send + Sync + 'static>> FromSql for Parsed<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(FromSqlError::other)
    }
}

/// A text column that holds a word that serde knows.
struct Word<T>(T);

impl<T: serde::de::DeserializeOwned> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = serde_json::Value::String(value.as_str()?.to_owned());
        serde_json::from_value(word).map(Self).map_err(FromSqlError::other)
    }
}

fn parse_column<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Columns<'_>,
    index: usize,
) -> Result<T> {
    row.get(index).map(|Parsed(value)| value)
}

fn parse_optional_column<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Columns<'_>,
    index: usize,
) -> Result<Option<T>> {
    row.get::<_, Option<Parsed<T>>>(index).map(|value| value.map(|Parsed(value)| value))
}

fn read_optional_word<T: serde::de::DeserializeOwned>(row: &Columns<'_>, index: usize) -> Result<Option<T>> {
    row.get::<_, Option<Word<T>>>(index).map(|value| value.map(|Word(value)| value))
}

fn read_timestamp(row: &Columns<'_>, index: usize) -> Result<Timestamp> {
    row.get(index).map(Timestamp::from_millis)
}

pub(super) const FACT_COLUMNS: &str =
    "f.id, f.stream, f.seq, f.kind, f.at, f.body, f.prev, f.digest, s.salt, s.payload";

pub(super) fn read_fact(row: &Columns<'_>) -> Result<StoredFact> {
    let salt: Option<String> = row.get(8)?;
    let payload: Option<String> = row.get(9)?;
    // A salt that cannot be read makes a payload that does not fit: found as damage, not taken for erased.
    let salt = salt.map(|salt| from_hex(&salt).unwrap_or_default());
    Ok(StoredFact {
        id: parse_column(row, 0)?,
        stream: parse_column(row, 1)?,
        seq: row.get(2)?,
        kind: row.get(3)?,
        stored_at: read_timestamp(row, 4)?,
        payload_digest: parse_column(row, 5)?,
        previous_digest: parse_column(row, 6)?,
        digest: parse_column(row, 7)?,
        salted_payload: salt.zip(payload).map(|(salt, payload)| SaltedPayload { salt, payload }),
    })
}

pub(super) const ATTEMPT_COLUMNS: &str = "id, trainee, mode, exam, started, finished, time_limit, standing, earned, possible, \
                                  certificate, valid_until, voided, granted, seal";

/// Reads an attempt with its seal.
pub(super) fn read_attempt(row: &Columns<'_>) -> Result<(AttemptRow, Digest)> {
    let attempt = AttemptRow {
        id: parse_column(row, 0)?,
        trainee: parse_column(row, 1)?,
        mode: row.get(2).map(|Word::<Mode>(mode)| mode)?,
        exam: parse_optional_column(row, 3)?,
        started_at: read_timestamp(row, 4)?,
        finished_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        time_limit: row.get::<_, Option<u64>>(6)?.map(Millis),
        result: row.get::<_, Option<Word<ExamResult>>>(7)?.map(|Word(standing)| standing),
        earned: row.get::<_, Option<Word<_>>>(8)?.map(|Word(earned)| earned),
        possible: row.get(9)?,
        certificate: parse_optional_column(row, 10)?,
        valid_until: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_millis),
        voided: row.get::<_, i64>(12)? != 0,
        extra_attempts: row.get(13)?,
    };
    Ok((attempt, parse_column(row, 14)?))
}

pub(super) const PROGRESS_COLUMNS: &str = "bank, question, revision, seen, correct, last_right, last, seal";

/// Reads what was learned of a question, with its seal.
pub(super) fn read_progress(row: &Columns<'_>) -> Result<(QuestionProgress, Digest)> {
    let progress = QuestionProgress {
        bank: parse_column(row, 0)?,
        question: parse_column(row, 1)?,
        revision: row.get(2)?,
        answer_count: row.get(3)?,
        correct_count: row.get(4)?,
        is_last_correct: row.get::<_, i64>(5)? != 0,
        last_answered: read_timestamp(row, 6)?,
    };
    Ok((progress, parse_column(row, 7)?))
}

pub(super) const PERSON_COLUMNS: &str = "id, name, staff_id, license, hold, time_factor";

pub(super) fn read_person(row: &Columns<'_>) -> Result<PersonRow> {
    let person = Person {
        name: row.get(1)?,
        staff_id: row.get(2)?,
        license: row.get(3)?,
        hold: row.get(4)?,
        time_factor: read_optional_word(row, 5)?,
        signature: None,
    };
    Ok(PersonRow { id: parse_column(row, 0)?, person })
}

pub(super) const CERTIFICATE_COLUMNS: &str =
    "id, trainee, exam, title, assurance, issuer, valid_from, valid_until, digest, fact, seal";

/// Reads a certificate issued elsewhere, with its seal.
pub(super) fn read_certificate(row: &Columns<'_>) -> Result<(CertificateRow, Digest)> {
    let certificate = CertificateRow {
        id: parse_column(row, 0)?,
        trainee: parse_column(row, 1)?,
        exam: parse_column(row, 2)?,
        title: row.get(3)?,
        assurance: row.get(4).map(|Word::<Assurance>(assurance)| assurance)?,
        issuer: row.get(5)?,
        valid_from: read_timestamp(row, 6)?,
        valid_until: read_timestamp(row, 7)?,
        digest: parse_column(row, 8)?,
        fact: parse_column(row, 9)?,
    };
    Ok((certificate, parse_column(row, 10)?))
}
