//! A small model of a file's JSON Schema. The validator follows it.
//! It understands only the schemas that [`crate::bank::schema`] generates.

use serde_json::Value;

/// What a value may be.
#[derive(Debug)]
pub enum ValueShape {
    /// Text that is not blank.
    Text,
    /// An ID of 1 to 64 characters: `a-z`, `0-9`, and hyphens that are not at an end.
    Slug,
    /// A calendar day, `2028-11-23`.
    Day,
    /// A decimal number, written as text.
    Decimal,
    /// Contact hours, written as text.
    Hours,
    /// `true` or `false`.
    Boolean,
    /// A whole number from the first to the second value, both included.
    Integer(u64, u64),
    /// One of some words.
    Enum(Vec<String>),
    /// `"one"`, `"all"` or a whole number from 1.
    Select,
    /// A CSL date: one list of one to three whole numbers.
    DateParts,
    /// A list of values of one shape, with the smallest and largest length.
    List(Box<Self>, u64, u64),
    /// An object whose values are texts. The author chooses the names.
    Map,
    /// An object with these members.
    Record(Vec<RecordField>),
    /// An object with a `kind`: the members of every kind, and the additional members of each kind.
    TaggedRecord(Vec<RecordField>, Vec<(String, Vec<RecordField>)>),
}

/// A member that an object may have.
#[derive(Debug)]
pub struct RecordField {
    pub name: String,
    pub required: bool,
    pub shape: ValueShape,
}

impl ValueShape {
    /// Returns the shape that a schema describes.
    pub fn from_schema(schema: &Value) -> Self {
        Reader { definitions: &schema["$defs"] }.shape(schema)
    }
}

/// Converts a schema, and looks up the definitions that it refers to.
struct Reader<'a> {
    definitions: &'a Value,
}

impl Reader<'_> {
    fn shape(&self, schema: &Value) -> ValueShape {
        if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
            return self.shape(&self.definitions[name]);
        }
        let bound = |member: &str, default| schema[member].as_u64().unwrap_or(default);
        match schema["type"].as_str() {
            Some("boolean") => ValueShape::Boolean,
            Some("integer") => ValueShape::Integer(bound("minimum", 0), bound("maximum", u64::MAX)),
            Some("array") => {
                let element_shape = Box::new(self.shape(&schema["items"]));
                ValueShape::List(element_shape, bound("minItems", 0), bound("maxItems", u64::MAX))
            }
            Some("object") => self.record(schema),
            Some("string") => match schema["format"].as_str() {
                Some("slug") => ValueShape::Slug,
                Some("date") => ValueShape::Day,
                Some("decimal") => ValueShape::Decimal,
                Some("hours") => ValueShape::Hours,
                _ => enum_values(schema).map_or(ValueShape::Text, ValueShape::Enum),
            },
            // The only `anyOf` in these schemas is `SelectCount`.
            _ if schema["anyOf"].is_array() => ValueShape::Select,
            _ => ValueShape::Enum(enum_values(schema).unwrap_or_default()),
        }
    }

    fn record(&self, schema: &Value) -> ValueShape {
        if schema["properties"]["date-parts"].is_object() {
            return ValueShape::DateParts;
        }
        let kind = |variant_schema: &Value| {
            let kind = variant_schema["properties"]["kind"]["const"].as_str().unwrap_or_default();
            (kind.to_owned(), self.fields(variant_schema))
        };
        match (schema["oneOf"].as_array(), schema["properties"].is_object()) {
            (Some(kinds), _) => ValueShape::TaggedRecord(self.fields(schema), kinds.iter().map(kind).collect()),
            (None, true) => ValueShape::Record(self.fields(schema)),
            (None, false) => ValueShape::Map,
        }
    }

    fn fields(&self, schema: &Value) -> Vec<RecordField> {
        let is_required = |name: &str| {
            schema["required"].as_array().is_some_and(|names| names.iter().any(|required_name| required_name == name))
        };
        let field = |(name, schema): (&String, &Value)| {
            let shape = self.shape(schema);
            RecordField { name: name.clone(), required: is_required(name), shape }
        };
        schema["properties"].as_object().into_iter().flatten().map(field).collect()
    }
}

/// Returns the texts that a schema allows: a constant, a list, or one constant for each alternative.
fn enum_values(schema: &Value) -> Option<Vec<String>> {
    let to_text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(constant) = to_text(&schema["const"]) {
        return Some(vec![constant]);
    }
    let alternatives = schema["enum"].as_array().or(schema["oneOf"].as_array())?;
    alternatives.iter().map(|alternative| to_text(alternative).or_else(|| to_text(&alternative["const"]))).collect()
}
