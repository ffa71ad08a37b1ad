//! Exams as xAPI 1.0.3 statements, a statement a line, with the verbs of cmi5 but without its category: nothing here was
//! launched by a learning system.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::attempt::{ExamResult, Fact, Mode};
use crate::clock::{Millis, Timestamp};
use crate::ids::FactId;
use crate::issuing::decision::applicable_facts;
use crate::projections::attempts::AttemptRow;
use crate::projections::export::{ExportRecords, ExportedAttempt};

/// Where people are known by their ids: this program, wherever it runs.
const HOME: &str = "urn:needlewise:people";
/// The verbs' namespace.
const VERBS: &str = "http://adlnet.gov/expapi/verbs/";

/// Writes the statements of every exam: begun, and passed or failed; where it was marked again to another end, what was said
/// is taken back first.
pub fn write(records: &ExportRecords) -> Vec<u8> {
    let mut lines = String::new();
    for attempt in records.attempts.iter().filter(|attempt| attempt.row.mode == Mode::Exam) {
        for statement in statements(attempt) {
            lines += &statement.to_string();
            lines.push('\n');
        }
    }
    lines.into_bytes()
}

fn statements(ExportedAttempt { row, facts, told }: &ExportedAttempt) -> Vec<Value> {
    let mut said = Vec::new();
    let mut ended: Option<(Timestamp, Millis)> = None;
    let mut last: Option<(bool, FactId)> = None;
    for (stored, fact) in applicable_facts(facts) {
        let outcome = match &fact {
            Fact::Started(_) => {
                said.push(statement(row, stored.id, stored.stored_at, "initialized", None));
                continue;
            }
            Fact::Finished(finished) => {
                ended = Some((stored.stored_at, finished.elapsed));
                &finished.outcome
            }
            Fact::Remarked(remarked) => &remarked.outcome,
            _ => continue,
        };
        let passed = outcome.result == ExamResult::Passed;
        let Some((at, elapsed)) = ended.filter(|_| last.is_none_or(|(before, _)| before != passed)) else { continue };
        // Marked again to another end: what was said before is taken back, so that one of the two stands.
        said.extend(last.map(|(_, before)| voided(row, stored.id, before, stored.stored_at)));
        last = Some((passed, stored.id));
        let mut result = json!({
            "success": passed,
            "completion": true,
            "duration": format!("PT{}S", elapsed.0 / 1000),
        });
        if *told {
            let (raw, most) = (outcome.earned.to_f64(), outcome.possible);
            let scaled = outcome.earned.share_of(most);
            result["score"] = json!({ "scaled": scaled, "raw": raw, "min": 0, "max": most });
        }
        // A pass by another marking is a pass of the day of the sitting.
        said.push(statement(row, stored.id, at, if passed { "passed" } else { "failed" }, Some(result)));
    }
    said
}

/// The statement's id: the same fact always makes the same statement, so that a learning record store takes it once.
fn name(fact: FactId, what: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:uuid:{fact}{what}").as_bytes())
}

fn actor(row: &AttemptRow) -> Value {
    json!({ "objectType": "Agent", "account": { "homePage": HOME, "name": row.trainee } })
}

/// Takes the statement of an earlier fact back.
fn voided(row: &AttemptRow, fact: FactId, before: FactId, at: Timestamp) -> Value {
    json!({
        "id": name(fact, "#voided"),
        "version": "1.0.3",
        "timestamp": at.to_string(),
        "actor": actor(row),
        "verb": { "id": format!("{VERBS}voided"), "display": { "en": "voided" } },
        "object": { "objectType": "StatementRef", "id": name(before, "") },
    })
}

fn statement(row: &AttemptRow, fact: FactId, at: Timestamp, verb: &str, result: Option<Value>) -> Value {
    let exam = row.exam.as_ref().map_or("exam", |exam| exam.as_str());
    let mut statement = json!({
        "id": name(fact, ""),
        "version": "1.0.3",
        "timestamp": at.to_string(),
        "actor": actor(row),
        "verb": { "id": format!("{VERBS}{verb}"), "display": { "en": verb } },
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
