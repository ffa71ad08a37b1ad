//! The form of a file as the second reader goes by it, taken from the schema of its type.

use serde_json::Value;

/// What a value may be.
#[derive(Debug)]
pub enum ValueShape {
    /// A text that says something.
    Text,
    /// A name of `a-z`, `0-9` and inner hyphens.
    Slug,
    /// A calendar day, `2028-11-23`.
    Day,
    /// A decimal number as text.
    Decimal,
    /// `true` or `false`.
    Flag,
    /// A whole number within these bounds.
    Whole(u64, u64),
    /// One of some words.
    Word(Vec<String>),
    /// `"one"`, `"all"` or a number from 1.
    Select,
    /// A CSL date: one list of one to three whole numbers.
    DateParts,
    /// Any number of values of one shape, within these bounds.
    List(Box<Self>, u64, u64),
    /// Texts under names the author chooses.
    Map,
    /// These members.
    Record(Vec<RecordField>),
    /// The members that every kind has, and those of the kind that `kind` names.
    Kinds(Vec<RecordField>, Vec<(String, Vec<RecordField>)>),
}

/// A member of a record.
#[derive(Debug)]
pub struct RecordField {
    /// Its name.
    pub name: String,
    /// Whether the record must have it.
    pub needed: bool,
    /// What it may hold.
    pub shape: ValueShape,
}

impl ValueShape {
    /// Returns the shape that a schema describes.
    pub fn of(schema: &Value) -> Self {
        Reader { definitions: &schema["$defs"] }.shape(schema)
    }
}

/// Reads the schemas that [`crate::bank::schema`] makes; it knows no others.
struct Reader<'a> {
    definitions: &'a Value,
}

impl Reader<'_> {
    fn shape(&self, schema: &Value) -> ValueShape {
        if let Some(name) = schema["$ref"].as_str().and_then(|at| at.strip_prefix("#/$defs/")) {
            return self.shape(&self.definitions[name]);
        }
        let bound = |member: &str, otherwise| schema[member].as_u64().unwrap_or(otherwise);
        match schema["type"].as_str() {
            Some("boolean") => ValueShape::Flag,
            Some("integer") => ValueShape::Whole(bound("minimum", 0), bound("maximum", u64::MAX)),
            Some("array") => {
                let of = Box::new(self.shape(&schema["items"]));
                ValueShape::List(of, bound("minItems", 0), bound("maxItems", u64::MAX))
            }
            Some("object") => self.record(schema),
            Some("string") => match schema["format"].as_str() {
                Some("slug") => ValueShape::Slug,
                Some("date") => ValueShape::Day,
                Some("decimal") => ValueShape::Decimal,
                _ => words(schema).map_or(ValueShape::Text, ValueShape::Word),
            },
            _ if schema["anyOf"].is_array() => ValueShape::Select,
            _ => ValueShape::Word(words(schema).unwrap_or_default()),
        }
    }

    fn record(&self, schema: &Value) -> ValueShape {
        if schema["properties"]["date-parts"].is_object() {
            return ValueShape::DateParts;
        }
        let kind = |one: &Value| {
            let kind = one["properties"]["kind"]["const"].as_str().unwrap_or_default();
            (kind.to_owned(), self.fields(one))
        };
        match (schema["oneOf"].as_array(), schema["properties"].is_object()) {
            (Some(kinds), _) => ValueShape::Kinds(self.fields(schema), kinds.iter().map(kind).collect()),
            (None, true) => ValueShape::Record(self.fields(schema)),
            (None, false) => ValueShape::Map,
        }
    }

    fn fields(&self, schema: &Value) -> Vec<RecordField> {
        let needed = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
        let field = |(name, schema): (&String, &Value)| {
            let shape = self.shape(schema);
            RecordField { name: name.clone(), needed: needed(name), shape }
        };
        schema["properties"].as_object().into_iter().flatten().map(field).collect()
    }
}

/// Returns the words that a schema allows, each of them a constant or all in one list.
fn words(schema: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(word) = text(&schema["const"]) {
        return Some(vec![word]);
    }
    let of = schema["enum"].as_array().or(schema["oneOf"].as_array())?;
    of.iter().map(|one| text(one).or_else(|| text(&one["const"]))).collect()
}
