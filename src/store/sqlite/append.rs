//! Stores a batch in one transaction: checks its expectations, inserts facts and writes the rows of changed chains.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params};

use super::mark::AttemptChange;
use super::{queries, tables, upgrade};
use crate::attempt::chain::{ChainHead, StoredFact};
use crate::canonical;
use crate::ids::{Digest, StreamId};
use crate::projections::row::{ColumnValue, StoredRow};
use crate::projections::study::{
    PRACTICE_ANSWERS, PracticeAnswer, QUESTION_PROGRESS, QuestionProgress, StudiedQuestion,
};
use crate::projections::tables::ChainRows;
use crate::store::{Batch, Conflict, Expectation, StoreError, StoreIdentity};

/// Stores a batch, whole or not at all. Returns the identity of the store after it, and the attempts that it changed.
pub(super) fn append(
    connection: &mut Connection,
    batch: &Batch,
) -> Result<(StoreIdentity, Vec<AttemptChange>), StoreError> {
    // Immediate: the write lock is held from the first check on, so that no other process can change what was checked.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for expectation in &batch.expectations {
        check_expectation(&transaction, expectation)?;
    }
    // Erase before inserting, so that the fact of the erasure keeps its payload.
    if let Some(erased_trainee) = batch.erased_trainee {
        tables::delete_person(&transaction, erased_trainee)?;
    }
    for (digest, text) in &batch.content {
        tables::insert_content(&transaction, *digest, text)?;
    }
    let first_seqs = insert_facts(&transaction, &batch.facts)?;
    let mut changes = Vec::new();
    for (stream, first_seq) in first_seqs {
        changes.extend(write_chain_rows(&transaction, stream, first_seq)?);
    }
    upgrade::count_commit(&transaction)?;
    let identity = queries::identity(&transaction)?;
    transaction.commit()?;
    Ok((identity, changes))
}

/// Inserts facts, each of which must follow the head of its chain. Returns the first new position in every chain.
fn insert_facts(transaction: &Transaction<'_>, facts: &[StoredFact]) -> Result<BTreeMap<StreamId, u32>, StoreError> {
    let mut heads: BTreeMap<StreamId, (u32, ChainHead)> = BTreeMap::new();
    for fact in facts {
        let (first_seq, head) = match heads.get(&fact.stream) {
            Some(known) => *known,
            None => {
                let head = tables::select_head(transaction, fact.stream)?;
                // The row was written together with the last fact. If its head differs, facts were lost or added by
                // hand, and a new fact would hide that.
                if tables::select_row_head(transaction, fact.stream)?.is_some_and(|row_head| row_head != head) {
                    return Err(StoreError::Damaged(format!(
                        "the last fact of chain {} does not match its row",
                        fact.stream
                    )));
                }
                (head.next_seq, head)
            }
        };
        if (fact.seq, fact.previous_digest) != (head.next_seq, head.digest) {
            return Err(StoreError::Conflict(Conflict::ChainContinued));
        }
        tables::insert_fact(transaction, fact).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => StoreError::Conflict(Conflict::ChainContinued),
            _ => error.into(),
        })?;
        heads.insert(fact.stream, (first_seq, ChainHead::after_fact(fact)));
    }
    Ok(heads.into_iter().map(|(stream, (first_seq, _))| (stream, first_seq)).collect())
}

/// Writes the rows of a chain. Returns the change if it is the chain of an attempt.
fn write_chain_rows(
    transaction: &Transaction<'_>,
    stream: StreamId,
    first_seq: u32,
) -> Result<Option<AttemptChange>, StoreError> {
    let chain = tables::select_stream(transaction, stream)?;
    // If a question cannot be read, its answer gets no row. The fact is stored all the same.
    let find_content = |digest: Digest| tables::select_content(transaction, digest).ok().flatten();
    let rows = ChainRows::fold(stream, &chain, first_seq, &find_content);
    for (projection, row) in rows.to_stored() {
        tables::put_row(transaction, projection, &row)?;
    }
    let questions: BTreeSet<&StudiedQuestion> = rows.practice_answers.iter().map(|answer| &answer.question).collect();
    for question in questions {
        write_progress(transaction, question)?;
    }
    let head = chain.last().map(ChainHead::after_fact);
    Ok(rows.attempt.zip(head).map(|(row, head)| AttemptChange {
        attempt: row.id,
        trainee: row.trainee,
        head,
        is_open: row.finished_at.is_none(),
    }))
}

/// Computes the progress from all answers to a question. It skips a damaged row, which must not block a new answer.
/// `doctor` reports that row.
fn write_progress(transaction: &Transaction<'_>, question: &StudiedQuestion) -> Result<(), StoreError> {
    let StudiedQuestion { trainee, bank, question: id, revision } = question;
    let key =
        [ColumnValue::text(trainee), ColumnValue::text(bank), ColumnValue::text(id), ColumnValue::count(*revision)];
    let clauses = "WHERE trainee = $1 AND bank = $2 AND question = $3 AND revision = $4";
    let rows = tables::select_rows(transaction, &PRACTICE_ANSWERS, clauses, &key)?;
    let answers: Vec<PracticeAnswer> = rows.iter().filter_map(StoredRow::to_row).collect();
    if let Some(progress) = QuestionProgress::fold(question, &answers) {
        tables::put_row(transaction, &QUESTION_PROGRESS, &StoredRow::from_row(&progress))?;
    }
    Ok(())
}

fn check_expectation(transaction: &Transaction<'_>, expectation: &Expectation) -> Result<(), StoreError> {
    let (sql, values, conflict) = match expectation {
        Expectation::NoOpenExam { trainee, except } => (
            "SELECT 1 FROM attempts WHERE trainee = $1 AND mode = 'exam' AND finished IS NULL \
             AND id NOT IN (SELECT value FROM json_each($2))",
            vec![trainee.to_string(), canonical::text(except)],
            Conflict::ExamBegun,
        ),
        Expectation::ExamAttempts { trainee, exam, count } => (
            "SELECT 1 WHERE (SELECT COUNT(*) FROM attempts WHERE trainee = $1 AND mode = 'exam' AND exam = $2) \
             <> CAST($3 AS INTEGER)",
            vec![trainee.to_string(), exam.to_string(), count.to_string()],
            Conflict::ExamBegun,
        ),
        Expectation::NameFree { name_key, except } => (
            "SELECT 1 FROM people WHERE name_key = $1 AND id <> $2 AND staff_id IS NULL",
            vec![name_key.clone(), except.to_string()],
            Conflict::NameTaken,
        ),
        Expectation::StaffIdFree { staff_id, except } => (
            "SELECT 1 FROM people WHERE staff_id = $1 AND id <> $2",
            vec![staff_id.clone(), except.to_string()],
            Conflict::StaffIdTaken,
        ),
        // The first program stored this kind as `erased`.
        Expectation::NotErased(trainee) => (
            "SELECT 1 FROM stored_fact WHERE stream = $1 AND kind IN ('erased', 'person.erased/1')",
            vec![trainee.to_string()],
            Conflict::PersonErased,
        ),
    };
    let mut statement = transaction.prepare_cached(sql)?;
    let found = statement.query_row(rusqlite::params_from_iter(values), |_| Ok(())).optional()?;
    found.map_or(Ok(()), |()| Err(StoreError::Conflict(conflict)))
}

/// Checkpoints and truncates the write-ahead log, because until then the log contains the erased data.
pub(super) fn empty_log(connection: &Connection) -> Result<(), StoreError> {
    let is_busy = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0).map(|is_busy| is_busy != 0);
    match connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", params![], is_busy)? {
        true => Err(StoreError::ErasedDataInLog),
        false => Ok(()),
    }
}
