//! Rows of the tables as types, and back.

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

fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(row: &Columns<'_>, at: usize) -> Result<T> {
    row.get(at).map(|Parsed(value)| value)
}

fn maybe<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Columns<'_>,
    at: usize,
) -> Result<Option<T>> {
    row.get::<_, Option<Parsed<T>>>(at).map(|value| value.map(|Parsed(value)| value))
}

fn maybe_word<T: serde::de::DeserializeOwned>(row: &Columns<'_>, at: usize) -> Result<Option<T>> {
    row.get::<_, Option<Word<T>>>(at).map(|value| value.map(|Word(value)| value))
}

fn moment(row: &Columns<'_>, at: usize) -> Result<Timestamp> {
    row.get(at).map(Timestamp::from_millis)
}

pub(super) const FACT: &str = "f.id, f.stream, f.seq, f.kind, f.at, f.body, f.prev, f.digest, s.salt, s.payload";

pub(super) fn fact(row: &Columns<'_>) -> Result<StoredFact> {
    let salt: Option<String> = row.get(8)?;
    let payload: Option<String> = row.get(9)?;
    // A salt that cannot be read makes a payload that does not fit: found as damage, not taken for erased.
    let salt = salt.map(|salt| from_hex(&salt).unwrap_or_default());
    Ok(StoredFact {
        id: parsed(row, 0)?,
        stream: parsed(row, 1)?,
        seq: row.get(2)?,
        kind: row.get(3)?,
        stored_at: moment(row, 4)?,
        payload_digest: parsed(row, 5)?,
        previous_digest: parsed(row, 6)?,
        digest: parsed(row, 7)?,
        salted_payload: salt.zip(payload).map(|(salt, payload)| SaltedPayload { salt, payload }),
    })
}

pub(super) const ATTEMPT: &str = "id, trainee, mode, exam, started, finished, time_limit, standing, earned, possible, \
                                  certificate, valid_until, voided, granted, seal";

/// Reads an attempt with its seal.
pub(super) fn attempt(row: &Columns<'_>) -> Result<(AttemptRow, Digest)> {
    let attempt = AttemptRow {
        id: parsed(row, 0)?,
        trainee: parsed(row, 1)?,
        mode: row.get(2).map(|Word::<Mode>(mode)| mode)?,
        exam: maybe(row, 3)?,
        started: moment(row, 4)?,
        finished: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        limit: row.get::<_, Option<u64>>(6)?.map(Millis),
        standing: row.get::<_, Option<Word<ExamResult>>>(7)?.map(|Word(standing)| standing),
        earned: row.get::<_, Option<Word<_>>>(8)?.map(|Word(earned)| earned),
        possible: row.get(9)?,
        certificate: maybe(row, 10)?,
        valid_until: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_millis),
        voided: row.get::<_, i64>(12)? != 0,
        granted: row.get(13)?,
    };
    Ok((attempt, parsed(row, 14)?))
}

pub(super) const LEARNED: &str = "bank, question, revision, seen, correct, last_right, last, seal";

/// Reads what was learned of a question, with its seal.
pub(super) fn learned(row: &Columns<'_>) -> Result<(QuestionProgress, Digest)> {
    let learned = QuestionProgress {
        bank: parsed(row, 0)?,
        question: parsed(row, 1)?,
        revision: row.get(2)?,
        seen: row.get(3)?,
        right: row.get(4)?,
        last_right: row.get::<_, i64>(5)? != 0,
        last: moment(row, 6)?,
    };
    Ok((learned, parsed(row, 7)?))
}

pub(super) const PERSON: &str = "id, name, staff_id, license, hold, time_factor";

pub(super) fn person(row: &Columns<'_>) -> Result<PersonRow> {
    let person = Person {
        name: row.get(1)?,
        staff_id: row.get(2)?,
        license: row.get(3)?,
        hold: row.get(4)?,
        time_factor: maybe_word(row, 5)?,
        signature: None,
    };
    Ok(PersonRow { id: parsed(row, 0)?, person })
}

pub(super) const CERTIFICATE: &str =
    "id, trainee, exam, title, assurance, issuer, valid_from, valid_until, digest, fact, seal";

/// Reads a certificate issued elsewhere, with its seal.
pub(super) fn certificate(row: &Columns<'_>) -> Result<(CertificateRow, Digest)> {
    let certificate = CertificateRow {
        id: parsed(row, 0)?,
        trainee: parsed(row, 1)?,
        exam: parsed(row, 2)?,
        title: row.get(3)?,
        assurance: row.get(4).map(|Word::<Assurance>(assurance)| assurance)?,
        issuer: row.get(5)?,
        valid_from: moment(row, 6)?,
        valid_until: moment(row, 7)?,
        digest: parsed(row, 8)?,
        fact: parsed(row, 9)?,
    };
    Ok((certificate, parsed(row, 10)?))
}
