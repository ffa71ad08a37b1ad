//! Exam attempts as xAPI 1.0.3 statements, one statement per line. The verbs are those of cmi5.
//! The cmi5 category is left out, because no learning system launched these attempts.

use std::io;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::attempt::{ExamResult, Fact, Mode};
use crate::clock::{Millis, Timestamp};
use crate::ids::FactId;
use crate::issuing::decision::applicable_facts;
use crate::projections::attempts::AttemptRow;
use crate::projections::export::{ExportRecords, ExportedAttempt};

/// The `homePage` of all actors. Actors are named by person ID, so no name leaves the store.
const ACCOUNT_HOME_PAGE: &str = "urn:needlewise:people";
/// The namespace of the cmi5 verbs.
const VERB_NAMESPACE: &str = "http://adlnet.gov/expapi/verbs/";

/// Returns the statements of every exam attempt: `initialized`, then `passed` or `failed`. If a remark changed the
/// result, a statement voids the earlier result before the new one follows.
///
/// # Errors
/// None is known, because statements are JSON values.
pub fn write(records: &ExportRecords) -> io::Result<Vec<u8>> {
    let mut lines = String::new();
    for attempt in records.attempts.iter().filter(|attempt| attempt.row.mode == Mode::Exam) {
        for statement in statements(attempt) {
            lines += &statement.to_string();
            lines.push('\n');
        }
    }
    Ok(lines.into_bytes())
}

fn statements(ExportedAttempt { row, facts, discloses_points }: &ExportedAttempt) -> Vec<Value> {
    let mut output = Vec::new();
    let mut ending: Option<(Timestamp, Millis)> = None;
    let mut last_result: Option<(bool, FactId)> = None;
    for (stored, fact) in applicable_facts(facts) {
        let outcome = match &fact {
            Fact::Started(_) => {
                output.push(statement(row, stored.id, stored.stored_at, "initialized", None));
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
        output.push(statement(row, stored.id, finished_at, if passed { "passed" } else { "failed" }, Some(result)));
    }
    output
}

/// Returns the ID of a statement. The same fact always gives the same ID, so a learning record store that gets an
/// export twice stores each statement once.
fn statement_id(fact: FactId, suffix: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:uuid:{fact}{suffix}").as_bytes())
}

fn actor(row: &AttemptRow) -> Value {
    json!({ "objectType": "Agent", "account": { "homePage": ACCOUNT_HOME_PAGE, "name": row.trainee } })
}

/// Returns the statement that voids the statement of an earlier fact.
fn voiding_statement(row: &AttemptRow, fact: FactId, voided_fact: FactId, at: Timestamp) -> Value {
    json!({
        "id": statement_id(fact, "#voided"),
        "version": "1.0.3",
        "timestamp": at.to_string(),
        "actor": actor(row),
        "verb": { "id": format!("{VERB_NAMESPACE}voided"), "display": { "en": "voided" } },
        "object": { "objectType": "StatementRef", "id": statement_id(voided_fact, "") },
    })
}

fn statement(row: &AttemptRow, fact: FactId, at: Timestamp, verb: &str, result: Option<Value>) -> Value {
    let exam = row.exam.as_ref().map_or("exam", |exam| exam.as_str());
    let mut statement = json!({
        "id": statement_id(fact, ""),
        "version": "1.0.3",
        "timestamp": at.to_string(),
        "actor": actor(row),
        "verb": { "id": format!("{VERB_NAMESPACE}{verb}"), "display": { "en": verb } },
        "object": {
            "objectType": "Activity",
            "id": format!("urn:needlewise:exam:{exam}"),
            "definition": { "type": "http://adlnet.gov/expapi/activities/assessment", "name": { "en": exam } },
        },
        "context": { "registration": row.id, "platform": "needlewise" },
    });
    if let Some(result) = result {
        statement["result"] = result;
    }
    statement
}
