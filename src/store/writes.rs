//! What a batch writes, table by table.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{self, LEARNED};
use crate::attempt::chain::StoredFact;
use crate::ids::{Digest, TraineeId, to_hex};
use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::projections::study::PracticeAnswer;

pub(super) fn put_fact(change: &Connection, row: &StoredFact) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO fact (id, stream, seq, kind, at, body, prev, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (id, stream) = (row.id.to_string(), row.stream.to_string());
    let (body, prev, digest) =
        (row.payload_digest.to_string(), row.previous_digest.to_string(), row.digest.to_string());
    let values = params![id, stream, row.seq, row.kind, row.stored_at.as_millis(), body, prev, digest];
    change.prepare_cached(sql)?.execute(values)?;
    if let Some(secret) = &row.salted_payload {
        let sql = "INSERT INTO secret (fact, salt, payload) VALUES ($1, $2, $3)";
        change.prepare_cached(sql)?.execute(params![id, to_hex(&secret.salt), secret.payload])?;
    }
    Ok(())
}

pub(super) fn put_content(change: &Connection, digest: Digest, text: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO content (digest, text) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
    change.prepare_cached(sql)?.execute(params![digest.to_string(), text]).map(|_| ())
}

pub(super) fn put_person(change: &Connection, row: &PersonRow, key: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO person (id, name, name_key, staff_id, license, hold, time_factor) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, \
               staff_id = excluded.staff_id, license = excluded.license, hold = excluded.hold, \
               time_factor = excluded.time_factor";
    let person = &row.person;
    let factor = person.time_factor.map(|factor| factor.to_string());
    let values = params![row.id.to_string(), person.name, key, person.staff_id, person.license, person.hold, factor];
    change.prepare_cached(sql)?.execute(values).map(|_| ())
}

pub(super) fn put_attempt(change: &Connection, row: &AttemptRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO attempt (id, trainee, mode, exam, started, finished, time_limit, standing, earned, possible, \
               certificate, valid_until, voided, granted, seal) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
               ON CONFLICT (id) DO UPDATE SET finished = excluded.finished, standing = excluded.standing, \
               earned = excluded.earned, possible = excluded.possible, certificate = excluded.certificate, valid_until = excluded.valid_until, \
               voided = excluded.voided, granted = excluded.granted, seal = excluded.seal";
    change.prepare_cached(sql)?.execute(params![
        row.id.to_string(),
        row.trainee.to_string(),
        row.mode.name(),
        row.exam.as_ref().map(ToString::to_string),
        row.started.as_millis(),
        row.finished.map(|at| at.as_millis()),
        row.limit.map(|limit| limit.0),
        row.standing.map(|standing| standing.name()),
        row.earned.as_ref().map(ToString::to_string),
        row.possible,
        row.certificate.map(|id| id.to_string()),
        row.valid_until.map(|at| at.as_millis()),
        i64::from(row.voided),
        row.granted,
        row.seal().to_string(),
    ])?;
    Ok(())
}

/// Reads what was learned of the question so far and writes what it is after this answer.
pub(super) fn put_lesson(change: &Connection, lesson: &PracticeAnswer) -> rusqlite::Result<()> {
    let sql =
        format!("SELECT {LEARNED} FROM learned WHERE trainee = $1 AND bank = $2 AND question = $3 AND revision = $4");
    let trainee = lesson.trainee.to_string();
    let (bank, question) = (lesson.bank.to_string(), lesson.question.to_string());
    let key = params![trainee, bank, question, lesson.revision];
    let before = change.prepare_cached(&sql)?.query_row(key, columns::learned).optional()?;
    let row = lesson.after(before.map(|(row, _)| row));
    let sql = "INSERT INTO learned (trainee, bank, question, revision, seen, correct, last_right, last, seal) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (trainee, bank, question, revision) DO UPDATE \
               SET seen = excluded.seen, correct = excluded.correct, last_right = excluded.last_right, \
               last = excluded.last, seal = excluded.seal";
    let seal = row.seal(lesson.trainee).to_string();
    change.prepare_cached(sql)?.execute(params![
        trainee,
        bank,
        question,
        row.revision,
        row.seen,
        row.right,
        i64::from(row.last_right),
        row.last.as_millis(),
        seal,
    ])?;
    Ok(())
}

pub(super) fn put_certificate(change: &Connection, row: &CertificateRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO certificate (id, trainee, exam, title, assurance, issuer, valid_from, valid_until, digest, \
               fact, seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET \
               trainee = excluded.trainee, exam = excluded.exam, title = excluded.title, assurance = excluded.assurance, \
               issuer = excluded.issuer, valid_from = excluded.valid_from, valid_until = excluded.valid_until, \
               digest = excluded.digest, fact = excluded.fact, seal = excluded.seal";
    change.prepare_cached(sql)?.execute(params![
        row.id.to_string(),
        row.trainee.to_string(),
        row.exam.to_string(),
        row.title,
        row.assurance.name(),
        row.issuer,
        row.valid_from.as_millis(),
        row.valid_until.as_millis(),
        row.digest.to_string(),
        row.fact.to_string(),
        row.seal().to_string(),
    ])?;
    Ok(())
}

/// Deletes what of a person can be deleted: salts and payloads of their own chain and of their attempts', and every row.
pub(super) fn erase(change: &Connection, trainee: TraineeId) -> rusqlite::Result<()> {
    let trainee = trainee.to_string();
    let secrets = "DELETE FROM secret WHERE fact IN (SELECT id FROM fact WHERE stream = $1 \
                   OR stream IN (SELECT id FROM attempt WHERE trainee = $1))";
    let rows = [
        secrets,
        "DELETE FROM learned WHERE trainee = $1",
        "DELETE FROM certificate WHERE trainee = $1",
        "DELETE FROM attempt WHERE trainee = $1",
        "DELETE FROM person WHERE id = $1",
    ];
    rows.into_iter().try_for_each(|sql| change.execute(sql, [&trainee]).map(|_| ()))
}
