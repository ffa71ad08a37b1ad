//! JSON Schemas of the files, made from the tables that reading holds them to, so that an editor completes and checks
//! while an author types.

use serde_json::{Map, Value, json};

use super::shape::{BANK, EXAM, Field, SYLLABUS, Shape, TEXT_MAX};
use crate::ids::SLUG_MAX;

/// The schemas: name of the file, title, and the form.
pub const SCHEMAS: &[(&str, &str, &Shape)] = &[
    ("bank.schema.json", "A question bank of needlewise", &BANK),
    ("exam.schema.json", "An exam of needlewise", &EXAM),
    ("syllabus.schema.json", "A syllabus of needlewise", &SYLLABUS),
];

/// Returns a form as a JSON Schema (draft 2020-12), as its file holds it.
pub fn text(title: &str, shape: &Shape) -> String {
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), title.into());
    if let Value::Object(rest) = of(shape) {
        schema.extend(rest);
    }
    // Values of text and numbers can always be written.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string", "minLength": 1, "maxLength": TEXT_MAX, "pattern": "\\S" }),
        Shape::Slug => {
            json!({ "type": "string", "maxLength": SLUG_MAX, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" })
        }
        Shape::Day => json!({ "type": "string", "format": "date", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" }),
        Shape::Decimal => json!({ "type": "string", "pattern": "^[+-]?\\d{1,29}([.,]\\d{1,29})?$" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Select => json!({ "anyOf": [{ "enum": ["one", "all"] }, { "type": "integer", "minimum": 1 }] }),
        Shape::DateParts => {
            let parts = json!({ "type": "array", "items": { "type": "integer" }, "minItems": 1, "maxItems": 3 });
            let list = json!({ "type": "array", "items": parts, "minItems": 1, "maxItems": 1 });
            json!({ "type": "object", "properties": { "date-parts": list }, "required": ["date-parts"],
                "additionalProperties": false })
        }
        Shape::List(of_what, least, most) => {
            json!({ "type": "array", "items": of(of_what), "minItems": least, "maxItems": most })
        }
        Shape::Map => json!({ "type": "object", "additionalProperties": of(&Shape::Text) }),
        Shape::Record(fields) => record(&[fields], None),
        Shape::Kinds(common, kinds) => {
            let kinds: Vec<_> = kinds.iter().map(|(kind, fields)| record(&[common, fields], Some(kind))).collect();
            json!({ "oneOf": kinds })
        }
    }
}

/// Members that are unknown are refused, but for notes of an author's own: `x-…`.
fn record(tables: &[&[Field]], kind: Option<&str>) -> Value {
    let fields = || tables.iter().copied().flatten();
    let mut properties: Map<_, _> = fields().map(|field| (field.name.to_owned(), of(&field.shape))).collect();
    let mut required: Vec<_> = fields().filter(|field| field.needed).map(|field| field.name).collect();
    if let Some(kind) = kind {
        properties.insert("kind".into(), json!({ "const": kind }));
        required.push("kind");
    }
    json!({ "type": "object", "properties": properties, "required": required,
        "patternProperties": { "^x-": true }, "additionalProperties": false })
}
