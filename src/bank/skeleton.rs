//! The template of a new bank. It has all required members, and the author fills in the empty texts.

use super::FORMAT;
use crate::clock::Day;
use crate::ids::BankId;

/// Returns the text of a new bank file. The empty texts are its only errors. The first review is due in 36 months.
pub fn bank(id: &BankId, today: Day) -> String {
    let review_by = today.plus_months(36);
    format!(
        r#"{{
  "$schema": "schema/bank.schema.json",
  "format": {FORMAT},
  "id": "{id}",
  "title": "",
  "version": "0.1.0",
  "language": "en",
  "license": "CC-BY-4.0",
  "practice": true,
  "objectives": [
    {{ "id": "first-objective", "text": "" }}
  ],
  "sources": [
    {{ "id": "first-source", "type": "article-journal", "title": "" }}
  ],
  "questions": [
    {{
      "id": "first-question",
      "kind": "choice",
      "status": "draft",
      "revision": 1,
      "objective": "first-objective",
      "level": "application",
      "stem": "",
      "choices": [
        {{ "text": "", "correct": true, "rationale": "" }},
        {{ "text": "", "rationale": "", "harm": 0 }},
        {{ "text": "", "rationale": "", "harm": 0 }},
        {{ "text": "", "rationale": "", "harm": 0 }}
      ],
      "rationale": "",
      "sources": [
        {{ "id": "first-source", "locator": "" }}
      ],
      "review_by": "{review_by}"
    }}
  ]
}}
"#
    )
}
