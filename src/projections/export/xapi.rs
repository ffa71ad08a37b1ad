//! Exam attempts as xAPI 1.0.3 statements, one statement per line. The verbs are those of cmi5.
//! The cmi5 category is left out, because no learning system launched these attempts.

use std::collections::{BTreeMap, HashSet};
use std::io;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::attempt::{ExamResult, Fact, Mode};
use crate::clock::{Millis, Timestamp};
use crate::ids::{ExamId, FactId, TraineeId};
use crate::issuing::decision::applicable_facts;
use crate::projections::attempts::AttemptRow;
use crate::projections::certificates::CertificateRow;
use crate::projections::export::{ExportRecords, ExportedAttempt};

/// The `homePage` of all actors. Actors are named by person ID, so no name leaves the store.
const ACCOUNT_HOME_PAGE: &str = "urn:needlewise:people";
/// The titles of the exams.
type Titles = BTreeMap<ExamId, String>;

/// The namespace of the cmi5 verbs.
const VERB_NAMESPACE: &str = "http://adlnet.gov/expapi/verbs/";

/// Returns the statements of every exam attempt: `initialized`, then `passed` or `failed`. If a remark changed the
/// result, a statement voids the earlier result before the new one follows. Then follows `passed` for every certificate of
/// another computer that makes a person certified.
///
/// # Errors
/// None is known, because statements are JSON values.
pub fn write(records: &ExportRecords) -> io::Result<Vec<u8>> {
    let mut lines = String::new();
    let titles: Titles = records.matrix.exams.iter().map(|(exam, title)| (exam.clone(), title.clone())).collect();
    for attempt in records.attempts.iter().filter(|attempt| attempt.row.mode == Mode::Exam) {
        for statement in statements(attempt, &titles) {
            lines += &statement.to_string();
            lines.push('\n');
        }
    }
    for statement in certificate_statements(records) {
        lines += &statement.to_string();
        lines.push('\n');
    }
    Ok(lines.into_bytes())
}

/// Returns a statement for each certificate that decides a cell of the matrix and counts, unless the person passed the same
/// exam here.
fn certificate_statements(records: &ExportRecords) -> Vec<Value> {
    let is_pass = |row: &AttemptRow| {
        row.mode == Mode::Exam && row.result == Some(ExamResult::Passed) && !row.is_void(&records.authority)
    };
    let passes = records.attempts.iter().map(|attempt| &attempt.row).filter(|row| is_pass(row));
    let own_passes: HashSet<_> = passes.filter_map(|row| Some((row.trainee, row.exam.clone()?))).collect();
    let mut statements = Vec::new();
    for row in &records.matrix.rows {
        for cell in row.cells.iter().filter(|cell| cell.status.is_certified()) {
            let certificate = cell.certificate_row.as_ref();
            let certificate =
                certificate.filter(|certificate| !own_passes.contains(&(row.person.id, certificate.exam.clone())));
            statements.extend(certificate.map(|certificate| certificate_statement(row.person.id, certificate)));
        }
    }
    statements
}

fn certificate_statement(person: TraineeId, row: &CertificateRow) -> Value {
    let mut statement = envelope(statement_id(row.fact, "#certificate"), row.valid_from, person, "passed");
    statement["object"] = activity(&row.exam, &row.title);
    statement["result"] = json!({ "success": true, "completion": true });
    statement["context"] = context(&row.id);
    statement
}

/// Returns the context of a statement about an attempt or a certificate.
fn context(id: &impl std::fmt::Display) -> Value {
    json!({ "registration": registration(&format!("urn:uuid:{id}")), "platform": "needlewise" })
}

/// Returns what all statements have: ID, version, time, actor and verb.
fn envelope(id: Uuid, at: Timestamp, trainee: TraineeId, verb: &str) -> Value {
    json!({
        "id": id,
        "version": "1.0.3",
        "timestamp": at.to_string(),
        "actor": { "objectType": "Agent", "account": { "homePage": ACCOUNT_HOME_PAGE, "name": trainee } },
        "verb": { "id": format!("{VERB_NAMESPACE}{verb}"), "display": { "en": verb } },
    })
}

/// Returns the registration of an attempt or a certificate. xAPI 1.0.3 takes UUIDs of version 1 to 5 only, and those of this
/// program have version 7.
fn registration(urn: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{urn}#registration").as_bytes())
}

fn activity(exam: &ExamId, title: &str) -> Value {
    json!({
        "objectType": "Activity",
        "id": format!("urn:needlewise:exam:{exam}"),
        "definition": { "type": "http://adlnet.gov/expapi/activities/assessment", "name": { "en": title } },
    })
}

fn statements(ExportedAttempt { row, facts, discloses_points }: &ExportedAttempt, titles: &Titles) -> Vec<Value> {
    let mut output = Vec::new();
    let mut ending: Option<(Timestamp, Millis)> = None;
    let mut last_result: Option<(bool, FactId)> = None;
    for (stored, fact) in applicable_facts(facts) {
        let outcome = match &fact {
            Fact::Started(_) => {
                output.push(statement(row, titles, stored.id, stored.stored_at, "initialized", None));
                continue;
            }
            Fact::Finished(finished) => {
                ending = Some((stored.stored_at, finished.elapsed));
                &finished.outcome
            }
            Fact::Remarked(remarked) => &remarked.outcome,
            _ => continue,
        };
        let passed = outcome.result == ExamResult::Passed;
        let Some((finished_at, elapsed)) =
            ending.filter(|_| last_result.is_none_or(|(previous, _)| previous != passed))
        else {
            continue;
        };
        // A remark changed the result. Void the earlier statement, so that a learning record store counts only one.
        output.extend(last_result.map(|(_, previous)| voiding_statement(row, stored.id, previous, stored.stored_at)));
        last_result = Some((passed, stored.id));
        let mut result = json!({
            "success": passed,
            "completion": true,
            "duration": format!("PT{}S", elapsed.0 / 1000),
        });
        if *discloses_points {
            let (raw, max) = (outcome.earned.to_f64(), outcome.possible);
            let scaled = outcome.earned.share_of(max);
            result["score"] = json!({ "scaled": scaled, "raw": raw, "min": 0, "max": max });
        }
        // A pass by a remark has the date of the attempt, not the date of the remark.
        let verb = if passed { "passed" } else { "failed" };
        output.push(statement(row, titles, stored.id, finished_at, verb, Some(result)));
    }
    output
}

/// Returns the ID of a statement. The same fact always gives the same ID, so a learning record store that gets an
/// export twice stores each statement once.
fn statement_id(fact: FactId, suffix: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:uuid:{fact}{suffix}").as_bytes())
}

/// Returns the statement that voids the statement of an earlier fact.
fn voiding_statement(row: &AttemptRow, fact: FactId, voided_fact: FactId, at: Timestamp) -> Value {
    let mut statement = envelope(statement_id(fact, "#voided"), at, row.trainee, "voided");
    statement["object"] = json!({ "objectType": "StatementRef", "id": statement_id(voided_fact, "") });
    statement
}

fn statement(
    row: &AttemptRow,
    titles: &Titles,
    fact: FactId,
    at: Timestamp,
    verb: &str,
    result: Option<Value>,
) -> Value {
    let object = row.exam.as_ref().map(|exam| activity(exam, titles.get(exam).map_or(exam.as_str(), String::as_str)));
    let mut statement = envelope(statement_id(fact, ""), at, row.trainee, verb);
    statement["object"] = json!(object);
    statement["context"] = context(&row.id);
    if let Some(result) = result {
        statement["result"] = result;
    }
    statement
}
