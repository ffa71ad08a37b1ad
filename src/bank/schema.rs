//! Generates the JSON Schemas (draft 2020-12) of the files from their Rust types. Editors use them for completion.
//! The validator follows the same schemas through [`crate::bank::schema_model`], so each member is defined only once.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::Bank;
use super::decimal::Decimal;
use super::exam::{ContactHours, Exam, Percent};
use super::limits::TEXT_MAX;
use super::question::{Harm, SelectCount};
use super::syllabus::Syllabus;
use crate::clock::Day;
use crate::ids::{BankId, CaseId, ExamId, GroupId, ObjectiveId, QuestionId, SLUG_MAX, SourceId};

/// A function that returns the schema of one type of file.
pub type MakeSchema = fn() -> Value;

/// The schemas of banks, exams and syllabuses: file name, title and generator.
pub const SCHEMAS: [(&str, &str, MakeSchema); 3] = [
    ("bank.schema.json", "A needlewise question bank", generate::<Bank>),
    ("exam.schema.json", "A needlewise exam", generate::<Exam>),
    ("syllabus.schema.json", "A needlewise syllabus", generate::<Syllabus>),
];

/// Returns the text of a schema file: the schema with its title, indented.
///
/// # Errors
/// None is known, because every schema has a JSON form.
pub fn file_text(title: &str, make_schema: MakeSchema) -> serde_json::Result<String> {
    let mut schema = make_schema();
    schema["title"] = title.into();
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// Returns the schema of one type of file. Its title is the name of the Rust type; [`file_text`] replaces it.
pub fn generate<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    add_constraints(&mut schema);
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.insert("$schema".into(), json!({ "type": "string" }));
    }
    schema
}

/// Adds what the types cannot say. No text is blank or too long, nothing is `null`, and members that start with `x-`
/// are the author's own notes.
fn add_constraints(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(add_constraints),
        Value::Object(members) => {
            remove_null(members);
            members.values_mut().for_each(add_constraints);
            let is_free_text =
                ["format", "const", "enum", "pattern"].iter().all(|member| !members.contains_key(*member));
            if members.get("type").is_some_and(|kind| kind == "string") && is_free_text {
                members.extend([("minLength".into(), 1.into()), ("maxLength".into(), TEXT_MAX.into())]);
                members.insert("pattern".into(), "\\S".into());
            }
            if ["additionalProperties", "unevaluatedProperties"]
                .iter()
                .any(|keyword| members.get(*keyword) == Some(&false.into()))
            {
                members.insert("patternProperties".into(), json!({ "^x-": true }));
            }
            members.retain(|name, value| !is_redundant(name, value));
        }
        _ => {}
    }
}

/// Removes `null` as an alternative. A file leaves an optional member out instead.
fn remove_null(members: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|type_name| type_name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(alternatives)) = members.get_mut("anyOf") {
        alternatives.retain(|alternative| alternative["type"] != "null");
        if let [Value::Object(only)] = alternatives.as_slice() {
            let only = only.clone();
            members.remove("anyOf");
            members.extend(only);
        }
    }
}

/// Returns whether a member of a schema tells an author nothing: the size of a number in memory, or an empty default.
fn is_redundant(name: &str, value: &Value) -> bool {
    let is_empty = match value {
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
    };
    let is_number_format = ["uint", "uint8", "uint32", "int32"].iter().any(|format| value == *format);
    (name == "default" && is_empty) || (name == "format" && is_number_format)
}

/// Returns the schema of an ID: `a-z`, `0-9` and inner hyphens.
pub(super) fn slug(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "slug", "maxLength": SLUG_MAX, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" })
}

fn day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" })
}

fn decimal(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "decimal", "pattern": "^[+-]?\\d{1,29}([.,]\\d{1,29})?$" })
}

fn hours(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "hours", "pattern": "^([1-9]\\d{0,2}(\\.\\d{1,2})?|0\\.(0[1-9]|[1-9]\\d?))$" })
}

fn select(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "enum": ["one", "all"] }, { "type": "integer", "minimum": 1 }] })
}

fn harm(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 0, "maximum": 3 })
}

fn percent(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 0, "maximum": 100 })
}

/// Gives each type that a file writes as one plain value the schema of that value.
macro_rules! values {
    ($($schema:ident: $($name:ident)*;)*) => {$($(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                $schema(generator)
            }
        }
    )*)*};
}

values! {
    slug: BankId ExamId QuestionId ObjectiveId SourceId CaseId GroupId;
    day: Day;
    decimal: Decimal;
    hours: ContactHours;
    select: SelectCount;
    harm: Harm;
    percent: Percent;
}
