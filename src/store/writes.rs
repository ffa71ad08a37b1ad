//! SQL statements that write the parts of a batch, one function per table.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{self, PROGRESS_COLUMNS};
use crate::attempt::chain::StoredFact;
use crate::ids::{Digest, TraineeId, to_hex};
use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::projections::study::PracticeAnswer;

pub(super) fn put_fact(connection: &Connection, row: &StoredFact) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO fact (id, stream, seq, kind, at, body, prev, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (id, stream) = (row.id.to_string(), row.stream.to_string());
    let (body, prev, digest) =
        (row.payload_digest.to_string(), row.previous_digest.to_string(), row.digest.to_string());
    let values = params![id, stream, row.seq, row.kind, row.stored_at.as_millis(), body, prev, digest];
    connection.prepare_cached(sql)?.execute(values)?;
    if let Some(secret) = &row.salted_payload {
        let sql = "INSERT INTO secret (fact, salt, payload) VALUES ($1, $2, $3)";
        connection.prepare_cached(sql)?.execute(params![id, to_hex(&secret.salt), secret.payload])?;
    }
    Ok(())
}

pub(super) fn put_content(connection: &Connection, digest: Digest, text: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO content (digest, text) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![digest.to_string(), text]).map(|_| ())
}

pub(super) fn put_person(connection: &Connection, row: &PersonRow, name_key: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO person (id, name, name_key, staff_id, license, hold, time_factor) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, \
               staff_id = excluded.staff_id, license = excluded.license, hold = excluded.hold, \
               time_factor = excluded.time_factor";
    let person = &row.person;
    let factor = person.time_factor.map(|factor| factor.to_string());
    let values =
        params![row.id.to_string(), person.name, name_key, person.staff_id, person.license, person.hold, factor];
    connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

pub(super) fn put_attempt(connection: &Connection, row: &AttemptRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO attempt (id, trainee, mode, exam, started, finished, time_limit, standing, earned, possible, \
               certificate, valid_until, voided, granted, seal) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
               ON CONFLICT (id) DO UPDATE SET finished = excluded.finished, standing = excluded.standing, \
               earned = excluded.earned, possible = excluded.possible, certificate = excluded.certificate, valid_until = excluded.valid_until, \
               voided = excluded.voided, granted = excluded.granted, seal = excluded.seal";
    connection.prepare_cached(sql)?.execute(params![
        row.id.to_string(),
        row.trainee.to_string(),
        row.mode.name(),
        row.exam.as_ref().map(ToString::to_string),
        row.started_at.as_millis(),
        row.finished_at.map(|timestamp| timestamp.as_millis()),
        row.time_limit.map(|limit| limit.0),
        row.result.map(|standing| standing.name()),
        row.earned.as_ref().map(ToString::to_string),
        row.possible,
        row.certificate.map(|id| id.to_string()),
        row.valid_until.map(|timestamp| timestamp.as_millis()),
        i64::from(row.voided),
        row.extra_attempts,
        row.row_digest().to_string(),
    ])?;
    Ok(())
}

/// Reads what was learned of the question so far and writes what it is after this answer.
pub(super) fn put_progress(connection: &Connection, practice_answer: &PracticeAnswer) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {PROGRESS_COLUMNS} FROM learned WHERE trainee = $1 AND bank = $2 AND question = $3 AND revision = $4"
    );
    let trainee = practice_answer.trainee.to_string();
    let (bank, question) = (practice_answer.bank.to_string(), practice_answer.question.to_string());
    let key = params![trainee, bank, question, practice_answer.revision];
    let previous = connection.prepare_cached(&sql)?.query_row(key, columns::read_progress).optional()?;
    let row = practice_answer.update(previous.map(|(row, _)| row));
    let sql = "INSERT INTO learned (trainee, bank, question, revision, seen, correct, last_right, last, seal) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (trainee, bank, question, revision) DO UPDATE \
               SET seen = excluded.seen, correct = excluded.correct, last_right = excluded.last_right, \
               last = excluded.last, seal = excluded.seal";
    let row_digest = row.row_digest(practice_answer.trainee).to_string();
    connection.prepare_cached(sql)?.execute(params![
        trainee,
        bank,
        question,
        row.revision,
        row.answer_count,
        row.correct_count,
        i64::from(row.is_last_correct),
        row.last_answered.as_millis(),
        row_digest,
    ])?;
    Ok(())
}

pub(super) fn put_certificate(connection: &Connection, row: &CertificateRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO certificate (id, trainee, exam, title, assurance, issuer, valid_from, valid_until, digest, \
               fact, seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET \
               trainee = excluded.trainee, exam = excluded.exam, title = excluded.title, assurance = excluded.assurance, \
               issuer = excluded.issuer, valid_from = excluded.valid_from, valid_until = excluded.valid_until, \
               digest = excluded.digest, fact = excluded.fact, seal = excluded.seal";
    connection.prepare_cached(sql)?.execute(params![
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
        row.row_digest().to_string(),
    ])?;
    Ok(())
}

/// Deletes what of a person can be deleted: salts and payloads of their own chain and of their attempts', and every
/// row.
pub(super) fn delete_person(connection: &Connection, trainee: TraineeId) -> rusqlite::Result<()> {
    let trainee = trainee.to_string();
    let delete_payloads = "DELETE FROM secret WHERE fact IN (SELECT id FROM fact WHERE stream = $1 \
                   OR stream IN (SELECT id FROM attempt WHERE trainee = $1))";
    let statements = [
        delete_payloads,
        "DELETE FROM learned WHERE trainee = $1",
        "DELETE FROM certificate WHERE trainee = $1",
        "DELETE FROM attempt WHERE trainee = $1",
        "DELETE FROM person WHERE id = $1",
    ];
    statements.into_iter().try_for_each(|sql| connection.execute(sql, [&trainee]).map(|_| ()))
}
