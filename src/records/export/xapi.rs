//! Exams as xAPI 1.0.3 statements, a statement a line, with the verbs of cmi5 but without its category: nothing here was
//! launched by a learning system.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Attempt, Records};
use crate::attempt::{Fact, Mode, Standing};
use crate::certificate::warrant::applied;
use crate::clock::{Millis, Timestamp};
use crate::ids::FactId;
use crate::records::AttemptRow;

/// Where people are known by their ids: this program, wherever it runs.
const HOME: &str = "urn:needlewise:people";
/// The verbs' namespace.
const VERBS: &str = "http://adlnet.gov/expapi/verbs/";

/// Writes the statements of every exam: begun, and passed or failed, each once.
pub fn write(records: &Records) -> Vec<u8> {
    let mut lines = String::new();
    for attempt in records.attempts.iter().filter(|attempt| attempt.row.mode == Mode::Exam) {
        for statement in statements(attempt) {
            lines += &statement.to_string();
            lines.push('\n');
        }
    }
    lines.into_bytes()
}

fn statements(Attempt { row, facts, told }: &Attempt) -> Vec<Value> {
    let mut said = Vec::new();
    let mut ended: Option<(Timestamp, Millis)> = None;
    let (mut last, mut said_passed) = (None, false);
    for (stored, fact) in applied(facts) {
        let outcome = match &fact {
            Fact::Started(_) => {
                said.push(statement(row, stored.id, stored.at, "initialized", None));
                continue;
            }
            Fact::Finished(finished) => {
                ended = Some((stored.at, finished.elapsed));
                &finished.outcome
            }
            Fact::Remarked(remarked) => &remarked.outcome,
            _ => continue,
        };
        let passed = outcome.standing == Standing::Passed;
        let says = last != Some(passed) && !(passed && said_passed);
        let Some((at, elapsed)) = ended.filter(|_| says) else { continue };
        (last, said_passed) = (Some(passed), said_passed || passed);
        let mut result = json!({
            "success": passed,
            "completion": true,
            "duration": format!("PT{}S", elapsed.0 / 1000),
        });
        if *told {
            let (raw, most) = (outcome.earned.decimal(), outcome.possible);
            let scaled = outcome.earned.share(most);
            result["score"] = json!({ "scaled": scaled, "raw": raw, "min": 0, "max": most });
        }
        // A pass by another marking is a pass of the day of the sitting.
        said.push(statement(row, stored.id, at, if passed { "passed" } else { "failed" }, Some(result)));
    }
    said
}

fn statement(row: &AttemptRow, fact: FactId, at: Timestamp, verb: &str, result: Option<Value>) -> Value {
    let exam = row.exam.as_ref().map_or("exam", |exam| exam.as_str());
    let mut statement = json!({
        // The same fact always makes the same statement, so that a learning record store takes it once.
        "id": Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:uuid:{fact}").as_bytes()),
        "version": "1.0.3",
        "timestamp": at.to_string(),
        "actor": { "objectType": "Agent", "account": { "homePage": HOME, "name": row.trainee } },
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
